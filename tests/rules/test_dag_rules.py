"""DAG rules on the edge cases that are too many for their pages: bad cases mark what must be flagged."""

from __future__ import annotations

import sys
from textwrap import indent

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import mark, unmark
from dagdock.hooks import Rules
from dagdock.mend import Mending
from dagdock.rule import Finding, Rule
from dagdock.selection import Choice

RULES = {rule.code: rule for rule in Rules(third_party=False).of_kind("dag")}
SECRETS = ("AF501", "AF502", "AF503", "AF504", "AF505", "AF508")

IMPORTS = """\
import json
import os
from datetime import datetime, timedelta
import pandas as pd
import requests
from airflow import DAG
from airflow.decorators import dag, task, task_group
from airflow.models import Connection, Param, Variable
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import PythonOperator
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sensors.filesystem import FileSensor
from airflow.utils.task_group import TaskGroup

"""
DAG = "DAG('d', start_date=datetime(2024, 1, 1), schedule=None)"
WITH = f"with {DAG} as dag:\n"
RUN = "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef d():\n    f()\nd()\n"


def task(body: str) -> str:
    """A file whose one task runs a body."""
    return "@task\ndef f(ti=None, **context):\n" + indent(body, "    ") + "\n\n" + RUN


def whole(text: str) -> str:
    """A case with the imports that most have in common; one that brings Airflow itself stands alone."""
    alone = text.startswith(("import airflow", "from airflow import DAG", "#!"))
    return text.removeprefix("#!\n") if alone else IMPORTS + text


def check(code: str, text: str, version: str | None = None) -> list[Finding]:
    """What a rule finds in a file, without marks."""
    rule: Rule = RULES[code]
    workspace = Workspace.in_memory({"d.py": text}, airflow_version=version)
    linter = Linter(rules=Rules.only([rule]), choice=Choice(select=[code]))
    result = linter.check(workspace, [Target("", "d.py", "d.py")])
    assert not result.errors
    assert result.files
    return result.findings


