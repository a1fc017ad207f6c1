"""What goes to XCom, on the edge cases that are too many for the rules' pages: bad cases mark what is flagged."""

from __future__ import annotations

from textwrap import indent

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import mark, unmark
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice

RULES = {rule.code: rule for rule in Rules(third_party=False).of_kind("dag")}
IMPORTS = """\
import io
import json
import os
import sqlite3
from datetime import datetime
import numpy as np
import pandas as pd
import requests
from airflow import DAG
from airflow.decorators import task
from airflow.hooks.base import BaseHook
from airflow.models import Variable
from airflow.operators.python import PythonOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.providers.google.cloud.operators.bigquery import BigQueryGetDataOperator
from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.ssh.operators.ssh import SSHOperator
from company import compute

"""
DAG = "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"


def check(code: str, text: str, files: dict[str, str] | None = None) -> list[Finding]:
    """What a rule finds in a file, without marks."""
    workspace = Workspace.in_memory({"d.py": text, **(files or {})})
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    result = linter.check(workspace, [Target("", "d.py", "d.py")])
    assert not result.errors
    assert result.files
    return result.findings


def task(body: str) -> str:
    """A file whose one task runs a body."""
    return "@task\ndef f(ti=None, **context):\n" + indent(body, "    ") + "\n"


def operator(call: str) -> str:
    return DAG + f"    {call}\n"


