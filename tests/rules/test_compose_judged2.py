"""Rules on Compose files: what another reader of findings called wrong or arguable, and advice that is taken."""

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
TMPFS = "    tmpfs: /var/lib/postgresql/data\n"
HEALTHY = "    depends_on:\n      db: {condition: service_healthy}\n"
DB = "services:\n  db:\n    image: postgres:16\n"
DB2 = "services:\n  db:\n    image: ibmcom/db2:11.5\n    volumes: ['d:/database']\n"
HEALTHY_DB = "  db:\n    image: postgres:16\n    healthcheck: {test: pg_isready}\n"
REPOSITORY = {".git/config": '[remote "origin"]\n\turl = https://github.com/acme/voting-app.git\n'}
AIRFLOW = "services:\n  init:\n    image: apache/airflow:2.9.1\n    command: version\n    environment:\n"
SNIFFER = "services:\n  sniffer:\n    image: bettercap/bettercap:2.32\n"
FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
BACKENDS = "      AIRFLOW__API__AUTH_BACKENDS: airflow.api.auth.backend.session\n"
MANY = "".join(f"  s{number}:\n    image: a/s{number}:1\n    depends_on: [base]\n" for number in range(26))
# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, dict[str, Files]] = {
    "DC023": {
        "whole, beside another with the same service": {
            "compose.yaml": "services:\n  node:\n    image: node:1\n    networks: [back]\nnetworks:\n  back:\n",
            "compose.exporters.yaml": "services:\n  node:\n    image: node:1\n    network_mode: host\n",
        },
        "an override": {
            "compose.yaml": "services:\n  node:\n    image: node:1\n    networks: [back]\nnetworks:\n  back:\n",
            "compose.override.yaml": "services:\n  node:\n    «network_mode»: host\n",
        },
    },
    "DC101": {
        "a registry of this machine": "services:\n  a:\n    image: registry.localhost:5000/acme/shop:latest\n"
        "  b:\n    image: «registry.acme.io/acme/shop:latest»\n",
        "an image of this machine": "services:\n  a:\n    image: spark-worker\n  b:\n    image: «spark»\n",
        "local, with the tag that Docker gives": "services:\n  a:\n    image: my-airflow:latest\n",
        "official, from the hub by its full name": "services:\n  a:\n    image: «docker.io/library/redis»\n",
        "a registry on this machine": "services:\n  a:\n    image: localhost:5000/shop/web\n",
        "a mirror": "services:\n  a:\n    image: «registry.example.com/library/redis:latest»\n",
        "sent by a workflow": {
            "compose.yaml": "services:\n  vote:\n    image: acme/vote\n  db:\n    image: «acme/store»\n",
            ".github/workflows/build.yml": "steps:\n  - uses: docker/build-push-action@v6\n"
            "    with:\n      push: true\n      tags: acme/vote:latest\n",
        },
        "run by a workflow": {
            "compose.yaml": "services:\n  mail:\n    image: «acme/store»\n",
            ".github/workflows/test.yml": "services:\n  store:\n    image: acme/store\nsteps:\n  - run: docker ps\n",
        },
        "baked": {
            "compose.yaml": "services:\n  bench:\n    image: acme/bench:latest\n",
            "docker-bake.hcl": 'target "bench" {\n  tags = ["docker.io/acme/bench:latest"]\n}\n',
        },
        "named like the repository and its owner": {
            **REPOSITORY,
            "compose.yaml": "services:\n  vote:\n    image: acme/votingapp_vote\n  other:\n    image: «acme/store»\n",
        },
        "a folder that is built": {
            "compose.yaml": "services:\n  vets:\n    image: acme/vets-service\n  nginx:\n    image: «acme/nginx»\n",
            "vets-service/pom.xml": "<project/>\n",
            "nginx/package.json": "{}\n",
        },
        "a helper, to try it": {"examples/compose.yaml": "services:\n  mail:\n    image: axllent/mailpit\n"},
        "one variable for many": {
            "compose.yaml": "services:\n  a:\n    image: «acme/a:${TAG}»\n  b:\n    image: acme/b:${TAG}\n",
            ".env": "TAG=latest\n",
        },
    },
    "DC012": {
        "a key with a variable": WEB + "    volumes: ['${NAME:-shop}_data:/data']\nvolumes:\n  ${NAME:-shop}_data:\n",
        "a name with a variable": WEB + "    volumes: ['${NAME:-shop}_data:/data']\n",
        "of the folder above": {
            "overrides/compose.tls.yaml": WEB + "    volumes: ['sites:/sites']\n",
            "compose.yaml": DB + "    volumes: ['sites:/sites']\nvolumes:\n  sites:\n",
        },
        "of nobody": {
            "overrides/compose.tls.yaml": WEB + "    volumes: ['«sites»:/sites']\n",
            "compose.yaml": DB,
        },
    },
    "DC201": {
        "in a test": {"compose.test.yaml": DB + "    ports: ['5432:5432']\n"},
        "in a pipeline": {".github/workflows/res/compose.yaml": DB + "    ports: ['5432:5432']\n"},
    },
    "DC202": {
        "of a collection, one is picked": {
            "compose.yaml": "include: [b/compose.yaml, c/compose.yaml]\nservices:\n  base:\n    image: a/base:1\n"
            + MANY,
            "b/compose.yaml": "services:\n  web:\n    image: a/web:1\n    ports: ['8080:80']\n",
            "c/compose.yaml": "services:\n  api:\n    image: a/api:1\n    ports: ['8080:80']\n",
        },
        "of a collection, one is needed by all": {
            "compose.yaml": "include: [b/compose.yaml]\nservices:\n  base:\n    image: a/base:1\n"
            "    ports: ['«8080»:80']\n" + MANY,
            "b/compose.yaml": "services:\n  web:\n    image: a/web:1\n    ports: ['8080:80']\n",
        },
        "several ports of two, once": "services:\n  a:\n    image: a:1\n    ports: ['1:1', '2:2']\n"
        "  b:\n    image: b:1\n    ports: ['«1»:1', '2:2', '3:3']\n",
    },
    "DC206": {
        "perhaps external": WEB + "networks:\n  back:\n    external: ${SHARED}\n",
    },
    "DC301": {
        "for a profile of tests": DB + "    profiles: [e2e-pg-perf]\n",
        "for a profile of tests and another": DB.replace("postgres:16", "«postgres:16»")
        + "    profiles: [e2e, latest]\n",
        "releases to try something with": "services:\n"
        + "".join(f"  pg{number}:\n    image: postgres:{number}\n" for number in (14, 15, 16)),
    },
    "DC401": {
        "a stand-in for what another gave": WEB
        + "    environment:\n      - OG_OIDC_SECRET=${OG_OIDC_SECRET:-mysecret}\n"
        "      - SMTP_PASSWORD=${SMTP_PASSWORD:-changeme}\n      - OPENAI_API_KEY=${OPENAI_API_KEY:-yourkey}\n",
        "its own": WEB + "    environment:\n      - ADMIN_TOKEN=«${ADMIN_TOKEN:-mysecret}»\n",
        "what another gave": WEB + "    environment:\n      - OG_OIDC_SECRET=«k7Xw92-lq4Zp»\n",
        "logins of first steps": WEB + "    environment:\n      - BOOTSTRAP_USER_PASS=admin:adminpw\n",
        "certificates that are public": WEB + "    environment:\n      KAFKA_SSL_TRUSTSTORE_PASSWORD: confluent\n",
        "samples, by the heading of the README": {
            "README.md": "# Awesome Compose\n\nA list of samples.\n",
            "compose.yaml": DB + "    environment:\n      POSTGRES_PASSWORD: somewordpress\n",
        },
        "a program, by the heading of its README": {
            "README.md": "# Shop\n\nAn awesome shop.\n",
            "compose.yaml": DB + "    environment:\n      POSTGRES_PASSWORD: «k7Xw92-lq»\n",
        },
    },
    "DC410": {
        "Sail": {
            "compose.yaml": WEB.replace("web:1", "sail-8.1/app") + "    environment: {A: '${WWWUSER}'}\n",
            ".env": "APP=1\n",
        },
        "set by a script": {
            "compose.yaml": WEB + "    environment: {A: '${BUILD}', B: '«${BULD}»'}\n",
            ".env": "APP=1\n",
            "scripts/up.sh": "export BUILD=1\n",
        },
        "several, once": {
            "compose.yaml": WEB + "    environment: {A: '«${ONE}»', B: '${TWO}', C: '${THREE}'}\n",
            ".env": "APP=1\n",
        },
    },
    "DC501": {
        "connects when it is told to": "services:\n  connect:\n    image: quay.io/debezium/connect:2.7\n"
        "    depends_on: [db]\n  logs:\n    image: docker.elastic.co/logstash/logstash:8.15.0\n    depends_on: [db]\n"
        "  backup:\n    image: prodrigestivill/postgres-backup-local:16\n    depends_on: [db]\n" + HEALTHY_DB,
        "connects when it starts": WEB + "    depends_on: [«db»]\n" + HEALTHY_DB,
    },
    "DC504": {
        "tries again": "services:\n  logs:\n    image: logstash:8.15.0\n    depends_on: [search]\n"
        "  ui:\n    image: kibana:8.15.0\n    depends_on: [search]\n  search:\n    image: elasticsearch:8.15.0\n",
        "a cluster, once": WEB
        + "    depends_on:\n      - «k1»\n      - k2\n  k1:\n    image: apache/kafka:3.9.0\n"
        + "  k2:\n    image: apache/kafka:3.9.0\n",
    },
    "DC507": {
        "a healthcheck that nobody sees": WEB.replace("web:\n", "«web»:\n") + "    ports: ['80:80']\n",
        "somebody sits at it": "services:\n  lab:\n    image: quay.io/jupyter/base-notebook:2024-10-07\n"
        "    ports: ['8888:8888']\n",
        "a demo among many": {
            name: DB.replace("db:", "d:") + "    ports: ['5432:5432']\n" + ("    restart: always\n" if again else "")
            for name, again in (("a/compose.yaml", True), ("b/compose.yaml", True), ("c/compose.yaml", True))
        }
        | {"d/compose.yaml": DB + "    ports: ['5432:5432']\n"},
        "all comes back but the database": WEB + "    restart: always\n    ports: ['8080:80']\n"
        "  «db»:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n",
        "worked on": WEB + "    ports: ['8080:80']\n    volumes: ['./dags:/opt/airflow/dags']\n",
    },
    "DC513": {
        "a tool": "services:\n  ui:\n    image: adminer:4\n    environment: {URL: 'pg://db:5432'}\n" + HEALTHY_DB,
    },
    "DC703": {
        "listens in": SNIFFER + "    network_mode: host\n",
        "wakes machines": "services:\n  up:\n    image: seriousm4x/upsnap:5\n    network_mode: host\n",
        "in a test": {"compose.ci-test.yaml": WEB + "    network_mode: host\n"},
    },
    "DC707": {
        "what gathers logs, built here": {
            "compose.yaml": "services:\n  logs:\n    build: .\n"
            "    volumes: ['/var/lib/docker/containers:/var/lib/docker/containers:ro']\n",
            "Dockerfile": "FROM docker.elastic.co/beats/filebeat:8.15.0\n",
        },
    },
    "DC704": {
        "of the socket's owner": "services:\n  proxy:\n    image: traefik:v3.2\n    userns_mode: host\n"
        "    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n",
        "of nobody": WEB + "    userns_mode: «host»\n",
    },
    "DC905": {
        "on a machine of one's own": {
            "airflow-local/compose.yaml": AIRFLOW + "      AIRFLOW__CORE__FERNET_KEY: ''\n",
        },
        "to last": AIRFLOW + "      «AIRFLOW__CORE__FERNET_KEY: ''»\n",
    },
    "DC913": {
        "entry point replaced": AIRFLOW.replace("command: version", "entrypoint: [bash, -c, airflow db migrate]")
        + "      _AIRFLOW_WWW_USER_PASSWORD: admin\n",
        "entry point called": AIRFLOW.replace(
            "command: version", "entrypoint: bash\n    command: -c 'exec /entrypoint x'"
        )
        + "      _AIRFLOW_WWW_USER_PASSWORD: «admin»\n",
        "no such users in 3.0": AIRFLOW.replace("2.9.1", "3.0.2") + "      _AIRFLOW_WWW_USER_PASSWORD: admin\n",
        "FabAuthManager in 3.0": AIRFLOW.replace("2.9.1", "3.0.2")
        + "      _AIRFLOW_WWW_USER_PASSWORD: «admin»\n      AIRFLOW__CORE__AUTH_MANAGER: "
        + FAB
        + "\n",
        "the template's database, for those inside": AIRFLOW
        + "      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: postgresql+psycopg2://airflow:airflow@postgres/airflow\n"
        "  postgres:\n    image: postgres:13\n    environment: {POSTGRES_PASSWORD: airflow}\n",
        "published": AIRFLOW
        + "      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: postgresql+psycopg2://airflow:airflow@postgres/airflow\n"
        "  postgres:\n    image: postgres:13\n    environment: {POSTGRES_PASSWORD: «airflow»}\n"
        "    ports: ['5432:5432']\n",
    },
    "DC914": {
        "kept on purpose": {"airflow-1/compose.yaml": "services:\n  web:\n    image: puckel/docker-airflow:1.10.9\n"},
        "left behind": {
            "airflow/compose.yaml": "services:\n  web:\n    image: «puckel/docker-airflow:1.10.9»\n"
            "    command: webserver\n"
        },
    },
    "PJ002": {
        "once a Dockerfile": {
            "compose.yaml": "services:\n  a:\n    build: «app»\n  b:\n    build: app\n",
            "app/main.py": "",
        },
    },
    "PJ160": {
        "asks to be changed, or says nothing": {
            "compose.yaml": WEB + "    env_file: .env\n",
            ".env": "SECRET_KEY=change-me\nADMIN_PASSWORD=changethis\nK3S_TOKEN=k3s\n",
            ".gitignore": "*.pyc\n",
        },
        "what git follows does not show": {
            "compose.yaml": WEB + "    env_file: .env\n",
            ".env": "SECRET_KEY=k7Xw92-lq\n",
            ".gitignore": "*.pyc\n",
            ".git/packed-refs": "",
            ".git/HEAD": "ref: refs/heads/main\n",
        },
        "once a folder": {
            "a.compose.yaml": WEB + "    env_file: «.env»\n",
            "b.compose.yaml": WEB + "    env_file: .env\n",
            ".env": "SECRET_KEY=k7Xw92-lq\n",
            ".gitignore": "*.pyc\n",
            ".git/index": "DIRC\x04.env\0",
        },
    },
    "PJ164": {
        "a sample": {
            "README.md": "# Docker samples\n",
            "compose.yaml": DB + "    secrets: [p]\nsecrets:\n  p:\n    file: ./p.txt\n",
            "p.txt": "8d5f2c61b7aa4e9d90c3\n",
            ".gitignore": "*.pyc\n",
        },
    },
    "PJ170": {
        "once a service": {
            "compose.yaml": WEB + "    ports: ['80:80', '443:443']\n",
            "compose.override.yaml": "services:\n  web:\n    ports: ['«8080:80»', '8443:443']\n",
        },
    },
    "PJ161": {
        "once a folder": {
            "compose.yaml": WEB
            + "    volumes:\n      - «./conf/a.conf:/etc/a.conf»\n      - ./conf/b.conf:/etc/b.conf\n",
        },
        "once a file": {
            "compose.yaml": WEB + "    volumes: ['«./a.conf:/etc/a.conf»']\n"
            "  b:\n    image: b:1\n    volumes: ['./a.conf:/etc/b.conf']\n",
        },
        "one of a folder that is there": {
            "compose.yaml": WEB
            + "    volumes:\n      - «./conf/a.conf:/etc/a.conf»\n      - «./conf/b.conf:/etc/b.conf»\n",
            "conf/c.conf": "",
        },
    },
    "DC408": {
        "digits in groups": WEB + "    environment:\n      LIMIT: 20_000_000\n      RELEASE: «1.10»\n",
    },
    "DC502": {
        "words": WEB + "    command: run «< in >out»\n",
    },
    "DC705": {
        "the usual port of a tunnel": WEB + "    cap_add: [NET_ADMIN]\n    ports: ['51820:51820/udp']\n",
        "another port": WEB + "    cap_add: [«NET_ADMIN»]\n    ports: ['51820:51820']\n",
        "listens in": SNIFFER + "    cap_add: [NET_ADMIN]\n",
    },
}


