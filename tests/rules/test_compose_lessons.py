"""Rules on Compose files, on mistakes in the many ways that people spell them, and on what is nearly one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.testing import marked

RULES = {rule.code: rule for rule in Rules().of_kind("compose")}

Files = str | Mapping[str, str]

APP = "services:\n  app:\n    image: app:1\n"
DB = "  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\n"
CHECKED = f"{DB}    healthcheck: {{test: pg_isready}}\n"
AIRFLOW = "services:\n  airflow:\n    image: apache/airflow:2.10.2\n"
# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, dict[str, Files]] = {
    "DC203": {
        "two options": APP + "    command: load --db-host «localhost» --db-port 5432\n" + DB,
        "two options in words": APP + "    command: [load, '--db-host=«localhost»', '--db-port=5432']\n" + DB,
        "client": APP + '    command: sh -c "until pg_isready -h «localhost» -q; do sleep 1; done"\n' + DB,
        "client, in one word": APP + "    command: pg_dump -h«127.0.0.1» -U app shop\n" + DB,
        "another port": APP
        + "    command: psql -h «localhost» -p 5433 -U postgres\n"
        + DB
        + "    ports: ['5433:5432']\n",
        "usual port of a URL": APP + "    environment: {DB: 'postgresql+psycopg2://app@«localhost»/shop'}\n" + DB,
        "connection string": APP + "    environment: {DB: host=«localhost» port=5432 user=app}\n" + DB,
        "comma": APP
        + "    environment: {DB: 'Server=«localhost»,1433;Database=a'}\n"
        + "  sql:\n    image: mcr.microsoft.com/mssql/server:2022-latest\n",
        "env file": {
            "compose.yaml": APP + "    env_file: [«app.env»]\n" + DB,
            "app.env": "DB_HOST=localhost\n",
        },
        "a later env file": {
            "compose.yaml": APP + "    env_file: [.env, docker.env]\n" + DB,
            ".env": "DB_HOST=localhost\n",
            "docker.env": "DB_HOST=db\n",
        },
        "a later env file that is not there": {
            "compose.yaml": APP + "    env_file: [.env, docker.env]\n" + DB,
            ".env": "DB_HOST=localhost\n",
        },
        "over the host": APP
        + "    depends_on: [db]\n    environment: {DB: 'postgresql://app@«host.docker.internal:5432»/a'}\n"
        + DB
        + "    ports: ['127.0.0.1:5432:5432']\n",
        "another one on the host": APP
        + "    environment: {DB: 'postgresql://app@host.docker.internal:5432/a'}\n"
        + DB
        + "    ports: ['127.0.0.1:5432:5432']\n",
        "where it listens": APP + "    command: serve --host localhost --port 5432\n" + DB,
        "its own server": APP + "    command: sh -c 'redis-server --daemonize yes && app --redis localhost:6379'\n"
        "  redis:\n    image: redis:7\n",
        "a tunnel": APP + "    command: sh -c 'ssh -fNL 5432:db:5432 jump && psql -h localhost -p 5432'\n" + DB,
        "another option": APP + "    command: grep -h localhost -p 5432\n" + DB,
    },
    "DC304": {
        "the folder that Compose is called in": {
            "compose.prod.yaml": "services:\n  web:\n    image: web:1\n    volumes: ['«$PWD/src:/srv/app»']\n"
        },
        "a folder called after it": {
            "deploy/prod/compose.yaml": "services:\n  web:\n    build: ../..\n    volumes: ['«../..:/code»']\n",
            "Dockerfile": "FROM python:3.12\nWORKDIR /code\nCOPY . .\n",
        },
        "settings of Django": {
            "compose.yaml": "services:\n  web:\n    build: .\n    volumes: ['«.:/code»']\n"
            "    environment: {DJANGO_SETTINGS_MODULE: shop.settings.production}\n",
            "Dockerfile": "FROM python:3.12\nWORKDIR /code\nCOPY . .\n",
        },
        "another variable": {
            "compose.prod.yaml": "services:\n  web:\n    image: web:1\n    volumes: ['$PWD_OF/src:/srv/app']\n"
        },
    },
    "DC401": {
        "in a URL of a command, too": APP
        + "    command: load --to postgresql://postgres:postgres@db/shop\n"
        + DB
        + "    environment: {POSTGRES_PASSWORD: «postgres»}\n",
        "JSON": APP + '    environment:\n      - CONN={"login":"etl","password":"«Quitte77baum»"}\n',
        "header": APP + "    command: [curl, -H, 'Authorization: Bearer «9fKq2LmZx83VbTnR51Ws»', 'https://api']\n",
        "token in a command": APP + "    command: bot --log debug «glpat-" + "Zk3xQ9vT2mLr8WcYb5Nd»\n",
        "two parts": APP + "    environment: {BASIC_AUTH: '«admin:Quitte77baum»'}\n",
        "the login over again": APP + "    command: curl -u admin1:admin1 http://api\n",
        "asked for": APP + "    command: mysql -u root --password shop\n",
        "login": APP + "    command: [curl, -u, 'ci:«Quitte77baum»', 'https://api']\n",
        "login in a healthcheck": APP + "    healthcheck: {test: 'curl -fu ci:«Quitte77baum» http://localhost'}\n",
        "Java": APP + "    environment: {JAVA_OPTS: -Xmx1g -Ddb.password=«Quitte77baum»}\n",
        "once": APP + "    command: redis-server --requirepass «Quitte77baum»\n"
        "    healthcheck: {test: [CMD, redis-cli, -a, Quitte77baum, ping]}\n",
        "config": APP + "configs:\n  a:\n    content: |\n      db.user=shop\n      db.password=«Quitte77baum»\n",
        "config, filled in": APP
        + "configs:\n  a:\n    content: |\n      db.password=${PW:?}\n      password_file: /run/p\n",
        "variables": APP + "    command: sh -c 'PGPASSWORD=$$PW psql && curl -u ci:${PW} x && mysql -p$$PW'\n",
        "from a file": APP + "    command: sh -c 'PGPASSWORD=\"$$(cat /run/secrets/pw)\" psql -p 5432'\n",
        "entry of a store": APP
        + "    environment: {DB_PASSWORD_SECRET: prod-db-password, DB_PASSWORD_KEY: db-password}\n",
        "pepper": APP + "    environment: {GRAYLOG_PASSWORD_SECRET: «d8f3kz81mq0s7pepper»}\n",
    },
    "DC402": {
        "JDBC": APP + "    environment: {U: 'jdbc:mysql://db/shop?user=shop&password=«Quitte77baum»'}\n",
        "libpq": APP + "    command: [psql, 'host=wh user=etl password=«Quitte77baum»']\n",
        "account key": APP
        + "    environment: {S: 'AccountName=a;AccountKey=«Zm9v9mFyYmF6cXV4cXV1eGNv7mdlZ3JhdWx0Z2Fy»;X=b'}\n",
        "default": APP + "    environment: {S: 'Server=a;Uid=b;Pwd=${PW:-«Quitte77baum»};'}\n",
        "filled in": APP + "    environment: {S: 'Server=a;Uid=b;Pwd=${PW};', T: 'host=a password={{ pw }} user=b'}\n",
    },
    "DC501": {
        "waits by a script": APP
        + "    command: [./wait-for-it.sh, 'db:5432', --, app]\n    depends_on: [db]\n"
        + CHECKED,
        "waits in a loop": APP
        + "    command: sh -c 'until nc -z db 5432; do sleep 1; done; app'\n    depends_on: [db]\n"
        + CHECKED,
        "a script of its own": APP + "    command: sh -c './wait_for_db.sh && app'\n    depends_on: [db]\n" + CHECKED,
        "waits for another one": APP
        + "    command: dockerize -wait tcp://cache:6379 app\n    depends_on: [«db»]\n"
        + CHECKED,
        "in the image": {
            "compose.yaml": "services:\n  app:\n    build: .\n    depends_on: [db]\n" + CHECKED,
            "Dockerfile": 'FROM app:1\nENTRYPOINT ["/wait-for-it.sh", "db:5432", "--", "app"]\n',
        },
    },
    "DC504": {
        "waits by a program": APP + "    command: dockerize -wait tcp://db:5432 app\n    depends_on: [db]\n" + DB,
        "waits for nobody": APP + "    command: app\n    depends_on: [«db»]\n" + DB,
    },
    "DC507": {
        "a policy that is none": {
            "compose.yaml": "services:\n  web:\n    image: web:1\n    restart: always\n    ports: ['80:80']\n"
            "  «db»:\n    image: postgres:16\n    deploy: {restart_policy: {condition: none}}\n"
            "    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n"
        },
    },
    "DC701": {
        "engine of the host": APP + "    environment: ['DOCKER_HOST=«tcp://host.docker.internal:2375»']\n",
        "with TLS": APP + "    environment: ['DOCKER_HOST=tcp://host.docker.internal:2376', DOCKER_TLS_VERIFY=1]\n",
        "of a service": APP + "    environment: {DOCKER_HOST: 'tcp://dind:2375'}\n  dind:\n    image: docker:27-dind\n",
    },
    "DC702": {
        "build": "services:\n  a:\n    build:\n      context: .\n      entitlements: [x, «security.insecure»]\n",
        "switched off": "services:\n  a:\n    build: {context: ., privileged: false, entitlements: [network.host]}\n",
    },
    "DC907": {
        "nothing defers": AIRFLOW
        + "    command: scheduler\n  web:\n    image: apache/airflow:2.10.2\n    command: webserver\n",
        "in a comment": {
            "compose.yaml": AIRFLOW + "    command: scheduler\n    volumes: ['./dags:/opt/airflow/dags']\n"
            "  web:\n    image: apache/airflow:2.10.2\n    command: webserver\n",
            "dags/a.py": "# deferrable=True needs a triggerer\n",
        },
        "by default": "services:\n  «airflow»:\n    image: apache/airflow:2.10.2\n    command: scheduler\n"
        "    environment: {AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE: 'true'}\n"
        "  web:\n    image: apache/airflow:2.10.2\n    command: webserver\n",
    },
    "DC911": {
        "a web server alone": AIRFLOW + "    command: webserver\n"
        "    environment: {AIRFLOW__CORE__EXECUTOR: CeleryExecutor}\n",
    },
    "DC921": {
        "script": AIRFLOW + "    command: bash -c '«pip install» --user -r /r.txt && exec airflow scheduler'\n",
        "entry point apart": AIRFLOW
        + "    entrypoint: [bash, -c]\n    command: ['python -m «pip install» dbt-core && airflow standalone']\n",
        "uv": AIRFLOW + "    command: sh -c '«uv pip install» pandas; airflow scheduler'\n",
        "code that is worked on": AIRFLOW + "    command: bash -c 'pip install -e /src && airflow scheduler'\n",
        "once": AIRFLOW + "    command: bash -c 'pip install pytest && airflow db migrate'\n",
        "tests": AIRFLOW + "    command: bash -c 'pip install pytest && pytest /tests'\n",
        "other verbs": AIRFLOW + "    command: bash -c 'pip check && echo pip install x && airflow scheduler'\n",
        "no Airflow": APP + "    command: bash -c 'pip install jupyterlab && jupyter lab'\n",
    },
}


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, cases in CASES.items() for name in cases], ids=str)
def test_marked(code: str, name: str) -> None:
    files = as_files(CASES[code][name], "compose.yaml")
    assert marked(RULES[code], files) == files
