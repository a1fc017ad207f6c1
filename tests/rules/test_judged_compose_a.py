"""Rules on Compose files (images, ports, variables, Airflow): what strict readers called wrong or arguable."""

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

RULES = {rule.code: rule for rule in Rules().of_kind("compose")}

Files = str | Mapping[str, str]

DB = "services:\n  db:\n    image: postgres:16\n"
WEB = "services:\n  web:\n    image: web:1\n"
KAFKA = "services:\n  kafka:\n    image: apache/kafka:4.0.0\n    ports: ['{}']\n    environment:\n"
AIRFLOW = "services:\n  web:\n    image: apache/airflow:{}\n    command: {}\n    ports: ['{}']\n    environment:\n"
ALL_ADMINS = "      AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS: {}\n"
REPOSITORY = {".git/config": '[remote "origin"]\n\turl = https://github.com/acme/shop.git\n'}
# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, dict[str, Files]] = {
    "DC005": {
        "of Podman": {"podman-compose.yml": "version: '3'\nservices:\n  web:\n    image: web:1\n"},
        "of a swarm": "version: '3'\n" + WEB + "    deploy: {placement: {constraints: [node.role == manager]}}\n",
    },
    "DC105": {
        "filled in by a program": "services:\n  a:\n    image: __REGISTRY__/a:__VERSION__\n",
        "to fill in": "services:\n  a:\n    image: «<DockerID>/a:1»\n",
    },
    "DC403": {
        "Node reads the quotes": WEB + '    environment:\n      - NODE_OPTIONS="--max-old-space-size=2048"\n',
    },
    "DC402": {"no login": "services:\n  a:\n    image: a:1\n    command: reverse:https://shop.org:443@8443\n"},
    "DC408": {
        "a umask": WEB + "    environment: {UMASK_SET: 002, UMASK: «022»}\n",
        "a measure": WEB + "    environment: {IMPORT_TIMEOUT: 90.0, RELEASE: «2.0»}\n",
    },
    "DC101": {
        "kept new by Watchtower": "services:\n  a:\n    image: a/b\n"
        "    labels: {com.centurylinklabs.watchtower.enable: true}\n",
        "no more releases": "services:\n  a:\n    image: cloudera/quickstart:latest\n",
        "the owner's, built here": {
            **REPOSITORY,
            "compose.yaml": "services:\n  a:\n    image: acme/store:latest\n  b:\n    image: «acme/other»\n",
            "store/Dockerfile": "FROM alpine:3.22\n",
        },
        "built by another file": {
            "compose.yaml": "services:\n  a:\n    image: acme/store:latest\n  b:\n    image: «acme/other»\n",
            "dev/compose.yaml": "services:\n  a:\n    build: .\n    image: acme/store\n  b:\n    image: acme/other:1\n",
        },
        "built as the Dockerfile says": {
            "compose.yaml": "services:\n  a:\n    image: acme/store:latest\n",
            "Dockerfile": "# docker build --rm -t acme/store:latest .\nFROM alpine:3.22\n",
        },
    },
    "DC201": {
        "for tests, beside the one for work": {
            "compose.test.yaml": DB + "    ports: ['5432:5432']\n",
            "compose.yaml": DB,
        },
        "reached over the host": DB + "    ports: ['5432:5432']\n  web:\n    image: web:1\n"
        "    environment: {URL: 'pg://host.docker.internal:5432'}\n",
        "of a profile of tests": DB + "    profiles: [e2e]\n    ports: ['5432:5432']\n",
        "Kafka for other machines": KAFKA.format("9092:9092")
        + "      KAFKA_ADVERTISED_LISTENERS: IN://kafka:29092,OUT://192.168.1.5:9092\n",
        "Kafka for who says its address": KAFKA.format("9092:9092")
        + "      KAFKA_ADVERTISED_LISTENERS: OUT://${ADDRESS}:9092\n",
        "Kafka for this machine": KAFKA.format("«9092:9092»")
        + "      KAFKA_ADVERTISED_LISTENERS: IN://kafka:29092,OUT://localhost:9092\n",
    },
    "DC202": {
        "with an anchor": "services:\n  web: &web\n    image: web:1\n    ports: ['80:80']\n"
        "  «migrate»:\n    <<: *web\n    command: migrate\n",
        "with an anchor, and no ports": "services:\n  web: &web\n    image: web:1\n    ports: ['80:80']\n"
        "  migrate:\n    <<: *web\n    command: migrate\n    ports: []\n",
    },
    "DC401": {
        "the name of a secret": WEB + "    environment: {PWD_KEY: keysecret}\n    secrets: [keysecret]\n"
        "secrets:\n  keysecret: {file: key}\n",
        "for a server that asks for nothing": WEB + "    environment: {AWS_SECRET_ACCESS_KEY: test}\n",
        "the token of a Vault for trying": "services:\n  vault:\n    image: hashicorp/vault:1.20\n"
        "    command: server -dev -dev-root-token-id=t0p-token\n"
        "  web:\n    image: web:1\n    environment: {VAULT_TOKEN: t0p-token}\n",
        "read as a word, in an example": {
            "examples/compose.yaml": "services:\n  db:\n    image: gvenzl/oracle-xe:21\n"
            "    environment: {ORACLE_PWD: Admin123, OTHER_PWD: P@ssw0rd1!}\n",
        },
    },
    "DC902": {
        "set to a variable of another env file": {
            "compose.yaml": "services:\n  web:\n    image: apache/airflow:2.9.3\n    command: webserver\n"
            "    env_file: [airflow.env]\n"
            "  scheduler:\n    image: apache/airflow:2.9.3\n    command: scheduler\n    env_file: [airflow.env]\n",
            "airflow.env": "AIRFLOW__CORE__EXECUTOR=LocalExecutor\n"
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=postgresql://${POSTGRES_URL}\n",
        },
    },
    "DC904": {
        "of the other base64": "services:\n  web:\n    image: apache/airflow:2.9.3\n    command: webserver\n"
        "    environment: {AIRFLOW__CORE__FERNET_KEY: jJ/9sz0g0OHxsfxOoSfdFdmk3ysNmPRnH3TUAbz3IHA=}\n",
    },
    "DC913": {
        "on this machine alone": AIRFLOW.format("2.9.1", "webserver", "127.0.0.1:8080:8080")
        + "      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: postgresql://airflow:airflow@db/airflow\n"
        "  db:\n    image: postgres:16\n    ports: ['127.0.0.1:5432:5432']\n"
        "    environment: {POSTGRES_PASSWORD: airflow}\n",
        "in tests": {
            "compose.test.yaml": AIRFLOW.format("2.9.1", "webserver", "8080:8080")
            + "      _AIRFLOW_WWW_USER_PASSWORD: airflow\n"
        },
        "all are administrators": AIRFLOW.format("3.0.6", "api-server", "8080:8080") + ALL_ADMINS.format("'«True»'"),
        "all are, on this machine": AIRFLOW.format("3.0.6", "api-server", "127.0.0.1:8080:8080")
        + ALL_ADMINS.format("'True'"),
        "all are, with another manager": AIRFLOW.format("2.11.0", "webserver", "8080:8080")
        + ALL_ADMINS.format("'True'"),
    },
}