BAD: dict[str, list[str]] = {
    "AF101": [
        "DAG('d', start_date=«datetime.now()», schedule='@daily')",
        "DAG('d', start_date=«datetime.utcnow()», schedule='@daily')",
        "DAG('d', start_date=«datetime.today()», schedule='@daily')",
        "#!\n"
        "import datetime\n"
        "from airflow import DAG\n"
        "DAG('d', start_date=«datetime.datetime.now()», schedule='@daily')",
        "#!\n"
        "import datetime as dt\n"
        "from airflow import DAG\n"
        "DAG('d', start_date=«dt.datetime.now(dt.timezone.utc)», schedule='@daily')",
        "import airflow\n"
        "from airflow import DAG\n"
        "DAG('d', start_date=«airflow.utils.dates.days_ago(1)», schedule='@daily')",
        "import airflow\n"
        "import datetime\n"
        "dag=airflow.DAG('d', start_date=«datetime.datetime.now()», schedule='@daily')",
        "#!\n"
        "from airflow.models.dag import DAG\n"
        "from airflow.utils import dates\n"
        "DAG('d', start_date=«dates.days_ago(1)», schedule='@daily')",
        "#!\n"
        "from airflow.models.dag import DAG\n"
        "from airflow.utils import timezone\n"
        "DAG('d', start_date=«timezone.utcnow()», schedule='@daily')",
        "import pendulum\nDAG('d', start_date=«pendulum.now('UTC')», schedule='@daily')",
        "import pendulum\nDAG('d', start_date=«pendulum.today('UTC').add(days=-2)», schedule='@daily')",
        "import pendulum\nDAG('d', start_date=«pendulum.today('UTC').subtract(days=2)», schedule='@daily')",
        "import pendulum\nDAG('d', start_date=«pendulum.yesterday()», schedule='@daily')",
        "start = datetime.now() - timedelta(days=1)\nDAG('d', start_date=«start», schedule='@daily')",
        "default_args = {'start_date': «datetime.now()»}\nDAG('d', default_args=default_args, schedule='@daily')",
        "default_args = dict(start_date=«datetime.now()»)\nDAG('d', default_args=default_args, schedule='@daily')",
        "base = {'owner': 'x'}\nDAG('d', default_args={**base, 'start_date': «datetime.now()»}, schedule='@daily')",
        (
            "base = {'owner': 'x'}\n"
            "base['start_date'] = «datetime.now()»\n"
            "DAG('d', default_args=base, schedule='@daily')"
        ),
        (
            "base = {'owner': 'x'}\n"
            "base.update({'start_date': «datetime.now()»})\n"
            "DAG('d', default_args=base, schedule='@daily')"
        ),
        "base = {'owner': 'x'} | {'start_date': «datetime.now()»}\nDAG('d', default_args=base, schedule='@daily')",
        "@dag(start_date=«datetime.now()», schedule='@daily')\ndef d():\n    pass\nd()",
        (
            "yesterday = datetime.combine(datetime.today() - timedelta(1), datetime.min.time())\n"
            "DAG('d', start_date=«yesterday», schedule='@daily')"
        ),
        "DAG('d', start_date=«datetime.now().replace(hour=0, minute=0)», schedule='@daily')",
        "DAG('d', start_date=«datetime(datetime.now().year, datetime.now().month, 1)», schedule='@daily')",
        "import time\nDAG('d', start_date=«datetime.fromtimestamp(time.time())», schedule='@daily')",
        "import pandas as pd\nDAG('d', start_date=«pd.Timestamp.today()», schedule='@daily')",
        (
            "def start():\n"
            "    return datetime.now() - timedelta(days=1)\n"
            "DAG('d', start_date=«start()», schedule='@daily')"
        ),
        (
            "with DAG('d', schedule='@daily', start_date=datetime(2024, 1, 1)):\n"
            "    BashOperator(task_id='a', bash_command='x', start_date=«datetime.now()»)"
        ),
        "class Config:\n    START = datetime.now()\nDAG('d', start_date=«Config.START», schedule='@daily')",
        (
            "DAG('d', start_date=«datetime.strptime(datetime.now().strftime('%Y-%m-%d'), '%Y-%m-%d')», "
            "schedule='@daily')"
        ),
        (
            "import datetime as dt\n"
            "from datetime import date\n"
            "DAG('d', start_date=«dt.datetime.combine(date.today(), dt.time())», schedule='@daily')"
        ),
        "DAG('d', start_date=«datetime.now()», schedule=timedelta(days=1))",
    ],
    "AF103": [
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@daily', «catchup=True»)",
        "C=True\nDAG('d', start_date=datetime(2020, 1, 1), schedule='@daily', «catchup=C»)",
    ],
    "AF104": [
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='«61» * * * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='«daily»', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='«@every_5_minutes»', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 * * «8»', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='«H» 2 * * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='«* * * *»', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 «25» * * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 «32» * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='*/5 * * * «MONDAY»', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='«every day»', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='«@annualy»', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 * «13» *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='«5-a» * * * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 1,2,«x» * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule_interval='«61» * * * *', catchup=False)",
        "CRON='«61» * * * *'\nDAG('d', start_date=datetime(2020, 1, 1), schedule=CRON, catchup=False)",
        "@dag(schedule='«61» * * * *', start_date=datetime(2020, 1, 1))\ndef d():\n    pass\nd()",
        (
            "from airflow.timetables.trigger import CronTriggerTimetable\n"
            "DAG('d', start_date=datetime(2020, 1, 1), schedule=CronTriggerTimetable('«61» * * * *', "
            "timezone='UTC'))"
        ),
        (
            "from airflow.timetables.interval import CronDataIntervalTimetable\n"
            "DAG('d', start_date=datetime(2020, 1, 1), timetable=CronDataIntervalTimetable(cron='0 "
            "«25» * * *', timezone='UTC'))"
        ),
        (
            "from airflow.timetables.trigger import MultipleCronTriggerTimetable\n"
            "DAG('d', start_date=datetime(2020, 1, 1), schedule=MultipleCronTriggerTimetable('0 1 * * "
            "*', '«61» * * * *', timezone='UTC'))"
        ),
        "DAG('d', 'x', '«61» * * * *', start_date=datetime(2020, 1, 1), catchup=False)",
        "H=25\nDAG('d', schedule=«f'0 {H} * * *'», start_date=datetime(2020, 1, 1), catchup=False)",
    ],
    "AF105": [
        "DAG('d', start_date=datetime(2020, 1, 1), schedule=«'0 0 30 2 *'», catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule=«'0 0 31 4 *'», catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule=«'0 0 31 2,4,6 *'», catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule=«'0 0 31 FEB *'», catchup=False)",
        (
            "from airflow.timetables.trigger import CronTriggerTimetable\n"
            "DAG('d', start_date=datetime(2020, 1, 1), schedule=CronTriggerTimetable(«'0 0 30 2 *'», "
            "timezone='UTC'))"
        ),
    ],
    "AF106": [
        "DAG('d', default_args={«'catchup': False»}, schedule='@daily')",
        "args = dict(«catchup=False»)\nDAG('d', default_args=args, schedule='@daily')",
        "args = {'owner': 'x'}\nargs[«'max_active_runs'] = 1»\nDAG('d', default_args=args, schedule='@daily')",
        "base = {«'schedule_interval': '@daily'»}\nDAG('d', default_args={**base, 'owner': 'a'})",
        "@dag(default_args={«'catchup': False», 'owner': 'x'}, schedule='@daily')\ndef d(): pass\nd()",
        "DAG('d', default_args={«'dagrun_timeout': timedelta(hours=1)»}, schedule='@daily')",
        "DAG('d', default_args={«'concurrency': 1»}, schedule='@daily')",
        "args = {«'catchup': False»}\na = DAG('a', default_args=args)\nb = DAG('b', default_args=args)",
    ],
    "AF201": [
        (
            "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for x in range(300):\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        (
            "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for x in range(1, 500, 2):\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        (
            "N = 400\n"
            "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for x in range(N):\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        (
            "S = ['a'] * 300\n"
            "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for i, x in enumerate(S):\n"
            "        BashOperator(task_id=f't_{i}', bash_command='x')\n"
        ),
        (
            "import itertools\n"
            "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for a, c in itertools.product(range(30), range(20)):\n"
            "        BashOperator(task_id=f't_{a}_{c}', bash_command='x')\n"
        ),
        (
            "from itertools import product\n"
            "A=list(range(30))\n"
            "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for a, c in product(A, A):\n"
            "        BashOperator(task_id=f't_{a}_{c}', bash_command='x')\n"
        ),
        (
            "T = {str(i): i for i in range(300)}\n"
            "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for k, v in T.items():\n"
            "        BashOperator(task_id=f't_{k}', bash_command='x')\n"
        ),
        (
            "def make(i):\n"
            "    a = EmptyOperator(task_id=f'a{i}')\n"
            "    b = EmptyOperator(task_id=f'b{i}')\n"
            "    a >> b\n"
            "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for i in range(150):\n"
            "        make(i)\n"
        ),
        (
            "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    [EmptyOperator(task_id=f'a{i}') for i in range(300)]\n"
        ),
        (
            "@task\n"
            "def f(x): pass\n"
            "@«dag»(start_date=datetime(2024, 1, 1), schedule=None)\n"
            "def d():\n"
            "    for i in range(300):\n"
            "        f(i)\n"
            "d()\n"
        ),
        (
            "@task_group\n"
            "def g(i):\n"
            "    EmptyOperator(task_id='a')\n"
            "    EmptyOperator(task_id='b')\n"
            "@«dag»(start_date=datetime(2024, 1, 1), schedule=None)\n"
            "def d():\n"
            "    for i in range(150):\n"
            "        g.override(group_id=f'g{i}')(i)\n"
            "d()\n"
        ),
        (
            "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for i in range(20):\n"
            "        with TaskGroup(f'g{i}'):\n"
            "            for j in range(20):\n"
            "                EmptyOperator(task_id=f't{j}')\n"
        ),
        (
            "class C:\n"
            "    N = 300\n"
            "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for x in range(C.N):\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        (
            "dag = «DAG»('d', start_date=datetime(2024, 1, 1), schedule=None)\n"
            "for i in range(300):\n"
            "    EmptyOperator(task_id=f'a{i}', dag=dag)\n"
        ),
    ],
    "AF202": [
        WITH
        + (
            "    for x in «Variable.get('x', deserialize_json=True)»:\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        WITH
        + ("    for x in «json.loads(Variable.get('x'))»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        WITH
        + ("    for x in «Variable.get('x').split(',')»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("from airflow.models import Variable as V\nitems = V.get('x', deserialize_json=True)['tables']\n")
        + WITH
        + ("    for x in «items»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        "#!\n"
        "from airflow.sdk import DAG, Variable\n"
        "from airflow.providers.standard.operators.bash import BashOperator\n"
        "with DAG('d'):\n"
        "    for x in «Variable.get('x', deserialize_json=True)»:\n"
        "        BashOperator(task_id=f't_{x}', bash_command='x')\n",
        ("cfg = Variable.get('x', deserialize_json=True)\n")
        + WITH
        + ("    for x in «cfg.items()»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("cfg = Variable.get('x', deserialize_json=True)\n")
        + WITH
        + ("    for x in «cfg['a']['b']»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("cfg = Variable.get('x', deserialize_json=True)\n")
        + WITH
        + ("    for x in «[c for c in cfg if c['on']]»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("n = int(Variable.get('n'))\n")
        + WITH
        + ("    for x in «range(n)»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("def tables():\n    return Variable.get('x', deserialize_json=True)\n")
        + WITH
        + ("    for x in «tables()»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("hook = PostgresHook('x')\nrows = hook.get_records('select name from t')\n")
        + WITH
        + ("    for x in «rows»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("hook = PostgresHook('x')\n")
        + WITH
        + (
            "    for x in «[r[0] for r in hook.get_records('select name from t')]»:\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        (
            "def rows():\n"
            "    conn = PostgresHook('x').get_conn()\n"
            "    cur = conn.cursor()\n"
            "    cur.execute('select 1')\n"
            "    return cur.fetchall()\n"
        )
        + WITH
        + ("    for x in «rows()»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("import psycopg2\nconn = psycopg2.connect('x')\ncur = conn.cursor()\ncur.execute('select 1')\n")
        + WITH
        + ("    for x in «cur.fetchall()»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("import psycopg2\nconn = psycopg2.connect('x')\ncur = conn.cursor()\ncur.execute('select 1')\n")
        + WITH
        + ("    for x in «cur»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        WITH
        + (
            "    for x in «requests.get('http://x').json()»:\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        ("def shops():\n    r = requests.get('http://x')\n    return r.json()['shops']\n")
        + WITH
        + ("    for x in «shops()»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("import boto3\ns3 = boto3.client('s3')\n")
        + WITH
        + ("    for o in «s3.list_objects_v2(Bucket='b')['Contents']»:\n        EmptyOperator(task_id=o['Key'])\n"),
        ("import boto3\np = boto3.client('s3').get_paginator('list_objects_v2')\n")
        + WITH
        + (
            "    for page in «p.paginate(Bucket='b')»:\n"
            "        for o in page['Contents']:\n"
            "            EmptyOperator(task_id=o['Key'])\n"
        ),
        WITH
        + (
            "    for x in «S3Hook('x').list_keys(bucket_name='b')»:\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        ("df = pd.read_sql('select 1', 'postgresql://x')\n")
        + WITH
        + ("    for i, r in «df.iterrows()»:\n        EmptyOperator(task_id=r['a'])\n"),
        ("df = pd.read_csv('s3://b/x.csv')\n")
        + WITH
        + ("    for x in «df['a'].tolist()»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("from sqlalchemy import create_engine\nengine = create_engine('x')\n")
        + WITH
        + ("    for x in «engine.execute('select 1')»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("from google.cloud import storage\nclient = storage.Client()\n")
        + WITH
        + ("    for x in «client.list_blobs('b')»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("from google.cloud import bigquery\n")
        + WITH
        + (
            "    for x in «bigquery.Client().query('select 1').result()»:\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        ("import glob\n")
        + WITH
        + ("    for x in «glob.glob('/data/*.csv')»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        WITH
        + ("    for x in «os.listdir('/data/incoming')»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("from pathlib import Path\n")
        + WITH
        + (
            "    for x in «Path('/data/incoming').glob('*.csv')»:\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        (
            "def make(id):\n"
            "    with DAG(id, start_date=datetime(2024, 1, 1), schedule=None) as d:\n"
            "        EmptyOperator(task_id='a')\n"
            "    return d\n"
            "for x in «Variable.get('dags', deserialize_json=True)»:\n"
            "    globals()[x] = make(x)\n"
        ),
        (
            "for x in «Variable.get('dags', deserialize_json=True)»:\n"
            "    @dag(dag_id=x, start_date=datetime(2024, 1, 1), schedule=None)\n"
            "    def d():\n"
            "        EmptyOperator(task_id='a')\n"
            "    d()\n"
        ),
        ("def add(x):\n    EmptyOperator(task_id=x)\n")
        + WITH
        + ("    for x in «Variable.get('a', deserialize_json=True)»:\n        add(x)\n"),
        WITH + ("    ts = [EmptyOperator(task_id=x) for x in «Variable.get('a', deserialize_json=True)»]\n"),
        (
            "@task\n"
            "def f(x): pass\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\n"
            "def d():\n"
            "    for x in «requests.get('http://x').json()»:\n"
            "        f(x)\n"
            "d()\n"
        ),
        ("from airflow.hooks.base import BaseHook\n")
        + WITH
        + (
            "    for x in «BaseHook.get_connection('x').extra_dejson['tables']»:\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        ("from airflow.models import DagBag\nfrom airflow.settings import Session\n")
        + WITH
        + ("    for x in «Session().query(x).all()»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        (
            "from airflow.models import Connection\n"
            "from airflow.utils.session import create_session\n"
            "with create_session() as session:\n"
            "    conns = session.query(Connection).all()\n"
        )
        + WITH
        + ("    for x in «conns»:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
    ],
    "AF203": [
        ("X = «Variable.get('x')»\n") + WITH + ("    EmptyOperator(task_id='a')\n"),
        "import airflow.models\nfrom airflow import DAG\nX = «airflow.models.Variable.get('x')»\nDAG('d')",
        "#!\nfrom airflow import models\nX = «models.Variable.get('x')»\nmodels.DAG('d')",
        "#!\n"
        "from airflow.models.variable import Variable as V\n"
        "from airflow import DAG\n"
        "X = «V.get(key='x')»\n"
        "DAG('d')",
        "#!\nfrom airflow.sdk import Variable, DAG\nX = «Variable.get('x', default=None)»\nDAG('d')",
        "get = Variable.get\nX = «get('x')»\n" + DAG,
        WITH + "    BashOperator(task_id='a', bash_command=f\"echo {«Variable.get('x')»}\")\n",
        WITH + "    BashOperator(task_id='a', bash_command='echo ' + «Variable.get('x')»)\n",
        WITH + ("    PythonOperator(task_id='a', python_callable=print, op_kwargs={'x': «Variable.get('x')»})\n"),
        "args = {'email': «Variable.get('email')»}\nDAG('d', default_args=args)",
        "DAG('d', schedule=«Variable.get('cron')»)",
        "@dag(schedule=«Variable.get('cron')»)\ndef d(): pass\nd()",
        (
            "@dag(schedule=None)\n"
            "def d():\n"
            "    x = «Variable.get('x')»\n"
            "    BashOperator(task_id='a', bash_command=x)\n"
            "d()"
        ),
        (
            "@task_group\n"
            "def g():\n"
            "    x = «Variable.get('x')»\n"
            "    BashOperator(task_id='a', bash_command=x)\n"
            "@dag(schedule=None)\n"
            "def d():\n"
            "    g()\n"
            "d()"
        ),
        "def cfg():\n    return «Variable.get('x')»\nX = cfg()\n" + DAG,
        ("def f(x=«Variable.get('x')»):\n    print(x)\n")
        + WITH
        + ("    PythonOperator(task_id='a', python_callable=f)\n"),
        "class C:\n    x = «Variable.get('x')»\n" + DAG,
        "class C:\n    def __init__(self):\n        self.x = «Variable.get('x')»\nc = C()\n" + DAG,
        "if «Variable.get('env')» == 'prod':\n    X = 1\n" + DAG,
        "try:\n    X = «Variable.get('x')»\nexcept KeyError:\n    X = 1\n" + DAG,
        "X = [«Variable.get(k)» for k in ['a', 'b']]\n" + DAG,
        ("@task(pool=«Variable.get('pool')»)\ndef f(): pass\n") + WITH + ("    f()\n"),
        ("@task\ndef f(x): pass\n") + WITH + ("    f(«Variable.get('x')»)\n"),
    ],
    "AF204": [
        "«requests.get('http://x')»\n" + DAG,
        "x = «requests.post('http://x')».json()\n" + DAG,
        "s = requests.Session()\n«s.get('http://x')»\n" + DAG,
        "with requests.Session() as s:\n    «s.get('http://x')»\n" + DAG,
        "from requests import get\n«get('http://x')»\n" + DAG,
        "import requests as r\n«r.request('GET', 'http://x')»\n" + DAG,
        "import urllib.request\n«urllib.request.urlopen('http://x')»\n" + DAG,
        "from urllib.request import urlopen\n«urlopen('http://x')»\n" + DAG,
        "import httpx\n«httpx.Client().get('http://x')»\n" + DAG,
        "import urllib3\n«urllib3.PoolManager().request('GET','http://x')»\n" + DAG,
        "import psycopg2\nconn = «psycopg2.connect('x')»\n" + DAG,
        "import pymysql\n«pymysql.connect(host='x')»\n" + DAG,
        "import mysql.connector\n«mysql.connector.connect(host='x')»\n" + DAG,
        "import pymongo\n«pymongo.MongoClient('x').db.c.find_one()»\n" + DAG,
        "from pymongo import MongoClient\nclient = MongoClient('x')\n«client.list_database_names()»\n" + DAG,
        "import sqlite3\n«sqlite3.connect('x')»\n" + DAG,
        "import snowflake.connector\n«snowflake.connector.connect(user='x')»\n" + DAG,
        "import redis\n«redis.Redis('x').get('a')»\n" + DAG,
        "import cx_Oracle\n«cx_Oracle.connect('x')»\n" + DAG,
        "import pyodbc\n«pyodbc.connect('x')»\n" + DAG,
        (
            "from sqlalchemy import create_engine\n"
            "e = create_engine('x')\n"
            "with «e.connect()» as c:\n"
            "    c.execute('select 1')\n"
        )
        + DAG,
        "from sqlalchemy import create_engine\n«create_engine('x').execute('select 1')»\n" + DAG,
        "«PostgresHook('x').get_records('select 1')»\n" + DAG,
        "hook = PostgresHook('x')\n«hook.run('select 1')»\n" + DAG,
        "conn = «PostgresHook('x').get_conn()»\n" + DAG,
        "«S3Hook('x').read_key('k', 'b')»\n" + DAG,
        "«S3Hook('x').list_keys('b')»\n" + DAG,
        "«S3Hook('x').get_key('k', 'b')»\n" + DAG,
        "from airflow.hooks.postgres_hook import PostgresHook as PH\n«PH('x').get_first('select 1')»\n" + DAG,
        "«pd.read_sql('select 1', 'postgresql://x')»\n" + DAG,
        "«pd.read_csv('s3://b/x.csv')»\n" + DAG,
        "«pd.read_excel('x.xlsx')»\n" + DAG,
        "import boto3\n«boto3.client('s3').list_buckets()»\n" + DAG,
        "import boto3\ns3 = boto3.resource('s3')\n«s3.Bucket('b').objects.all()»\n" + DAG,
        "import boto3\nssm = boto3.client('ssm')\n«ssm.get_parameter(Name='x')»\n" + DAG,
        "import boto3\n«boto3.session.Session().client('secretsmanager').get_secret_value(SecretId='x')»\n" + DAG,
        "from google.cloud import bigquery\n«bigquery.Client().query('select 1')»\n" + DAG,
        "from google.cloud import storage\n«storage.Client().bucket('b').blob('x').download_as_text()»\n" + DAG,
        (
            "from google.cloud import secretmanager\n"
            "«secretmanager.SecretManagerServiceClient().access_secret_version(name='x')»\n"
        )
        + DAG,
        "import subprocess\n«subprocess.run(['ls'])»\n" + DAG,
        "import subprocess\n«subprocess.check_output('ls')»\n" + DAG,
        "import subprocess\n«subprocess.Popen('ls')»\n" + DAG,
        "«os.system('ls')»\n" + DAG,
        "«os.popen('ls')».read()\n" + DAG,
        "import time\n«time.sleep(5)»\n" + DAG,
        "from time import sleep\n«sleep(5)»\n" + DAG,
        "import paramiko\nc = paramiko.SSHClient()\n«c.connect('x')»\n" + DAG,
        "import ftplib\n«ftplib.FTP('x')»\n" + DAG,
        "import smtplib\n«smtplib.SMTP('x')»\n" + DAG,
        "from airflow.utils.session import create_session\nwith «create_session()» as s:\n    s.query(x)\n" + DAG,
        "from airflow import settings\ns = settings.Session()\n«s.query(x)»\n" + DAG,
        "import hvac\n«hvac.Client('x').secrets.kv.read_secret('x')»\n" + DAG,
        "from pyspark.sql import SparkSession\nspark = «SparkSession.builder.getOrCreate()»\n" + DAG,
        WITH + ("    rows = «PostgresHook('x').get_records('select 1')»\n    EmptyOperator(task_id='a')\n"),
        (
            "@dag(schedule=None)\n"
            "def d():\n"
            "    r = «requests.get('http://x')»\n"
            "    BashOperator(task_id='a', bash_command=r.text)\n"
            "d()"
        ),
        "def load():\n    return «requests.get('http://x')».json()\nX = load()\n" + DAG,
        WITH + ("    PythonOperator(task_id='a', python_callable=print, op_args=[«requests.get('http://x')».text])\n"),
        "class C:\n    rows = «PostgresHook('x').get_records('select 1')»\n" + DAG,
    ],
    "AF205": [
        WITH
        + ("    for i in range(20):\n        for j in range(20):\n            «EmptyOperator»(task_id=f't{i}_{j}')\n"),
        WITH
        + (
            "    for i in range(20):\n"
            "        with TaskGroup(f'g{i}'):\n"
            "            for j in range(20):\n"
            "                «EmptyOperator»(task_id=f't{j}')\n"
        ),
        ("def make(i):\n    for j in range(20):\n        «EmptyOperator»(task_id=f't{i}_{j}')\n")
        + WITH
        + ("    for i in range(20):\n        make(i)\n"),
        WITH + "    [«EmptyOperator»(task_id=f't{i}_{j}') for i in range(20) for j in range(20)]\n",
    ],
    "AF206": [
        "from airflow.hooks.base import BaseHook\n«BaseHook.get_connection('x')»\n" + DAG,
        "from airflow.hooks.base_hook import BaseHook\nc = «BaseHook.get_connection('x')».password\n" + DAG,
        "«Connection.get_connection_from_secrets('x')»\n" + DAG,
        "«PostgresHook.get_connection('x')»\n" + DAG,
        "«PostgresHook('x').get_connection('x')»\n" + DAG,
        "from airflow.sdk import Connection as C\n«C.get('x')»\n" + DAG,
    ],
    "AF301": [
        WITH + ("    BashOperator(task_id='a', bash_command='x')\n    BashOperator(task_id=«'a'», bash_command='x')\n"),
        WITH
        + (
            "    BashOperator(task_id='a', bash_command='x')\n"
            "    PythonOperator(task_id=«'a'», python_callable=print)\n"
        ),
        WITH
        + (
            "    ID='a'\n"
            "    BashOperator(task_id=ID, bash_command='x')\n"
            "    BashOperator(task_id=«'a'», bash_command='x')\n"
        ),
        WITH + ("    with TaskGroup('g'):\n        EmptyOperator(task_id='a')\n        EmptyOperator(task_id=«'a'»)\n"),
        WITH
        + (
            "    with TaskGroup('g', prefix_group_id=False):\n"
            "        EmptyOperator(task_id='a')\n"
            "    BashOperator(task_id=«'a'», bash_command='x')\n"
        ),
        WITH + ("    with TaskGroup('g'):\n        EmptyOperator(task_id='a')\n    EmptyOperator(task_id=«'g.a'»)\n"),
        WITH + ("    for x in range(3):\n        for y in range(2):\n            EmptyOperator(task_id=«f'a_{x}'»)\n"),
        WITH + "    [EmptyOperator(task_id=«'a'») for x in range(3)]\n",
        (
            "dag = DAG('d', start_date=datetime(2024, 1, 1), schedule=None)\n"
            "a = EmptyOperator(task_id='a', dag=dag)\n"
            "b = EmptyOperator(task_id=«'a'», dag=dag)\n"
        ),
        ("def make(n):\n    return EmptyOperator(task_id=«'a'»)\n") + WITH + ("    make(1)\n    make(2)\n"),
        WITH + "    for x in ['a', 'b', 'a']:\n        EmptyOperator(task_id=«f't_{x}'»)\n",
        WITH
        + ("    for x in ['a', 'b']:\n        EmptyOperator(task_id=f't_{x}')\n    EmptyOperator(task_id=«'t_a'»)\n"),
        (
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\n"
            "def d():\n"
            "    EmptyOperator(task_id='a')\n"
            "    BashOperator(task_id=«'a'», bash_command='x')\n"
            "d()\n"
        ),
        WITH + ("    FileSensor(task_id='a', filepath='x')\n    FileSensor(task_id=«'a'», filepath='y')\n"),
        WITH
        + (
            "    BashOperator.partial(task_id='a').expand(bash_command=['a','b'])\n"
            "    BashOperator(task_id=«'a'», bash_command='x')\n"
        ),
        WITH + ("    for x in range(2):\n        with TaskGroup('g'):\n            EmptyOperator(task_id=«'a'»)\n"),
    ],
    "AF401": [
        task("return «pd.read_csv('x')»"),
        task("import polars as pl\nreturn «pl.read_parquet('x')»"),
        task("import polars as pl\ndf = pl.scan_csv('x').filter(pl.col('a') > 1).collect()\nreturn «df.to_dicts()»"),
        task("df = pd.read_csv('x')\nreturn «df.to_dict('records')»"),
        task("df = pd.read_csv('x')\nreturn «df.to_json(orient='records')»"),
        task("df = pd.read_csv('x')\ndf['a'] = df['b'] * 2\nreturn «df.to_dict()»"),
        task("df = pd.read_csv('x')\ndf = df[df.a > 1]\nreturn «df»"),
        task(
            "from pyspark.sql import SparkSession\n"
            "spark = SparkSession.builder.appName('x').getOrCreate()\n"
            "return «spark.read.parquet('s3://x').collect()»"
        ),
        task(
            "from pyspark.sql import SparkSession\n"
            "spark = SparkSession.builder.getOrCreate()\n"
            "df = spark.read.csv('s3://x')\n"
            "return «df.toPandas()»"
        ),
        task(
            "hook = PostgresHook(postgres_conn_id='x')\n"
            "conn = hook.get_conn()\n"
            "cur = conn.cursor()\n"
            "cur.execute('SELECT * FROM sales')\n"
            "return «cur.fetchall()»"
        ),
        task(
            "hook = PostgresHook('x')\n"
            "with hook.get_conn() as conn, conn.cursor() as cur:\n"
            "    cur.execute('SELECT * FROM sales')\n"
            "    rows = cur.fetchall()\n"
            "return «rows»"
        ),
        task("hook = PostgresHook('x')\nsql = '''\nSELECT *\nFROM sales\n'''\nreturn «hook.get_records(sql)»"),
        task("hook = PostgresHook('x')\nsql = f'SELECT * FROM {TABLE}'\nreturn «hook.get_records(sql=sql)»"),
        task("return «PostgresHook('x').get_pandas_df('SELECT * FROM sales').to_json()»"),
        task("with open('/data/x.csv') as f:\n    return «f.read()»"),
        task("return «open('/data/x.csv').read()»"),
        task("with open('/data/x.csv', 'rb') as f:\n    data = f.read()\nreturn «data»"),
        task("from pathlib import Path\nreturn «Path('/data/x.csv').read_text()»"),
        task("from pathlib import Path\nreturn «(Path('/data') / 'x.csv').read_bytes()»"),
        task("import csv\nwith open('/data/x.csv') as f:\n    rows = list(csv.DictReader(f))\nreturn «rows»"),
        task("import csv\nwith open('/data/x.csv') as f:\n    rows = [row for row in csv.reader(f)]\nreturn «rows»"),
        task("with open('/data/x.csv') as f:\n    lines = f.readlines()\nreturn «lines»"),
        task("with open('/data/x.json') as f:\n    return «json.load(f)»"),
        task("response = requests.get('http://x/file.csv')\nreturn «response.content»"),
        task("response = requests.get('http://x/file.csv')\nresponse.raise_for_status()\nreturn «response.text»"),
        task("r = requests.get('http://x')\ndata = r.json()\nreturn «data»"),
        task("s = requests.Session()\nreturn «s.get('http://x').json()»"),
        task(
            "import boto3\n"
            "s3 = boto3.client('s3')\n"
            "obj = s3.get_object(Bucket='b', Key='k')\n"
            "return «obj['Body'].read()»"
        ),
        task(
            "import boto3\n"
            "s3 = boto3.client('s3')\n"
            "return «s3.get_object(Bucket='b', Key='k')['Body'].read().decode('utf-8')»"
        ),
        task("import boto3\nreturn «boto3.resource('s3').Object('b','k').get()['Body'].read()»"),
        task("hook = S3Hook(aws_conn_id='x')\nreturn «hook.read_key(key='k', bucket_name='b')»"),
        task("hook = S3Hook()\nreturn «hook.get_key('k','b').get()['Body'].read()»"),
        task("import joblib\nreturn «joblib.load('model.pkl')»"),
        task("import pickle\nwith open('model.pkl','rb') as f:\n    model = pickle.load(f)\nreturn «model»"),
        task(
            "import pickle\n"
            "from sklearn.ensemble import RandomForestClassifier\n"
            "model = RandomForestClassifier()\n"
            "model.fit(X, y)\n"
            "return «pickle.dumps(model)»"
        ),
        task("from sklearn.linear_model import LinearRegression\nm = LinearRegression().fit(X, y)\nreturn «m»"),
        task(
            "from google.cloud import bigquery\n"
            "client = bigquery.Client()\n"
            "return «client.query('SELECT * FROM x').to_dataframe()»"
        ),
        task(
            "from google.cloud import bigquery\n"
            "rows = bigquery.Client().query('SELECT * FROM x').result()\n"
            "return «[dict(r) for r in rows]»"
        ),
        task(
            "from google.cloud import storage\n"
            "blob = storage.Client().bucket('b').blob('k')\n"
            "return «blob.download_as_text()»"
        ),
        task("from airflow.providers.google.cloud.hooks.gcs import GCSHook\nreturn «GCSHook().download('b','k')»"),
        task(
            "from airflow.providers.mongo.hooks.mongo import MongoHook\nreturn «list(MongoHook('x').find('coll', {}))»"
        ),
        task("import pymongo\nreturn «list(pymongo.MongoClient()['db']['c'].find({}))»"),
        task("import numpy as np\nreturn «np.load('x.npy').tolist()»"),
        task("df = pd.read_csv('x')\nreturn «{'data': df.to_dict(), 'rows': len(df)}»"),
        task("df = pd.read_csv('x')\nreturn «df, len(df)»"),
        task("df = pd.read_csv('x')\nreturn «json.dumps(df.to_dict(orient='records'))»"),
        task("df = pd.read_sql('select * from a', engine)\nreturn «df.values.tolist()»"),
        task("if x:\n    return None\nreturn «pd.read_csv('x')»"),
        task("try:\n    df = pd.read_csv('x')\nexcept Exception:\n    raise\nreturn «df»"),
        task("frames = []\nfor p in ['a','b']:\n    frames.append(pd.read_csv(p))\nreturn «pd.concat(frames)»"),
        task(
            "from sqlalchemy import create_engine\n"
            "e = create_engine('x')\n"
            "with e.connect() as c:\n"
            "    return «c.execute('select * from t').fetchall()»"
        ),
        task("import geopandas as gpd\nreturn «gpd.read_file('x.shp').to_json()»"),
        task("import pyarrow.parquet as pq\nreturn «pq.read_table('x').to_pydict()»"),
        task("import httpx\nreturn «httpx.get('http://x').json()»"),
        task("from urllib.request import urlopen\nreturn «urlopen('http://x').read()»"),
        task("from airflow.providers.http.hooks.http import HttpHook\nreturn «HttpHook(method='GET').run('x').json()»"),
        task("import dask.dataframe as dd\nreturn «dd.read_csv('x').compute()»"),
        task("import duckdb\nreturn «duckdb.sql('select * from x').df()»"),
        task("import sqlite3\nc = sqlite3.connect('x')\nreturn «c.execute('select * from t').fetchall()»"),
        task("import yfinance as yf\nreturn «pd.DataFrame(yf.download('x')).to_json()»"),
        task(
            "from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook\n"
            "return «SnowflakeHook('x').get_pandas_df('select * from a')»"
        ),
        (
            "def helper():\n"
            "    return pd.read_csv('x')\n"
            "@task\n"
            "def f():\n"
            "    return «helper()»\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\n"
            "def d():\n"
            "    f()\n"
            "d()\n"
        ),
        (
            "def helper(p):\n"
            "    df = pd.read_csv(p)\n"
            "    return df.dropna()\n"
            "def f():\n"
            "    x = helper('a')\n"
            "    return «x.to_json()»\n"
            "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None):\n"
            "    PythonOperator(task_id='a', python_callable=f)\n"
        ),
        (
            "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None):\n"
            "    PythonOperator(task_id='a', python_callable=lambda: «pd.read_csv('x').to_json()»)\n"
        ),
        (
            "class Jobs:\n"
            "    @staticmethod\n"
            "    def load():\n"
            "        return «pd.read_csv('x')»\n"
            "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None):\n"
            "    PythonOperator(task_id='a', python_callable=Jobs.load)\n"
        ),
        (
            "from airflow.operators.python import PythonVirtualenvOperator\n"
            "def f():\n"
            "    import pandas as pd\n"
            "    return «pd.read_csv('x')»\n"
            "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None):\n"
            "    PythonVirtualenvOperator(task_id='a', python_callable=f)\n"
        ),
        "#!\n"
        "import pandas\n"
        "from airflow.sdk import dag, task\n"
        "@dag(schedule=None)\n"
        "def d():\n"
        "    @task\n"
        "    def f():\n"
        "        return «pandas.read_csv('x')»\n"
        "    f()\n"
        "d()\n",
        "import airflow.decorators\n"
        "from pandas import read_csv\n"
        "@airflow.decorators.task()\n"
        "def f():\n"
        "    return «read_csv('x')»\n"
        "@airflow.decorators.dag(schedule=None)\n"
        "def d():\n"
        "    f()\n"
        "d()\n",
        (
            "@task.virtualenv(requirements=['pandas'])\n"
            "def f():\n"
            "    import pandas as pd\n"
            "    return «pd.read_csv('x')»\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\n"
            "def d():\n"
            "    f()\n"
            "d()\n"
        ),
        (
            "from airflow.models import BaseOperator\n"
            "class Load(BaseOperator):\n"
            "    def execute(self, context):\n"
            "        df = pd.read_csv('x')\n"
            "        return «df.to_dict()»\n"
            "with DAG('d'):\n"
            "    Load(task_id='a')\n"
        ),
    ],
    "AF402": [
        task("df = pd.read_csv('x')\nti.xcom_push(key='a', value=«df»)"),
        task("df = pd.read_csv('x')\nti.xcom_push('a', «df.to_dict()»)"),
        task("df = pd.read_csv('x')\ncontext['ti'].xcom_push(key='a', value=«df.to_json()»)"),
        task("df = pd.read_csv('x')\ncontext['task_instance'].xcom_push(key='a', value=«{'d': df.to_dict()}»)"),
        task(
            "from airflow.operators.python import get_current_context\n"
            "ctx = get_current_context()\n"
            "ctx['ti'].xcom_push(key='a', value=«requests.get('http://x').text»)"
        ),
    ],
    "AF501": [
        "c = Connection(conn_id='x', uri='postgres://etl:«k3Jd92-prod»@db.internal/x')\n" + DAG,
        "from sqlalchemy import create_engine\ncreate_engine('postgresql://etl:«k3Jd92-prod»@db/x')\n" + DAG,
        "from sqlalchemy import create_engine\ncreate_engine(f'postgresql://{u}:«k3Jd92-prod»@{h}/x')\n" + DAG,
        ("from sqlalchemy import create_engine\ncreate_engine('mysql+pymysql://root:«S3gura!9x»@10.0.0.5:3306/x')\n")
        + DAG,
        "os.environ['AIRFLOW_CONN_X'] = 'postgres://u:«k3Jd92-prod»@h'\n" + DAG,
        "mongo = 'mongodb+srv://admin:«k3Jd92prod»@cluster0.abcde.mongodb.net/x'\n" + DAG,
        "import pymongo\ndef f():\n    pymongo.MongoClient('mongodb://admin:«k3Jd92prod»@10.0.0.1:27017/')\n" + DAG,
    ],
    "AF502": [
        "c = Connection(conn_id='x', conn_type='postgres', login='a', password=«'k3Jd92-prod'»)\n" + DAG,
        "c = Connection('x', 'postgres', None, 'db.internal', 'etl', «'k3Jd92-prod'»)\n" + DAG,
        "c = Connection(conn_id='x', extra=«{'aws_secret_access_key': 'k3Jd92prodX8sdf'}»)\n" + DAG,
        "c = Connection(conn_id='x', extra=«json.dumps({'password': 'k3Jd92-prod'})»)\n" + DAG,
        "c = Connection(conn_id='x', extra=«'{\"password\": \"k3Jd92-prod\"}'»)\n" + DAG,
        "PW = «'k3Jd92-prod'»\nc = Connection(conn_id='x', login='a', password=PW)\n" + DAG,
    ],
    "AF503": [
        "Variable.set('db_password', «'k3Jd92-prod'»)\n" + DAG,
        "Variable.set(key='db_password', value=«'k3Jd92-prod'»)\n" + DAG,
    ],
    "AF504": [
        "c = Connection()\nc.set_password(«'k3Jd92-prod'»)\n" + DAG,
        "c = Connection(conn_id='x')\nc.password = «'k3Jd92-prod'»\n" + DAG,
        "import psycopg2\ndef f():\n    psycopg2.connect(host='h', user='u', password=«'k3Jd92-prod'»)\n" + DAG,
        "import psycopg2\ndef f():\n    psycopg2.connect('host=h user=u password=«k3Jd92-prod» dbname=x')\n" + DAG,
        "X_PASSWORD: str = «'k3Jd92-prod'»\n" + DAG,
        "os.environ['DB_PASSWORD'] = «'k3Jd92-prod'»\n" + DAG,
        "os.environ.setdefault('DB_PASSWORD', «'k3Jd92-prod'»)\n" + DAG,
        "os.putenv('DB_PASSWORD', «'k3Jd92-prod'»)\n" + DAG,
        "os.environ.update({'DB_PASSWORD': «'k3Jd92-prod'»})\n" + DAG,
        "PW = os.getenv('DB_PASSWORD', «'k3Jd92-prod'»)\n" + DAG,
        "PW = os.environ.get('DB_PASSWORD', «'k3Jd92-prod'»)\n" + DAG,
        "PW = Variable.get('db_password', default_var=«'k3Jd92-prod'»)\n" + DAG,
        "PW = Variable.get('db_password', «'k3Jd92-prod'»)\n" + DAG,
        "Variable.set('api_keys', json.dumps({'token': «'k3Jd92-prodX'»}))\n" + DAG,
        "Variable.set('cfg', {'password': «'k3Jd92-prod'»}, serialize_json=True)\n" + DAG,
        "args = {'owner': 'x', 'db_password': «'k3Jd92-prod'»}\n" + DAG,
        "args = dict(password=«'k3Jd92-prod'»)\n" + DAG,
        "args = {}\nargs['password'] = «'k3Jd92-prod'»\n" + DAG,
        WITH + "    BashOperator(task_id='a', bash_command='x', env={'DB_PASSWORD': «'k3Jd92-prod'»})\n",
        WITH + ("    BashOperator(task_id='a', bash_command='export DB_PASSWORD=«k3Jd92-prod» && run.sh')\n"),
        WITH + "    BashOperator(task_id='a', bash_command='PGPASSWORD=«k3Jd92-prod» psql -h x')\n",
        WITH + ("    BashOperator(task_id='a', bash_command='PGPASSWORD=\"«k3Jd92-prod»\" psql -h x')\n"),
        WITH + "    BashOperator(task_id='a', bash_command='mysql -u root -p«k3Jd92prod» x')\n",
        WITH + "    BashOperator(task_id='a', bash_command='mysql -u root --password=«k3Jd92prod» x')\n",
        WITH + "    BashOperator(task_id='a', bash_command='curl -u admin:«k3Jd92prod» http://x')\n",
        WITH
        + (
            "    BashOperator(task_id='a', bash_command=\"curl -H 'Authorization: Bearer "
            "«abcdEFGH12345678»' http://x\")\n"
        ),
        WITH + "    BashOperator(task_id='a', bash_command='sshpass -p «k3Jd92prod» ssh x')\n",
        WITH + ("    BashOperator(task_id='a', bash_command=f'PGPASSWORD=«k3Jd92-prod» psql -h {HOST}')\n"),
        WITH + "    BashOperator(task_id='a', bash_command='docker login -u x -p «k3Jd92prod» reg')\n",
        WITH
        + (
            "    BashOperator(task_id='a', bash_command='export "
            "AWS_SECRET_ACCESS_KEY=«wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzqqqqkkkk»')\n"
        ),
        WITH + ("    PythonOperator(task_id='a', python_callable=print, op_kwargs={'password': «'k3Jd92-prod'»})\n"),
        WITH + ("    PythonOperator(task_id='a', python_callable=print, op_kwargs=dict(api_token=«'k3Jd92-prod'»))\n"),
        WITH + ("    PythonOperator(task_id='a', python_callable=print, params={'api_key': «'k3Jd92-prod'»})\n"),
        "DAG('d', params={'api_key': «'k3Jd92-prod'»})\n",
        "DAG('d', default_args={'password': «'k3Jd92-prod'»})\n",
        ("from airflow.providers.docker.operators.docker import DockerOperator\n")
        + WITH
        + ("    DockerOperator(task_id='a', image='x', environment={'API_TOKEN': «'k3Jd92-prod'»})\n"),
        ("from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n")
        + WITH
        + ("    KubernetesPodOperator(task_id='a', image='x', env_vars={'DB_PASSWORD': «'k3Jd92-prod'»})\n"),
        ("from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n")
        + WITH
        + (
            "    KubernetesPodOperator(task_id='a', image='x', env_vars=[{'name': 'DB_PASSWORD', "
            "'value': «'k3Jd92-prod'»}])\n"
        ),
        ("from kubernetes.client import models as k8s\nE = k8s.V1EnvVar(name='DB_PASSWORD', value=«'k3Jd92-prod'»)\n")
        + DAG,
        "from kubernetes.client.models import V1EnvVar\nE = [V1EnvVar('DB_PASSWORD', «'k3Jd92-prod'»)]\n" + DAG,
        ("from airflow.providers.amazon.aws.operators.ecs import EcsRunTaskOperator\n")
        + WITH
        + (
            "    EcsRunTaskOperator(task_id='a', overrides={'containerOverrides': [{'environment': "
            "[{'name': 'API_SECRET', 'value': «'k3Jd92-prod'»}]}]})\n"
        ),
        "def f():\n    requests.get('http://x', headers={'Authorization': «'Bearer k3Jd92prodX8sdfQ2'»})\n" + DAG,
        "def f():\n    requests.get('http://x', headers={'X-API-Key': «'k3Jd92prodX8sdf'»})\n" + DAG,
        "def f():\n    requests.get('http://x', auth=('admin', «'k3Jd92-prod'»))\n" + DAG,
        (
            "from requests.auth import HTTPBasicAuth\n"
            "def f():\n"
            "    requests.get('http://x', auth=HTTPBasicAuth('admin', «'k3Jd92-prod'»))\n"
        )
        + DAG,
        ("from airflow.providers.http.operators.http import SimpleHttpOperator\n")
        + WITH
        + (
            "    SimpleHttpOperator(task_id='a', endpoint='x', headers={'Authorization': «'Basic "
            "YWRtaW46azNKZDkyLXByb2Q='»})\n"
        ),
        "def f(password=«'k3Jd92-prod'»):\n    pass\n" + DAG,
        "class C:\n    password = «'k3Jd92-prod'»\n" + DAG,
        "class C:\n    def __init__(self):\n        self.password = «'k3Jd92-prod'»\n" + DAG,
        "URL = 'https://api.x.com/v1?api_key=«k3Jd92prodX8sdfQ2zz»'\n" + DAG,
        "URL = 'https://x.com/v1?token=«k3Jd92prodX8sdfQ2zz»&x=1'\n" + DAG,
        (
            "import snowflake.connector\n"
            "def f():\n"
            "    snowflake.connector.connect(user='u', password=«'k3Jd92-prod'», account='a')\n"
        )
        + DAG,
        "JDBC = 'jdbc:postgresql://h:5432/db?user=u&password=«k3Jd92-prod»'\n" + DAG,
        "JDBC = 'jdbc:sqlserver://h;user=u;password=«k3Jd92-prod»'\n" + DAG,
        "ODBC = 'DRIVER={ODBC Driver 17};SERVER=h;UID=u;PWD=«k3Jd92-prod»'\n" + DAG,
        "SMTP_PASS = «'k3Jd92-prod'»\n" + DAG,
        "FERNET_KEY = «'81HqDtbqAywKSOumSha3BhWNOdQ26slT6K0YaZeZyPs='»\n" + DAG,
        "pwd = «'Summer2024!'»\n" + DAG,
        "password = «'hunter2x'»\n" + DAG,
        "DB = {'user': 'u', 'passwd': «'k3Jd92-prod'»}\n" + DAG,
        "login, password = 'admin', «'k3Jd92-prod'»\n" + DAG,
        "CONFIG = {'db': {'credentials': {'password': «'k3Jd92-prod'»}}}\n" + DAG,
    ],
    "AF508": [
        "DAG('d', params={'api_key': Param(«'k3Jd92-prod'», type='string')})\n",
    ],
    "AF601": [
        WITH + "    «FileSensor»(task_id='a', filepath='x')\n",
        WITH + "    «FileSensor»(task_id='a', filepath='x', poke_interval=60, timeout=3600)\n",
        WITH
        + (
            "    «FileSensor»(task_id='a', filepath='x', poke_interval=timedelta(minutes=5), "
            "timeout=timedelta(hours=6))\n"
        ),
        WITH + "    «FileSensor»(task_id='a', filepath='x', mode='poke', poke_interval=300)\n",
        WITH + "    «FileSensor»(task_id='a', filepath='x', poke_interval=60 * 5)\n",
        WITH + "    «FileSensor»(task_id='a', filepath='x', timeout=60 * 60 * 24)\n",
        WITH + "    «FileSensor»(task_id='a', filepath='x', deferrable=False)\n",
        (
            "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None, default_args={'poke_interval': 600}):\n"
            "    «FileSensor»(task_id='a', filepath='x')\n"
        ),
        ("from airflow.sensors.external_task import ExternalTaskSensor\n")
        + WITH
        + ("    «ExternalTaskSensor»(task_id='a', external_dag_id='b')\n"),
        ("from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor as K\n")
        + WITH
        + ("    «K»(task_id='a', bucket_key='b')\n"),
        ("@«task.sensor(poke_interval=120, timeout=7200)»\ndef s():\n    return True\n") + WITH + ("    s()\n"),
        ("from airflow.sensors.python import PythonSensor\n")
        + WITH
        + ("    «PythonSensor»(task_id='a', python_callable=lambda: True, poke_interval=300)\n"),
    ],
    "AF801": [
        ("from airflow.operators.subdag import SubDagOperator\n")
        + WITH
        + ("    «SubDagOperator»(task_id='a', subdag=x)\n"),
        ("from airflow.operators.subdag_operator import SubDagOperator\n")
        + WITH
        + ("    «SubDagOperator»(task_id='a', subdag=x)\n"),
        ("from airflow.operators import subdag\n") + WITH + ("    «subdag.SubDagOperator»(task_id='a', subdag=x)\n"),
        ("import airflow.operators.subdag\n")
        + WITH
        + ("    «airflow.operators.subdag.SubDagOperator»(task_id='a', subdag=x)\n"),
        ("from airflow.operators.subdag import SubDagOperator as S\n") + WITH + ("    «S»(task_id='a', subdag=x)\n"),
    ],
}

GOOD: dict[str, list[str]] = {
    "AF101": [
        "DAG('d', start_date=datetime.now(), schedule=None)",
        "DAG('d', start_date=datetime.now(), schedule='@once')",
        "from airflow.datasets import Dataset\nDAG('d', start_date=datetime.now(), schedule=[Dataset('x')])",
        "from airflow.datasets import Dataset\nDS = Dataset('x')\nDAG('d', start_date=datetime.now(), schedule=DS)",
        "DAG('d', start_date=datetime(2024, 1, 1), end_date=datetime.now(), schedule='@daily')",
        (
            "DAG('d', start_date=datetime(2024, 1, 1), schedule='@daily', default_args={'params': "
            "{'at': datetime.now()}})"
        ),
        (
            "def f():\n"
            "    return datetime.now()\n"
            "with DAG('d', start_date=datetime(2024, 1, 1), schedule='@daily'):\n"
            "    PythonOperator(task_id='a', python_callable=f)"
        ),
        "DAG('d', start_date=datetime.strptime('2024-01-01', '%Y-%m-%d'), schedule='@daily')",
        "#!\nimport pendulum\nfrom airflow.sdk import DAG\nDAG('d', start_date=pendulum.datetime(2024, 1, 1))",
        (
            "DAG('d', start_date=datetime(2024, 1, 1) if os.environ.get('X') else datetime(2023, 1, "
            "1), schedule='@daily')"
        ),
    ],
    "AF103": [
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@daily', catchup=True, max_active_runs=1)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule=None, catchup=True)",
        "dag = DAG('d', start_date=datetime(2020, 1, 1), schedule='@daily', catchup=True)\ndag.max_active_runs = 1",
    ],
    "AF104": [
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 * * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@daily', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@Daily', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@hourly', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@weekly', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@monthly', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@quarterly', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@yearly', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@annually', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@once', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@continuous', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='@midnight', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='*/5 * * * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 * * MON-FRI', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 * * 7', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 L * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 * * MON#1', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 1 JAN *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 ? * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 * * fri-mon', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0,30 8-18/2 * * 1-5', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0  0 * *  *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule=' 0 0 * * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule=os.environ['X'], catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule=Variable.get('x', '61 * * * *'), catchup=False)",
        "from company import MyDag\nMyDag('d', start_date=datetime(2020, 1, 1), schedule='6h', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule=f'0 {h} * * *', catchup=False)",
    ],
    "AF105": [
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 29 2 *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 31 1,4 *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 30 2 1', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 31 * *', catchup=False)",
        "DAG('d', start_date=datetime(2020, 1, 1), schedule='0 0 L 2 *', catchup=False)",
    ],
    "AF106": [
        (
            "DAG('d', default_args={'owner': 'x', 'retries': 1, 'start_date': datetime(2020, 1, 1), "
            "'end_date': datetime(2021, 1, 1), 'params': {}, 'on_failure_callback': None, 'sla': None, "
            "'doc_md': 'x', 'max_active_tis_per_dag': 1})"
        ),
        "DAG('d', default_args={'catchup': False}, catchup=False, schedule='@daily')",
        "from company import TtdDag\nTtdDag('d', default_args={'catchup': False}, schedule='@daily')",
        "args = {'catchup': False, 'owner': 'x'}\nDAG('d', catchup=args['catchup'], default_args=args)",
        "args = {'catchup': False, 'owner': 'x'}\nDAG('d', catchup=args.pop('catchup'), default_args=args)",
        "args = {'schedule': '@daily', 'owner': 'x'}\nDAG('d', default_args=args, **args)",
    ],
    "AF201": [
        WITH + "    for x in range(100):\n        BashOperator(task_id=f't_{x}', bash_command='x')\n",
        WITH + "    for x in items:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n",
        (
            "for e in range(300):\n"
            "    with DAG(f'd{e}', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "        EmptyOperator(task_id='a')\n"
        ),
        WITH + "    EmptyOperator.partial(task_id='a').expand(x=list(range(500)))\n",
        ("def f():\n    for i in range(1000):\n        BashOperator(task_id=f'a{i}', bash_command='x').execute({})\n")
        + WITH
        + ("    PythonOperator(task_id='a', python_callable=f)\n"),
    ],
    "AF202": [
        WITH + "    for x in ['a', 'b']:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n",
        WITH
        + ("    for x in os.environ['TABLES'].split(','):\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("from pathlib import Path\n")
        + WITH
        + (
            "    for x in Path(__file__).parent.glob('*.sql'):\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        ("HERE = os.path.dirname(os.path.abspath(__file__))\n")
        + WITH
        + (
            "    for x in os.listdir(os.path.join(HERE, 'configs')):\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        (
            "import yaml\n"
            "with open(os.path.join(os.path.dirname(__file__), 'c.yaml')) as f:\n"
            "    cfg = yaml.safe_load(f)\n"
        )
        + WITH
        + ("    for x in cfg['tables']:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
        ("def f():\n    for x in Variable.get('a', deserialize_json=True):\n        print(x)\n")
        + WITH
        + ("    PythonOperator(task_id='a', python_callable=f)\n"),
        ("@task\ndef f():\n    for x in requests.get('http://x').json():\n        print(x)\n") + WITH + ("    f()\n"),
        ("@task\ndef get():\n    return requests.get('http://x').json()\n@task\ndef one(x): pass\n")
        + WITH
        + ("    one.expand(x=get())\n"),
        ("for x in Variable.get('a', deserialize_json=True):\n    print(x)\n")
        + WITH
        + ("    EmptyOperator(task_id='a')\n"),
        ("env = Variable.get('env')\n")
        + WITH
        + (
            "    for x in {'dev': ['a'], 'prod': ['a', 'b']}['dev']:\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        ("import os\nfrom airflow.configuration import conf\n")
        + WITH
        + (
            "    for x in os.listdir(conf.get('core', 'dags_folder') + '/sql'):\n"
            "        BashOperator(task_id=f't_{x}', bash_command='x')\n"
        ),
        ("hook = PostgresHook('x')\n")
        + WITH
        + ("    for x in [hook.postgres_conn_id]:\n        BashOperator(task_id=f't_{x}', bash_command='x')\n"),
    ],
    "AF203": [
        ("@task\ndef f():\n    return Variable.get('x')\n") + WITH + ("    f()\n"),
        ("def f():\n    return Variable.get('x')\n") + WITH + ("    PythonOperator(task_id='a', python_callable=f)\n"),
        "def cb(context):\n    Variable.get('x')\nDAG('d', default_args={'on_failure_callback': cb})",
        ("def h():\n    return Variable.get('x')\n@task\ndef f():\n    return h()\n") + WITH + ("    f()\n"),
        WITH + "    PythonOperator(task_id='a', python_callable=lambda: Variable.get('x'))\n",
        (
            "from airflow.models import BaseOperator\n"
            "class O(BaseOperator):\n"
            "    def execute(self, context):\n"
            "        Variable.get('x')\n"
        )
        + WITH
        + ("    O(task_id='a')\n"),
        ("from functools import partial\ndef f(a):\n    return Variable.get(a)\n")
        + WITH
        + ("    PythonOperator(task_id='a', python_callable=partial(f, 'x'))\n"),
        "if __name__ == '__main__':\n    print(Variable.get('x'))\n" + DAG,
        "os.environ.get('x')\n" + DAG,
        "def unused():\n    return Variable.get('x')\n" + DAG,
        WITH + "    BashOperator(task_id='a', bash_command='{{ var.value.x }}')\n",
    ],
    "AF204": [
        "def f():\n    return requests.get('http://x')\n@task\ndef g():\n    return f()\n" + DAG,
        "s = requests.Session()\n" + DAG,
        "hook = PostgresHook('x')\n" + DAG,
        "hook = S3Hook(aws_conn_id='x')\n" + DAG,
        "import boto3\ns3 = boto3.client('s3')\n" + DAG,
        "from sqlalchemy import create_engine\ne = create_engine('x')\n" + DAG,
        "if __name__ == '__main__':\n    requests.get('http://x')\n" + DAG,
        "with open('x.sql') as f:\n    q = f.read()\n" + DAG,
        "import yaml\ncfg = yaml.safe_load(open('c.yml'))\n" + DAG,
        "def f():\n    requests.get('http://x')\nPythonOperator(task_id='a', python_callable=f)\n" + DAG,
        "requests.packages.urllib3.disable_warnings()\n" + DAG,
        "from astro import sql as aql\n@aql.dataframe()\ndef f():\n    requests.get('http://x')\n" + WITH + "    f()\n",
        "class C:\n    def go(self):\n        return requests.get('http://x')\n" + DAG,
        (
            "from airflow.models import BaseOperator\n"
            "class O(BaseOperator):\n"
            "    def execute(self, context):\n"
            "        requests.get('http://x')\n"
        )
        + DAG,
        "def cb(context):\n    requests.post('http://x')\nargs = {'on_failure_callback': cb}\n" + DAG,
        "pd.DataFrame({'a': [1]})\n" + DAG,
        "import time\nt = time.time()\n" + DAG,
        "from google.cloud import storage\nc = storage.Client\n" + DAG,
        "retry = requests.adapters.HTTPAdapter()\n" + DAG,
    ],
    "AF205": [
        WITH + ("    for i in range(5):\n        for j in range(5):\n            EmptyOperator(task_id=f't{i}_{j}')\n"),
        WITH + "    for i in range(120):\n        EmptyOperator(task_id=f't{i}')\n",
    ],
    "AF301": [
        WITH + ("    for x in range(2):\n        with TaskGroup(f'g{x}'):\n            EmptyOperator(task_id='a')\n"),
        WITH
        + (
            "    with TaskGroup('g'):\n"
            "        EmptyOperator(task_id='a')\n"
            "    with TaskGroup('h'):\n"
            "        EmptyOperator(task_id='a')\n"
        ),
        WITH
        + (
            "    if os.environ.get('X'):\n"
            "        EmptyOperator(task_id='a')\n"
            "    else:\n"
            "        BashOperator(task_id='a', bash_command='x')\n"
        ),
        WITH
        + (
            "    BashOperator(task_id='a', bash_command='x')\n"
            "with DAG('e', start_date=datetime(2024, 1, 1), schedule=None) as dag2:\n"
            "    BashOperator(task_id='a', bash_command='x')\n"
        ),
        (
            "for e in ['x','y']:\n"
            "    with DAG(f'd_{e}', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "        EmptyOperator(task_id='a')\n"
        ),
        (
            "def make(e):\n"
            "    with DAG(f'd_{e}', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "        EmptyOperator(task_id='a')\n"
            "    return dag\n"
            "a = make('x')\n"
            "b = make('y')\n"
        ),
        (
            "def make(dag):\n"
            "    return EmptyOperator(task_id='a', dag=dag)\n"
            "d1 = DAG('1', start_date=datetime(2024, 1, 1))\n"
            "d2 = DAG('2', start_date=datetime(2024, 1, 1))\n"
            "make(d1)\n"
            "make(d2)\n"
        ),
        ("@task\ndef a():\n    pass\n") + WITH + ("    a()\n    a()\n    a.override(task_id='b')()\n"),
        WITH
        + (
            "    for x in ['a','b']:\n"
            "        EmptyOperator(task_id='t_' + x)\n"
            "        EmptyOperator(task_id='u_{}'.format(x))\n"
            "        EmptyOperator(task_id='v_%s' % x)\n"
        ),
        WITH + "    for n, x in enumerate(['a','a']):\n        EmptyOperator(task_id=f't_{n}')\n",
        WITH + "    for x in items:\n        EmptyOperator(task_id='a')\n        break\n",
        WITH
        + (
            "    try:\n"
            "        EmptyOperator(task_id='a')\n"
            "    except Exception:\n"
            "        BashOperator(task_id='a', bash_command='x')\n"
        ),
        (
            "def f():\n"
            "    BashOperator(task_id='a', bash_command='x').execute({})\n"
            "    BashOperator(task_id='a', bash_command='y').execute({})\n"
        )
        + WITH
        + ("    PythonOperator(task_id='a', python_callable=f)\n"),
        ("@task_group\ndef g():\n    EmptyOperator(task_id='a')\n") + WITH + ("    g()\n    g()\n"),
        WITH + "    for x in range(1):\n        EmptyOperator(task_id='a')\n",
    ],
    "AF401": [
        task("df = pd.read_csv('x')\nreturn len(df)"),
        task("df = pd.read_csv('x')\nreturn df.shape"),
        task("df = pd.read_csv('x')\nreturn df.head(10).to_dict()"),
        task("df = pd.read_csv('x')\nreturn df['a'].sum()"),
        task("df = pd.read_csv('x')\nreturn float(df['a'].mean())"),
        task("df = pd.read_csv('x')\nreturn df.describe().to_dict()"),
        task("df = pd.read_csv('x')\nreturn df.columns.tolist()"),
        task("df = pd.read_csv('x')\nreturn list(df.columns)"),
        task("df = pd.read_csv('x')\nreturn df.dtypes.to_dict()"),
        task("df = pd.read_csv('x')\nreturn df.to_csv('out.csv')"),
        task("df = pd.read_csv('x')\ndf.to_parquet('s3://b/k')\nreturn 's3://b/k'"),
        task("df = pd.read_csv('x', nrows=5)\nreturn df.to_dict()"),
        task("df = pd.read_csv('x')\nreturn df.iloc[0].to_dict()"),
        task("df = pd.read_csv('x')\nreturn df.iloc[0]['a']"),
        task("df = pd.read_csv('x')\nreturn df['a'].value_counts().to_dict()"),
        task("df = pd.read_csv('x')\nreturn df['a'].nunique()"),
        task("df = pd.read_csv('x')\nreturn df.isnull().sum().to_dict()"),
        task("df = pd.read_csv('x')\nreturn df.empty"),
        task("df = pd.read_csv('x')\nreturn df.groupby('a').sum().to_dict()"),
        task("df = pd.read_csv('x')\nreturn {'rows': len(df), 'max': df['a'].max()}"),
        task("df = pd.read_csv('x')\nreturn f'{len(df)} rows'"),
        task("df = pd.read_csv('x')\nif df.empty:\n    return 'none'\nreturn 'some'"),
        task("df = pd.DataFrame({'a': [1, 2]})\nreturn df.to_dict()"),
        task("hook = PostgresHook('x')\nreturn hook.get_records('SELECT count(*) FROM sales')"),
        task("hook = PostgresHook('x')\nreturn hook.get_records('SELECT * FROM sales LIMIT 10')"),
        task("hook = PostgresHook('x')\nreturn hook.get_records('SELECT * FROM sales LIMIT 10')[0][0]"),
        task("hook = PostgresHook('x')\nreturn hook.get_records('SELECT * FROM sales')[0]"),
        task("hook = PostgresHook('x')\nreturn hook.get_first('SELECT * FROM sales')"),
        task("hook = PostgresHook('x')\nrows = hook.get_records('SELECT * FROM sales')\nreturn len(rows)"),
        task(
            "hook = PostgresHook('x')\n"
            "conn = hook.get_conn()\n"
            "cur = conn.cursor()\n"
            "cur.execute('SELECT max(id) FROM sales')\n"
            "return cur.fetchall()"
        ),
        task(
            "hook = PostgresHook('x')\n"
            "cur = hook.get_conn().cursor()\n"
            "cur.execute('select * from a order by b desc limit 1')\n"
            "return cur.fetchall()"
        ),
        task(
            "hook = PostgresHook('x')\n"
            "cur = hook.get_conn().cursor()\n"
            "cur.execute('select * from a')\n"
            "return cur.fetchone()"
        ),
        task(
            "hook = PostgresHook('x')\n"
            "cur = hook.get_conn().cursor()\n"
            "cur.execute('select * from a')\n"
            "return cur.fetchall()[0]"
        ),
        task(
            "hook = PostgresHook('x')\n"
            "sql = 'select user_id, count(*) from a group by user_id limit 1'\n"
            "with hook.get_conn() as c:\n"
            "  with c.cursor() as cur:\n"
            "    cur.execute(sql)\n"
            "    r = cur.fetchall()\n"
            "return r"
        ),
        task("hook = PostgresHook('x')\nsql = f'select * from a limit {N}'\nreturn hook.get_records(sql)"),
        task("return requests.get('http://x').status_code"),
        task("r = requests.get('http://x')\nreturn r.json()['id']"),
        task("r = requests.get('http://x')\nreturn len(r.content)"),
        task("r = requests.get('http://x')\nreturn r.json().get('status')"),
        task("r = requests.post('http://x/jobs', json={})\nreturn r.json()['job_id']"),
        task("r = requests.get('http://x')\nwith open('out','wb') as f:\n    f.write(r.content)\nreturn 'out'"),
        task("with open('/data/x') as f:\n    return len(f.readlines())"),
        task("with open('/data/x') as f:\n    return f.readline()"),
        task("with open('/data/config.json') as f:\n    return json.load(f)['path']"),
        task("with open('/data/version.txt') as f:\n    return f.read().strip()"),
        task("import joblib\nm = joblib.load('m.pkl')\nreturn m.score(X, y)"),
        task("df = spark.table('x')\nreturn df.count()"),
        task(
            "from pyspark.sql import SparkSession\n"
            "spark = SparkSession.builder.getOrCreate()\n"
            "return spark.read.csv('x').limit(5).collect()"
        ),
        task(
            "from pyspark.sql import SparkSession\n"
            "spark = SparkSession.builder.getOrCreate()\n"
            "return spark.sql('select count(*) from x').collect()"
        ),
        task(
            "from pyspark.sql import SparkSession\n"
            "spark = SparkSession.builder.getOrCreate()\n"
            "return spark.sql('select count(*) from x').collect()[0][0]"
        ),
        task("return [row[0] for row in PostgresHook('x').get_records('select id from shops')]"),
        task("return PostgresHook('x').get_pandas_df('select count(*) as n from a')['n'][0]"),
        (
            "@task(do_xcom_push=False)\n"
            "def f():\n"
            "    return pd.read_csv('x')\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\n"
            "def d():\n"
            "    f()\n"
            "d()\n"
        ),
        (
            "def helper():\n"
            "    return pd.read_csv('x')\n"
            "@task\n"
            "def f():\n"
            "    return len(helper())\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\n"
            "def d():\n"
            "    f()\n"
            "d()\n"
        ),
        (
            "def f():\n"
            "    return pd.read_csv('x')\n"
            "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None):\n"
            "    PythonOperator(task_id='a', python_callable=f, do_xcom_push=False)\n"
        ),
        (
            "from airflow.operators.python import BranchPythonOperator\n"
            "def f():\n"
            "    rows = PostgresHook('x').get_records('select * from a')\n"
            "    return 'a' if rows else 'b'\n"
            "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None):\n"
            "    BranchPythonOperator(task_id='a', python_callable=f)\n"
        ),
        (
            "@task\n"
            "def ids():\n"
            "    return PostgresHook('x').get_records('select id from shops')\n"
            "@task\n"
            "def one(x):\n"
            "    print(x)\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\n"
            "def d():\n"
            "    one.expand(x=ids())\n"
            "d()\n"
        ),
    ],
    "AF402": [
        task("df = pd.read_csv('x')\nti.xcom_push(key='rows', value=len(df))"),
        task("df = pd.read_csv('x')\nti.xcom_push(key='cols', value=list(df.columns))"),
        task("df = pd.read_csv('x')\nti.xcom_push(key='first', value=df.head(5).to_dict())"),
    ],
    "AF601": [
        WITH + "    FileSensor(task_id='a', filepath='x', mode='reschedule')\n",
        WITH + "    FileSensor(task_id='a', filepath='x', deferrable=True)\n",
        WITH + "    FileSensor(task_id='a', filepath='x', poke_interval=10)\n",
        WITH + "    FileSensor(task_id='a', filepath='x', timeout=600)\n",
        WITH + "    FileSensor(task_id='a', filepath='x', poke_interval=timedelta(seconds=30))\n",
        WITH + "    FileSensor(task_id='a', filepath='x', mode=MODE)\n",
        WITH + "    FileSensor(task_id='a', filepath='x', **kw)\n",
        WITH + "    FileSensor(task_id='a', filepath='x', poke_interval=P)\n",
        (
            "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None, default_args={'mode': 'reschedule'}):\n"
            "    FileSensor(task_id='a', filepath='x')\n"
        ),
        (
            "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None, default_args=get()):\n"
            "    FileSensor(task_id='a', filepath='x')\n"
        ),
        ("from airflow.sensors.time_delta import TimeDeltaSensorAsync\n")
        + WITH
        + ("    TimeDeltaSensorAsync(task_id='a', delta=timedelta(hours=1))\n"),
        ("from airflow.sensors.time_delta import TimeDeltaSensor\n")
        + WITH
        + ("    TimeDeltaSensor(task_id='a', delta=timedelta(seconds=10))\n"),
        ("from company.sensors import MySensor\n") + WITH + ("    MySensor(task_id='a')\n"),
        ("from airflow.providers.amazon.aws.sensors.s3 import S3KeysUnchangedSensor\n")
        + WITH
        + ("    S3KeysUnchangedSensor(task_id='a', bucket_name='b', prefix='c')\n"),
    ],
    "AF801": [
        ("from company import SubDagOperator\n") + WITH + ("    SubDagOperator(task_id='a', subdag=x)\n"),
    ],
}

NO_SECRETS: list[str] = [
    "password = os.environ['DB_PASSWORD']\n" + DAG,
    "password = Variable.get('db_password')\n" + DAG,
    "password = '{{ var.value.db_password }}'\n" + DAG,
    "password = ''\n" + DAG,
    "password = None\n" + DAG,
    "password = 'changeme'\n" + DAG,
    "password = '<your-password>'\n" + DAG,
    "password = 'xxxxxx'\n" + DAG,
    "password = '********'\n" + DAG,
    "password = '${DB_PASSWORD}'\n" + DAG,
    "password = 'password'\n" + DAG,
    "password = f'{p}'\n" + DAG,
    "password_secret_name = 'prod/db/password'\n" + DAG,
    "secret_id = 'projects/p/secrets/db/versions/latest'\n" + DAG,
    "SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf'\n" + DAG,
    "token_url = 'https://auth.example.org/oauth/token'\n" + DAG,
    "api_key_header = 'X-Api-Key-Header'\n" + DAG,
    "secret_path = 'vault:secret/data/db'\n" + DAG,
    "password_conn_id = 'postgres_warehouse'\n" + DAG,
    "key = 'some/s3/path/file.csv'\n" + DAG,
    "partition_key = 'customer_id_2024'\n" + DAG,
    "primary_key = 'order_id_number'\n" + DAG,
    "sort_key = 'created_at_date'\n" + DAG,
    "TOKEN_EXPIRY = '3600seconds'\n" + DAG,
    "token_type = 'bearer_token_x'\n" + DAG,
    "password_policy = 'strong-2024-x'\n" + DAG,
    (
        "from airflow.providers.cncf.kubernetes.secret import Secret\n"
        "s = Secret(deploy_type='env', deploy_target='DB_PASSWORD', "
        "secret='airflow-db-credentials', key='password-prod-2')\n"
    )
    + DAG,
    (
        "from airflow.providers.cncf.kubernetes.secret import Secret\n"
        "s = Secret('env', 'DB_PASSWORD', 'airflow-db-credentials', 'password')\n"
    )
    + DAG,
    (
        "from kubernetes.client import models as k8s\n"
        "E = k8s.V1EnvVar(name='DB_PASSWORD', "
        "value_from=k8s.V1EnvVarSource(secret_key_ref="
        "k8s.V1SecretKeySelector(name='db-credentials-1', key='password-x1')))\n"
    )
    + DAG,
    ("E = [{'name': 'DB_PASSWORD', 'valueFrom': {'secretKeyRef': {'name': 'db-credentials', 'key': 'password-x1'}}}]\n")
    + DAG,
    "E = [{'name': 'DB_PASSWORD', 'value': '{{ conn.db.password }}'}]\n" + DAG,
    "E = [{'name': 'DB_HOST', 'value': 'k3Jd92-prod'}]\n" + DAG,
    WITH + "    BashOperator(task_id='a', bash_command='PGPASSWORD=$PGPASSWORD psql -h x')\n",
    WITH + ("    BashOperator(task_id='a', bash_command='PGPASSWORD={{ conn.x.password }} psql -h x')\n"),
    WITH + "    BashOperator(task_id='a', bash_command=f'PGPASSWORD={PW} psql -h x')\n",
    WITH + "    BashOperator(task_id='a', bash_command='mysql -u root -p$PW x')\n",
    WITH + "    BashOperator(task_id='a', bash_command='mkdir -p /tmp/x && mysql -h x -P 3306')\n",
    WITH + "    BashOperator(task_id='a', bash_command='mysql -h db -p < x.sql')\n",
    WITH + "    BashOperator(task_id='a', bash_command='curl -u $USER:$PASS http://x')\n",
    WITH + ("    BashOperator(task_id='a', bash_command='dbt run --profiles-dir x --password-file /run/secrets/x')\n"),
    WITH + ("    BashOperator(task_id='a', bash_command='tool --token-file /run/x --password-stdin')\n"),
    WITH
    + (
        "    BashOperator(task_id='a', bash_command='airflow users create --username admin "
        "--password $(cat /run/secrets/pw)')\n"
    ),
    "c = Connection(conn_id='x', login='a', password=os.environ['X'])\n" + DAG,
    "c = Connection(conn_id='x', login='a', password='')\n" + DAG,
    "c = Connection(conn_id='x', login='a')\n" + DAG,
    "def f():\n    requests.get('http://x', headers={'Authorization': f'Bearer {token}'})\n" + DAG,
    "def f():\n    requests.get('http://x', headers={'Authorization': 'Bearer {}'.format(token)})\n" + DAG,
    "def f():\n    requests.get('http://x', headers={'Authorization': 'Bearer ' + token})\n" + DAG,
    "def f():\n    requests.get('http://x', auth=(user, password))\n" + DAG,
    "def f():\n    requests.get('http://x', headers={'Authorization': 'Bearer %s' % token})\n" + DAG,
    "def f():\n    requests.get('http://x', headers={'Authorization': 'Bearer {{ var.value.token }}'})\n" + DAG,
    "U = 'postgresql://etl:{{ conn.x.password }}@db/x'\n" + DAG,
    "U = f'postgresql://etl:{pw}@db/x'\n" + DAG,
    "U = 'postgresql://etl:%s@db/x' % pw\n" + DAG,
    "U = 'postgresql://user:password@localhost/x'\n" + DAG,
    "U = 'postgresql://airflow:airflow@postgres/airflow'\n" + DAG,
    "U = 'postgresql://etl@db/x'\n" + DAG,
    "U = 'https://x.com/v1?token={token}'\n" + DAG,
    "U = 'https://x.com:8080/@user/x'\n" + DAG,
    "U = 'redis://redis:6379/0'\n" + DAG,
    "U = 'postgresql://<user>:<password>@host/x'\n" + DAG,
    "'''postgresql://etl:k3Jd92-prod@db/x'''\n" + DAG,
    "DIGEST = 'sha256:9d464930a677c5ff470f8e4b61b6d809'\n" + DAG,
    "IMAGE = 'repo/image@sha256:9d464930a677c5ff470f8e4b61b6d809a677c5ff470f8e4b61b6d809a677c5ff'\n" + DAG,
    "COMMIT = '9d464930a677c5ff470f8e4b61b6d8099d464930'\n" + DAG,
    "table_token_counts = 'project.dataset.token_counts'\n" + DAG,
    "TOKENIZER = 'bert-base-uncased'\n" + DAG,
    "tokenizer_name = 'bert-base-uncased'\n" + DAG,
    "max_tokens = '4096tokens'\n" + DAG,
    "secret_env_prefix = 'prod_env_x1'\n" + DAG,
    "API_KEY_ENV = 'MY_API_KEY_X1'\n" + DAG,
    "API_KEY = os.getenv('API_KEY')\n" + DAG,
    "PW = os.getenv('DB_PASSWORD', '')\n" + DAG,
    "PW = os.getenv('DB_PASSWORD', 'changeme')\n" + DAG,
    "Variable.set('token_last_used', '2024-01-01')\n" + DAG,
    "Variable.set('bucket', 'k3Jd92-prod')\n" + DAG,
    "Variable.set('db_password', pw)\n" + DAG,
    "Variable.set('secret_name', 'prod-db-secret')\n" + DAG,
    "DAG('d', params={'api_key': Param('', type='string')})\n",
    "DAG('d', params={'api_key': ''})\n",
    "password_column = 'user_password_x'\n" + DAG,
    "xcom_key = 'result_table_key1'\n" + DAG,
    "def f(password=None):\n    pass\n" + DAG,
    "def f(token: str = 'default'):\n    pass\n" + DAG,
    "keyfile_dict_password = 'secret/from/vault'\n" + DAG,
    "sql = 'SELECT password FROM users WHERE token = 1'\n" + DAG,
    "SQL_TOKEN = 'select token, password from users where x=1'\n" + DAG,
    "TOKENS = ['a', 'b']\n" + DAG,
    "redshift_password_key = 'redshift_password'\n" + DAG,
    "password = get_secret('prod/db')\n" + DAG,
    "pw_hash_col = 'passwd_hash_x1'\n" + DAG,
    "auth_type = 'basic_password_1'\n" + DAG,
    "credentials_file = '/opt/keys/sa.json'\n" + DAG,
    "key_path = '/opt/keys/sa.json'\n" + DAG,
    "google_cloud_storage_key = '/opt/keys/sa.json'\n" + DAG,
    "bucket_key = 's3://bucket/path/{{ ds }}/x1'\n" + DAG,
    "gcp_keyfile = 'keys/project-1.json'\n" + DAG,
    "token_endpoint = 'oauth2/v2.0/token-1'\n" + DAG,
    "snowflake_private_key_file = '/x/rsa_key.p8'\n" + DAG,
    "import pendulum\nsecret_rotation = '2024-01-01T00:00:00'\n" + DAG,
]

# With the version of Airflow that they are for.
BY_VERSION: list[tuple[str, str, str]] = [
    ("AF101", "2.9", ("DAG(dag_id='d', start_date=«datetime.now()»)")),
    ("AF102", "2.8", ("«DAG»('d', start_date=datetime(2020, 1, 1), schedule='@daily')")),
    ("AF102", "2.8", ("«DAG»('d', start_date=datetime(2020, 1, 1))")),
    ("AF102", "2.8", ("«DAG»('d', start_date=datetime(2020, 1, 1), schedule_interval=timedelta(hours=1))")),
    ("AF102", "2.8", ("@«dag»(start_date=datetime(2020, 1, 1), schedule='0 1 * * *')\ndef d():\n    pass\nd()")),
    ("AF102", "2.8", ("args=dict(dag_id='d', start_date=datetime(2020, 1, 1), schedule='0 1 * * *')\n«DAG»(**args)")),
    ("AF102", "2.8", ("S='@daily'\n«DAG»('d', start_date=datetime(2020, 1, 1), schedule=S)")),
    ("AF102", "3.0", ("DAG('d', start_date=datetime(2020, 1, 1), schedule='@daily')")),
    ("AF102", "2.8", ("DAG('d', start_date=datetime(2020, 1, 1), schedule='@once')")),
    ("AF102", "2.8", ("DAG('d', start_date=datetime(2020, 1, 1), schedule='@continuous', max_active_runs=1)")),
    ("AF102", "2.8", ("DAG('d', start_date=datetime(2020, 1, 1), schedule=None)")),
    ("AF102", "2.8", ("dag = DAG('d', start_date=datetime(2020, 1, 1), schedule='@daily')\ndag.catchup = False")),
    (
        "AF102",
        "2.8",
        (
            "dag = DAG('d', start_date=datetime(2020, 1, 1), schedule='@daily')\n"
            "if hasattr(dag, 'catchup'):\n"
            "    dag.catchup = False"
        ),
    ),
    ("AF102", "2.8", ("DAG('d', **common())")),
    (
        "AF102",
        "2.8",
        "from airflow.datasets import Dataset\nDAG('d', start_date=datetime(2020, 1, 1), schedule=[Dataset('x')])",
    ),
    ("AF102", "2.8", ("DAG('d', start_date=datetime(2020, 1, 1), schedule='@daily', catchup=CATCHUP)")),
    ("AF102", "2.8", ("DAG('d', start_date=datetime.now(), schedule='@daily')")),
    ("AF102", "2.8", ("from company import MyDAG\nMyDAG('d', start_date=datetime(2020, 1, 1), schedule='@daily')")),
]


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in BAD.items() for text in texts], ids=lambda value: str(value)[:60]
)
def test_bad(code: str, text: str) -> None:
    marked = whole(text)
    plain = unmark(marked)[0]
    found = sorted((finding.span.start, finding.span.end) for finding in check(code, plain))
    assert mark(plain, found) == marked
    assert found, "a bad case marks something"


@pytest.mark.parametrize(
    ("code", "text"),
    [(code, text) for code, texts in GOOD.items() for text in texts],
    ids=lambda value: str(value)[:60],
)
def test_good(code: str, text: str) -> None:
    assert not check(code, whole(text))


@pytest.mark.parametrize("text", NO_SECRETS)
def test_no_secrets(text: str) -> None:
    assert not [(code, finding.message) for code in SECRETS for finding in check(code, whole(text))]


@pytest.mark.parametrize(("code", "version", "text"), BY_VERSION)
def test_by_version(code: str, version: str, text: str) -> None:
    marked = whole(text)
    plain = unmark(marked)[0]
    found = sorted((finding.span.start, finding.span.end) for finding in check(code, plain, version))
    assert mark(plain, found) == marked


@pytest.mark.parametrize(
    ("start", "severity", "says"),
    [
        ("start_date=datetime.now(), schedule='@daily'", "error", "no scheduled run ever starts"),
        ("start_date=datetime.now()", "error", "no scheduled run ever starts"),
        ("start_date=datetime.now(), schedule=SCHEDULE", "warning", "depends on when Airflow looks"),
        (
            "start_date=datetime.now() - timedelta(days=3), schedule='@daily'",
            "warning",
            "depends on when Airflow looks",
        ),
    ],
)
def test_how_bad_a_moving_start_is(start: str, severity: str, says: str) -> None:
    (finding,) = check("AF101", whole(f"DAG('d', {start})"))
    assert finding.severity == severity
    assert says in finding.message


def test_a_moving_start_in_airflow_3_only_makes_versions() -> None:
    text = whole("DAG('d', start_date=datetime.now(), schedule=None)")
    assert not check("AF101", text)
    (finding,) = check("AF101", text, "3.0")
    assert finding.severity == "info"
    assert "version" in finding.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("DAG('d', schedule=Variable.get('cron'))", "os.environ"),
        ("MAIL = Variable.get('mail')\nargs = {'email': MAIL}\nDAG('d', default_args=args)", "os.environ"),
        ("ARGS = {'email': [Variable.get('mail')]}\nDAG('d', default_args=ARGS)", "os.environ"),
        (WITH + "    BashOperator(task_id='a', bash_command=Variable.get('cmd'))", "{{ var.value.cmd }}"),
        (WITH + "    BashOperator(task_id='a', bash_command=Variable.get('cmd', 5))", '{{ var.value.get("cmd", 5) }}'),
        (WITH + "    BashOperator(task_id='a', bash_command=Variable.get(NAME))", "{{ var.value.my_variable }}"),
        (WITH + "    print(Variable.get('a', deserialize_json=True))", "os.environ"),
    ],
)
def test_what_helps_against_reading_a_variable(text: str, says: str) -> None:
    (finding,) = check("AF203", whole(text))
    assert says in finding.message


def test_reading_a_connection_names_its_template() -> None:
    text = "from airflow.hooks.base import BaseHook\nBaseHook.get_connection('shop')\n" + DAG
    (finding,) = check("AF206", whole(text))
    assert "{{ conn.shop.host }}" in finding.message


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("return requests.get('http://x').json()", "info"),
        ("return requests.get('http://x/a.zip').content", "warning"),
        ("with open(context['path']) as f:\n    return f.read()", "info"),
        ("with open('/data/sales.csv') as f:\n    return f.read()", "warning"),
    ],
)
def test_what_may_be_small_is_only_noted(body: str, severity: str) -> None:
    (finding,) = check("AF401", whole(task(body)))
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("query", "large"),
    [
        ("SELECT * FROM sales", True),
        ("SELECT id, name FROM sales WHERE day = :day", True),
        ("-- all of it\\nSELECT * FROM sales /* LIMIT 5 */", True),
        ("WITH a AS (SELECT 1) SELECT * FROM sales JOIN a", True),
        ("SELECT * FROM sales LIMIT 20", False),
        ("SELECT * FROM sales LIMIT {n}", False),
        ("SELECT * FROM sales LIMIT 500000", False),
        ("SELECT TOP 5 * FROM sales", False),
        ("SELECT * FROM sales FETCH FIRST 10 ROWS ONLY", False),
        ("SELECT count(*), max(day) FROM sales", False),
        ("SELECT shop, count(*) FROM sales GROUP BY shop", False),
        ("SELECT DISTINCT shop FROM sales", False),
        ("SELECT * FROM sales WHERE id = 5", False),
        ("SELECT table_name FROM information_schema.tables", False),
        ("SELECT now()", False),
        ("INSERT INTO sales VALUES (1)", False),
        ("SHOW TABLES", False),
    ],
)
def test_queries_with_many_rows(query: str, large: bool) -> None:
    text = task(f"return PostgresHook('x').get_records('{query}')")
    assert bool(check("AF401", whole(text))) is large


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("DAG('d', schedule='@daily')", "DAG('d', schedule='@daily', catchup=False)"),
        ("DAG('d', schedule='@daily', )", "DAG('d', schedule='@daily', catchup=False, )"),
        (
            "DAG(\n    'd',\n    schedule='@daily',\n)",
            "DAG(\n    'd',\n    schedule='@daily',\n    catchup=False,\n)",
        ),
        ("DAG('d',\n    schedule='@daily')", "DAG('d',\n    schedule='@daily',\n    catchup=False)"),
        (
            "DAG(\n    'd',\n    schedule='@daily'  # each night\n)",
            "DAG(\n    'd',\n    schedule='@daily',  # each night\n    catchup=False\n)",
        ),
        (
            "DAG(\n    'd',\n    schedule='@daily',  # each night\n)",
            "DAG(\n    'd',\n    schedule='@daily',  # each night\n    catchup=False,\n)",
        ),
        (
            "DAG(\n\t'd',\n\tschedule='é'\n\t\t'0 0 * * *'\n)",
            "DAG(\n\t'd',\n\tschedule='é'\n\t\t'0 0 * * *',\n\tcatchup=False\n)",
        ),
        (
            "args = {'schedule': '@daily'}\nDAG('d', **args)",
            "args = {'schedule': '@daily'}\nDAG('d', **args, catchup=False)",
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_catchup_is_added_where_arguments_stand(before: str, after: str, newline: str) -> None:
    started = (part.replace("'d'", "'d', start_date=datetime(2024, 1, 1)") for part in (before, after))
    text, wanted = (whole(part).replace("\n", newline) for part in started)
    workspace = Workspace.in_memory({"d.py": text}, airflow_version="2.9")
    linter = Linter(rules=Rules.only([RULES["AF102"]]), choice=Choice(select=["AF102"]))
    mending = Mending(linter, workspace, [Target("", "d.py", "d.py")], ("safe", "unsafe"))
    assert [change.after for change in mending.changes] == [wanted]


def test_a_time_zone_is_no_cron_expression() -> None:
    made = "from airflow.timetables.interval import CronDataIntervalTimetable\nCronDataIntervalTimetable({}, 'UTC')\n"
    assert not check("AF104", whole(made.format("'0 6 * * *'") + DAG))
    (finding,) = check("AF104", whole(made.format("'0 61 * * *'") + DAG))
    assert finding.span.text == "61"


def test_an_argument_that_is_given_twice() -> None:
    (finding,) = check("AF001", whole("DAG('d', schedule=None, tags=[], schedule='@daily')"))
    assert finding.span.text == "schedule"
    assert "twice" in finding.message


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="newer Pythons read it")
def test_what_a_newer_python_may_read_is_only_noted() -> None:
    (finding,) = check("AF001", IMPORTS + 'print(f"{os.environ["X"]}")\n' + DAG)
    assert finding.severity == "info"
    assert "3.12" in finding.message


def test_a_loop_over_folders_that_are_deployed_with_the_dags_is_fine() -> None:
    loop = "    for name in os.listdir({}):\n        EmptyOperator(task_id=name)\n"
    assert not check("AF202", whole(WITH + loop.format("os.path.dirname(__file__)")))
    (finding,) = check("AF202", whole(WITH + loop.format("'/mnt/incoming'")))
    assert finding.severity == "info"


def test_a_loop_that_makes_dags_is_not_told_to_map() -> None:
    text = "for name in Variable.get('x', deserialize_json=True):\n    DAG(name)\n"
    (finding,) = check("AF202", whole(text))
    assert "expand" not in finding.message


def test_a_store_of_its_own_for_xcoms() -> None:
    text = whole(task("return pd.read_csv('/data/sales.csv')"))
    compose = (
        "services:\n  worker:\n    image: apache/airflow:2.9.1\n    environment:\n{}"
        "    volumes: [./dags:/opt/airflow/dags]\n"
    )
    backend = "      AIRFLOW__CORE__XCOM_BACKEND: airflow.providers.common.io.xcom.backend.XComObjectStorageBackend\n"
    linter = Linter(rules=Rules.only([RULES["AF401"]]), choice=Choice(select=["AF401"]))
    for environment, number in ((backend, 0), ("      TZ: UTC\n", 1)):
        workspace = Workspace.in_memory({"dags/d.py": text, "compose.yaml": compose.format(environment)})
        assert len(linter.check(workspace, [Target("", "dags/d.py", "dags/d.py")]).findings) == number
