"""Whole files: anchors, documents, faults, fragments, `extends` and `include`, and any input at all."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock import compose
from dagdock.compose import ComposeFile, Service
from dagdock.text import Source


def parse(text: str, path: str = "compose.yaml", **env: str) -> ComposeFile:
    return compose.parse(Source(path, text), env)


def project(files: Mapping[str, str], main: str = "compose.yaml") -> ComposeFile:
    """The main file of a few that can load each other."""
    loaded: dict[str, ComposeFile | None] = {}

    def load(path: str) -> ComposeFile | None:
        if path not in loaded:
            loaded[path] = None
            loaded[path] = compose.parse(Source(path, files[path]), {}, load) if path in files else None
        return loaded[path]

    found = load(main)
    assert found is not None
    return found


class TestOneFile:
    def test_keys_services_and_resources(self) -> None:
        file = parse(
            "name: shop\nx-a: 1\nservices:\n  web: {image: x}\n  x-base: {image: y}\nnetworks: {n: }\n"
            "volumes: {v: {external: true}, w: {external: {name: q}}, u: {external: '${E}'}}\n"
            "secrets: {s: {file: f}}\nconfigs: {c: {content: x}}\n"
        )
        assert list(file.keys) == ["name", "x-a", "services", "networks", "volumes", "secrets", "configs"]
        assert file.keys["name"].span.text == "name: shop"
        assert file.name is not None and file.name.resolved == "shop"
        assert list(file.services) == ["web", "x-base"]  # measured: `x-` means nothing below `services`
        assert (list(file.networks), list(file.secrets), list(file.configs)) == (["n"], ["s"], ["c"])
        assert [one.external for one in file.volumes.values()] == [True, True, None]
        assert [type(node).__name__ for node in file.walk()] == ["ComposeFile", "Service", "Service"]
        assert file.services["web"].span.text == "web"
        assert file.services["web"].entry.span.text == "web: {image: x}"

    def test_anchors_bring_in_what_stands_in_their_body(self) -> None:
        file = parse(
            "x-base: &base\n  image: base:1\n  environment: &env {A: 1}\nservices:\n"
            "  one: {<<: *base, user: '5'}\n  two: {<<: *base, image: own, environment: {<<: *env, B: 2}}\n"
        )
        one, two = file.services.values()
        assert one.image and (one.image.raw, one.image.span.line) == ("base:1", 2)
        assert two.image and (two.image.raw, two.image.span.line) == ("own", 6)
        assert [(each.name, each.span.line) for each in two.environment] == [("B", 6), ("A", 3)]

    def test_documents_are_merged(self) -> None:
        file = parse("services:\n  a: {image: x}\n---\nservices:\n  a: {user: u}\n  b: {image: y}\n")
        assert list(file.services) == ["a", "b"]
        assert file.services["a"].image and file.services["a"].user

    def test_reset_takes_away_in_one_file_too(self) -> None:
        service = parse("services:\n  a:\n    image: x\n    ports: !reset []\n").services["a"]
        assert not service.has("ports") and "ports" not in service.entries

    def test_env_fills_in(self) -> None:
        service = parse("services: {a: {image: 'x:${TAG}'}}", TAG="3").services["a"]
        assert service.image and service.image.resolved == "x:3"


class TestFaults:
    @pytest.mark.parametrize(
        ("text", "kind", "place"),
        [
            ("services:\n  a: {image: x}\n  a: {image: y}\n", "duplicate-key", "a"),
            ("services: {a: {image: 'x${T:1}'}}", "interpolation", "${T:1}"),
            ("x-a: ['${']\n", "interpolation", "${"),
            ("- a\n", "not-mapping", "- a"),
            ("services: [a]\n", "not-mapping", "services: [a]"),
            ("services:\n", "not-mapping", "services:"),
            ("services:\n  a:\n", "not-mapping", "a"),
            ("services:\n  a: x\n", "not-mapping", "a"),
            ("services:\n\ta: x\n", "syntax", "\t"),
        ],
    )
    def test_what_compose_refuses(self, text: str, kind: str, place: str) -> None:
        assert [(fault.kind, fault.span.text) for fault in parse(text).faults] == [(kind, place)]

    def test_keys_and_comments_are_not_filled_in(self) -> None:
        assert parse("# ${a:b}\nservices: {a: {image: x, labels: {'${a:b}': c}}}").faults == []

    @pytest.mark.parametrize(
        ("variable", "words"),
        [
            ("${U:1000}", "written `${U:-1000}`"),
            ("${}", "names no variable"),
            ("${1}", "begins with a letter"),
            ("${A.b}", "knows `:-`, `:?` and `:+`"),
            ("${A", "never closed"),
        ],
    )
    def test_malformed_variables_are_explained(self, variable: str, words: str) -> None:
        (fault,) = parse(f"services: {{a: {{image: '{variable}'}}}}").faults
        assert words in fault.message

    def test_an_alias_fault_is_reported_once(self) -> None:
        file = parse("x: &x {image: '${'}\nservices: {a: *x, b: *x, c: {<<: *x}}\n")
        assert [fault.kind for fault in file.faults] == ["interpolation"]


class TestFragments:
    @pytest.mark.parametrize(
        ("path", "text", "fragment"),
        [
            ("compose.yaml", "services: {a: {image: x}}", False),
            ("compose.yaml", "services: {a: {image: x}, b: {user: y}}", False),
            ("compose.yaml", "services: {a: {user: y}}", True),
            ("compose.yaml", "volumes: {v: }", True),
            ("compose.yaml", "include: [a.yml]", False),
            ("a/compose.override.yml", "services: {a: {image: x}}", True),
            ("docker-compose.dev.yml", "services: {a: {image: x}}", True),
            ("app.prod.yaml", "services: {a: {image: x}}", True),
            ("docker-compose-celery.yml", "services: {a: {image: x}}", False),
            ("common.yml", "services: {a: {image: x}, b: {user: y}}", True),
            ("stack.yml", "services: {a: {extends: b}, b: {image: y}}", False),
        ],
    )
    def test_told_by_name_and_content(self, path: str, text: str, fragment: bool) -> None:
        file = parse(text, path)
        assert file.is_fragment is fragment
        assert [service.complete for service in file.services.values()] == [not fragment] * len(file.services)

    def test_what_the_caller_knows_counts_more_than_the_name(self) -> None:
        alone = Source("compose.dev.yaml", "services: {a: {image: x}}")
        assert compose.parse(alone, whole=True).is_fragment is False
        assert compose.parse(alone, whole=False).is_fragment is True
        assert compose.parse(Source("compose.dev.yaml", "services: {a: {user: x}}"), whole=True).is_fragment is True

    def test_which_files_it_may_override(self) -> None:
        assert compose.bases_of("d/compose.yaml") == []
        assert "d/compose.yaml" in compose.bases_of("d/compose.dev.yaml")
        assert compose.bases_of("app.dev.yml")[:2] == ["app.yaml", "app.yml"]
        assert "docker-compose.yml" in compose.bases_of("docker-compose-dev.yml")


class TestExtends:
    def test_within_a_file(self) -> None:
        file = parse(
            "services:\n  base: {image: x, environment: {A: 1, B: 1}, ports: ['1:1']}\n"
            "  mid: {extends: base, environment: [B=2]}\n  top: {extends: {service: mid}, ports: ['2:2']}\n"
        )
        top = file.services["top"]
        assert top.complete and top.image and top.image.raw == "x"
        assert [(one.name, one.resolved) for one in top.environment] == [("A", "1"), ("B", "2")]
        assert [str(port.target) for port in top.ports] == ["1", "2"]
        assert top.extends and top.extends.service and top.extends.service.raw == "mid"

    def test_across_files_paths_stay_where_they_are_written(self) -> None:
        file = project(
            {
                "app/compose.yaml": "services: {web: {extends: {file: ../base/common.yml, service: web}, user: u}}",
                "base/common.yml": "services: {web: {extends: root, volumes: ['./x:/x']}, root: {build: .}}",
            },
            "app/compose.yaml",
        )
        web = file.services["web"]
        assert web.complete and web.build and web.build.context
        assert (file.directory, file.directory_of(web.build.context), file.directory_of(web)) == ("app", "base", "app")
        assert file.path_of(web.build.context) == "base"

    @pytest.mark.parametrize(
        "extends",
        [
            "gone",
            "web",
            "{file: gone.yml, service: a}",
            "{file: other.yml, service: gone}",
            "{file: '${F}', service: a}",
            "{file: compose.yaml, service: web}",
            "{file: 'https://x.org/c.yml', service: a}",
            "{file: broken.yml, service: a}",
        ],
    )
    def test_what_cannot_be_read_makes_a_service_incomplete(self, extends: str) -> None:
        files = {
            "compose.yaml": f"services: {{web: {{image: x, extends: {extends}}}, own: {{image: y}}}}",
            "other.yml": "services: {a: {image: x}}",
            "broken.yml": "services: {a: {image: x}}\n\tb\n",
        }
        file = project(files)
        assert (file.services["web"].complete, file.services["own"].complete) == (False, True)
        assert file.services["web"].image

    def test_circles_and_long_chains_end(self) -> None:
        text = "services:\n" + "".join(f"  s{n}: {{extends: s{n + 1}}}\n" for n in range(200)) + "  s200: {image: x}\n"
        services = parse(text + "  a: {extends: b}\n  b: {extends: a}\n").services
        assert (services["s199"].complete, services["s0"].complete, services["a"].complete) == (True, False, False)


INCLUDING = {
    "compose.yaml": (
        "include: [db/compose.yml, {path: [a.yml, b.yml], project_directory: sub}]\n"
        "services: {web: {image: x, depends_on: [db]}, log: {user: root}}\n"
    ),
    "db/compose.yml": "services: {db: {image: postgres, volumes: ['v:/v', './x:/y']}}\nvolumes: {v: }\n",
    "a.yml": "services: {log: {image: log:1, build: .}}\n",
    "b.yml": "services: {log: {image: log:2}}\nnetworks: {n: }\n",
}


class TestInclude:
    def test_all_is_one_model(self) -> None:
        file = project(INCLUDING)
        assert list(file.services) == ["db", "log", "web"]
        assert (list(file.volumes), list(file.networks)) == (["v"], ["n"])
        log = file.services["log"]
        assert log.image and log.image.raw == "log:2" and log.user
        assert file.complete and all(service.complete for service in file.services.values())
        # A service that only an included file describes is that file's own business.
        assert [node.name for node in file.walk() if isinstance(node, Service)] == ["log", "web"]

    def test_relative_paths_start_where_the_include_says(self) -> None:
        file = project(INCLUDING)
        build = file.services["log"].build
        assert build and build.context
        assert file.directory_of(build.context) == "sub"
        assert file.directory_of(file.services["db"]) == "db"

    def test_an_included_file_knows_that_it_is_a_part(self) -> None:
        file = project(INCLUDING)
        (included,) = file.include[0].files
        assert included.included_by == [file]
        assert not included.complete and included.services["db"].complete

    @pytest.mark.parametrize(
        "path", ["gone.yml", "${F}", "https://example.org/x.git", "broken.yml", "[a.yml, gone.yml]"]
    )
    def test_what_cannot_be_read_makes_a_file_incomplete(self, path: str) -> None:
        item = path if path.startswith("[") else f"'{path}'"
        main = f"include: [{{path: {item}}}]\nservices: {{web: {{image: x}}}}\n"
        file = project({**INCLUDING, "compose.yaml": main, "broken.yml": "a: [\n"})
        assert not file.complete
        assert file.services["web"].complete

    def test_circles_end(self) -> None:
        file = project(
            {"compose.yaml": "include: [b.yml]\nservices: {a: {image: x}}", "b.yml": "include: [compose.yaml]"}
        )
        assert list(file.services) == ["a"] and not file.complete

    def test_an_included_file_is_filled_in_from_its_own_variables(self) -> None:
        inner = compose.parse(Source("in/compose.yaml", "services: {a: {image: 'x:${T}'}}"), {"T": "1"})
        outer = compose.parse(Source("compose.yaml", "include: [in/compose.yaml]"), {}, {"in/compose.yaml": inner}.get)
        image = outer.services["a"].image
        assert image and image.resolved == "x:1"


SAMPLE = """\
include: [a.yml]
x-base: &base {restart: always, environment: [A=1]}
services:
  web:
    <<: *base
    extends: {service: db}
    image: "r:5000/x:${TAG:-1}"
    build: {context: ., args: {A: "é😀"}}
    command: sh -c 'a | b' > c
    ports: ["80:80", {target: 1}]
    volumes: [./a:/b, {type: bind, target: /c}]
    depends_on: {db: {condition: service_healthy}}
    healthcheck: {test: [CMD, x]}
    env_file: [a, {path: b}]
    networks: [n]
    secrets: [s]
  db: {image: !override y}