@pytest.mark.parametrize(("code", "files"), each(CASES))
def test_flags_exactly_what_is_marked(code: str, files: Files) -> None:
    expected = as_files(files, "compose.yaml")
    assert marked(RULES[code], expected) == expected


def findings(files: Files, *codes: str) -> list[Finding]:
    workspace = Workspace.in_memory(as_files(files, "compose.yaml"))
    name = next(name for name in as_files(files, "compose.yaml") if name.endswith((".yaml", ".yml")))
    return Linter(choice=Choice(codes or None)).check(workspace, [Target("", name, name)]).findings


ZAMMAD = "services:\n  db:\n    image: postgres:16\n    environment: {POSTGRES_PASSWORD: '${DB_PASS:-postgres}'}\n"
LOGIN = "      _AIRFLOW_WWW_USER_PASSWORD: airflow\n      AIRFLOW__CORE__AUTH_MANAGER: a.FabAuthManager\n"

SEVERITIES: list[tuple[str, Files, str]] = [
    ("DC101", {"compose.test.yaml": "services:\n  db:\n    image: acme/store\n"}, "info"),
    ("DC101", {"tools-ci-cd/compose.yaml": "services:\n  db:\n    image: acme/store\n"}, "warning"),
    ("DC101", "services:\n  sut:\n    image: acme/dgoss:latest\n", "info"),
    ("DC101", {"compose.yaml": "services:\n  db:\n    image: acme/other\n", **REPOSITORY}, "info"),
    (
        "DC202",
        "services:\n  a:\n    image: e/server:${V}\n    ports: ['80:80']\n"
        "  b:\n    image: e/server:${V}\n    ports: ['80:80']\n",
        "warning",
    ),
    (
        "DC202",
        "services:\n  a:\n    image: e/a:1\n    ports: ['80:80']\n  b:\n    image: e/b:1\n    ports: ['80:80']\n",
        "error",
    ),
    ("DC410", {"compose.yaml": WEB + "    environment: {A: '${A_URL}'}\n", ".env.example": "B=1\n"}, "info"),
    ("DC410", {"compose.yaml": WEB + "    environment: {A: '${A_URL}'}\n", ".env": "B=1\n"}, "warning"),
    ("DC410", {"compose.yaml": WEB + "    environment: {A: '${A_SECRET}'}\n", ".env.example": "B=1\n"}, "warning"),
    ("DC401", ZAMMAD, "info"),
    ("DC401", ZAMMAD + "    ports: ['5432:5432']\n", "warning"),
    ("DC913", {"dev/compose.yaml": AIRFLOW.format("3.0.6", "api-server", "8080:8080") + LOGIN}, "info"),
    ("DC913", AIRFLOW.format("2.9.1", "webserver", "8080:8080") + LOGIN, "warning"),
    ("DC101", "services:\n  a:\n    image: mirror.example.com/alpine/git:latest\n", "info"),
]