BAD: dict[str, list[str]] = {
    "AF401": [
        # Through helpers of the file, with what they are given.
        "def load():\n    return pd.read_csv('x')\ndef clean(df):\n    df = df.dropna()\n    return df\n"
        + task("df = load()\ndf = clean(df)\nreturn «df»"),
        "def clean(table):\n    return table.dropna()\n" + task("return «clean(table=pd.read_csv('x'))»"),
        # From task to task.
        "@task\ndef load():\n    return «pd.read_csv('x')»\n"
        "@task\ndef clean(df):\n    return «df.dropna()»\nclean(load())\n",
        # By its type hint.
        "@task\ndef clean(df: pd.DataFrame):\n    return «df.dropna()»\n",
        "@task\ndef clean() -> pd.DataFrame:\n    return «compute()»\n",
        "@task\ndef clean() -> 'pd.DataFrame':\n    result = compute()\n    return «result»\n",
        # Kept in an object.
        "class Loader:\n    def __init__(self):\n        self.df = pd.read_csv('x')\n"
        + task("made = Loader()\nreturn «made.df»"),
        # Written into a buffer.
        task("buffer = io.BytesIO()\npd.read_csv('x').to_parquet(buffer)\nreturn «buffer.getvalue()»"),
        # Page by page.
        task(
            "found = []\nwhile True:\n    data = requests.get('x').json()\n    if not data:\n        break\n"
            "    found.extend(data['results'])\nreturn «found»"
        ),
        # Large by itself.
        task("return «list(range(1_000_000))»"),
        task("return «[str(i) for i in range(100_000)]»"),
        task("return «'x' * 10_000_000»"),
        task("return «np.random.rand(1000, 100)»"),
        task("return «np.zeros((1000, 1000))»"),
    ],
    "AF402": [
        "def clean(df):\n    return df.dropna()\n" + task("ti.xcom_push(key='a', value=«clean(pd.read_csv('x'))»)"),
    ],
    "AF403": [
        operator("SQLExecuteQueryOperator(task_id='a', conn_id='x', sql=«'select * from orders'»)"),
        operator(
            "SQLExecuteQueryOperator(task_id='a', conn_id='x', sql=«'''\n        SELECT id, name\n        FROM t'''»)"
        ),
        operator("HttpOperator(task_id='a', method='GET', endpoint=«'/export/sales.csv'»)"),
        operator("SSHOperator(task_id='a', command=«'cd /data && cat sales.csv'»)"),
        operator("BigQueryGetDataOperator(task_id='a', max_results=«100000»)"),
        operator("DockerOperator(task_id='a', image='x', xcom_all=«True»)"),
    ],
    "AF404": [
        task("hook = PostgresHook('x')\nconn = hook.get_conn()\nreturn «conn»"),
        task("conn = PostgresHook('x').get_conn()\nreturn «conn.cursor()»"),
        task("return «(x for x in range(3))»"),
        task("return «lambda x: x»"),
        task("return «PostgresHook('x')»"),
        task("return «open('x')»"),
        task("answer = requests.get('x')\nanswer.raise_for_status()\nreturn «answer»"),
        task("found = {'a': 1}\nreturn «found.keys()»"),
        task("return «map(str, [1])»"),
        task("ti.xcom_push(key='a', value=«sqlite3.connect('x')»)"),
        "class Shop:\n    pass\n" + task("return «Shop()»"),
        "def f():\n    return «PostgresHook('x').get_sqlalchemy_engine()»\n"
        + operator("PythonOperator(task_id='a', python_callable=f)"),
    ],
    "AF405": [
        task("return «BaseHook.get_connection('x').password»"),
        task("c = BaseHook.get_connection('x')\nreturn «f'postgresql://{c.login}:{c.password}@{c.host}'»"),
        task("return «os.environ['DB_PASSWORD']»"),
        task("return «{'token': os.getenv('API_TOKEN')}»"),
        task("return «PostgresHook('x').get_uri()»"),
        task("hook = PostgresHook('x')\nreturn «hook.get_connection('x').get_uri()»"),
        task("secret = Variable.get('client_secret')\nti.xcom_push('s', «secret»)"),
        task("return «{'headers': {'Authorization': f\"Bearer {Variable.get('api_token')}\"}}»"),
    ],
}
GOOD: dict[str, list[str]] = {
    "AF401": [
        "def first(df):\n    return df.head(5)\n" + task("return first(pd.read_csv('x'))"),
        # A helper that some call with small things.
        "def same(x):\n    return x\n@task\ndef load():\n    rows = same(pd.read_csv('x'))\n    rows.to_csv('y')\n"
        "@task\ndef count():\n    return same(3)\n",
        "@task\ndef clean(df: pd.DataFrame) -> int:\n    return len(df)\n",
        "@task\ndef clean() -> pd.DataFrame:\n    return pd.read_csv('x').head(3)\n",
        "@task\ndef clean() -> str:\n    return compute()\n",
        "class Loader:\n    def __init__(self, df):\n        self.df = df\n" + task("return Loader(3).df"),
        task("buffer = io.BytesIO()\npd.read_csv('x').to_parquet(buffer)\nupload(buffer)\nreturn 'x.parquet'"),
        task("return list(range(100))"),
        task("return [i for i in range(100_000) if i % 50_000 == 0]"),
        task("return '-' * 80"),
        task("return np.random.rand(3)"),
        task("return 'x.csv'"),
        task("load_date = open('x').read()\nreturn load_date"),
    ],
    "AF403": [
        operator("SQLExecuteQueryOperator(task_id='a', conn_id='x', sql='select count(*) from orders')"),
        operator("SQLExecuteQueryOperator(task_id='a', conn_id='x', sql='insert into a select * from orders')"),
        operator("SQLExecuteQueryOperator(task_id='a', conn_id='x', sql='delete from orders')"),
        operator("SQLExecuteQueryOperator(task_id='a', conn_id='x', sql='orders.sql')"),
        operator("SQLExecuteQueryOperator(task_id='a', conn_id='x', sql='select * from orders', handler=len)"),
        operator("SQLExecuteQueryOperator(task_id='a', conn_id='x', sql='select * from orders', do_xcom_push=False)"),
        operator("SQLExecuteQueryOperator(task_id='a', conn_id='x', sql='select * from orders limit 10')"),
        operator("HttpOperator(task_id='a', method='GET', endpoint='/rates')"),
        operator("HttpOperator(task_id='a', method='GET', endpoint='/x.csv', response_filter=lambda r: r.status)"),
        operator("SSHOperator(task_id='a', command='cat sales.csv | wc -l')"),
        operator("SSHOperator(task_id='a', command='cat a.csv > b.csv')"),
        operator("BigQueryGetDataOperator(task_id='a', max_results=10)"),
    ],
    "AF404": [
        task("return requests.get('x').json()"),
        task("return list(map(str, [1]))"),
        task("return {'a': 1}.get('a')"),
        task("return {1, 2}"),
        task("return datetime(2024, 1, 1)"),
        task("with open('x') as file:\n    return file.name"),
        task("return PostgresHook('x').get_first('select 1')"),
        task("return compute()"),
        "from dataclasses import dataclass\n@dataclass\nclass Shop:\n    a: int = 1\n" + task("return Shop()"),
        "class Shop(dict):\n    pass\n" + task("return Shop()"),
        "@task(do_xcom_push=False)\ndef f():\n    return open('x')\n",
        "from airflow.sensors.python import PythonSensor\ndef f():\n    return requests.get('x')\n"
        + operator("PythonSensor(task_id='a', python_callable=f)"),
        "def helper():\n    return open('x')\n" + task("with helper() as file:\n    print(file)"),
    ],
    "AF405": [
        task("c = BaseHook.get_connection('x')\nreturn f'{c.host}:{c.port}'"),
        task("return connect(BaseHook.get_connection('x').password)"),
        task("return len(os.environ['DB_PASSWORD'])"),
        task("return os.environ['DB_HOST']"),
        task("return Variable.get('secret_name')"),
        task("secret = Variable.get('client_secret')\nprint(secret)\nreturn 1"),
        "def login():\n    return BaseHook.get_connection('x').password\n" + task("connect(login())"),
    ],
}


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in BAD.items() for text in texts], ids=lambda value: str(value)[:60]
)
def test_bad(code: str, text: str) -> None:
    marked = IMPORTS + text
    plain = unmark(marked)[0]
    found = sorted((finding.span.start, finding.span.end) for finding in check(code, plain))
    assert mark(plain, found) == marked


@pytest.mark.parametrize(
    ("code", "text"),
    [(code, text) for code, texts in GOOD.items() for text in texts],
    ids=lambda value: str(value)[:60],
)
def test_good(code: str, text: str) -> None:
    assert not check(code, IMPORTS + text)


@pytest.mark.parametrize("code", ["AF401", "AF404"])
@pytest.mark.parametrize("option", ["AIRFLOW__CORE__XCOM_BACKEND", "AIRFLOW__CORE__ENABLE_XCOM_PICKLING"])
def test_where_xcoms_are_kept(code: str, option: str) -> None:
    value = {"AF401": "pd.read_csv('x')", "AF404": "open('x')"}[code]
    compose = (
        "services:\n  worker:\n    image: apache/airflow:2.9.1\n"
        f"    environment: {{{option}: x}}\n    volumes: [./:/opt/airflow/dags]\n"
    )
    silent = code == "AF404" or option.endswith("BACKEND")
    found = check(code, IMPORTS + task(f"return {value}"), {"compose.yaml": compose})
    assert bool(found) is not silent