@pytest.mark.parametrize(("code", "files"), each(CASES))
def test_flags_exactly_what_is_marked(code: str, files: Files) -> None:
    expected = as_files(files, "compose.yaml")
    assert marked(RULES[code], expected) == expected


def findings(files: Files, *codes: str) -> list[Finding]:
    workspace = Workspace.in_memory(as_files(files, "compose.yaml"))
    return Linter(choice=Choice(codes or None)).check(workspace, [Target("", "compose.yaml", "compose.yaml")]).findings


SEVERITIES: list[tuple[str, Files, str]] = [
    ("DC101", "services:\n  mail:\n    image: axllent/mailpit\n", "info"),
    ("DC101", "services:\n  browser:\n    image: selenium/standalone-chrome\n", "info"),
    ("DC101", "services:\n  db:\n    image: postgres\n", "warning"),
    ("DC701", WEB + "    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n", "warning"),
    (
        "DC701",
        "services:\n  cron:\n    image: mcuadros/ofelia:0.3\n    command: daemon --docker\n"
        "    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']\n",
        "info",
    ),
    (
        "DC701",
        WEB + "    volumes: ['/var/run:/host/var/run']\n"
        "    environment: ['CORE_VM_ENDPOINT=unix:///host/var/run/docker.sock']\n",
        "info",
    ),
    ("DC702", "services:\n  db:\n    image: cloudera/quickstart:5.7\n    privileged: true\n", "info"),
    ("DC702", "services:\n  w:\n    image: acme/worker:1\n    privileged: true\n", "warning"),
    (
        "DC702",
        {
            "compose.yaml": "services:\n  db:\n    build: .\n    privileged: true\n",
            "Dockerfile": "FROM icr.io/informix/informix-developer-database:14\n",
        },
        "info",
    ),
    (
        "DC704",
        {
            "compose.yaml": "services:\n  e2e:\n    build: .\n    ipc: host\n",
            "Dockerfile": "FROM mcr.microsoft.com/playwright:v1.48.0\n",
        },
        "info",
    ),
    (
        "DC919",
        "# For local development only\n" + AIRFLOW + "      AIRFLOW__WEBSERVER__EXPOSE_CONFIG: 'true'\n",
        "info",
    ),
]


