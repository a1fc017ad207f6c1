"""Overrides; the expected model is what `docker compose -f base -f override config` 2.40.3 prints."""

from __future__ import annotations

import pytest

from dagdock import compose
from dagdock.api import Project
from dagdock.compose import ComposeFile
from dagdock.text import Source

BASE = """\
services:
  web:
    image: base:1
    build: ./ctx
    command: [a, b]
    environment: {A: 1, B: two, C: }
    env_file: one.env
    ports: ["80:80", "90:90"]
    volumes: ["data:/data", "./x:/x/"]
    depends_on: [db]
    labels: ["l=1", "m=2"]
    healthcheck: {test: [CMD, x], interval: 10s}
    logging: {driver: json-file, options: {a: b}}
    networks: [one]
    dns: 1.1.1.1
    cap_add: [A]
    restart: always
    user: root
    tmpfs: /tmp
    deploy: {labels: {q: r}, replicas: 2}
  db:
    image: postgres
    environment: [X=1, Y=2]
  gone: {image: x}
networks: {one: {}, two: {}}
volumes: {data: {driver: local}}
"""
OVER = """\
services:
  web:
    image: !reset null
    build: {target: dev, args: {K: v}}
    command: !override [c]
    environment: ["A=9", "D=4", "C"]
    env_file: [two.env, one.env]
    ports: !override ["91:91"]
    volumes: ["./other:/x", {type: tmpfs, target: /t}]
    depends_on: {db: {condition: service_healthy}, cache: {condition: service_started}}
    labels: {m: 3, n: 4}
    healthcheck: {test: y, retries: 3}
    logging: {driver: syslog}
    networks: {two: {aliases: [w]}}
    dns: [2.2.2.2, 1.1.1.1]
    cap_add: [B, A]
    restart: !reset null
    tmpfs: [/run]
    deploy: {labels: ["q=s"], replicas: 3}
  db:
    environment: {Y: 3, Z: 4}
  gone: !reset null
  cache: {image: redis}
volumes: {data: {driver_opts: {a: b}}, more: }
"""


@pytest.fixture(scope="module")
def merged() -> ComposeFile:
    return compose.merge(
        compose.parse(Source("compose.yaml", BASE)), compose.parse(Source("compose.override.yaml", OVER))
    )


def test_the_whole(merged: ComposeFile) -> None:
    assert list(merged.services) == ["web", "db", "cache"]
    assert (list(merged.networks), list(merged.volumes)) == (["one", "two"], ["data", "more"])
    assert list(merged.volumes["data"].entries) == ["driver", "driver_opts"]
    assert not merged.is_fragment and merged.complete
    assert [type(node).__name__ for node in merged.walk()] == ["ComposeFile", "Service", "Service", "Service"]


def test_single_values(merged: ComposeFile) -> None:
    web = merged.services["web"]
    assert (web.image, web.restart) == (None, None)
    assert web.user and web.user.raw == "root"
    assert web.build and web.build.context and web.build.target
    assert (web.build.context.raw, web.build.target.raw) == ("./ctx", "dev")
    assert web.command and [word.raw for word in web.command.words] == ["c"]
    assert web.healthcheck and list(web.healthcheck.entries) == ["test", "interval", "retries"]
    logging = web.section("logging")
    assert logging and list(logging.entries) == ["driver"]
    assert web.deploy and (replicas := web.deploy.value("replicas")) and replicas.integer == 3


def test_lists(merged: ComposeFile) -> None:
    web = merged.services["web"]
    assert [str(port.target) for port in web.ports] == ["91"]
    assert [(mount.source, mount.target) for mount in web.volumes] == [
        ("data", "/data"),
        ("./other", "/x"),
        ("", "/t"),
    ]
    assert [file.path.raw for file in web.env_files] == ["two.env", "one.env"]
    assert sorted(value.raw for value in web.values("dns")) == ["1.1.1.1", "2.2.2.2"]
    assert sorted(value.raw for value in web.values("cap_add")) == ["A", "B"]
    assert [value.raw for value in web.values("tmpfs")] == ["/tmp", "/run"]