volumes: {v: {external: true}}
---
services: {db: {ports: !reset []}}
"""


def use(file: ComposeFile) -> None:
    """Ask for everything; whatever the file, there is an answer."""
    length = len(file.source.text)
    for fault in file.faults:
        assert fault.span.end <= length and fault.message
    _ = (file.name, file.is_fragment, file.complete, file.networks, file.secrets, file.configs)
    assert all(volume.external in (True, False, None) for volume in file.volumes.values())
    for service in file.services.values():
        _ = [getattr(service, name) for name in dir(Service) if not name.startswith("_") and name != "kind"]
        parts = (service.ports, service.volumes, service.environment, service.depends_on)
        assert all(0 <= one.span.start <= one.span.end <= length for part in parts for one in part)
        for command in (service.command, service.entrypoint):
            _ = command and ([word.resolved for word in command.words], command.shell, command.span)
        _ = service.healthcheck and (service.healthcheck.test, service.healthcheck.disabled)
        _ = service.build and (service.build.args, service.build.context)


KEYS = "services a image build ports volumes environment depends_on extends include path service test networks".split()
SHAPES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab$:{}-/ ", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)


class TestAnyInput:
    def test_cut_anywhere(self) -> None:
        for end in range(0, len(SAMPLE) + 1, 2):
            use(parse(SAMPLE[:end]))

    @settings(deadline=None, max_examples=150)
    @given(
        st.integers(0, len(SAMPLE)), st.integers(0, 5), st.text(st.sampled_from("\n\t -:'\"[]{}*&#$!<?,1"), max_size=4)
    )
    def test_any_slip(self, place: int, dropped: int, typed: str) -> None:
        use(parse(SAMPLE[:place] + typed + SAMPLE[place + dropped :]))

    @settings(deadline=None, max_examples=50)
    @given(SHAPES)
    def test_any_shape(self, shape: object) -> None:
        service = dict.fromkeys(("image", "ports", "volumes", "environment", "depends_on", "healthcheck"), shape)
        services = {"a": shape, "b": service, "c": {"extends": shape, "build": shape, "command": shape}}
        use(parse(json.dumps(shape)))
        use(parse(json.dumps({"services": services, "include": shape, "volumes": shape})))


def test_many_includes_of_the_same_files_cost_nothing() -> None:
    files = {f"{n}.yml": f"include: [{n + 1}.yml, {n + 1}.yml]\nservices: {{s{n}: {{image: x}}}}\n" for n in range(100)}
    file = project(files, "0.yml")
    use(file)
    assert "s20" in file.services and file.directory_of(file.services["s20"]) == ""
    assert not file.complete  # a chain of a hundred is not followed to its end
