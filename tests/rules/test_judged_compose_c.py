"""Rules on Compose files and on what belongs to them: what the last strict readers called wrong or arguable."""

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
AIRFLOW = "    image: apache/airflow:2.9.1\n"
HEALTHY_DB = DB + "    healthcheck: {test: pg_isready}\n"
API = "  api:\n    image: api:1\n    healthcheck: {test: a}\n"
BUILT = "services:\n  db:\n    image: mongo:7\n  api:\n    build: api\n    depends_on: [db]\n"
SHARED = (
    "x-airflow: &airflow\n  image: apache/airflow:2.9.1\n  depends_on:\n    db: {condition: service_healthy}\n"
    "services:\n  init:\n    <<: *airflow\n    command: db migrate\n" + DB
)
PASSWORDS = (
    "  db:\n    image: mysql:8\n    volumes: ['{}']\n    environment:\n      MYSQL_ROOT_PASSWORD: {}\n"
    "      MYSQL_PASSWORD: {}\n"
)
SECRET = "    environment: {A_SECRET: k7Xw92-lq}\n"
CLIENT = "    environment: {DB_USER: shop, DB_PASSWORD: k7Xw92-lq}\n"
SAME = PASSWORDS.format("d:/var/lib/mysql", "k7Xw92-lq", "k7Xw92-lq") + "volumes:\n  d:\n"
KEY = (
    "configs:\n  key:\n    content: |\n      -----BEGIN RSA PRIVATE KEY-----\n"
    "      MIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEAoZ59N2McP3cF24JX\n"
)
# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, dict[str, Files]] = {
    "DC108": {
        "in two services": "services:\n  a:\n    image: «bitnami/redis:7.2»\n  b:\n    image: bitnami/redis:7.2\n",
        "of another registry": "services:\n  a:\n    image: e.com/bitnami/redis:7.2\n",
        "not known": "services:\n  a:\n    image: bitnami/redis:${V}\n",
        "built here": "services:\n  a:\n    build: .\n    image: bitnami/redis:7.2\n",
    },
    "DC410": {
        "a script asks whether it is empty": {
            "compose.yaml": WEB + "    command: bash -c 'if [[ -z \"${WEB_UID}\" ]]; then exit 1; fi'\n",
            ".env": "A=1\n",
        },
        "a script takes it": {
            "compose.yaml": WEB + "    command: bash -c 'run -n ${WEB_UID} «${OTHER}»'\n",
            ".env": "A=1\n",
        },
    },
    "DC501": {
        "waits in a loop": WEB
        + "    environment: {DB_HOST: db}\n    command: [sh, -c, 'until ask $$DB_HOST; do :; done']\n"
        "    depends_on: [db]\n" + HEALTHY_DB,
        "waits for another one": WEB + "    environment: {DB_HOST: pg}\n    depends_on: [«db»]\n"
        "    command: [sh, -c, 'until ask $$DB_HOST; do :; done']\n" + HEALTHY_DB,
        "a check that reads settings": WEB + "    depends_on: [lb]\n  lb:\n    image: haproxy:3.0\n"
        "    healthcheck: {test: [CMD, haproxy, -c, -f, /a.cfg]}\n",
        "connects to none": "services:\n  llm:\n    image: ollama/ollama:0.5\n    depends_on: [api]\n" + API,
        "names the other": "services:\n  llm:\n    image: ollama/ollama:0.5\n    depends_on: [«api»]\n"
        "    environment: {URL: 'http://api:80'}\n" + API,
    },
    "DC020": {
        "of Podman": {"podman-compose.yml": WEB + "secrets:\n  a:\n    external: a\n"},
        "of Compose": WEB + "secrets:\n  a:\n    external: «a»\n",
    },
    "DC026": {
        "of Podman": {"podman-compose.yml": WEB + "    volumes: ['${DATA}:/a']\n"},
        "exported as the README says": {
            "compose.yaml": WEB + "    volumes: ['${DATA}:/a']\n",
            "README.md": "Run `export DATA=$PWD` first.\n",
        },
        "only named in the README": {
            "compose.yaml": WEB + "    volumes: ['«${DATA}»:/a']\n",
            "README.md": "The folder DATA holds the data.\n",
        },
    },
    "DC101": {
        "data of tests": {"pkg/testdata/a/compose.yaml": "services:\n  a:\n    image: nginx\n"},
    },
    "DC401": {
        "logs in as its image says": WEB + DB + "    environment: {POSTGRES_PASSWORD: postgres}\n",
        "for a page to play with": {"pwd.yml": WEB + "    environment: {A_SECRET: admin}\n"},
        "the login to Airflow's pages": "services:\n  a:\n    image: apache/airflow:3.0.6\n    command: version\n"
        "    environment: {_AIRFLOW_WWW_USER_PASSWORD: '${_AIRFLOW_WWW_USER_PASSWORD:-airflow}'}\n",
    },
    "DC504": {
        "in a test": {"compose.test.yaml": WEB + "    depends_on: [db]\n" + DB},
        "tries again": {
            "compose.yaml": BUILT,
            "api/main.js": "const mongo = require('mongodb');\nconnect().catch(() => setTimeout(connect, 2000));\n",
        },
        "connects once": {
            "compose.yaml": BUILT.replace("[db]", "[«db»]"),
            "api/main.js": "require('mongodb').connect();\n",
        },
        "connects to none": {"compose.yaml": BUILT, "api/main.py": "import redis\n"},
        "may connect by its address": {
            "compose.yaml": BUILT.replace("[db]", "[«db»]") + "    environment: {URL: 'a://db'}\n",
            "api/main.py": "import os\n",
        },
        "not in a test": WEB + "    depends_on: [«db»]\n" + DB,
    },
    "DC507": {
        "a server of tests": {"test/config/oauth2/compose.yaml": WEB + "    ports: ['80:80']\n"},
        "looked at on this machine": {
            "compose.yaml": WEB + "    ports: ['80:80']\n",
            "README.md": "Open http://localhost:80 in a browser.\n",
        },
        "others come back": {
            "compose.yaml": WEB + "    ports: ['80:80']\n    restart: always\n"
            "  «api»:\n    image: api:1\n    ports: ['81:81']\n",
            "README.md": "Open http://localhost:80 in a browser.\n",
        },
        "serves a folder that a variable names": WEB + "    ports: ['80:80']\n    volumes: ['${SITES}:/sites']\n",
    },
    "DC703": {
        "for the work": {
            "compose.yaml": "# This is for the **development** setup.\n" + WEB + "    network_mode: host\n"
        },
        "for production": {
            "compose.prod.yaml": "# For production, not for local development.\n" + WEB + "    network_mode: «host»\n"
        },
        "data of tests": {"a/testdata/b/c/d/compose.yaml": WEB + "    network_mode: host\n"},
    },
}


