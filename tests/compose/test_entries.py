"""Ports, mounts, settings and commands: each part known or not on its own, and told where it is written."""

from __future__ import annotations

import pytest

from dagdock import compose
from dagdock.compose import Port, Service, VolumeMount
from dagdock.text import Source


def service(body: str, **env: str) -> Service:
    text = "services:\n  web:\n    image: x\n" + "".join(f"    {line}\n" for line in body.splitlines())
    file = compose.parse(Source("compose.yaml", text), env)
    assert [fault.kind for fault in file.faults if fault.kind == "syntax"] == []
    return file.services["web"]


def port(item: str, **env: str) -> Port:
    (found,) = service(f"ports:\n  - {item}", **env).ports
    return found


def mount(item: str, **env: str) -> VolumeMount:
    (found,) = service(f"volumes:\n  - {item}", **env).volumes
    return found


class TestPorts:
    @pytest.mark.parametrize(
        ("item", "expected"),
        [
            ("80", ("", False, "None", "80", "tcp")),
            ("0x50", ("", False, "None", "80", "tcp")),
            ('"80"', ("", False, "None", "80", "tcp")),
            ("8080:80", ("", True, "8080", "80", "tcp")),
            ("22:22", ("", True, "22", "22", "tcp")),
            ("53:53/UDP", ("", True, "53", "53", "udp")),
            ("8000-8010:80", ("", True, "8000-8010", "80", "tcp")),
            ("9090-9091:80-81", ("", True, "9090-9091", "80-81", "tcp")),
            ("127.0.0.1:1:2", ("127.0.0.1", True, "1", "2", "tcp")),
            ("127.0.0.1::2", ("127.0.0.1", False, "None", "2", "tcp")),
            ('"[::1]:1:2"', ("::1", True, "1", "2", "tcp")),
            ('"::1:1:2"', ("::1", True, "1", "2", "tcp")),
            ("${P:-8080}:80", ("", True, "8080", "80", "tcp")),
            ("${P}:80", ("", None, "None", "80", "tcp")),
            ("${A}:1:80", (None, True, "1", "80", "tcp")),
            ("${A:-}:1:80", ("", True, "1", "80", "tcp")),
            ("${A}1:80", (None, None, "None", "80", "tcp")),
            ("80:${P}", ("", True, "80", "None", None)),
            ("${ALL}", (None, None, "None", "None", None)),
            ("${SET}:80", ("127.0.0.1", True, "5", "80", "tcp")),
            ("{target: 80}", ("", False, "None", "80", "tcp")),
            ('{target: 80, published: "8080-8081", protocol: udp, host_ip: 1.2.3.4}',
             ("1.2.3.4", True, "8080-8081", "80", "udp")),
            ('{target: "${T}", published: "${P}"}', ("", None, "None", "None", "tcp")),
        ],
    )  # fmt: skip
    def test_parts(self, item: str, expected: tuple[object, ...]) -> None:
        found = port(item, SET="127.0.0.1:5")
        assert found.error is None
        parts = (found.host_ip, found.publishes, str(found.published), str(found.target), found.protocol)
        assert parts == expected

    @pytest.mark.parametrize(
        ("item", "words"),
        [
            ("a:80", "`a` is no host port"),
            ("80:http", "`http` is no container port"),
            ("'80:'", "container port is missing"),
            ("70000:80", "no host port"),
            ("80:" + "1" * 5000, "no container port"),
            ("80:80/tcpp", "`tcpp` is no protocol"),
            ("localhost:80:80", "`localhost` is no IP address"),
            ("80-90:80-85", "not equally long"),
            ("90-80:80", "ends before it begins"),
            ('"80 :80"', "no host port"),
            ("{published: 80}", "`target`"),
        ],
    )
    def test_refused(self, item: str, words: str) -> None:
        assert words in str(port(item).error)

    def test_places(self) -> None:
        found = port('"127.0.0.1:${P:-8080}:80/tcp"')
        assert found.span.text == "127.0.0.1:${P:-8080}:80/tcp"
        assert found.host_ip is not None and found.published and found.target and found.protocol is not None
        places = [part.span.text for part in (found.host_ip, found.published, found.target, found.protocol)]
        assert places == ["127.0.0.1", "8080", "80", "tcp"]

    def test_ranges_overlap(self) -> None:
        one, two, three = (port(item).published for item in ("80-90:1", "90:1", "91:1"))
        assert one and two and three
        assert (one.overlaps(two), two.overlaps(one), one.overlaps(three), 85 in one) == (True, True, False, True)