@pytest.mark.parametrize(("code", "files", "severity"), SEVERITIES)
def test_how_bad_it_is(code: str, files: Files, severity: str) -> None:
    assert [finding.severity for finding in findings(files, code)] == [severity]


WORDS: list[tuple[str, Files, str]] = [
    (
        "DC913",
        AIRFLOW + "      AIRFLOW__CORE__FERNET_KEY: 46BKJoQYlPPOexq0OhDZnIlNepKFf87WFwLbfzqDDho=\n",
        "with the new key, a comma and the old key as its value",
    ),
    (
        "DC201",
        DB + "    ports: ['5432:5432']\n    deploy: {placement: {constraints: [node.role == manager]}}\n",
        "of the stack need it, leave `ports` out: they reach `db:5432`",
    ),
    (
        "DC201",
        DB + "    ports: ['5432:5432']\n  web:\n    image: web:1\n    extra_hosts: ['worker1:10.99.0.4']\n",
        "this machine's address in their network",
    ),
    ("DC702", SNIFFER + "    privileged: true\n", "It needs much of that for its work"),
    ("DC702", SNIFFER + "    privileged: true\n    cap_add: [NET_ADMIN, NET_RAW]\n", "leave `privileged` out"),
    ("DC502", WEB + "    command: <YOUR_LICENSE_KEY>\n", "put your own value here, in quotes"),
    ("DC913", AIRFLOW + "      _AIRFLOW_WWW_USER_PASSWORD: admin\n", "write `${_AIRFLOW_WWW_USER_PASSWORD:?}` here"),
    ("DC917", AIRFLOW.replace("2.9.1", "3.0.2") + BACKENDS, "belongs to FabAuthManager"),
    (
        "DC917",
        AIRFLOW.replace("2.9.1", "3.0.2") + BACKENDS + f"      AIRFLOW__CORE__AUTH_MANAGER: {FAB}\n",
        "`airflow.providers.fab.auth_manager.api.auth.backend.` for",
    ),
    (
        "DC101",
        {"compose.yaml": "services:\n  a:\n    image: acme/a:${TAG}\n", ".env": "TAG=latest\n"},
        "`TAG` has in `.env`",
    ),
    ("DC101", "services:\n  a:\n    image: acme/a:main\n", "every change to its source"),
    ("DC301", DB, "list `db-data:` under `volumes` at the top level"),
    ("DC501", WEB + "    depends_on: [db]\n" + HEALTHY_DB, "`depends_on: {db: {condition: service_healthy}}`"),
    ("DC504", WEB + "    depends_on: [d]\n  d:\n    image: mongo:4.4\n", "test: mongo --quiet"),
    ("DC507", WEB + "    ports: ['80:80']\n", "Add `restart: unless-stopped`"),
    (
        "DC513",
        WEB + "    environment: {URL: 'pg://db:5432'}\n" + HEALTHY_DB,
        "Add `depends_on: {db: {condition: service_healthy}}`",
    ),
    ("DC702", DB2 + "    privileged: true\nvolumes:\n  d:\n", "`cap_add: [IPC_LOCK, IPC_OWNER]`"),
    ("PJ002", {"compose.yaml": "services:\n  a:\n    build: app\n", "app/main.py": ""}, "Write one, or correct"),
]


