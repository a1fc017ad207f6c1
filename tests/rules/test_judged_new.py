"""What the first reading of findings in strange repositories showed, as small as it shows; of all three kinds."""

from __future__ import annotations

from typing import Any

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice
from dagdock.testing import marked

from .cases import each

RULES = {rule.code: rule for rule in Rules().all()}

SWARM = "services:\n  a:\n    image: a:1\n    labels:\n      - "
BASE = "services:\n  a:\n    image: a:1\n    ports: ['81:80']\n  b:\n    image: b:1\n    ports: ['{}:80']\n"
MONGO = "services:\n  a:\n    image: mongo:7\n"
ONE = "services:\n  a:\n    image: a:1\n"
AIRFLOW = "FROM apache/airflow:2.10.3\nUSER root\n"
BUILT_ON = {
    "base/Dockerfile": 'FROM debian:12\nSHELL ["/bin/bash", "-euo", "pipefail", "-c"]\n',
    "java/Dockerfile": "FROM acme/base AS final\nRUN make\n",
}
ADMIN = "services:\n  a:\n    image: a:1\n    environment: {ADMIN_PASSWORD: admin}\n    ports: ['%s']\n"

DAG = """import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator

def look():
    while True:
        %s

def work():
    %s

with DAG("a", start_date=datetime(2024, 1, 1), schedule=None) as dag:
    PythonOperator(task_id="a", python_callable=work, op_kwargs={%s})
"""
FILTER = """from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("a", start_date=datetime(2024, 1, 1), schedule=None) as dag:
    BashOperator(task_id="a", bash_command="echo %s")
    %s
"""
# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, dict[str, Any]] = {
    "AF628": {
        "a filter that the DAG gets later": FILTER % ("{{ ds | mine }}", "dag.user_defined_filters = {'mine': str}"),
        "no such filter": FILTER % ("{{ ds | «mine» }}", "print(dag)"),
    },
    "AF622": {
        "a macro that the DAG gets later": FILTER % ("{{ mine(ds) }}", "dag.user_defined_macros = {'mine': str}"),
    },
    "DF409": {
        "SHELL of a base two images below": BUILT_ON | {"a/Dockerfile": "FROM acme/java\nRUN curl a.sh | sh\n"},
        "a base of that name without SHELL": {
            "other/Dockerfile": 'FROM b:1\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\n',
            "java/Dockerfile": "FROM c:1\n",
            "a/Dockerfile": "FROM acme/java\nRUN «curl a.sh | sh»\n",
        },
    },
    "DF422": {
        "SHELL of a base two images below": BUILT_ON
        | {"a/Dockerfile": "FROM acme/java\nRUN <<EOF\nmake\nmake install\nEOF\n"},
        "SHELL that only knows pipefail": {
            "java/Dockerfile": 'FROM b:1\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\n',
            "a/Dockerfile": "FROM acme/java\nRUN «<<EOF»\nmake\nmake install\nEOF\n",
        },
    },
    "DF318": {
        "a clean-up that lacks its &&": "FROM centos:7\nRUN yum install -y make \\\n  yum clean all\n",
        "none": "FROM centos:7\nRUN «yum install» -y make\n",
    },
    "DF405": {
        "a workplace with sudo": "FROM cimg/go:1.22\nRUN sudo apt-get install -y make\n",
        "another image": "FROM acme/go:1.22\nRUN «sudo» apt-get install -y make\n",
    },
    "DC201": {
        "somebody works in the image": f"{MONGO}    command: [/bin/sh]\n    ports: ['1:27017']\n",
        "its own command": f"{MONGO}    ports: ['«1:27017»']\n",
    },
    "DC503": {
        "an image of others, which may bring a check": "services:\n  vpn:\n    image: qmcgaw/gluetun:v3\n  a:\n"
        "    image: a:1\n    depends_on: {vpn: {condition: service_healthy}}\n",
        "an official one, which has none": "services:\n  web:\n    image: nginx:1.27\n  a:\n"
        "    image: a:1\n    depends_on: {web: {condition: «service_healthy»}}\n",
    },
    "DC011": {
        "a library that others extend by a variable": {
            "shared/base.yml": f"{ONE}    networks: [inside]\n",
            "web/compose.yml": "services:\n  a:\n    extends: {file: $ROOT/shared/base.yml, service: a}\n"
            "networks:\n  inside:\n",
        },
        "nobody's": {"shared/base.yml": f"{ONE}    networks: [«inside»]\n"},
    },
    "DC707": {
        "all devices of one that has all rights": f"{ONE}    privileged: true\n    volumes: ['/dev:/dev']\n",
        "of another": f"{ONE}    volumes: ['«/dev:/dev»']\n",
    },
    "DC703": {
        "DDS": "services:\n  a:\n    image: a:1\n    network_mode: host\n    environment: [LSST_DDS_DOMAIN=a]\n",
        "no DDS": "services:\n  a:\n    image: a:1\n    network_mode: «host»\n    environment: [DOMAIN=a]\n",
    },
    "DC704": {
        "set up to share memory": f"{ONE}    pid: host\n    volumes: ['./shmem.xml:/etc/a.xml']\n",
        "for no reason": f"{ONE}    pid: «host»\n",
    },
    "DF427": {
        "the folder that the shell is in": 'FROM a:1\nRUN set -x; tar -xf a.tar -C "$PWD/a"; cd "$OLDPWD"\n',
        "a password": 'FROM a:1\nRUN set -x; login «"$DB_PWD"»\n',
    },
    "DF601": {
        "only the shell can do it": "FROM a:1\nCMD source /a/setup.env\n",
        "then a program": "FROM a:1\n«CMD source /a/setup.env && serve»\n",
    },
    "DF414": {
        "addresses of one RUN are told once": "FROM a:1\nRUN wget «http://e.com/a-1.tgz» http://e.com/b-1.tgz; "
        "wget http://e.com/c-1.tgz\n",
    },
    "DC406": {
        "what a secret is called": SWARM + "backup.secret=shop_db_password\n",
        "the secret": SWARM + "backup.secret=«hunter2»\n",
    },
    "DC202": {
        "a store of services": {
            "common.yml": BASE.format(81),
            "compose.a.yml": "services:\n  a:\n    extends: {file: common.yml, service: a}\n    image: a:2\n",
        },
        "what Compose takes by itself": {
            "compose.yaml": BASE.format("«81»"),
            "a.yml": "services:\n  a:\n    extends: {file: compose.yaml, service: a}\n",
        },
    },
    "DC701": {
        "an anchor for several services": "x-a: &a\n  image: docker:28\n  volumes:\n"
        "    - «/var/run/docker.sock:/var/run/docker.sock»\nservices:\n  a: *a\n  b:\n    <<: *a\n    ports: ['1:1']\n",
    },
    "DC920": {
        "a word of an own entry point": "services:\n  a:\n    image: acme/airflow:2.10.1\n    command: resetdb\n",
        "of the image's": "services:\n  a:\n    image: apache/airflow:2.10.1\n    command: «resetdb»\n",
    },
    "DF391": {
        "the pip of a virtual environment": f"{AIRFLOW}RUN python -m venv /v && /v/bin/pip install a==1\n",
        "that of the image": f"{AIRFLOW}RUN «pip install» a==1\n",
    },
    "AF605": {
        "beside the task": DAG % ("time.sleep(900)", "ThreadPoolExecutor().submit(look)", ""),
        "the task itself": DAG % ("«time.sleep(900)»", "look()", ""),
    },
    "AF109": {
        "what has a start_date": DAG % ("pass", "pass", "'a': jobs(start_date=datetime.now()).name"),
        "the clock itself": DAG % ("pass", "pass", "'a': str(«datetime.now()»)"),
    },
    "DF516": {
        "once a stage": "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y «gcc» make\nCOPY . .\n"
        "RUN pip install -r requirements.txt\nRUN apt-get install -y g++\nCMD python a.py\n",
    },
    "DF101": {
        "what another step has built": "FROM local-image/vector\n",
        "anybody's": "FROM «acme/vector»\n",
    },
    "DF102": {
        "a Makefile makes it": {
            "app/Dockerfile": "FROM acme/base:latest\n",
            "app/Makefile": "image:\n\tdocker build \\\n\t  -t acme/base:latest -f Dockerfile.base .\n",
        },
        "a Compose file makes it": {
            "app/Dockerfile": "FROM acme/base:latest\n",
            "compose.yaml": "services:\n  base:\n    image: acme/base\n    build: base\n",
        },
        "a Bake file makes it": {
            "Dockerfile": "FROM acme/base:latest\n",
            "docker-bake.hcl": 'target "base" {\n  tags = ["acme/base:latest"]\n}\n',
        },
        "a script runs it": {
            "Dockerfile": "FROM «acme/base:latest»\n",
            "run.sh": "docker build -t acme/app .\ndocker run -t acme/base\n",
        },
    },
    "DF603": {
        "named after its rights": {"Dockerfile-privileged": "FROM debian:12\nUSER root\nCMD python a.py\n"},
        "not so": "FROM debian:12\n«USER root»\nCMD python a.py\n",
    },
    "DF001": {
        "a program about Dockerfiles": {"dockerfile_test.exs": 'defmodule A do\n@b """\nFROM a:1\n"""\n'},
    },
}


