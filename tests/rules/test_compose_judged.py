"""Rules on Compose files, on what readers of real findings called wrong or arguable, as small as it still shows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.selection import Choice
from dagdock.testing import marked

from .cases import each

RULES = {rule.code: rule for kind in ("compose", "project") for rule in Rules().of_kind(kind)}

Files = str | Mapping[str, str]

WEB = "services:\n  web:\n    image: web:1\n"
DB = "services:\n  db:\n    image: postgres:16\n"
# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, dict[str, Files]] = {
    "DC018": {
        "of Compose 1": "«web»:\n  image: web:1\ndb:\n  image: postgres:16\n",
    },
    "DC019": {
        "conditions, once": WEB
        + "    volumes:\n      - «${A:-false} == true ? a:/x: b:/x»\n      - ${A:-false} == true ? c:/y: d:/y\n",
    },
    "DC026": {
        "once a file": WEB + "    mem_limit: «${M}»\n    shm_size: ${M}\n    stop_grace_period: ${S}\n",
    },
    "DC101": {
        "once an image": "services:\n  a:\n    image: «nginx»\n  b:\n    image: nginx\n",
        "a list to pull": {"docker-compose-pull-images.yml": "services:\n  a:\n    image: nginx\n"},
        "what this repository releases": {
            "compose.yaml": "services:\n  a:\n    image: ghcr.io/acme/shop:latest\n"
            "  b:\n    image: «acme/other:latest»\n",
            ".git/config": '[remote "origin"]\n\turl = git@github.com:acme/shop.git\n',
        },
    },
    "DC201": {
        "Kafka": "services:\n  k:\n    image: apache/kafka:3.9.0\n    ports: ['«9092:9092»']\n  a:\n    image: a:1\n",
    },
    "DC301": {
        "nothing to keep": DB + "    command: -c fsync=off -c full_page_writes=off\n",
        "written as a comment": DB.replace("postgres:16", "«postgres:16»")
        + "    # volumes:\n    #   - data:/var/lib/postgresql/data\n",
        "broker": "services:\n  redis:\n    image: redis:7\n  app:\n    image: a:1\n"
        "    environment: {CELERY_BROKER_URL: redis://redis}\n",
        "the only data": "services:\n  redis:\n    image: «redis:7»\n  app:\n    image: a:1\n",
        "for development": {"compose.dev.yaml": DB},
        "says what it is for": "# This configuration is for development. Do not use it in production.\n" + DB,
    },
    "DC401": {
        "a name": DB + "    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: «shop»\n",
        "a program's name": DB + "    environment:\n      POSTGRES_PASSWORD: «postgres»\n",
        "a name behind a published port": DB
        + "    environment:\n      POSTGRES_PASSWORD: «postgres»\n    ports: ['5432:5432']\n",
        "a name on this machine": DB
        + "    environment:\n      POSTGRES_PASSWORD: «postgres»\n    ports: ['127.0.0.1:5432:5432']\n",
        "published is another port": "services:\n  nc:\n    image: nextcloud:30\n    ports: ['80:80']\n"
        "    environment:\n      POSTGRES_PASSWORD: «nextcloud»\n",
        "a name in an example": {"examples/compose.yaml": DB + "    environment:\n      POSTGRES_PASSWORD: postgres\n"},
        "once a value": "services:\n  a:\n    image: a:1\n    environment:\n      TOKEN: «k7Xw92-lq»\n"
        "  b:\n    image: b:1\n    environment:\n      API_TOKEN: k7Xw92-lq\n",
        "trust": DB + "    environment:\n      POSTGRES_PASSWORD: k7Xw92\n      POSTGRES_HOST_AUTH_METHOD: trust\n",
        "about secrets": WEB
        + "    environment:\n      PASSWORD_ENCRYPTION: scram-sha-256\n      TOKEN_AUDIENCE: acme-api\n"
        "      PASSWORD_HASHERS: argon2\n      KAFKA_SSL_KEY_CREDENTIALS: key_creds\n      SECRET_KEY: «kX92wq71ab»\n",
        "read by nobody": "services:\n  r:\n    image: redis:7\n    environment:\n      REDIS_PASSWORD: k7Xw92\n",
        "test": {"docker-compose.test.yml": DB + "    environment:\n      POSTGRES_PASSWORD: k7Xw92-lq\n"},
        "example": {"examples/compose.yaml": DB + "    environment:\n      POSTGRES_PASSWORD: password\n"},
        "a real one in an example": {
            "examples/compose.yaml": DB + "    environment:\n      POSTGRES_PASSWORD: «k7Xw92-lq»\n"
        },
        "a default in an example": {
            "examples/compose.yaml": WEB + "    environment:\n      JWT_SECRET: «${JWT_SECRET:-kutt}»\n"
        },
    },
    "DC402": {
        "a name": WEB + "    environment:\n      A: pg://airflow:airflow@db/airflow\n",
        "once a password": WEB + "    environment:\n      A: pg://u:«k7Xw92»@db/a\n      B: pg://u:k7Xw92@db/b\n",
        "told already": WEB + "    environment:\n      DB_PASSWORD: k7Xw92\n      A: pg://u:k7Xw92@db/a\n",
        "trust": DB + "    environment:\n      POSTGRES_HOST_AUTH_METHOD: trust\n"
        "  web:\n    image: web:1\n    environment:\n      A: pg://u:k7Xw92@db/a\n",
    },
    "DC504": {
        "ready at once": WEB + "    depends_on: [r]\n  r:\n    image: redis:7\n",
    },
    "DC507": {
        "waits": WEB + "    command: sleep infinity\n    ports: ['80:80']\n",
        "in an example": {"examples/web/compose.yaml": WEB + "    ports: ['80:80']\n"},
        "of many that are for an afternoon": {
            f"{name}/compose.yaml": WEB + "    ports: ['8080:8080']\n" for name in ("a", "b", "c", "d", "e")
        },
        "one for production": {
            **{f"{name}/compose.yaml": WEB + "    ports: ['8080:8080']\n" for name in ("a", "b", "c", "d")},
            "prod/compose.yaml": WEB.replace("web:\n", "«web»:\n") + "    ports: ['443:8443']\n",
        },
    },
    "DC513": {
        "waits itself": WEB
        + "    command: bash -c 'wait-for-it db:5432; serve'\n    environment: {DB_HOST: db}\n"
        + "  db:\n    image: postgres:16\n",
    },
    "PJ160": {
        "the place of the secret": {
            "compose.yaml": WEB.replace("web:1", "web:${TAG}") + "    environment: {A: '«${DB_PASSWORD}»'}\n",
            ".env": "TAG=1\nDB_PASSWORD=k7Xw92\n",
            ".gitignore": "*.pyc\n",
        },
        "no use of it": {
            "compose.yaml": WEB.replace("web:1", "web:${TAG}"),
            ".env": "TAG=1\nDB_PASSWORD=k7Xw92\n",
            ".gitignore": "*.pyc\n",
        },
        "in git, once": {
            "compose.yaml": WEB + "    env_file: ['«a.env»', b.env]\n",
            "a.env": "DB_PASSWORD=k7Xw92\n",
            "b.env": "DB_PASSWORD=k7Xw92\n",
            ".gitignore": "*.pyc\n",
            ".git/index": "DIRC\x05a.env\0\x05b.env\0",
        },
        "defaults in git": {
            "compose.yaml": WEB + "    env_file: [.env]\n",
            ".env": "DB_PASSWORD=k7Xw92\n",
            ".gitignore": ".env.custom\n",
            ".git/index": "DIRC\x04.env\0",
        },
    },
}


@pytest.mark.parametrize(("code", "files"), each(CASES))
def test_flags_exactly_what_is_marked(code: str, files: Files) -> None:
    expected = as_files(files, "compose.yaml")
    assert marked(RULES[code], expected) == expected


ALIKE = "services:\n  a:\n    image: a:1\n    ports: ['81:80', '444:443']\n  b:\n    image: b:1\n"
MESSAGES: list[tuple[str, Files, str, bool]] = [
    ("DC504", WEB + "    depends_on: [d]\n  d:\n    image: mariadb:11\n", "healthcheck.sh", True),
    ("DC504", WEB + "    depends_on: [d]\n  d:\n    image: mariadb:10.6\n", "healthcheck.sh", True),
    ("DC504", WEB + "    depends_on: [d]\n  d:\n    image: mariadb:10.6.4-focal\n", "healthcheck.sh", False),
    ("DC504", WEB + "    depends_on: [d]\n  d:\n    image: mariadb:10.1\n", "healthcheck.sh", False),
    ("DC504", WEB + "    depends_on: [d]\n  d:\n    image: linuxserver/mariadb:11\n", "healthcheck.sh", False),
    ("DC504", WEB + "    depends_on: [d]\n  d:\n    image: mongo:4\n", "mongosh", False),
    (
        "DC504",
        WEB + "    depends_on: [d]\n  d:\n    image: postgres:16\n    environment: {POSTGRES_USER: shop}\n",
        "pg_isready -U shop",
        True,
    ),
    ("DC201", DB + "    ports: ['5432:5432']\n  web:\n    image: web:1\n", "leave `ports` out", True),
    ("DC201", DB + "    ports: ['5432:5432']\n", "leave `ports` out", False),
    ("DC201", DB + "    ports: ['5432:5432']\n    networks: [a]\n  web:\n    image: web:1\n", "leave `ports`", False),
    ("DC301", DB + "    # volumes:\n    #   - data:/var/lib/postgresql/data\n", "Take the `#` away", True),
    ("DC202", ALIKE + "    ports: ['81:80', '444:443']\n", "`profiles: [b]`", True),
    ("DC202", ALIKE + "    ports: ['81:80', '445:443']\n", "`profiles: [b]`", False),
    ("DC018", "web:\n  image: web:1\n", "Put a line `services:` above", True),
    ("DC018", "services: {}\nweb:\n  image: web:1\n", "indent it under `services:`", True),
]


@pytest.mark.parametrize(("code", "files", "words", "there"), MESSAGES)
def test_says_what_helps_there(code: str, files: Files, words: str, there: bool) -> None:
    workspace = Workspace.in_memory(as_files(files, "compose.yaml"))
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice())
    findings = linter.check(workspace, [Target("", "compose.yaml", "compose.yaml")]).findings
    assert findings
    assert (words in findings[0].message) is there


def test_a_password_that_is_only_a_name_is_a_hint_where_no_port_leads_to_it() -> None:
    workspace = Workspace.in_memory({"compose.yaml": DB + "    environment:\n      POSTGRES_PASSWORD: postgres\n"})
    target = Target("", "compose.yaml", "compose.yaml")
    found = Linter(choice=Choice(["DC401"])).check(workspace, [target]).findings
    assert [finding.severity for finding in found] == ["info"]


def test_an_image_that_the_folder_itself_makes_is_not_told_to_have_no_version() -> None:
    compose = "services:\n  web:\n    image: acme/collectd\n"
    for dockerfile, codes in {"collectd/Dockerfile": [], "web/Dockerfile": ["DC101"]}.items():
        workspace = Workspace.in_memory({"collectd/compose.yaml": compose, dockerfile: "FROM alpine:3.24\n"})
        target = Target("", "collectd/compose.yaml", "collectd/compose.yaml")
        found = Linter(choice=Choice(["DC101"])).check(workspace, [target]).findings
        assert [finding.rule.code for finding in found] == codes