@pytest.mark.parametrize(("code", "files"), each(CASES))
def test_flags_exactly_what_is_marked(code: str, files: Files) -> None:
    expected = as_files(files, "compose.yaml")
    assert marked(RULES[code], expected) == expected


def findings(files: Files, code: str) -> list[Finding]:
    files = as_files(files, "compose.yaml")
    name = next(name for name in files if name.endswith((".yaml", ".yml")))
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice())
    return list(linter.check(Workspace.in_memory(files), [Target("", name, name)]).findings)


OWN = "services:\n  a:\n    image: acme/other\n"
FERNET = (
    "    command: scheduler\n    environment:\n"
    "      AIRFLOW__CORE__FERNET_KEY: 46BKJoQYlPPOexq0OhDZnIlNepKFf87WFwLbfzqDDho=\n"
)
MINIO = "  s3:\n    image: minio/minio:RELEASE.2025-04-22T22-12-26Z\n    ports: ['9000:9000']\n"
TWICE = (
    "services:\n  a:\n    image: e/server:1\n    ports: ['80:80']\n  b:\n    image: e/server:2\n    ports: ['80:80']\n"
)
EXPOSED = "services:\n  web:\n" + AIRFLOW + "    command: webserver\n    env_file: [vars/air.env]\n"
VARS = "# Airflow\nAIRFLOW__WEBSERVER__EXPOSE_CONFIG=True\n"
SYSCTL = "    privileged: true\n    command: sh -c 'sysctl -w vm.overcommit_memory=1{}'\n"
NAMED = (
    "  db:\n    image: mysql:8\n    volumes: ['d:/var/lib/mysql']\n    environment:\n      MYSQL_ROOT_PASSWORD: shop\n"
    "      MYSQL_USER: shop\n      MYSQL_PASSWORD: shop\nvolumes:\n  d:\n"
)
SEVERITIES: list[tuple[str, Files, str]] = [
    ("DC401", WEB + "    environment: {DB_USER: shop, DB_PASSWORD: shop}\n" + NAMED, "info"),
    ("DC702", "services:\n  sysctl-init:\n    build: a\n    restart: 'no'\n    privileged: true\n", "info"),
    ("DC101", {"compose.yaml": OWN, "README.md": "git clone https://github.com/acme/shop.git\n"}, "info"),
    ("DC101", {"compose.yaml": OWN, "README.md": "[x](https://github.com/acme/shop/actions/workflows/a.yml)"}, "info"),
    ("DC101", {"compose.yaml": OWN, "README.md": "See https://github.com/acme/shop/issues.\n"}, "warning"),
    ("DC201", "services:\n" + MINIO, "info"),
    ("DC201", WEB + MINIO, "warning"),
    ("DC202", {"compose.yaml": TWICE, "README.md": "Run `docker compose up -d b`.\n"}, "info"),
    ("DC202", {"compose.yaml": TWICE, "README.md": "Run `docker compose up -d`.\n"}, "warning"),
    ("DC707", "services:\n  gladys:\n    image: gladysassistant/gladys:v4\n    volumes: ['/dev:/dev']\n", "info"),
    ("DC707", WEB + "    volumes: ['/dev:/dev']\n", "warning"),
    ("DC919", {"compose.yaml": EXPOSED, "vars/air.env": VARS}, "warning"),
    ("DC919", {"compose.yaml": EXPOSED + "    volumes: ['~/.config/gcloud:/c']\n", "vars/air.env": VARS}, "info"),
    ("DC702", WEB + SYSCTL.format(""), "info"),
    ("DC702", WEB + SYSCTL.format(" && exec web"), "warning"),
    ("DC705", WEB + "    cap_add: [SYS_ADMIN]\n    devices: [/dev/fuse]\n", "info"),
    ("DC705", WEB + "    cap_add: [SYS_ADMIN]\n", "warning"),
    ("DC401", {"demo/compose.yaml": WEB + KEY}, "info"),
    ("DC401", WEB + KEY, "warning"),
    ("DC025", WEB + "    volumes: ['${DATA:-}:/a']\n", "warning"),
    ("DC025", {"compose.yaml": WEB + "    volumes: ['${DATA:-}:/a']\n", ".env": "DATA=\n"}, "error"),
    ("DC025", WEB + "    volumes: [':/a']\n", "error"),
]