def test_settings(merged: ComposeFile) -> None:
    web, db = merged.services["web"], merged.services["db"]
    assert {one.name: one.resolved for one in web.environment} == {"A": "9", "B": "two", "C": None, "D": "4"}
    assert len(web.environment) == 4
    assert {one.name: one.resolved for one in db.environment} == {"X": "1", "Y": "3", "Z": "4"}
    assert {one.name: one.resolved for one in web.labels} == {"l": "1", "m": "3", "n": "4"}
    assert web.deploy and [one.resolved for one in web.deploy.settings("labels")] == ["s"]


def test_names(merged: ComposeFile) -> None:
    web = merged.services["web"]
    found = {one.service: one.condition.raw if one.condition else None for one in web.depends_on}
    assert found == {"db": "service_healthy", "cache": "service_started"}
    assert [one.name for one in web.networks] == ["one", "two"]


def test_everything_keeps_the_place_where_it_is_written(merged: ComposeFile) -> None:
    web = merged.services["web"]
    paths = {str(one.name): one.span.source.path for one in web.environment}
    assert paths == {"B": "compose.yaml", "A": "compose.override.yaml", "D": paths["D"], "C": paths["D"]}
    assert web.span.source.path == "compose.override.yaml"


def test_parts_that_do_not_fit_give_way() -> None:
    base = compose.parse(Source("compose.yaml", "services: {a: {image: x, ports: {b: c}, environment: x, build: [d]}}"))
    over = compose.parse(Source("o.yaml", "services: {a: {ports: ['1:1'], environment: {A: 1}, build: {context: e}}}"))
    service = compose.merge(base, over).services["a"]
    assert [str(port.target) for port in service.ports] == ["1"]
    assert service.build and service.build.context and service.build.context.raw == "e"


def test_several_overrides_and_null() -> None:
    texts = (
        "services: {a: {image: x, user: u, command: c}}",
        "services: {a: {image: , command: }}",
        "services: {a: {user: v}}",
    )
    service = compose.merge(*(compose.parse(Source(f"{n}.yaml", text)) for n, text in enumerate(texts))).services["a"]
    assert service.image and service.user
    assert (service.image.raw, service.user.raw, service.command) == ("x", "v", None)


def test_what_stands_in_one_place_of_the_container_is_replaced() -> None:
    base = compose.parse(
        Source(
            "compose.yaml",
            "services:\n  web:\n    image: a:1\n    secrets: [s, t]\n    configs: [c]\n"
            "    devices: ['/dev/a:/dev/x', /dev/b]\n",
        )
    )
    over = compose.parse(
        Source(
            "compose.override.yaml",
            "services:\n  web:\n    secrets: [{source: u, target: /run/secrets/s}]\n"
            "    configs: [{source: d, target: /c}]\n    devices: [{source: /dev/c, target: /dev/x}]\n",
        )
    )
    service = compose.merge(base, over).services["web"]
    assert [grant.source for grant in service.secrets] == ["t", "u"]
    assert [grant.source for grant in service.configs] == ["d"]
    assert [value.resolved for value in service.values("devices")] == ["/dev/b"]


def test_an_included_file_is_filled_in_from_its_env_file_and_from_what_holds_above() -> None:
    files = {
        "compose.yaml": "include:\n  - {path: [a/db.yaml], env_file: a/my.env}\n  - b/db.yaml\n",
        ".env": "TAG=15\n",
        "a/db.yaml": "services:\n  a: {image: 'pg:$TAG-$A-${B:-none}'}\n",
        "a/my.env": 'TAG=16\nA="one two"\n',
        "a/.env": "B=here\n",
        "b/db.yaml": "services:\n  b: {image: 'pg:$TAG-$C'}\n",
        "b/.env": "TAG=17\nC=c\n",
    }
    file = Project.in_memory(files).compose_file("compose.yaml")
    assert file is not None
    images = {name: service.image and service.image.resolved for name, service in file.services.items()}
    assert images == {"a": "pg:15-one two-none", "b": "pg:15-c"}