class TestMounts:
    @pytest.mark.parametrize(
        ("item", "expected"),
        [
            ("/data", ("volume", "", "/data", False)),
            ("db:/data/", ("volume", "db", "/data", False)),
            ("./a:/b:ro", ("bind", "./a", "/b", True)),
            ("~/a:/b:rw,z", ("bind", "~/a", "/b", False)),
            ("C:\\a:/b", ("bind", "C:\\a", "/b", False)),
            ("d:/x", ("volume", "", "d:/x", False)),
            ("${V}:/data", (None, None, "/data", False)),
            ("${V:-db}:/data", ("volume", "db", "/data", False)),
            ("./${V}/a:/b", ("bind", None, "/b", False)),
            ("db:${T}", ("volume", "db", None, False)),
            ("db:/a:${M}", ("volume", "db", "/a", None)),
            ("${ALL}", (None, None, None, None)),
            ("{type: bind, source: ./a, target: /b, read_only: true}", ("bind", "./a", "/b", True)),
            ("{type: tmpfs, target: /t}", ("tmpfs", "", "/t", False)),
            ("{type: volume, source: '${V}', target: /t}", ("volume", None, "/t", False)),
        ],
    )
    def test_parts(self, item: str, expected: tuple[object, ...]) -> None:
        found = mount(item)
        assert found.error is None
        assert (found.type, found.source, found.target, found.read_only) == expected

    @pytest.mark.parametrize(
        ("item", "named", "anonymous", "bind"),
        [
            ("/data", False, True, False),
            ("db:/data", True, False, False),
            ("./a:/b", False, False, True),
            ("${V}:/data", None, None, None),
            ("{type: volume, target: /t}", False, True, False),
            ("{type: volume, source: '${V}', target: /t}", True, False, False),
        ],
    )
    def test_kinds(self, item: str, named: bool | None, anonymous: bool | None, bind: bool | None) -> None:
        found = mount(item)
        assert (found.is_named, found.is_anonymous, found.is_bind) == (named, anonymous, bind)

    @pytest.mark.parametrize(
        ("item", "words"), [('":/x"', "empty"), ("ab::c", "empty"), ("ab:/b:ro:x", "too many"), ("${V:-}:/x", "empty")]
    )
    def test_refused(self, item: str, words: str) -> None:
        assert words in str(mount(item).error)

    def test_a_mapping_meant_as_text(self) -> None:
        assert "`target`" in str(mount("data: /x").error)

    def test_places(self) -> None:
        found = mount("'${D:-./data}:/x/:ro,z'")
        assert found.span.text == "${D:-./data}:/x/:ro,z"
        assert (found.written_source, found.written_target) == ("./data", "/x/")
        assert found.target is not None and found.target.span.text == "/x/"
        assert [(option, option.span.text) for option in found.options] == [("ro", "ro"), ("z", "z")]


class TestSettings:
    def test_both_forms(self) -> None:
        mapping = service("environment:\n  A: 012\n  B: 'x'\n  C:\n  D: ${V}\n  E: ''")
        items = service("environment:\n  - A=012\n  - \"B='x'\"\n  - C\n  - D=${V}\n  - E=\n  - F=${V:-a=b}")
        read = [(one.name, one.resolved, one.in_list) for one in (*mapping.environment, *items.environment)]
        assert read == [
            ("A", "10", False), ("B", "x", False), ("C", None, False), ("D", None, False), ("E", "", False),
            ("A", "012", True), ("B", "'x'", True), ("C", None, True), ("D", None, True), ("E", "", True),
            ("F", "a=b", True),
        ]  # fmt: skip

    def test_places(self) -> None:
        (one,) = service("environment:\n  - \"KEY='v'\"").environment
        assert (one.span.text, one.name.span.text) == ("KEY='v'", "KEY")
        assert one.value is not None and one.value.span.text == "'v'"
        (other,) = service("environment:\n  'KEY': \"v\"").environment
        assert (other.span.text, other.name.span.text) == ("'KEY': \"v\"", "KEY")
        assert other.value is not None and other.value.span.text == "v"

    def test_the_last_of_a_name_holds_and_doubles_stay(self) -> None:
        found = service("environment: [A=1, B=2, A=3]")
        assert [one.name for one in found.environment] == ["A", "B", "A"]
        last = found.variable("A")
        assert last is not None and last.resolved == "3"
        assert found.variable("C") is None


class TestValues:
    def test_resolved_and_places(self) -> None:
        found = service("user: 1000\nprivileged: yes\nscale: '${N:-3}'\nhostname: ${H}\nrestart: no\ncpus:")
        user, privileged = found.user, found.privileged
        assert user and (user.type, user.resolved, user.raw, user.integer) == ("int", "1000", "1000", 1000)
        assert privileged and (privileged.type, privileged.boolean) == ("text", True)
        scale, hostname = found.value("scale"), found.value("hostname")
        assert scale and (scale.integer, scale.span.text, scale.node.raw) == (3, "${N:-3}", "'${N:-3}'")
        assert hostname and (hostname.resolved, hostname.boolean, hostname.integer) == (None, None, None)
        assert found.restart and found.restart.resolved == "no"
        assert not found.has("cpus") and found.value("cpus") is None and "cpus" in found.entries

    def test_image_parts(self) -> None:
        reference = service("image: '${R:-ghcr.io}/a/b:1'").image_ref
        assert reference and (reference.registry, reference.repository, reference.tag) == ("ghcr.io", "a/b", "1")
        assert service("image: ${I}").image_ref is None


