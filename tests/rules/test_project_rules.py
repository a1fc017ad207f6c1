"""Project rules on the edge cases that are too many for their pages: each case marks what must be flagged."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.testing import marked

RULES = {rule.code: rule for rule in Rules(third_party=False).of_kind("project")}

Files = str | Mapping[str, str]


CASES: dict[str, list[Files]] = {
    "PJ001": [
        "services:\n  web:\n    build: «./nope»\n",
        {
            "deploy/compose.yaml": "services:\n  web:\n    build: «./web»\n",
            "web/Dockerfile": "FROM a:1\n",
        },
        {
            "compose.yaml": "services:\n  web:\n    build: ./web\n",
            ".gitmodules": '[submodule "web"]\n\tpath = web\n',
        },
        "services:\n  web:\n    build: https://github.com/a/b.git#main\n",
        "services:\n  web:\n    build: ${DIR}/x\n",
        {
            "compose.yaml": "services:\n  web:\n    build: ${DIR:-web}\n",
            "web/Dockerfile": "FROM a:1\n",
        },
        "services:\n  web:\n    build: git@github.com:a/b.git\n",
        {
            "compose.yaml": "services:\n  web:\n    build: .\n",
            "Dockerfile": "FROM a:1\n",
        },
        "services:\n  web:\n    image: x:1\n",
        {
            "compose.yaml": "services:\n  web:\n    build: ./gen\n",
            ".gitignore": "gen/\n",
        },
        "services:\n  web:\n    build: «${DIR:-nope}»\n",
    ],
    "PJ002": [
        "services:\n  web:\n    build: «.»\n",
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: .\n      dockerfile: «Dockerfile.dev»\n"),
            "Dockerfile": "FROM a:1\n",
        },
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: web\n      dockerfile: «web/Dockerfile»\n"),
            "web/Dockerfile": "FROM a:1\n",
        },
        {
            "compose.yaml": "services:\n  web:\n    build:\n      dockerfile: «nope»\n",
            "Dockerfile": "FROM a:1\n",
        },
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: .\n      dockerfile: docker/Dockerfile\n"),
            "docker/Dockerfile": "FROM a:1\n",
        },
        "services:\n  web:\n    build:\n      context: .\n      dockerfile: ../x/Dockerfile\n",
        "services:\n  web:\n    build:\n      context: .\n      dockerfile: ${F}\n",
        ("services:\n  web:\n    build:\n      context: .\n      dockerfile_inline: |\n        FROM a:1\n"),
        {
            "compose.yaml": "services:\n  web:\n    build: .\n",
            "dockerfile": "FROM a:1\n",
        },
        {
            "compose.yaml": "services:\n  web:\n    build: .\n",
            "Dockerfile": "",
            ".gitignore": "",
        },
        {
            "compose.yaml": "x-b: &b\n  build: .\nservices:\n  a:\n    <<: *b\n  b:\n    <<: *b\n",
            "Dockerfile": "FROM a:1\n",
        },
        "x-b: &b\n  build: «.»\nservices:\n  a:\n    <<: *b\n  b:\n    <<: *b\n",
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: ./web\n      dockerfile: Dockerfile\n"),
            "web/Dockerfile": "FROM a:1\n",
        },
    ],
    "PJ003": [
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: .\n      target: «prod»\n"),
            "Dockerfile": "FROM a:1 AS build\nFROM b:1 AS runtime\n",
        },
        {
            "compose.yaml": ('services:\n  web:\n    build:\n      context: .\n      target: "«runtim»"\n'),
            "Dockerfile": "FROM a:1 AS build\nFROM b:1 AS runtime\n",
        },
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: .\n      target: «${T:-dev}»\n"),
            "Dockerfile": "FROM a:1 AS build\nFROM b:1 AS runtime\n",
        },
        {
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      target: «x»\n",
            "Dockerfile": "FROM a:1\n",
        },
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: .\n      target: RUNTIME\n"),
            "Dockerfile": "FROM a:1 AS build\nFROM b:1 AS runtime\n",
        },
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: .\n      target: ${T}\n"),
            "Dockerfile": "FROM a:1 AS build\nFROM b:1 AS runtime\n",
        },
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: .\n      target: build\n"),
            "Dockerfile": "from a:1 as build\n",
        },
        {
            "compose.yaml": 'services:\n  web:\n    build:\n      context: .\n      target: ""\n',
            "Dockerfile": "FROM a:1 AS build\nFROM b:1 AS runtime\n",
        },
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: https://x/y.git\n      target: zz\n"),
            "Dockerfile": "FROM a:1 AS build\nFROM b:1 AS runtime\n",
        },
        {
            "compose.yaml": (
                "services:\n  web:\n    build:\n      context: .\n"
                "      dockerfile_inline: FROM a:1 AS q\n      target: q\n"
            ),
            "Dockerfile": "FROM a:1 AS build\nFROM b:1 AS runtime\n",
        },
    ],
    "PJ004": [
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: .\n      args:\n        - «D»=1\n"),
            "Dockerfile": "ARG A=1\nFROM x:$A\nARG B\nONBUILD ARG C\n",
        },
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: .\n      args:\n        «D»: 1\n"),
            "Dockerfile": "ARG A=1\nFROM x:$A\nARG B\nONBUILD ARG C\n",
        },
        {
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      args: [«D»]\n",
            "Dockerfile": "ARG A=1\nFROM x:$A\nARG B\nONBUILD ARG C\n",
        },
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: .\n      args:\n        «a»: 1\n"),
            "Dockerfile": "ARG A=1\nFROM x:$A\nARG B\nONBUILD ARG C\n",
        },
        {
            "compose.yaml": ("services:\n  web:\n    build:\n      context: .\n      args: [A=2, B=3, C=4]\n"),
            "Dockerfile": "ARG A=1\nFROM x:$A\nARG B\nONBUILD ARG C\n",
        },
        {
            "compose.yaml": (
                "services:\n  web:\n    build:\n      context: .\n"
                "      args: [http_proxy, BUILDKIT_INLINE_CACHE=1, "
                "TARGETARCH=arm64, BUILDKIT_SYNTAX=x]\n"
            ),
            "Dockerfile": "ARG A=1\nFROM x:$A\nARG B\nONBUILD ARG C\n",
        },
        {
            "compose.yaml": (
                "services:\n  web:\n    build:\n      context: .\n      args: [E=1]\n"
                '      dockerfile_inline: "FROM a:1"\n'
            ),
            "Dockerfile": "ARG A=1\nFROM x:$A\nARG B\nONBUILD ARG C\n",
        },
        {
            "compose.yaml": (
                "services:\n  web:\n    build:\n      context: .\n      args: [E=1]\n      dockerfile: other\n"
            ),
            "Dockerfile": "ARG A=1\nFROM x:$A\nARG B\nONBUILD ARG C\n",
        },
        {
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      args: [X=1]\n",
            "Dockerfile": "FROM a:1\nARG Y X\n",
        },
        {
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      args: [X=1]\n",
            "Dockerfile": "FROM a:1\narg X=3\n",
        },
        {
            "compose.yaml": (
                "x-a: &a\n  args: [«D»=1]\n  context: .\nservices:\n  a:\n    build: *a\n  b:\n    build: *a\n"
            ),
            "Dockerfile": "ARG A=1\nFROM x:$A\nARG B\nONBUILD ARG C\n",
        },
        {
            "compose.yaml": (
                "x-a: &a\n  D: 1\nservices:\n  a:\n    build:\n      context: a\n"
                "      args: *a\n  b:\n    build:\n      context: b\n      args: *a\n"
            ),
            "a/Dockerfile": "FROM a:1\nARG D\n",
            "b/Dockerfile": "FROM a:1\n",
        },
    ],
    "PJ005": [
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\n"
            ),
            "requirements.txt": "«apache-airflow==2.8.0»\n",
        },
        {
            "Dockerfile": ("FROM apache/airflow:2.9.1-python3.11\nRUN pip install «apache-airflow==2.8.0»\n"),
        },
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\n"
            ),
            "requirements.txt": "«apache-airflow[celery]==2.10.0»\n",
        },
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\n"
            ),
            "requirements.txt": "apache-airflow==2.9.1\n",
        },
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\n"
            ),
            "requirements.txt": "apache-airflow>=2.8\n",
        },
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\n"
            ),
            "requirements.txt": "apache-airflow-providers-http==2.8.0\n",
        },
        {
            "Dockerfile": ("ARG V=2.9.1\nFROM apache/airflow:${V}\nARG V\nRUN pip install apache-airflow==${V}\n"),
        },
        {
            "Dockerfile": "FROM python:3.11\nRUN pip install apache-airflow==2.8.0\n",
        },
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\n"
            ),
        },
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\n"
            ),
            "requirements.txt": "apache-airflow==2.8.0; python_version < '3.8'\n",
        },
        {
            "Dockerfile": "FROM apache/airflow:latest\nRUN pip install apache-airflow==2.8.0\n",
        },
    ],
    "PJ006": [
        {
            "Dockerfile": "FROM apache/airflow:2.9.1\nCOPY dags /opt/airflow/dags\n",
            "dags/s.py": (
                "from datetime import datetime\nfrom airflow import DAG\n"
                "from «airflow.providers.mongo.hooks.mongo» import MongoHook\n"
                "dag = DAG('s', start_date=datetime(2024,1,1), "
                "schedule=None, catchup=False)\n"
            ),
        },
        {
            "Dockerfile": "FROM apache/airflow:2.9.1\nRUN pip install pandas\n",
            "compose.yaml": ("services:\n  a:\n    build: .\n    volumes:\n      - ./dags:/opt/airflow/dags\n"),
            "dags/s.py": (
                "from datetime import datetime\nfrom airflow import DAG\n"
                "from «airflow.providers.mongo.hooks.mongo» import MongoHook\n"
                "dag = DAG('s', start_date=datetime(2024,1,1), "
                "schedule=None, catchup=False)\n"
            ),
        },
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\n"
                "RUN pip install apache-airflow-providers-mongo\n"
                "COPY dags /opt/airflow/dags\n"
            ),
            "dags/s.py": (
                "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.providers.mongo.hooks.mongo import MongoHook\n"
                "dag = DAG('s', start_date=datetime(2024,1,1), "
                "schedule=None, catchup=False)\n"
            ),
        },
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\nCOPY requirements.txt .\n"
                "RUN pip install -r requirements.txt\nCOPY dags /opt/airflow/dags\n"
            ),
            "requirements.txt": "apache-airflow-providers-mongo\n",
            "dags/s.py": (
                "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.providers.mongo.hooks.mongo import MongoHook\n"
                "dag = DAG('s', start_date=datetime(2024,1,1), "
                "schedule=None, catchup=False)\n"
            ),
        },
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\n"
                'RUN pip install "apache-airflow[mongo]==2.9.1"\n'
                "COPY dags /opt/airflow/dags\n"
            ),
            "dags/s.py": (
                "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.providers.mongo.hooks.mongo import MongoHook\n"
                "dag = DAG('s', start_date=datetime(2024,1,1), "
                "schedule=None, catchup=False)\n"
            ),
        },
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\nCOPY install.sh .\nRUN ./install.sh\nCOPY dags /opt/airflow/dags\n"
            ),
            "dags/s.py": (
                "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.providers.mongo.hooks.mongo import MongoHook\n"
                "dag = DAG('s', start_date=datetime(2024,1,1), "
                "schedule=None, catchup=False)\n"
            ),
        },
        {
            "Dockerfile": "FROM myorg/airflow:2.9.1\nCOPY dags /opt/airflow/dags\n",
            "dags/s.py": (
                "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.providers.mongo.hooks.mongo import MongoHook\n"
                "dag = DAG('s', start_date=datetime(2024,1,1), "
                "schedule=None, catchup=False)\n"
            ),
        },
        {
            "Dockerfile": "FROM apache/airflow:2.9.1\nCOPY dags /opt/airflow/dags\n",
            "dags/s.py": (
                "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.providers.postgres.hooks.postgres import PostgresHook\n"
                "dag = DAG('s', start_date=datetime(2024,1,1), "
                "schedule=None, catchup=False)\n"
            ),
        },
        {
            "Dockerfile": "FROM apache/airflow:2.9.1\nCOPY dags /opt/airflow/dags\n",
            "dags/s.py": (
                "from datetime import datetime\nfrom airflow import DAG\ntry:\n"
                "    from airflow.providers.mongo.hooks.mongo import MongoHook\n"
                "except ImportError:\n    pass\n"
                "dag = DAG('s', start_date=datetime(2024,1,1), "
                "schedule=None, catchup=False)\n"
            ),
        },
        {
            "dags/s.py": (
                "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.providers.mongo.hooks.mongo import MongoHook\n"
                "dag = DAG('s', start_date=datetime(2024,1,1), "
                "schedule=None, catchup=False)\n"
            ),
        },
        {
            "Dockerfile": (
                "FROM apache/airflow:2.9.1\n"
                "RUN pip install -r https://x/requirements.txt\n"
                "COPY dags /opt/airflow/dags\n"
            ),
            "dags/s.py": (
                "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.providers.mongo.hooks.mongo import MongoHook\n"
                "dag = DAG('s', start_date=datetime(2024,1,1), "
                "schedule=None, catchup=False)\n"
            ),
        },
    ],
    "PJ007": [
        "services:\n  a:\n    image: apache/airflow:2.9.1\n  b:\n    image: «apache/airflow:2.8.0»\n",
        ("services:\n  a:\n    image: apache/airflow:2.9.1\n  b:\n    image: apache/airflow:2.9.1-python3.11\n"),
        "services:\n  a:\n    image: apache/airflow:2.9.1\n  b:\n    image: apache/airflow:${V}\n",
        (
            "services:\n  a:\n    image: ${AIRFLOW_IMAGE_NAME:-apache/airflow:2.9.1}\n  b:\n"
            "    image: ${AIRFLOW_IMAGE_NAME:-apache/airflow:2.9.1}\n"
        ),
        "services:\n  a:\n    image: apache/airflow:2.9\n  b:\n    image: apache/airflow:2.9.1\n",
        "services:\n  a:\n    image: apache/airflow:2.9.1\n  b:\n    image: postgres:16\n",
    ],
}


@pytest.mark.parametrize(("code", "files"), [(code, files) for code, cases in CASES.items() for files in cases])
def test_case(code: str, files: Files) -> None:
    expected = dict(as_files(files, "compose.yaml"))
    assert marked(RULES[code], expected) == expected