@pytest.mark.parametrize(("code", "files", "severity"), SEVERITIES)
def test_how_bad_it_is(code: str, files: Files, severity: str) -> None:
    assert [finding.severity for finding in findings(files, code)] == [severity]


SOCKET = "    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n"
WORDS: list[tuple[str, Files, str]] = [
    ("DC001", "services:\n  a:\n    image: a:1\ne\nnetworks:\n  x:\n", "write `e:`, or delete it"),
    (
        "DC101",
        {"compose.yaml": "services:\n  a:\n    image: nginx:${TAG:-latest}\n", ".env.example": "TAG=latest\n"},
        "Name the version that you tested, or its digest, in `.env.example`, too",
    ),
    (
        "PJ004",
        {
            "compose.yaml": "services:\n  a:\n    build: {context: ., args: {URL: a}}\n",
            "Dockerfile": "FROM alpine:3.22\nENV URL=b\n",
        },
        "Delete it here: the Dockerfile sets `ENV URL` itself",
    ),
    (
        "PJ161",
        {"compose.yaml": WEB + "    volumes: ['./conf/sets.yml:/a.yml']\n", "conf/sets.yaml": "a: 1\n"},
        "Did you mean `./conf/sets.yaml`?",
    ),
    ("DC202", TWICE, "give each a profile of its own: `profiles: [b]`"),
    (
        "DC301",
        {"compose.yaml": "services:\n" + DB, "docker-compose-spark.yml": "services:\n" + DB},
        "`db-data:/var/lib/postgresql/data`",
    ),
    (
        "DC301",
        {"docker-compose-spark.yml": "services:\n" + DB, "docker-compose-hive.yml": "services:\n" + DB},
        "`spark-db-data:/var/lib/postgresql/data`, and list `spark-db-data:`",
    ),
    (
        "DC507",
        WEB + "    restart: always\n  a:\n    image: a:1\n    ports: ['80:80']\n"
        "  b:\n    image: b:1\n    ports: ['81:81']\n  c:\n    image: c:1\n",
        "(`b` and others, too)",
    ),
    (
        "DC919",
        {"compose.yaml": EXPOSED, "vars/air.env": VARS},
        "with `AIRFLOW__WEBSERVER__EXPOSE_CONFIG` in line 2 of `vars/air.env` on, every operator",
    ),
    ("DC201", "services:\n" + DB + "    ports: ['5432']\n", "can be reached through a random port of every network"),
    (
        "DC305",
        WEB + "    # volumes:\n    #   - a:/a\n    #   - b:/b\nvolumes:\n  b:\n",
        "take the `#` away in lines 4 to 6",
    ),
    (
        "DC305",
        WEB + "    # volumes:\n    #   - b:/b\nvolumes:\n  b:\n",
        "take the `#` away in lines 4 and 5",
    ),
    (
        "DC701",
        "services:\n  jenkins:\n    build: jenkins\n    ports: ['80:80']\n" + SOCKET,
        "do not publish its ports to the internet",
    ),
    (
        "DC305",
        WEB + "volumes:\n  a:\n  b:\n",
        "Mount it, or delete the entry, and `volumes:` with the last one",
    ),
    ("DC206", WEB + "networks:\n  a:\n", "or delete it, and `networks:` with it"),
    (
        "DC404",
        WEB + "    secrets: [a]\nsecrets:\n  a: {file: a}\n  b: {file: b}\n",
        "needs it, or delete the entry",
    ),
    (
        "DC913",
        "services:\n  a:\n" + AIRFLOW + FERNET + "  b:\n" + AIRFLOW + FERNET,
        "`${AIRFLOW__CORE__FERNET_KEY:?}` here and in line 11; with the new key",
    ),
    (
        "DC504",
        WEB + "    depends_on: [db, api]\n" + DB + API,
        "`depends_on: {db: {condition: service_healthy}, api: {condition: service_healthy}}`",
    ),
    ("DC702", WEB + SYSCTL.format(""), "in a file of `/etc/sysctl.d`, and leave this service out"),
    ("DC705", WEB + "    cap_add: [NET_ADMIN]\n", "`NET_ADMIN` lets this container change addresses"),
    (
        "DC401",
        WEB + CLIENT + SAME,
        "write `${DB_PASSWORD:?}` here and in line 10, and one of its own, `${MYSQL_ROOT_PASSWORD:?}`, in line 9",
    ),
    ("DC401", "services:\n" + SAME, "`${MYSQL_ROOT_PASSWORD:?}` here, and one of its own, `${MYSQL_PASSWORD:?}`, in"),
    ("DC401", "services:\n" + SAME, ". Where its data exist already, the old one stays valid"),
    (
        "DC401",
        WEB + "    environment: {DB_USER: shop, DB_PASSWORD: shop}\n" + NAMED,
        "`${MYSQL_ROOT_PASSWORD:?}` here, and one of its own, `${MYSQL_PASSWORD:?}`, in lines 4 and 11",
    ),
    ("DC401", WEB + KEY, "Keep it in a file of its own that git ignores"),
    (
        "DC401",
        {"compose.yaml": WEB + "    environment: {A_SECRET: k7Xw92-lq}\n", "env-example": "A_SECRET=k7Xw92-lq\n"},
        "`env-example` has the same one: change it there, too",
    ),
    (
        "DC401",
        {"compose.yaml": WEB + SECRET, ".env": "B=1\n", ".git/index": "DIRC\x04.env\0"},
        "in a `.env.local` that git ignores, for `.env` is in git",
    ),
    (
        "DC401",
        {"compose.yaml": WEB + SECRET, ".env": "B=1\n", ".git/index": "DIRC\x09conf/.env\0"},
        "Put one in `.env`, keep that out of git",
    ),
    (
        "DC401",
        WEB + "    environment: {A_SECRET: '${A:-k7Xw92-lq}', B_SECRET: '${B:-k7Xw92-lq}'}\n",
        "The same one stands in line 4, too",
    ),
    (
        "DC401",
        WEB + "    environment: {DB_PASSWORD: postgres}\n" + DB + "    environment: {POSTGRES_PASSWORD: postgres}\n",
        "is one of the first that attackers try. Put one of your own in `.env`, keep that out of git, and write "
        "`${POSTGRES_PASSWORD:?}` here and in line 4",
    ),
    (
        "DC401",
        "services:\n  key:\n    image: keycloak:1\n    ports: ['80:80']\n    environment: {KC_ADMIN_PASSWORD: admin}\n"
        "  grafana:\n    image: grafana/grafana:12.0.0\n    environment: {GF_SECURITY_ADMIN_PASSWORD: admin}\n"
        "    ports: ['81:81']\n",
        "`${KC_ADMIN_PASSWORD:?}` here, and one of its own, `${GF_SECURITY_ADMIN_PASSWORD:?}`, in line 8",
    ),
    (
        "DC920",
        "services:\n  init:\n" + AIRFLOW + "    command: bash -c 'airflow db init && airflow db migrate'\n",
        "Delete it: `airflow db migrate` stands there, too",
    ),
    ("DC025", WEB + "    volumes: ['${DATA:-}:/a']\n", "without a value for `DATA`"),
    ("DC025", WEB + "    volumes: ['${DATA:-${DIR-}}:/a']\n", "Write `${DIR:?}`"),
    (
        "DC923",
        SHARED + "  scheduler:\n    <<: *airflow\n    command: scheduler\n"
        "  worker:\n    <<: *airflow\n    command: celery worker\n",
        "`scheduler` and `worker` do not wait until `init` has made the tables of the database. `init` has the same "
        "`depends_on`, so write one in each of them: `depends_on: {db: {condition: service_healthy}, "
        "init: {condition: service_completed_successfully}}`",
    ),
    (
        "DC923",
        "services:\n  init:\n" + AIRFLOW + "    command: db migrate\n" + DB
        + "  scheduler:\n" + AIRFLOW + "    command: scheduler\n    depends_on: [db]\n",
        "Write `depends_on: {db: {condition: service_started}, init: {condition: service_completed_successfully}}` "
        "in it",
    ),
]  # fmt: skip


def test_an_image_that_is_built_has_no_version_to_give() -> None:
    built = "services:\n  jenkins:\n    build: jenkins\n" + SOCKET
    assert findings(built, "DC701")[0].message.endswith("publish no port of it")


@pytest.mark.parametrize(("code", "files", "words"), WORDS)
def test_what_it_says(code: str, files: Files, words: str) -> None:
    assert words in findings(files, code)[0].message
