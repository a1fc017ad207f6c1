"""Rules on Compose files (shape, order, data, safety) and on what belongs to them: what strict readers called wrong or
arguable."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice
from dagdock.testing import marked

from .cases import each

RULES = {rule.code: rule for kind in ("compose", "project") for rule in Rules().of_kind(kind)}

Files = str | Mapping[str, str]

WEB = "services:\n  web:\n    image: web:1\n"
DB = "  db:\n    image: postgres:16\n"
HEALTHY_DB = DB + "    healthcheck: {test: pg_isready}\n"
POSTGRES = "services:\n  db:\n    image: «postgres:16»\n"
CHECKED = "  {}:\n    image: {}\n    healthcheck: {{test: a}}\n"
# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, dict[str, Files]] = {
    "DC011": {
        "loaded after another one": {
            "parts/web/compose.yaml": WEB + "    networks: [back]\n    env_file: ./scripts/zone.env\n",
            "scripts/zone.env": "",
        },
        "leads out of its folder and back": {
            "parts/web/compose.yaml": WEB + "    networks: [back]\n    volumes: [../../parts/web/a:/a]\n",
        },
        "stands by itself": {"parts/web/compose.yaml": WEB + "    networks: [«back»]\n    env_file: ./web.env\n"},
    },
    "DC026": {
        "a template": {"compose.template.yaml": WEB + "    volumes: ['${DATA}:/a']\n"},
        "once a file": WEB + "    volumes: ['«${DATA}»:/a', '${LOGS}:/b']\n",
        "set by a script": {"compose.yaml": WEB + "    volumes: ['${DATA}:/a']\n", "up.sh": "export DATA=/srv\n"},
        "named by a script": {"compose.yaml": WEB + "    volumes: ['«${DATA}»:/a']\n", "up.sh": "ls $DATA=\n"},
        "a folder of environments": {"compose.yaml": WEB + "    volumes: ['${DATA}:/a']\n", "envs/a.env": "DATA=a\n"},
    },
    "DC015": {
        "loaded on top of a file elsewhere": {
            "compose.tls.yaml": WEB + "    depends_on: [broker, registry]\n",
        },
        "stands by itself": WEB + "    depends_on: [«broker», «registry»]\n",
        "loaded by a script": {
            "a/compose.tls.yaml": WEB + "    depends_on: [broker]\n",
            "a/start.sh": "docker compose -f ../../base/compose.yaml -f $PWD/compose.tls.yaml up -d\n",
        },
        "loaded alone by a script": {
            "a/compose.tls.yaml": WEB + "    depends_on: [«broker»]\n",
            "a/start.sh": "docker compose -f compose.tls.yaml up -d\n",
        },
    },
    "DC204": {
        "addresses that must be addresses": "services:\n  a:\n    image: a:1\n    command: run --server=172.28.0.5\n"
        "    environment: {TRUSTED_PROXIES: 172.28.0.5, HOST_IP: 172.28.0.5}\n"
        "  b:\n    image: b:1\n    networks: {n: {ipv4_address: 172.28.0.5}}\nnetworks:\n  n:\n",
    },
    "DC301": {
        "a list of images": "services:\n  a:\n    image: a:1\n  b:\n    image: b:1\n  db:\n    image: postgres:16\n",
        "for tests": "services:\n  db:\n    image: postgres:16\n    environment: {POSTGRES_DB: shop_test}\n",
        "of a profile for tests": "services:\n  db:\n    image: postgres:16\n    profiles: [e2e-perf]\n",
        "for good": POSTGRES + "    environment: {POSTGRES_DB: contest}\n",
        "dashboards that are given": "services:\n  g:\n    image: grafana/grafana:12.0.0\n"
        "    volumes: [./a:/etc/grafana/provisioning]\n",
    },
    "DC305": {
        "a condition may mean it": "services:\n  a:\n    image: a:1\n    volumes:\n"
        "      - ${N:-no} == true ? b:/a: b:/a\n      - ${N:-no} == true ? c:/a: c:/a\nvolumes:\n  b:\n  c:\n",
    },
    "DC501": {
        "tries again": "services:\n  git:\n    image: gitea/gitea:1.22\n    depends_on: [db]\n" + HEALTHY_DB,
        "built on what tries again": {
            "compose.yaml": "services:\n  c:\n    build: .\n    depends_on: [db]\n" + HEALTHY_DB,
            "Dockerfile": "FROM quay.io/debezium/connect:3.0\n",
        },
    },
    "DC504": {
        "in a swarm": WEB
        + "    deploy: {placement: {constraints: [node.role == manager]}}\n    depends_on: [db]\n"
        + DB,
        "tries again": "services:\n  w:\n    image: wordpress:6\n    depends_on: [db]\n" + DB,
    },
    "DC507": {
        "each stands for the other": "services:\n  a:\n    image: a:1\n    ports: ['80:80']\n"
        "  b:\n    image: b:1\n    ports: ['80:80']\n",
        "another one comes back": "services:\n  a:\n    image: a:1\n    restart: always\n"
        "  «b»:\n    image: b:1\n    ports: ['81:80']\n",
    },
    "DC513": {
        "what tasks of Airflow connect to": "services:\n  a:\n    image: apache/airflow:3.0.0\n    environment:\n"
        "      AIRFLOW__CORE__EXECUTOR: LocalExecutor\n      SHOP_DB: pg://shop@db:5432/shop\n" + DB,
        "what Airflow itself connects to": "services:\n  a:\n    image: apache/airflow:3.0.0\n    environment:\n"
        "      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: pg://shop@«db»:5432/shop\n" + DB,
        "what a command only writes down": WEB + "    environment: {DB_HOST: db}\n"
        "    command: sh -c 'set-config host $$DB_HOST'\n" + DB,
    },
    "DC703": {
        "finds devices": {"compose-dlna.yaml": WEB + "    network_mode: host\n"},
        "serves": {"compose.yaml": WEB + "    network_mode: «host»\n"},
    },
    "DC705": {
        "all of them anyway": WEB + "    privileged: true\n    cap_add: [SYS_ADMIN]\n",
        "works on networks": WEB + "    cap_add: [NET_ADMIN, NET_RAW]\n",
    },
    "DC707": {
        "nothing secret to read": WEB + "    volumes: ['/boot:/boot:ro']\n",
        "what the engine starts": WEB + "    volumes: ['«/boot:/boot»']\n",
    },
    "PJ161": {
        "loaded after another one": {
            "parts/web/compose.yaml": WEB + "    volumes: [./parts/web/a.conf:/a.conf, ./conf/b.conf:/b.conf]\n",
            "parts/web/a.conf": "",
        },
    },
    "PJ163": {
        "a comment says where it comes from": "# git clone https://e.com/a ../demo-config\n"
        + WEB
        + "configs:\n  a:\n    file: ./demo-config/a.conf\n",
    },
    "PJ164": {
        "settings": {
            "compose.yaml": WEB + "secrets:\n  a:\n    file: ./ssh_config\n",
            "ssh_config": "Host *\n  User a\n  Port 22\n",
            ".gitignore": "*.pyc\n",
        },
    },
    "PJ167": {
        "says itself where it listens": "services:\n  i:\n    image: influxdb:3-core\n    ports: ['8181:8181']\n"
    },
}


@pytest.mark.parametrize(("code", "files"), each(CASES))
def test_flags_exactly_what_is_marked(code: str, files: Files) -> None:
    expected = as_files(files, "compose.yaml")
    assert marked(RULES[code], expected) == expected


def findings(files: Files, code: str) -> list[Finding]:
    files = as_files(files, "compose.yaml")
    name = next(name for name in files if name.endswith("compose.yaml"))
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice())
    return list(linter.check(Workspace.in_memory(files), [Target("", name, name)]).findings)


SEVERITIES: list[tuple[str, Files, str]] = [
    ("DC205", WEB + "    ports:\n      - 2222:22\n", "info"),
    ("DC301", "services:\n  db:\n    image: postgres:16\n", "warning"),
    ("DC301", "services:\n  db:\n    image: postgres:16\n    volumes: [./a:/docker-entrypoint-initdb.d]\n", "info"),
    ("DC501", WEB + "    depends_on: [db]\n" + HEALTHY_DB, "warning"),
    ("DC501", WEB + "    depends_on: [api]\n" + CHECKED.format("api", "api:1"), "info"),
    ("DC702", "services:\n  v:\n    image: vimagick/strongswan\n    privileged: true\n", "info"),
    ("DC705", WEB + "    cap_add: [NET_ADMIN]\n", "info"),
    ("DC705", WEB + "    cap_add: [NET_ADMIN]\n    network_mode: host\n", "warning"),
    ("DC706", WEB + "    cap_add: [SYS_PTRACE]\n    security_opt: [seccomp:unconfined]\n", "info"),
    ("DC707", {"compose.yaml": "# for local development\n" + WEB + "    volumes: ['~/.aws:/root/.aws']\n"}, "info"),
    ("PJ163", WEB + "secrets:\n  a:\n    file: ./a.txt\n", "info"),
]


@pytest.mark.parametrize(("code", "files", "severity"), SEVERITIES)
def test_how_bad_it_is(code: str, files: Files, severity: str) -> None:
    assert [finding.severity for finding in findings(files, code)] == [severity]


WORDS: list[tuple[str, Files, str]] = [
    ("DC001", "services:\n  web:\n    image: web:1\n  restart: always\n", "`restart` stands where services do"),
    ("DC017", WEB + '    user: ${USER"}\n', "write `${USER}`"),
    ("DC018", "vpn:\n  build: .\n  net: host\n", "`net` is called `network_mode` now"),
    ("DC018", WEB + "    depends: [db]\n" + DB, "did you mean `depends_on`?"),
    ("DC018", WEB + "    depends: [db]\n    depends_on: [db]\n" + DB, "`depends_on` is there already"),
    ("DC019", WEB + "    environment:\n      sysctls:\n        - a=1\n", "indent it less"),
    ("DC020", WEB + "volumes:\n  ${A:-a}_data:\n", "`data:`, with `name: '${A:-a}_data'` below it"),
    ("DC019", WEB + "    deploy:\n      restart_policy:\n      condition: any\n", "indent `condition`"),
    ("DC020", WEB + "secrets:\n  a:\n    external: a\n", "write `external: true`"),
    ("DC020", WEB + "secrets:\n  a:\n    external: b\n", "`name: b`"),
    (
        "DC209",
        {"docker-stack.compose.yaml": "services:\n  s:\n    image: s:1\n    ports: ['2222:22']\n"},
        "a node of the swarm",
    ),
    ("DC209", "services:\n  s:\n    image: s:1\n    ports: ['2375:2375']\n", "reach `s:2375` without it"),
    (
        "DC301",
        "services:\n  db:\n    image: postgres:16\n    # volumes:\n    #   - ./a:/var/lib/postgresql/data/pg\n",
        "and the other lines of that comment",
    ),
    (
        "DC305",
        "services:\n  a:\n    image: a:1\n    volumes:\n      - ./b:/b\nvolumes:\n  b:\n",
        "mounts the folder `./b`",
    ),
    (
        "DC305",
        "services:\n  a:\n    image: a:1\n    volumes:\n      # - b:/b\n      - ./c:/c\nvolumes:\n  b:\n",
        "in line 5 is commented out",
    ),
    (
        "DC501",
        WEB + "    depends_on: [db, api]\n" + HEALTHY_DB + "  api:\n    image: api:1\n",
        "`depends_on: {db: {condition: service_healthy}, api: {condition: service_started}}`",
    ),
    (
        "DC502",
        WEB + '    entrypoint: ["sh", "-c"]\n    command: a && b\n',
        'the one item of a list, `command: ["…"]`',
    ),
    ("DC504", WEB + "    depends_on: [db]\n" + DB, "`healthcheck: {test: pg_isready -U postgres}`"),
    ("DC510", WEB + "    links: [db]\n" + DB, "write `depends_on: [db]` in its place"),
    ("DC513", WEB + "    environment: {DB_HOST: db}\n" + DB, "`depends_on: {db: {condition: service_healthy}}`"),
    (
        "DC701",
        "services:\n  t:\n    image: traefik:v3.2\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n",
        "It only has to look at containers",
    ),
    (
        "DC701",
        "services:\n  p:\n    image: portainer/portainer-ce\n"
        "    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n",
        "give its image a fixed version",
    ),
    ("DC702", WEB + "    privileged: true\n    cap_add: [SYS_ADMIN]\n", "the `cap_add` here adds nothing"),
    ("DC707", WEB + "    volumes: ['~/.ssh:/root/.ssh']\n", "acts under your name"),
    (
        "DC707",
        "services:\n  f:\n    image: falcosecurity/falco:0.40.0\n    volumes: ['/etc:/host/etc']\n",
        "/host/etc:ro`",
    ),
]


@pytest.mark.parametrize(("code", "files", "words"), WORDS)
def test_what_it_says(code: str, files: Files, words: str) -> None:
    assert words in findings(files, code)[0].message
