"""What Compose takes and refuses, key by key: as measured on docker compose 2.40.3."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock import compose
from dagdock.compose import ShapeFault
from dagdock.compose.description import form, table
from dagdock.tables import load_data
from dagdock.text import Source

WEB = "services:\n  web:\n    image: nginx:1.27\n"
DB = "  db:\n    image: postgres:16\n"


def faults(text: str, **env: str) -> list[ShapeFault]:
    return compose.parse(Source("compose.yaml", text), env).shape


def of_web(lines: str, **env: str) -> list[str]:
    """Kind and place of each fault in a service that has these lines, too."""
    text = WEB + "".join(f"    {line}\n" for line in lines.splitlines()) + DB
    return [f"{fault.kind} {fault.span.text}" for fault in faults(text, **env)]


TAKEN = [
    # scalars as Compose reads them
    "user: '0'\nhostname: yes\nrestart: no\ninit: on\ntty: 'off'\nread_only: true",
    "pids_limit: '5'\nscale: 2\ncpus: 0.5\ncpu_percent: '50'\noom_score_adj: -500\nshm_size: 64.5",
    "mem_limit: 1g\nmem_reservation: '512'\nmemswap_limit: -1\nmem_swappiness: 1_0",
    "stop_grace_period: 1m30s",
    "stop_grace_period: 1.5h2d",
    "stop_grace_period: '0'",
    # short and long forms
    "ports: [80, '8080:80', {target: 80, published: '8080', host_ip: 127.0.0.1, mode: host, name: web}]",
    "volumes: ['./a:/a', {type: bind, source: ./b, target: /b, bind: {create_host_path: 'no', selinux: z}}]",
    "depends_on: [db]",
    "depends_on: {db: {condition: service_healthy, restart: true, required: false}}",
    "environment: {A: 1, B: true, C: , D: 1.5, E: text}",
    "environment: [A=b, C, 'D= e', '=x']",
    "command: [a, '5']\nentrypoint: null",
    "command: echo 'a b' \"c\" | it's",
    'command: a $$(it\'s) `b` "(c)" | (',
    "env_file: [{path: a.env, required: 'no', format: raw}, b.env]",
    "networks: {default: {aliases: [a], priority: 5, driver_opts: {a: 1}}}",
    "build: {context: ., args: [A=1], no_cache: 'yes', provenance: mode=max, sbom: true, ssh: [default]}",
    "ulimits: {nofile: {soft: 5, hard: '6'}, nproc: '7'}",
    "secrets: [a, {source: b, mode: '0440'}, {source: c, mode: 0o440}]",
    "deploy: {replicas: 2, resources: {limits: {cpus: '0.5', memory: 1g, pids: 5}}, labels: [a=b]}",
    "deploy:\ndevelop:",
    "develop: {watch: [{path: ./x, action: sync, target: /x, ignore: a}]}",
    "healthcheck: {test: [CMD, curl], interval: 5s, retries: '3', disable: 'no'}",
    "logging: {options: {a: 1, b: null, c: x}}",
    "gpus: all",
    "gpus: [{driver: nvidia, anything: goes}]",
    "extra_hosts: {a: '1', b: ['1', '2']}",
    "extra_hosts: ['a:1', b=::1]",
    "pull_policy: every_12h",
    "provider: {type: x, options: {a: [b, 5], c: true}}",
    "post_start: [{command: ./x, user: root, privileged: true}]\npre_stop: [{command: [a, b]}]",
    "models: {m: {endpoint_var: A}, n: }",
    "annotations: {a: b}\nblkio_config: {weight: 300, device_read_bps: [{path: /dev/sdb, rate: 12mb}]}",
    # equal items that Compose makes one of
    "cap_add: [ALL, ALL]\ndns: ['1', '1']\nprofiles: [a, a]\nexpose: [80, '80']\nlabels: [a=b, a=b]",
    # extensions, variables, tags
    "x-mine: {a: [1, {}]}\nlogging: {x-y: 1}\nnetworks: {default: {x-z: 1}}",
    "scale: ${N}\nmem_limit: ${M:-512m}\nprivileged: ${P:-yes}\npull_policy: ${Y:-always}",
    "ports: !reset []\nvolumes: !override\n  - ./a:/b\nuser: !reset 5",
]


@pytest.mark.parametrize("lines", TAKEN)
def test_what_compose_takes(lines: str) -> None:
    found = [each for each in of_web(lines) if not each.startswith("unset-variable")]
    assert found == []


REFUSED = {
    # unknown keys
    "enviroment: {}": ["unknown-key enviroment"],
    "healthcheck: {intervall: 5s, x-a: 1}": ["unknown-key intervall"],
    "env_file: [{path: a, x-a: 1}]": ["unknown-key x-a"],
    "pre_start: []": ["unknown-key pre_start"],
    # kinds
    "user: 1000": ["wrong-type 1000"],
    "hostname: true": ["wrong-type true"],
    "ports: 8080:80": ["wrong-type 8080:80"],
    "ports: [80.5]": ["wrong-type 80.5"],
    "command: [a, 5]": ["wrong-type 5"],
    "environment:": ["wrong-type environment"],
    "environment: {A: 2020-01-01}": ["wrong-type 2020-01-01"],
    "environment: {A: [b]}": ["wrong-type [b]"],
    "environment: {5: a}": ["wrong-type 5"],
    "environment: [A: b]": ["wrong-type A: b"],
    "stop_grace_period: 10": ["wrong-type 10"],
    "volumes: ['./a': /b]": ["wrong-type './a': /b"],
    "volumes: {a: b}": ["wrong-type {a: b}"],
    "init: 1": ["wrong-type 1"],
    "build: {context: ., ulimits: {nofile: '5'}}": ["wrong-type 5"],
    "use_api_socket: 'yes'": ["wrong-type yes"],
    "<<: text": ["wrong-type <<"],
    # values
    "container_name: c": ["invalid-value c"],
    "container_name: ''": ["invalid-value ''"],
    "pull_policy: sometimes": ["invalid-value sometimes"],
    "cgroup: hots": ["invalid-value hots"],
    "stop_grace_period: 10sec": ["invalid-value 10sec"],
    "mem_limit: 1gbb": ["invalid-value 1gbb"],
    "mem_limit: '-1'": ["invalid-value -1"],
    "privileged: maybe": ["invalid-value maybe"],
    "scale: -1": ["invalid-value -1"],
    "cpu_percent: 101": ["invalid-value 101"],
    "oom_score_adj: 2000": ["invalid-value 2000"],
    "environment: ['A =b']": ["invalid-value A =b"],
    "healthcheck: {test: [curl, x]}": ["invalid-value curl"],
    "ports: [{target: 80, host_ip: here}]": ["invalid-value here"],
    "depends_on: {db: {condition: healthy}}": ["invalid-value healthy"],
    "privileged: ${P:-maybe}": ["invalid-value ${P:-maybe}"],
    "devices: ['a:b:c:d']": ["invalid-value a:b:c:d"],
    "command: echo 'x": ["invalid-value echo 'x"],
    "command: 'echo \"x'": ['invalid-value echo "x'],
    "command: echo (x)": ["invalid-value echo (x)"],
    "entrypoint: a\\": ["invalid-value a\\"],
    "labels: {[a]: b}": ["wrong-type [a]"],
    # what is missing
    "depends_on: {db: {restart: true}}": ["missing-key db"],
    "volumes: [{type: bind, source: a}]": ["missing-key {type: bind, source: a}"],
    "ports: [{published: 80}]": ["missing-key {published: 80}"],
    "develop: {watch: [{path: x, action: sync}]}": ["missing-key {path: x, action: sync}"],
    "extends: {file: a}": ["missing-key extends"],
    "post_start: [{user: a}]": ["missing-key {user: a}"],
    # twice
    "depends_on: [db, db]": ["double-item db"],
    "security_opt: [a, 'a']": ["double-item a"],
    # variables
    "volumes: ['${DATA}:/data']": ["unset-entry ${DATA}"],
    "ports: ['80:${PORT}']": ["unset-entry ${PORT}"],
    "mem_limit: ${MEMORY}": ["unset-variable ${MEMORY}"],
    "privileged: ${P}": ["unset-variable ${P}"],
}


@pytest.mark.parametrize(("lines", "found"), REFUSED.items())
def test_what_compose_refuses(lines: str, found: list[str]) -> None:
    assert of_web(lines) == found


def test_an_image_that_is_only_a_variable_comes_from_where_it_is_deployed() -> None:
    assert faults("services:\n  web:\n    image: ${IMAGE}\n    hostname: $HOST\n") == []


def test_variables_with_a_value_or_without_need() -> None:
    assert of_web("volumes: ['${DATA}:/data']\nscale: $N", DATA="./x", N="2") == []
    assert of_web("volumes: ['${PWD}:/data', '${D:?say it}:/d', '${E-./e}:/e']\nports: ['${P}:80']") == []
    assert of_web("scale: $N", N="two") == ["invalid-value $N"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name: 5\n" + WEB, ["5"]),
        ("version: 3.8\n" + WEB, ["3.8"]),
        ("networks:\n" + WEB, ["networks"]),
        ("volumes: [a]\n" + WEB, ["[a]"]),
        ("volumes: {'a b': }\n" + WEB, ["a b"]),
        ("networks: {'a b': {foo: 1}}\n" + WEB, []),
        ("networks: {n: {external: maybe}}\n" + WEB, ["maybe"]),
        ("secrets: {s: {}, t: {external: true}, u: {file: a}, v: {external: false}}\n" + WEB, ["s", "v"]),
        ("configs: {c: {driver: x}}\n" + WEB, ["driver", "c"]),
        ("models: {m: {}}\n" + WEB, ["m"]),
        ("include: [{path: a, env_file: [b], other: 1}, c]\n" + WEB, []),
        ("include: a.yaml\n" + WEB, ["a.yaml"]),
        ("services:\n  a b:\n    image: a:1\n  5:\n    image: b:1\n", ["a b", "5"]),
        ("web:\n  image: a:1\ndb:\n  image: b:1\n", ["web"]),
        ("redis:\n  image: a:1\n" + WEB + "other: 1\n", ["redis", "other"]),
        ("x-a: {5: [}]}\n", []),
    ],
)
def test_the_top_of_the_file(text: str, found: list[str]) -> None:
    assert sorted(fault.span.text for fault in faults(text)) == sorted(found)


def test_one_finding_where_it_is_written() -> None:
    text = "x-base: &base\n  user: 5\nservices:\n" + "".join(
        f"  s{number}:\n    <<: *base\n    image: a:1\n" for number in range(3)
    )
    (fault,) = faults(text)
    assert (fault.span.text, fault.span.line) == ("5", 2)
    assert faults("x-base: &base\n  user: 5\n" + WEB) == []


def test_parts_of_a_whole_may_lack_something() -> None:
    text = "services:\n  web:\n    depends_on: {db: {restart: true}}\n    environment:\n    user: 5\n"
    part = compose.parse(Source("compose.override.yaml", text), whole=False)
    assert [fault.kind for fault in part.shape] == ["wrong-type"]
    extending = "services:\n  web:\n    extends: base\n    depends_on: {db: {restart: true}}\n  base:\n    image: a:1\n"
    assert faults(extending + DB) == []


def test_templates_are_left_alone() -> None:
    assert faults("services:\n  web:\n    image: {{ image }}\n    user: 5\n") == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("enviroment: {}", "`enviroment` in service `web`: did you mean `environment`?"),
        ("memory: 5", "below `deploy.resources.limits`"),
        ("replicas: 5", "it belongs below `deploy`"),
        ("deploy: {restart: always}", "`deploy` of service `web`"),
        ("deploy: {ports: []}", "the service itself"),
        ("user: 1000", "read as a number: put it in quotes"),
        ("environment: [A: b]", "write `A=b`"),
        ("volumes: [a: /b]", "write `a:/b`"),
        ("depends_on: {db: {condition: service_healty}}", "Did you mean `service_healthy`?"),
        ("scale: -1", "must be at least 0"),
        ("cpu_percent: 200", "between 0 and 100"),
        ("environment:", "is empty"),
        ("ports: text", "must be a list, not `text`"),
    ],
)
def test_messages_say_where_and_what(lines: str, words: str) -> None:
    (fault, *_) = faults(WEB + f"    {lines}\n" + DB)
    assert words in fault.message


def test_the_description_is_whole() -> None:
    data = load_data("dagdock.compose", "shape")
    for name in data["tables"]:
        for key in table(name).keys:
            kind = table(name).type_of(key)
            assert kind.anything or kind.scalars or kind.takes_text or kind.items or kind.takes_mapping, (name, key)
    for name in data["forms"]:
        re.compile(form(name)["is"])
    assert set(data["closed"] + data["open"]) <= set(data["tables"])


KEYS = st.sampled_from(sorted({key for one in load_data("dagdock.compose", "shape")["tables"].values() for key in one}))
VALUES = st.recursive(
    st.sampled_from(
        ["5", "1.5", "true", "~", "", "text", "a=b", "'a:b'", "2020-01-01", "10s", "1g", "${X}", "*a", "$"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(KEYS, inner, max_size=3).map(
            lambda entries: "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"
        )
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.dictionaries(KEYS, VALUES, max_size=2))
def test_any_mapping_is_held_against_the_description(service: dict[str, str], top: dict[str, str]) -> None:
    lines = [f"{key}: {value}" for key, value in top.items() if key != "services"]
    text = "\n".join([*lines, "x-a: &a {}", "services:", "  web:", *(f"    {key}: {service[key]}" for key in service)])
    for fault in faults(text):
        assert fault.message and fault.span.start <= fault.span.end <= len(text)
        assert fault.kind in (
            "unknown-key",
            "wrong-type",
            "invalid-value",
            "missing-key",
            "double-item",
            "unset-variable",
        )


def test_aliases_of_aliases_take_no_long_time() -> None:
    lines = ["x-0: &a0 {user: 5}"] + [
        f"x-{number}: &a{number} {{deploy: *a{number - 1}, build: *a{number - 1}, labels: *a{number - 1}}}"
        for number in range(1, 60)
    ]
    text = "\n".join([*lines, "services: {web: *a59}"])
    begin = process_time()
    assert faults(text)
    assert process_time() - begin < 1


@pytest.mark.parametrize("lines", [*TAKEN, *REFUSED])
def test_as_the_real_compose_says(lines: str, tmp_path: Path, docker_compose: str) -> None:
    text = WEB + "".join(f"    {line}\n" for line in lines.splitlines()) + DB
    text += "secrets: {a: {file: x}, b: {file: x}, c: {file: x}}\nmodels: {m: {model: x}, n: {model: x}}\n"
    (tmp_path / "compose.yaml").write_text(text)
    for name in ("a.env", "b.env", "a"):
        (tmp_path / name).write_text("")
    command = [docker_compose, "-f", str(tmp_path / "compose.yaml"), "config", "-q", "--no-env-resolution"]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={"HOME": "/"}, check=False)
    assert (answer.returncode != 0) == bool(faults(text)), answer.stderr