def _findings(code: str, files: Any) -> list[Finding]:
    files = as_files(files, _name(code))
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(extend_select=[code]))
    targets = [Target("", path, path) for path in files]
    return list(linter.check(Workspace.in_memory(files), targets).findings)


def _name(code: str) -> str:
    return {"DC": "compose.yaml", "AF": "dags/a.py"}.get(code[:2], "Dockerfile")


@pytest.mark.parametrize(("code", "files"), each(CASES))
def test_case(code: str, files: Any) -> None:
    expected = dict(as_files(files, _name(code)))
    assert marked(RULES[code], expected) == expected


@pytest.mark.parametrize(
    ("line", "severity"),
    [("/bin/bash", "info"), ("R --no-save", "info"), ("bash start.sh", "warning"), ("redis-server", "warning")],
)
def test_what_somebody_types_into_has_nothing_to_finish(line: str, severity: str) -> None:
    (finding,) = _findings("DF601", f"FROM a:1\nCMD {line}\n")
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("image", "line", "severity"),
    [
        ("alpine:3.22", "rsync", "info"),
        ("alpine:3.22", "set -x && a && b", "info"),
        ("alpine:3.22", "a | b", "warning"),
        ("debian:12", "rsync", "warning"),
    ],
)
def test_the_shell_of_alpine_gives_way(image: str, line: str, severity: str) -> None:
    (finding,) = _findings("DF601", f"FROM {image}\nCMD {line}\n")
    assert finding.severity == severity