class TestCommands:
    @pytest.mark.parametrize(
        ("text", "words", "cut"),
        [
            ("echo a | grep b", ["echo", "a"], "| grep b"),
            ("cd /app && npm start", ["cd", "/app"], "&& npm start"),
            ('sh -c "a; b"', ["sh", "-c", "a; b"], None),
            ("""e\\ f 'g\\h' "i\\j" "k\\"l" ''""", ["e f", "g\\h", "ij", 'k"l', ""], None),
            ("a $$(d e) `f g` h#i", ["a", "$(d e)", "`f g`", "h#i"], None),
            ("foo>bar", ["foo"], ">bar"),
            ("a ${V:-b} ${W}", ["a", "b", None], None),
            ("a ${V:-b c}", [], None),
        ],
    )
    def test_a_string_is_split_as_compose_does(self, text: str, words: list[str | None], cut: str | None) -> None:
        command = service("command: |-\n  " + text).command
        assert command is not None and command.form == "string"
        assert [word.resolved for word in command.words] == words
        assert command.cut == cut
        assert cut is None or (command.cut is not None and command.cut.span.text == cut)

    @pytest.mark.parametrize(
        ("body", "script"),
        [
            ("healthcheck: {test: 'curl $$HOST'}", "curl $HOST"),
            ("healthcheck: {test: [CMD-SHELL, 'a || b']}", "a || b"),
            ("healthcheck: {test: [CMD, bash, -c, 'a']}", "a"),
            ("healthcheck: {test: [CMD, curl, x]}", None),
            ("command: sh -ec 'a $$B'", "a $B"),
            ("command: [/bin/bash, -lc, 'a']", "a"),
            ("entrypoint: [python, -c, 'a']", None),
            ("command: [bash, a.sh]", None),
        ],
    )
    def test_what_a_shell_reads(self, body: str, script: str | None) -> None:
        found = service(body)
        command = found.command or found.entrypoint or (found.healthcheck and found.healthcheck.test)
        assert command
        shell = command.shell
        assert (shell.text if shell else None) == script
        if shell and "$" in shell.text:
            start = shell.text.index("$")
            assert shell.span(start, start + 1).text == "$"

    @pytest.mark.parametrize(
        ("body", "disabled"),
        [
            ("{disable: true}", True),
            ("{test: [NONE]}", True),
            ("{test: [CMD, x]}", False),
            ("{disable: '${D}'}", None),
            ("{test: x, disable: no}", False),
            ("{test: ['${T}']}", None),
        ],
    )
    def test_disabled_healthchecks(self, body: str, disabled: bool | None) -> None:
        health = service(f"healthcheck: {body}").healthcheck
        assert health is not None and health.disabled is disabled


class TestReferences:
    def test_depends_on(self) -> None:
        short = service("depends_on: [db, '${D}']").depends_on
        assert [(one.service, one.form, one.condition, one.required) for one in short] == [
            ("db", "short", None, True),
            (None, "short", None, True),
        ]
        long = service("depends_on:\n  db: {condition: service_healthy, required: false}\n  c: {}").depends_on
        assert [(one.service, one.form, one.required) for one in long] == [("db", "long", False), ("c", "long", True)]
        assert long[0].condition is not None and long[0].condition.resolved == "service_healthy"
        assert long[0].span.text == "db: {condition: service_healthy, required: false}"

    def test_the_rest(self) -> None:
        found = service(
            "links: ['db:x', c]\nenv_file: [a.env, {path: b.env, required: false}]\n"
            "networks: {n: {aliases: [q]}, m: }\nsecrets: [s, {source: t, target: u}]\n"
            "profiles: [p]\nextends: {file: f.yml, service: g}\n"
            "build: {context: ., args: [A=1], target: t, dockerfile_inline: 'FROM x'}\ndeploy: {replicas: 2}"
        )
        assert [(one.service, one.alias) for one in found.links] == [("db", "x"), ("c", None)]
        assert [(one.path.resolved, one.required) for one in found.env_files] == [("a.env", True), ("b.env", False)]
        assert [(one.name, [v.raw for v in one.values("aliases")]) for one in found.networks] == [
            ("n", ["q"]),
            ("m", []),
        ]
        assert [(one.source, one.target) for one in found.secrets] == [("s", None), ("t", "u")]
        assert [one.resolved for one in found.profiles] == ["p"]
        assert found.extends and found.extends.file and found.extends.file.resolved == "f.yml"
        build, deploy = found.build, found.deploy
        assert build and build.context and build.target and build.inline
        assert (build.context.raw, [one.name for one in build.args], build.target.raw) == (".", ["A"], "t")
        assert deploy and (replicas := deploy.value("replicas")) and replicas.integer == 2

    def test_short_build(self) -> None:
        build = service("build: ./app").build
        assert build and build.context and (build.context.raw, build.dockerfile, build.args) == ("./app", None, [])

    def test_null_is_nothing(self) -> None:
        found = service("build:\nports:\nhealthcheck:\ncommand:\nnetworks:\ndepends_on:\nvolumes: ~")
        assert (found.build, found.healthcheck, found.command) == (None, None, None)
        assert (found.ports, found.networks, found.depends_on, found.volumes) == ([], [], [], [])