@pytest.mark.parametrize(("code", "files", "severity"), SEVERITIES)
def test_how_bad_it_is(code: str, files: Files, severity: str) -> None:
    assert [finding.severity for finding in findings(files, code)] == [severity]


WORDS: list[tuple[str, Files, str]] = [
    ("DC101", "services:\n  a:\n    image: bitnami/spark:latest\n", "name one of `bitnamilegacy/spark`"),
    ("DC101", "services:\n  a:\n    image: ${IMAGE:-redis:alpine}\n", "the tag `alpine` in the default of `IMAGE`"),
    (
        "DC401",
        WEB + "    environment:\n      URL: pg://shop:k7Xw92-lq@db/shop\n"
        "  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: k7Xw92-lq\n",
        "write `${POSTGRES_PASSWORD:?}` here and in line 5",
    ),
    (
        "DC401",
        WEB + "  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: k7Xw92-lq\n",
        "here; whoever logs in needs the same one",
    ),
    ("DC401", WEB + "    environment: {DB_PASSWORD: k7Xw92-lq}\n", "here; the server needs the same one"),
    (
        "DC401",
        WEB + "    environment: {FERNET_KEY: jJ/9sz0g0OHxsfxOoSfdFdmk3ysNmPRnH3TUAbz3IHA=}\n",
        "here; what was stored with the old one is not readable with another",
    ),
    (
        "DC401",
        WEB + "    environment: {DB_PASSWORD: '${DB_PASS:-k7Xw92-lq}'}\n"
        "  db:\n    image: postgres:16\n    environment: {POSTGRES_PASSWORD: '${DB_PASS:-k7Xw92-lq}'}\n",
        "write `${DB_PASS:?}` here and in line 7",
    ),
    (
        "DC913",
        AIRFLOW.format("2.9.1", "webserver", "8080:8080") + LOGIN,
        "write `${_AIRFLOW_WWW_USER_PASSWORD:?}` here",
    ),
    (
        "DC918",
        AIRFLOW.format("3.1.8", "api-server", "8080:8080") + "      AIRFLOW__CORE__DEFAULT_UI_TIMEZONE: UTC\n",
        "ignores this. Leave it out",
    ),
    (
        "DC410",
        {"compose.yaml": WEB + "    environment: {A: '${N8N_EXTRA_MODULES}'}\n", ".env": "EXTRA_MODULES=a\n"},
        "Did you mean `EXTRA_MODULES`?",
    ),
    (
        "DC410",
        {"compose.yaml": WEB + "    environment: {A: $scheme}\n", ".env": "B=1\n"},
        "`$$scheme` if the program is to get it",
    ),
    (
        "DC907",
        "services:\n  api:\n    image: apache/airflow:3.0.6\n    command: api-server\n"
        "  scheduler:\n    image: apache/airflow:3.0.6\n    command: scheduler\n",
        "with `command: dag-processor`",
    ),
    (
        "DC917",
        AIRFLOW.format("3.1.8", "api-server", "8080:8080") + "      AIRFLOW__SMTP__SMTP_USER: shop\n",
        "`AIRFLOW_CONN_SMTP_DEFAULT`",
    ),
    (
        "DC923",
        "services:\n  init:\n    image: apache/airflow:2.9.1\n    command: db migrate\n    restart: always\n"
        "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n",
        "init: {condition: service_completed_successfully}}` in it. Give `init` `restart: on-failure` as well",
    ),
    ("DC201", DB + "    ports: ['5432']\n", "write `127.0.0.1::5432`"),
    ("DC201", DB + "    ports: ['0.0.0.0:5433:5432']\n", "write `127.0.0.1:5433:5432`"),
    ("DC201", DB + "    ports: ['[::]:5433:5432']\n", "write `127.0.0.1:5433:5432`"),
    ("DC201", DB + "    ports: ['${PORT:-5432}:5432']\n", "write `127.0.0.1:${PORT:-5432}:5432`"),
    ("DC201", DB + "    ports: [{target: 5432, published: 5432}]\n", "set `host_ip: 127.0.0.1`"),
]