@pytest.mark.parametrize(("port", "opens"), [("53:53/udp", False), ("53:53", False), ("80:80", True)])
def test_nobody_logs_in_where_names_are_asked_for(port: str, opens: bool) -> None:
    (finding,) = _findings("DC401", ADMIN % port)
    assert ("can be reached through port" in finding.message) is opens


@pytest.mark.parametrize(
    ("code", "files", "said"),
    [
        ("DF122", "FROM node:14-alpine\nRUN yarn install\n", "`node:24-alpine`, the last that brings `yarn`"),
        (
            "DC301",
            "services:\n  zoo:\n    image: zookeeper:3.9\n",
            "Mount a named volume on each: `zoo-data:/data` and `zoo-datalog:/datalog`, and list `zoo-data:` and "
            "`zoo-datalog:` under",
        ),
        (
            "DC701",
            "services:\n  ci:\n    image: runner:1\n    volumes: [&s '/var/run/docker.sock:/var/run/docker.sock']\n"
            "  relay:\n    image: tecnativa/docker-socket-proxy:0.3\n    volumes: [*s]\n",
            "`relay` hands on what it lets through",
        ),
        (
            "DC005",
            {
                "base.yml": "version: '2'\nservices:\n  a:\n    image: a:1\n",
                "compose.yml": "services:\n  b:\n    extends: {file: base.yml, service: a}\n",
            },
            "Compose ignores it. Delete",
        ),
        ("DC101", "services:\n  a:\n    image: archlinux\n    command: sh\n", "`archlinux` has no tag"),
        ("DF122", "FROM ubuntu:20.04\nRUN apt-key add a\n", "`apt-key` is gone there"),
        ("DF122", "FROM python:2.7\nRUN a\n", "has to run on Python 3"),
        ("DF122", "FROM ubuntu:20.04\nRUN ./configure && make\n", "newer compiler"),
        ("DF344", "FROM a:1\nRUN /opt/conda/bin/conda install -y a=1\n", "`/opt/conda/bin/conda clean -afy`"),
        ("DF414", "FROM a:1\nRUN curl -k -O http://e.com/a\n", "without the option that switches"),
        ("DC705", "services:\n  a:\n    image: a:1\n    cap_add: [ALL]\n", "Name the rights that the program needs"),
        ("DF122", "FROM node:14-alpine\nRUN npm ci\n", "for example to `node:26-alpine`"),
        ("DF122", "FROM node:14-alpine\nRUN npm i -g yarn@1 && yarn\n", "for example to `node:26-alpine`"),
        (
            "DF203",
            {"Dockerfile": "FROM node:24\nCOPY . .\nRUN npm ci\n", "package.json": "{}"},
            "COPY package.json and package-lock.json first",
        ),
        (
            "DF203",
            {"Dockerfile": "FROM node:24\nCOPY . .\nRUN npm install\n", "package.json": "{}"},
            "COPY package.json first",
        ),
    ],
)
def test_what_is_said(code: str, files: Any, said: str) -> None:
    assert [finding for finding in _findings(code, files) if said in finding.message]