@pytest.mark.parametrize(("code", "files", "words"), WORDS)
def test_what_it_says(code: str, files: Files, words: str) -> None:
    assert words in findings(files, code)[0].message


# A file that a rule speaks of, and the file after its advice was followed word by word.
ADVICE: list[tuple[str, Files, Files]] = [
    ("DC101", "services:\n  a:\n    image: nginx\n", "services:\n  a:\n    image: nginx:1.27\n"),
    (
        "DC201",
        DB + "    ports: ['5432:5432']\n    volumes: ['d:/var/lib/postgresql/data']\nvolumes:\n  d:\n",
        DB + "    ports: ['127.0.0.1:5432:5432']\n    volumes: ['d:/var/lib/postgresql/data']\nvolumes:\n  d:\n",
    ),
    ("DC301", DB, DB + "    volumes:\n      - db-data:/var/lib/postgresql/data\nvolumes:\n  db-data:\n"),
    (
        "DC401",
        WEB + "    environment:\n      ADMIN_PASSWORD: k7Xw92-lq\n",
        {
            "compose.yaml": WEB + "    environment:\n      ADMIN_PASSWORD: ${ADMIN_PASSWORD:?}\n",
            ".env": "ADMIN_PASSWORD=k7Xw92-lq\n",
            ".gitignore": ".env\n",
        },
    ),
    (
        "DC501",
        WEB + "    depends_on: [db]\n" + HEALTHY_DB + TMPFS,
        WEB + HEALTHY + HEALTHY_DB + TMPFS,
    ),
    (
        "DC504",
        WEB + "    depends_on: [db]\n  db:\n    image: postgres:16\n" + TMPFS,
        WEB + "    depends_on:\n      db: {condition: service_healthy}\n  db:\n    image: postgres:16\n"
        "    tmpfs: /var/lib/postgresql/data\n    healthcheck: {test: pg_isready -U postgres}\n",
    ),
    (
        "DC504",
        WEB + "    depends_on: [d]\n  d:\n    image: mongo:4.4\n    tmpfs: /data/db\n",
        WEB + "    depends_on:\n      d: {condition: service_healthy}\n"
        "  d:\n    image: mongo:4.4\n    tmpfs: /data/db\n"
        "    healthcheck:\n      test: mongo --quiet --eval 'db.adminCommand(\"ping\")'\n",
    ),
    ("DC507", WEB + "    ports: ['80:80']\n", WEB + "    ports: ['80:80']\n    restart: unless-stopped\n"),
    (
        "DC513",
        WEB + "    environment: {URL: 'pg://db:5432'}\n" + HEALTHY_DB + TMPFS,
        WEB + "    environment: {URL: 'pg://db:5432'}\n" + HEALTHY + HEALTHY_DB + TMPFS,
    ),
    (
        "DC513",
        WEB + "    environment: {URL: 'pg://db:5432'}\n  db:\n    image: postgres:16\n" + TMPFS,
        WEB + "    environment: {URL: 'pg://db:5432'}\n" + HEALTHY + HEALTHY_DB + TMPFS,
    ),
    (
        "DC701",
        WEB + "    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n",
        WEB + "    environment: {DOCKER_HOST: 'tcp://proxy:2375'}\n"
        "  proxy:\n    image: tecnativa/docker-socket-proxy:0.3\n"
        "    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']\n",
    ),
    (
        "DC702",
        DB2 + "    privileged: true\nvolumes:\n  d:\n",
        DB2 + "    cap_add: [IPC_LOCK, IPC_OWNER]\nvolumes:\n  d:\n",
    ),
    ("DC704", WEB + "    ipc: host\n", WEB + "    shm_size: 1gb\n"),
    (
        "DC919",
        AIRFLOW + "      AIRFLOW__WEBSERVER__EXPOSE_CONFIG: 'true'\n",
        AIRFLOW + "      AIRFLOW__WEBSERVER__EXPOSE_CONFIG: non-sensitive-only\n",
    ),
]


@pytest.mark.parametrize(("code", "before", "after"), ADVICE)
def test_advice_that_is_taken_leads_to_no_other_finding(code: str, before: Files, after: Files) -> None:
    found = {finding.rule.code for finding in findings(before)}
    assert code in found
    assert {finding.rule.code for finding in findings(after)} <= found - {code}