@pytest.mark.parametrize(("code", "files", "words"), WORDS)
def test_what_it_says(code: str, files: Files, words: str) -> None:
    assert words in findings(files, code)[0].message


REST = "    restart: unless-stopped\n"
SHARED = (
    "services:\n  web: &web\n    image: web:1\n    ports: ['80:80']\n"
    + REST
    + "  job:\n    <<: *web\n    command: job\n"
)
URL = (
    "    environment:\n      URL: pg://shop:{}@db/shop\n    depends_on:\n      db: {{condition: service_healthy}}\n"
    + REST
)
OWN = (
    "  db:\n    image: postgres:16\n    volumes: ['d:/var/lib/postgresql/data']\n"
    "    healthcheck: {{test: pg_isready}}\n" + REST + "    environment:\n      POSTGRES_PASSWORD: {}\nvolumes:\n  d:\n"
)
# A file that a rule speaks of, and the file after its advice was followed word by word.
ADVICE: list[tuple[str, Files, Files]] = [
    ("DC202", SHARED, SHARED + "    ports: []\n"),
    (
        "DC401",
        WEB + (URL + OWN).format("k7Xw92-lq", "k7Xw92-lq"),
        WEB + (URL + OWN).format("${POSTGRES_PASSWORD:?}", "${POSTGRES_PASSWORD:?}"),
    ),
    (
        "DC410",
        {"compose.yaml": WEB + "    environment: {A: '${A_URL}'}\n", ".env": "B=1\n"},
        {"compose.yaml": WEB + "    environment: {A: '${A_URL:-}'}\n", ".env": "B=1\n"},
    ),
    ("DC403", WEB + '    environment:\n      - A="b"\n', WEB + "    environment:\n      - A=b\n"),
    (
        "DC913",
        AIRFLOW.format("3.0.6", "api-server", "8080:8080") + ALL_ADMINS.format("'True'"),
        AIRFLOW.format("3.0.6", "api-server", "8080:8080").removesuffix("    environment:\n"),
    ),
]


@pytest.mark.parametrize(("code", "before", "after"), ADVICE)
def test_advice_that_is_taken_leads_to_no_other_finding(code: str, before: Files, after: Files) -> None:
    found = {finding.rule.code for finding in findings(before)}
    assert code in found
    assert {finding.rule.code for finding in findings(after)} <= found - {code}
