"""DAG rules on definition, schedule, parse time, counting and retries: cases that are too many for their pages."""

from __future__ import annotations

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import mark, unmark
from dagdock.hooks import Rules
from dagdock.mend import Mending
from dagdock.rule import Finding
from dagdock.selection import Choice

RULES = {rule.code: rule for rule in Rules(third_party=False).of_kind("dag")}

IMPORTS = """\
import os
import random
import time
import uuid
from datetime import date, datetime, timedelta
import pendulum
from airflow import DAG
from airflow.decorators import dag, task, task_group
from airflow.models import Connection, Param, Variable
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import PythonOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sensors.filesystem import FileSensor
from airflow.utils.task_group import TaskGroup

"""
ARGS = "start_date=datetime(2024, 1, 1), schedule=None"
WITH = f"with DAG('d', {ARGS}) as dag:\n"
DAILY = "with DAG('d', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False{}) as dag:\n"
BASH = "    BashOperator(task_id='a', bash_command='x')\n"


def check(code: str, text: str, version: str | None = None, **files: str) -> list[Finding]:
    """What a rule finds in a file, without marks."""
    workspace = Workspace.in_memory({"d.py": text, **files}, airflow_version=version)
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    result = linter.check(workspace, [Target("", "d.py", "d.py")])
    assert not result.errors
    assert result.files or text in BROKEN
    return result.findings


BROKEN = ["", "x = (", "\ufeffimport airflow\r\n", "from airflow import DAG\nDAG(", "\0"]
BAD: dict[str, list[str]] = {
    "AF107": [
        "«DAG»('d', start_date=datetime(2024, 1, 1))",
        "d = «DAG»(dag_id='d')",
        "@«dag»\ndef d():\n    pass\nd()",
        "@«dag»()\ndef d():\n    pass\nd()",
        "A = {'start_date': datetime(2024, 1, 1)}\n«DAG»('d', **A)",
    ],
    "AF109": [
        "DAG('d', end_date=«datetime.now()»)",
        "DAG('d', tags=[str(«date.today()»)])",
        "DAG(f'd_{«uuid.uuid4()»}')",
        "NOW = datetime.now()\nDAG('d', description=f'at {NOW}')".replace("f'at {NOW}'", "«f'at {NOW}'»"),
        "stamp = time.strftime('%Y')\nwith DAG('d'):\n    BashOperator(task_id='a', bash_command=«'x ' + stamp»)",
        WITH + "    BashOperator(task_id='a', bash_command='x', env={'DAY': «pendulum.now()».to_date_string()})",
        WITH + "    PythonOperator(task_id='a', python_callable=print, op_kwargs={'n': «random.randint(1, 9)»})",
        WITH + "    PythonOperator(task_id='a', python_callable=print, op_args=[None or «datetime.utcnow()»])",
        "@task\ndef f(x): pass\n" + WITH + "    f(«datetime.now()»)",
        "@task\ndef f(x): pass\n" + WITH + "    f(x=«datetime.today()».isoformat())",
        "A = {'owner': str(«uuid.uuid4()»)}\nDAG('d', default_args=A)",
        "def today():\n    return date.today()\n"
        + WITH
        + "    BashOperator(task_id='a', bash_command=«f'x {today()}'»)",
    ],
    "AF110": [
        "DAG('d', schedule='@daily', «catchup=True»)",
        "@dag(schedule=timedelta(days=1), «catchup=True»)\ndef d():\n    EmptyOperator(task_id='a')\nd()",
        "DAG('d', schedule='0 5 * * *', default_args={'owner': 'x'}, «catchup=True»)",
    ],
    "AF111": [
        "«DAG»(start_date=datetime(2024, 1, 1), schedule=None)",
        "with «DAG»(schedule=None) as d: pass",
        "A = {'schedule': None}\n«DAG»(**A)",
    ],
    "AF112": [
        f"DAG(«' d'», {ARGS})",
        f"DAG(dag_id=«'a b'», {ARGS})",
        f"DAG(«'a/b'», {ARGS})",
        f"DAG(«'a:b'», {ARGS})",
        f"DAG(«''», {ARGS})",
        f"NAME = 'a b'\nDAG(«NAME», {ARGS})",
        f"for x in y:\n    DAG(«f'load {{x}}'», {ARGS})",
        f"DAG(«'{'a' * 251}'», {ARGS})",
        f"@dag(dag_id=«'a\\tb'», {ARGS})\ndef d(): pass",
    ],
    "AF115": [
        f"a = DAG('d', {ARGS})\nb = DAG(«'d'», {ARGS})",
        f"N = 'd'\na = DAG(dag_id=N, {ARGS})\nb = DAG(dag_id=«'d'», {ARGS})",
        f"@dag({ARGS})\ndef d(): pass\nd()\nx = DAG(«'d'», {ARGS})",
        f"for x in ['a', 'b']:\n    with DAG(«'d'», {ARGS}) as dag:\n        EmptyOperator(task_id='a')",
        f"def make(x):\n    return DAG(«'d'», {ARGS})\na = make(1)\nb = make(2)",
    ],
    "AF122": [
        f"with «DAG»('d', {ARGS}): pass",
        f"with «DAG»('d', {ARGS}):\n    '''Nothing yet.'''",
        f"@«dag»({ARGS})\ndef d():\n    '''Nothing yet.'''\nd()",
        f"with «DAG»('d', {ARGS}) as dag:\n    print('x')",
    ],
    "AF123": [
        "DAG('d', schedule='«*/90» * * * *')",
        "DAG('d', schedule='«*» * * * *')",
        "DAG('d', schedule='0 0 * * «FRI-MON»')",
        "DAG('d', schedule='«*» 5 * * *')",
        "DAG('d', schedule='0 5 «1 * 1»')",
        "CRON = '0 «*/24» * * *'\nDAG('d', schedule=CRON)",
        "DAG('d', schedule='0 0 * * * «0»')",
        "DAG('d', schedule='0 0 * * «1-1»')",
        "DAG('d', schedule_interval='«*/45» * * * *')",
        "from airflow.timetables.trigger import CronTriggerTimetable\n"
        "DAG('d', schedule=CronTriggerTimetable('«*/90» * * * *', timezone='UTC'))",
    ],
    "AF124": [
        "DAG('d', schedule=«'@continuous'»)",
        "DAG('d', schedule='@continuous', «max_active_runs=2»)",
        "DAG('d', schedule_interval=«'@continuous'», catchup=False)",
    ],
    "AF125": [
        "DAG('d', default_args={«'retires'»: 2})",
        "DAG('d', default_args=dict(«retry_delays=timedelta(1)»))",
        "A = {'owner': 'x'}\nA[«'depend_on_past'»] = False\nDAG('d', default_args=A)",
        'DAG("d", default_args={«"email_on_failiure"»: True})',
        "DAG('d', default_args={«'excution_timeout'»: timedelta(hours=1)})",
    ],
    "AF127": [
        "DAG('d', «start_date=datetime(2204, 1, 1)»)",
        "A = {«'start_date': datetime(2099, 12, 31)»}\nDAG('d', default_args=A)",
        "S = pendulum.datetime(2199, 1, 1, tz='UTC')\nDAG('d', «start_date=S»)",
    ],
    "AF128": [
        "DAG('d', start_date=datetime(2024, 2, 1), «end_date=datetime(2024, 1, 1)»)",
        "A = {'start_date': datetime(2024, 2, 1), «'end_date': datetime(2024, 1, 1)»}\nDAG('d', default_args=A)",
        "S = pendulum.datetime(2024, 2, 1, tz='UTC')\nDAG('d', start_date=S, «end_date=S - timedelta(days=3)»)",
        "with DAG('d', start_date=datetime(2024, 2, 1)):\n"
        "    BashOperator(task_id='a', bash_command='x', «end_date=datetime(2023, 1, 1)»)",
    ],
    "AF129": [
        "DAG('d', schedule='@daily', «schedule_interval='@hourly'»)",
        "DAG('d', schedule_interval='@hourly', «timetable=X()»)",
        "DAG('d', schedule=None, «catchup=True»)",
        "DAG('d', schedule='@once', «catchup=True»)",
        "from airflow.datasets import Dataset\nDAG('d', schedule=[Dataset('s3://x')], «catchup=True»)",
    ],
    "AF131": [
        "DAG('d', start_date=«'2024-01-01'»)",
        "DAG('d', dagrun_timeout=«3600»)",
        "DAG('d', max_active_runs=«'1'»)",
        "DAG('d', catchup=«'False'»)",
        "DAG('d', catchup=«0»)",
        "DAG('d', tags=«'etl'»)",
        "@dag(end_date=«'2024-01-01'»)\ndef d(): pass",
    ],
    "AF218": [
        "X = [n for n in «range(10**7)»]\n" + WITH + BASH,
        "for n in «range(10**6)»:\n    pass\n" + WITH + BASH,
        "for n in «range(5000)»:\n    for m in range(5000):\n        print(m)\n" + WITH + BASH,
        "def f():\n    return {n: n for n in «range(10**7)»}\nX = f()\n" + WITH + BASH,
    ],
    "AF711": [
        "@task\ndef f():\n    PostgresHook('x').run('INSERT INTO t SELECT 1')\n"
        "with «DAG»('d', schedule='*/10 * * * *'):\n    f()",
        "def f(frame):\n    frame.to_sql('t', con=None)\n"
        "with «DAG»('d', schedule='@hourly'):\n    PythonOperator(task_id='a', python_callable=f)",
        "with «DAG»('d', schedule='@hourly'):\n"
        "    BashOperator(task_id='a', bash_command='psql -c \"INSERT INTO x SELECT 1\"')",
        "Q = 'select 1;\\nMERGE INTO x USING y'\n"
        "with «DAG»('d', schedule=timedelta(minutes=5)):\n"
        "    X(task_id='b')\n    BashOperator(task_id='a', bash_command=Q)",
    ],
    "AF206": [
        "from airflow.hooks.base import BaseHook\nclass C:\n    conn = «BaseHook.get_connection('x')»\n" + WITH + BASH,
        "from airflow.hooks.base import BaseHook\nDAG('d', default_args={'x': «BaseHook.get_connection('x')».host})",
    ],
    "AF207": [
        "«import pandas»\n@task\ndef f():\n    pandas.read_csv('x')\n" + WITH + "    f()",
        "«import pandas as pd»\n" + WITH + BASH,
        "«import pandas as pd»\nimport numpy as np\n@task\ndef f():\n    pd.read_csv('x'); np.zeros(3)\n"
        + WITH
        + "    f()",
        "«from sklearn.svm import SVC»\ndef f():\n    SVC()\n"
        + WITH
        + "    PythonOperator(task_id='a', python_callable=f)",
        "«import torch»\n@task\ndef f():\n    def g():\n        return torch.zeros(3)\n    g()\n" + WITH + "    f()",
    ],
    "AF210": [
        f"for x in range(51):\n    «DAG»(f'd{{x}}', {ARGS})",
        f"def make(x):\n    return «DAG»(f'd{{x}}', {ARGS})\nfor x in range(99):\n    make(x)",
        "for x in range(70):\n    @«dag»(dag_id=f'd{x}', schedule=None)\n    def d(): pass\n    d()",
    ],
    "AF211": [
        f"for x in ['a', 'b', 'c', 'd', 'e']:\n    with «DAG»(f'd_{{x}}', {ARGS}): EmptyOperator(task_id='a')",
        f"def make(x):\n    return «DAG»('d_' + x, {ARGS})\nfor x in ['a', 'b', 'c', 'd', 'e']:\n    make(x)",
    ],
    "AF212": [
        WITH + "    for x in y:\n        PythonOperator(task_id=f'{x}', python_callable=lambda: print(«x»))",
        WITH + "    [PythonOperator(task_id=f'{x}', python_callable=lambda: print(«x»)) for x in y]",
        WITH
        + "    for x in y:\n        def f():\n            print(«x»)\n"
        + "        PythonOperator(task_id=f'{x}', python_callable=f)",
        "def f():\n    print(«x»)\n"
        + WITH
        + "    for x in y:\n        PythonOperator(task_id=f'{x}', python_callable=f)",
        WITH
        + "    for x in y:\n        name = x['name']\n"
        + "        PythonOperator(task_id=name, python_callable=lambda: print(«name»))",
        WITH
        + "    for x in y:\n        @task(task_id=f't_{x}')\n        def f():\n            return «x»\n        f()",
        f"for x in y:\n    with DAG(f'd_{{x}}', {ARGS}) as dag:\n"
        "        @task\n        def f():\n            return «x»\n        f()",
        WITH + "    for k, v in y.items():\n        EmptyOperator(task_id=k, on_failure_callback=lambda c: print(«v»))",
        "def make():\n    with DAG('d') as dag:\n        for x in y:\n"
        "            PythonOperator(task_id=f'{x}', python_callable=lambda: print(«x»))\nmake()",
    ],
    "AF213": [
        "@task\ndef f(x): pass\n" + WITH + "    «f.expand»(x=list(range(2000)))",
        "@task\ndef f(x, y): pass\n" + WITH + "    «f.expand»(x=list(range(100)), y=list(range(100)))",
        WITH + "    «BashOperator.partial(task_id='a').expand»(bash_command=[f'x {n}' for n in range(1500)])",
        "@task\ndef g():\n    return list(range(3000))\n@task\ndef f(x): pass\n"
        + WITH
        + "    r = g()\n    «f.expand»(x=r)",
    ],
    "AF214": [
        "import requests\n@task\ndef f(x):\n    requests.get(x)\n" + WITH + "    «f.expand»(x=list(range(500)))",
        "import requests\n@task\ndef f(x):\n    requests.get(x)\n" + WITH + "    «f.expand»(x=items())",
        "import requests\n@task\ndef g():\n    return requests.get('x').json()\n"
        "@task\ndef f(x):\n    PostgresHook('x').run(x)\n" + WITH + "    «f.expand»(x=g())",
    ],
    "AF215": [
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(«[1, 2]»)",
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x=«{1, 2}»)",
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x=«(n for n in range(3))»)",
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x=«map(str, [1])»)",
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x=«'abc'»)",
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x=«None»)",
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(«y=[1]»)",
        "@task\ndef f(x): pass\n" + WITH + "    «f.expand»()",
        "N = 3\n@task\ndef f(x): pass\n" + WITH + "    f.expand(x=«N»)",
        WITH + "    BashOperator.partial(task_id='a').expand(bash_command=['x'], «trigger_rule=['all_done']»)",
        WITH + "    BashOperator.partial(task_id='a', bash_command='x').expand(«bash_command=['x']»)",
        WITH + "    «BashOperator.expand»(bash_command=['x'])",
        WITH + "    «BashOperator(task_id='a', bash_command='x').expand»(bash_command=['x'])",
        WITH + "    BashOperator.partial(task_id='a').expand_kwargs(«{'bash_command': 'x'}»)",
    ],
    "AF216": [
        "h = «PostgresHook('x')»\n" + WITH + BASH,
        WITH + "    h = «PostgresHook('x')»\n" + BASH,
        "class C:\n    h = «PostgresHook('x')»\n" + WITH + BASH,
        "import boto3\ns = «boto3.client('s3')»\n" + WITH + BASH,
        WITH + "    PythonOperator(task_id='a', python_callable=«PostgresHook('x')».run, op_args=['y'])",
        "import boto3\ns = «boto3.Session()»\n" + WITH + BASH,
        "from sqlalchemy import create_engine\ne = «create_engine('sqlite://')»\n" + WITH + BASH,
        "from google.cloud import storage\nc = «storage.Client()»\n" + WITH + BASH,
        "def hook():\n    return «PostgresHook('x')»\nh = hook()\n" + WITH + BASH,
    ],
    "AF217": [
        "with «DAG»('d') as dag:\n    for n in range(60):\n        EmptyOperator(task_id=f't{n}')",
    ],
    "AF340": [
        WITH + "    EmptyOperator(task_id=«'a b'»)",
        WITH + "    EmptyOperator(task_id=«'a/b'»)",
        WITH + "    for x in y:\n        EmptyOperator(task_id=«f'a {x}'»)",
        WITH + "    with TaskGroup(«'a.b'»):\n        EmptyOperator(task_id='a')",
        WITH + "    with TaskGroup(group_id=«'a b'»):\n        EmptyOperator(task_id='a')",
        "@task(task_id=«'a:b'»)\ndef f(): pass\n" + WITH + "    f()",
    ],
    "AF701": [
        DAILY.format("").replace("DAG", "«DAG»") + BASH,
        DAILY.format(", default_args={'owner': 'x'}").replace("DAG(", "«DAG»(") + BASH,
        DAILY.format(", default_args={'owner': 'x', «'retry_delay': timedelta(1)»}") + BASH,
        WITH.replace("schedule=None", "schedule=None, default_args={«'retry_exponential_backoff': True»}") + BASH,
        DAILY.format("").replace("DAG", "«DAG»") + "    EmptyOperator(task_id='b')\n" + BASH,
    ],
    "AF708": [
        "DAG('d', default_args={'retries': 3, «'retry_delay': timedelta(0)»})",
        "DAG('d', default_args={'retries': 3, «'retry_delay': 0»})",
        WITH + "    BashOperator(task_id='a', bash_command='x', retries=2, «retry_delay=timedelta(seconds=0)»)",
        "R = {'retries': 3}\n"
        + WITH
        + "    BashOperator(task_id='a', bash_command='x', **R, «retry_delay=timedelta()»)",
    ],
    "AF709": [
        "DAG('d', «max_active_runs=0»)",
        "DAG('d', «max_active_tasks=-1»)",
        "DAG('d', «concurrency=4», max_active_tasks=6)",
        WITH + "    BashOperator(task_id='a', bash_command='x', «max_active_tis_per_dag=0»)",
        WITH
        + "    BashOperator(task_id='a', bash_command='x', max_active_tis_per_dag=2, «max_active_tis_per_dagrun=5»)",
    ],
    "AF710": [
        DAILY.format(", dagrun_timeout=timedelta(minutes=5)")
        + "    BashOperator(task_id='a', bash_command='x', «execution_timeout=timedelta(hours=1)»)",
        DAILY.format(
            ", dagrun_timeout=timedelta(minutes=5), default_args={'retries': 1, «'retry_delay': timedelta(minutes=5)»}"
        )
        + BASH,
        WITH
        + "    BashOperator(task_id='a', bash_command='x', retries=2, «retry_delay=timedelta(hours=2)»,\n"
        + "                 max_retry_delay=timedelta(hours=1))",
        WITH + "    FileSensor(task_id='a', filepath='x', «timeout=3600», execution_timeout=timedelta(minutes=10))",
    ],
    "AF802": [
        "DAG('d', «schedule_interval»='@daily')",
        "@dag(«schedule_interval»=None)\ndef d(): pass",
    ],
}
GOOD: dict[str, list[str]] = {
    "AF107": [
        "DAG('d', schedule=None)",
        "DAG('d', schedule_interval='@daily')",
        "DAG('d', timetable=X())",
        "DAG('d', None, '@daily')",
        "DAG('d', **args)",
        "class MyDAG(DAG): pass\nMyDAG('d')",
        "d = DAG('d')\nd.schedule_interval = '@daily'",
        "def make(**kwargs):\n    return DAG('d', **kwargs)",
        "def make(name):\n    return DAG(name)",
        "DAG('d', default_args={'schedule_interval': '@daily'})",
    ],
    "AF109": [
        "DAG('d', start_date=datetime.now())",
        "DAG('d', schedule=timedelta(hours=1), end_date=datetime(2030, 1, 1))",
        "DAG('d', on_failure_callback=lambda c: print(datetime.now()))",
        WITH + "    PythonOperator(task_id='a', python_callable=lambda: datetime.now())",
        "print(datetime.now())\n" + WITH + BASH,
        "@task\ndef f():\n    return datetime.now()\n" + WITH + "    f()",
        "X = 'a' if datetime.now().hour > 5 else 'b'\n" + WITH + "    BashOperator(task_id='a', bash_command=X)",
        WITH + "    BashOperator(task_id='a', bash_command=os.environ.get('X') or str(datetime.now()))",
        "def f():\n    BashOperator(task_id='a', bash_command=str(datetime.now())).execute({})\n"
        + WITH
        + "    PythonOperator(task_id='a', python_callable=f)",
    ],
    "AF110": [
        "DAG('d', schedule='@daily', catchup=True, start_date=datetime(2024, 1, 1))",
        "DAG('d', schedule='@daily', catchup=True, default_args={'start_date': datetime(2024, 1, 1)})",
        "DAG('d', schedule='@daily', catchup=True, default_args=default_args)",
        "DAG('d', schedule='@daily', catchup=True, **settings)",
        "DAG('d', schedule=None, catchup=True)",
        "DAG('d', schedule='@daily', catchup=CATCHUP)",
        "d = DAG('d', schedule='@daily', catchup=True)\nd.start_date = datetime(2024, 1, 1)",
    ],
    "AF111": [
        "DAG('d')",
        "DAG(DAG_ID)",
        "DAG(**args)",
        "DAG(*args)",
        "@dag\ndef d(): pass",
        "class MyDAG(DAG):\n    def __init__(self): super().__init__('d')\nMyDAG()",
    ],
    "AF112": [
        f"DAG('a.b-c_d', {ARGS})",
        f"DAG('täglich', {ARGS})",
        f"DAG(f'load_{{x}}', {ARGS})",
        f"DAG(NAME + ' x', {ARGS})",
        f"DAG('{'a' * 250}', {ARGS})",
    ],
    "AF115": [
        f"a = DAG('d', {ARGS})\nb = DAG('e', {ARGS})",
        f"if os.environ.get('X'):\n    a = DAG('d', {ARGS})\nelse:\n    a = DAG('d', {ARGS})",
        f"try:\n    a = DAG('d', {ARGS})\nexcept TypeError:\n    a = DAG('d', {ARGS})",
        f"for x in ['a', 'b']:\n    DAG(f'd_{{x}}', {ARGS})",
        f"def one():\n    return DAG('d', {ARGS})\ndef two():\n    return DAG('d', {ARGS})",
        f"a = DAG(f'{{X}}', {ARGS})\nb = DAG(f'{{X}}', {ARGS})",
    ],
    "AF122": [
        f"with DAG('d', {ARGS}): EmptyOperator(task_id='a')",
        f"from x import add\nwith DAG('d', {ARGS}): add()",
        f"from x import add\nwith DAG('d', {ARGS}) as d: pass\nadd(d)",
        f"d = DAG('d', {ARGS})\nEmptyOperator(task_id='a', dag=d)",
        f"from x import add\nd = DAG('d', {ARGS})\nadd(d)",
    ],
    "AF123": [
        "DAG('d', schedule='*/15 8-18 * * MON-FRI')",
        "DAG('d', schedule='0 22-2 * * *')",
        "DAG('d', schedule='0 0 1 * *')",
        "DAG('d', schedule='@daily')",
        "DAG('d', schedule='0 5 L * *')",
        "DAG('d', schedule=f'*/{n} * * * *')",
    ],
    "AF124": [
        "DAG('d', schedule='@continuous', max_active_runs=1)",
        "DAG('d', schedule='@continuous', max_active_runs=N)",
        "DAG('d', schedule='@continuous', **more)",
        "DAG('d', schedule='@daily')",
    ],
    "AF125": [
        "DAG('d', default_args={'retries': 2, 'gcp_conn_id': 'x', 'aws_conn_id': 'y', 'project_id': 'z'})",
        "DAG('d', default_args={'params': {}, 'queue': 'x', 'pool': 'y', 'email': []})",
        "DAG('d', default_args={'catchup': False, 'schedule': None})",
        "DAG('d', default_args=args)",
        WITH + "    BashOperator(task_id='a', retires=2)",
    ],
    "AF127": [
        "from datetime import timezone\nDAG('d', start_date=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))))",
        "DAG('d', start_date=datetime(2024, 1, 1))",
        "DAG('d', start_date=START)",
    ],
    "AF128": [
        "DAG('d', start_date=datetime(2024, 1, 1), end_date=datetime(2024, 1, 1))",
        "DAG('d', start_date=datetime(2024, 1, 1), end_date=END)",
        "DAG('d', end_date=datetime(2024, 1, 1))",
        "DAG('d', start_date=datetime(2024, 1, 1), end_date=None)",
        "DAG('d', start_date=pendulum.datetime(2024, 1, 1, tz='Asia/Tokyo'), end_date=datetime(2024, 2, 1))",
    ],
    "AF129": [
        "DAG('d', schedule='@daily', catchup=True)",
        "DAG('d', schedule=None, catchup=False)",
        "DAG('d', schedule=None, catchup=CATCHUP)",
        "DAG('d', schedule='@daily', schedule_interval=None)",
        "DAG('d', schedule=SCHEDULE, catchup=True)",
        "class MyDAG(DAG): pass\nMyDAG('d', schedule='x', timetable='y')",
    ],
    "AF131": [
        "DAG('d', start_date=datetime(2024, 1, 1), tags=['x'], catchup=False, max_active_runs=1)",
        "DAG('d', start_date=None, dagrun_timeout=None, tags=('x',))",
        "DAG('d', start_date=START, catchup=CATCHUP)",
        "class MyDAG(DAG): pass\nMyDAG('d', start_date='2024-01-01')",
        "DAG('d', default_args={'start_date': '2024-01-01'})",
    ],
    "AF218": [
        "X = [n for n in range(1000)]\n" + WITH + BASH,
        "X = (n for n in items())\n" + WITH + BASH,
        "X = (n for n in range(10**9))\n" + WITH + BASH,
        "for n in range(10**9):\n    break\n" + WITH + BASH,
        "@task\ndef f():\n    return sum(n for n in range(10**8))\n" + WITH + "    f()",
        "def f():\n    return sum(n for n in range(10**8))\n" + WITH + BASH,
    ],
    "AF711": [
        "with DAG('d', schedule='@hourly'):\n    BashOperator(task_id='a', bash_command='psql -c \"SELECT 1\"')",
        "with DAG('d', schedule='@daily'):\n    BashOperator(task_id='a', bash_command='INSERT INTO x SELECT 1')",
        "with DAG('d', schedule='@hourly'):\n    BashOperator(task_id='a', bash_command='INSERT INTO x', pool='x')",
        "with DAG('d', schedule=None):\n    BashOperator(task_id='a', bash_command='INSERT INTO x')",
        "with DAG('d', schedule='@hourly', default_args={'depends_on_past': True}):\n"
        "    BashOperator(task_id='a', bash_command='INSERT INTO x SELECT 1')",
    ],
    "AF206": [
        "from airflow.hooks.base import BaseHook\ndef f():\n    BaseHook.get_connection('x')\n"
        + WITH
        + "    PythonOperator(task_id='a', python_callable=f)",
        "from airflow.hooks.base import BaseHook\ndef unused():\n    BaseHook.get_connection('x')\n" + WITH + BASH,
    ],
    "AF207": [
        "import pandas as pd\nX = pd.DataFrame()\n@task\ndef f():\n    pd.read_csv('x')\n" + WITH + "    f()",
        "import pandas as pd\n@task\ndef f(x: pd.DataFrame):\n    pd.read_csv('x')\n" + WITH + "    f()",
        "import pandas as pd\ndef helper():\n    pd.read_csv('x')\n" + WITH + BASH,
        "import json\n@task\ndef f():\n    json.loads('x')\n" + WITH + "    f()",
        "import pandas as pd\n__all__ = ['pd']\n" + WITH + BASH,
        "try:\n    import pandas as pd\nexcept ImportError:\n    pd = None\n@task\ndef f():\n    pd.read_csv('x')\n"
        + WITH
        + "    f()",
    ],
    "AF210": [
        f"for x in range(50):\n    DAG(f'd{{x}}', {ARGS})",
        f"for x in names():\n    DAG(f'd{{x}}', {ARGS})",
        f"from airflow.utils.dag_parsing_context import get_parsing_context\n"
        f"for x in range(99):\n    DAG(f'd{{x}}', {ARGS})",
    ],
    "AF211": [
        f"for x in ['a', 'b']:\n    DAG(f'd_{{x}}', {ARGS})",
        "for x, s in [('a', 1), ('b', 2), ('c', 3), ('d', 4), ('e', 5)]:\n    DAG(f'd_{x}', schedule=s)",
        "for x in ['a', 'b', 'c', 'd', 'e']:\n    DAG(f'd_{x}', schedule=None, default_args={'owner': x})",
        f"for x in range(9):\n    DAG('d', {ARGS})",
    ],
    "AF212": [
        WITH + "    for x in y:\n        PythonOperator(task_id=f'{x}', python_callable=lambda x=x: print(x))",
        WITH + "    for x in y:\n        PythonOperator(task_id=f'{x}', python_callable=print, op_args=[x])",
        WITH + "    for x in y:\n        BashOperator(task_id=f'{x}', bash_command=f'x {x}')",
        WITH + "    for x in y:\n        @task(task_id=f'{x}')\n        def f(x):\n            print(x)\n        f(x)",
        WITH + "    for x in y:\n        PythonOperator(task_id=f'{x}', python_callable=lambda: [x for x in range(3)])",
        WITH + "    for x in ['a']:\n        PythonOperator(task_id=f'{x}', python_callable=lambda: print(x))",
        "def make(x):\n    def f():\n        print(x)\n    return PythonOperator(task_id=x, python_callable=f)\n"
        + WITH
        + "    for x in y:\n        make(x)",
        "def f():\n    for x in range(3):\n        print(x)\n"
        + WITH
        + "    for x in y:\n        PythonOperator(task_id=f'{x}', python_callable=f)",
        "import functools\ndef f(x):\n    print(x)\n"
        + WITH
        + "    for x in y:\n        PythonOperator(task_id=f'{x}', python_callable=functools.partial(f, x))",
    ],
    "AF213": [
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x=list(range(1024)))",
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x=items())",
        "@task\ndef g():\n    return list(range(1000))\n@task\ndef f(x): pass\n" + WITH + "    f.expand(x=g())",
        "@task\ndef f(x, y): pass\n" + WITH + "    f.expand(x=list(range(2000)), y=items())",
    ],
    "AF214": [
        "@task\ndef f(x):\n    print(x)\n" + WITH + "    f.expand(x=items())",
        "import requests\n@task\ndef f(x):\n    requests.get(x)\n" + WITH + "    f.expand(x=[1, 2, 3])",
        "import requests\n@task(pool='x')\ndef f(x):\n    requests.get(x)\n" + WITH + "    f.expand(x=items())",
        "import requests\n@task\ndef g():\n    return ['a', 'b']\n@task\ndef f(x):\n    requests.get(x)\n"
        + WITH
        + "    f.expand(x=g())",
        "import requests\n@task\ndef f(x):\n    requests.get(x)\n"
        "with DAG('d', max_active_tasks=4) as dag:\n    f.expand(x=items())",
    ],
    "AF215": [
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x=[1, 2])",
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x=range(3))",
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x={'a': 1})",
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x=sorted({1, 2}))",
        "@task\ndef f(x): pass\n" + WITH + "    f.expand(x=items)",
        "@task\ndef f(**kwargs): pass\n" + WITH + "    f.expand(y=[1])",
        "@task\ndef g(): pass\n@task\ndef f(x): pass\n" + WITH + "    f.expand(x=g())",
        "@task\ndef f(x, y): pass\n" + WITH + "    f.partial(x=1).expand(y=[1])",
        WITH + "    BashOperator.partial(task_id='a', retries=2).expand(bash_command=['x'], env=[{}])",
        WITH + "    BashOperator.partial(task_id='a').expand_kwargs([{'bash_command': 'x'}])",
        "def f(frame):\n    return frame.expand('x')\n" + WITH + BASH,
    ],
    "AF216": [
        "def f():\n    return PostgresHook('x')\n" + WITH + BASH,
        "@task\ndef f():\n    PostgresHook('x').run('y')\n" + WITH + "    f()",
        "PostgresHook('x').run('y')\n" + WITH + BASH,
        "h = PostgresHook('x')\nh.run('y')\n" + WITH + BASH,
        "import boto3\n" + WITH + "    PythonOperator(task_id='a', python_callable=lambda: boto3.client('s3'))",
        "class PostgresHook2:\n    pass\nh = PostgresHook2()\n" + WITH + BASH,
        "H = PostgresHook\n" + WITH + BASH,
    ],
    "AF217": [
        WITH + "    for n in range(50):\n        EmptyOperator(task_id=f't{n}')",
        WITH + "    for n in range(60):\n        with TaskGroup(f'g{n}'):\n            EmptyOperator(task_id='t')",
        WITH + "    for n in range(500):\n        EmptyOperator(task_id=f't{n}')",
    ],
    "AF340": [
        WITH + "    EmptyOperator(task_id='a.b-c_d')",
        WITH + "    EmptyOperator(task_id='größe')",
        WITH + "    EmptyOperator(task_id=f'{x}')",
        WITH + "    EmptyOperator(task_id=NAME)",
        WITH + "    with TaskGroup('a-b'):\n        EmptyOperator(task_id='a')",
    ],
    "AF701": [
        DAILY.format(", default_args={'retries': 1}") + BASH,
        DAILY.format(", default_args={'retries': 0, 'retry_delay': timedelta(1)}") + BASH,
        DAILY.format(", default_args=args") + BASH,
        DAILY.format(", **args") + BASH,
        DAILY.format("") + "    EmptyOperator(task_id='a')\n",
        DAILY.format("") + "    pass\n",
        WITH + BASH,
        DAILY.format("") + "    BashOperator(task_id='a', bash_command='x', retries=2)\n",
        DAILY.format("") + "    BashOperator(task_id='b', bash_command='x', retries=2)\n" + BASH,
        DAILY.format("") + "    BashOperator(task_id='a', bash_command='x', **more)\n",
        "@task(retries=3)\ndef f(): pass\n" + DAILY.format("") + "    f()\n",
    ],
    "AF708": [
        "DAG('d', default_args={'retries': 3, 'retry_delay': timedelta(minutes=5)})",
        "DAG('d', default_args={'retries': 0, 'retry_delay': timedelta(0)})",
        "DAG('d', default_args={'retries': N, 'retry_delay': timedelta(0)})",
        "DAG('d', default_args={'retries': 3})",
        "DAG('d', default_args={'retries': 3, 'retry_delay': DELAY})",
    ],
    "AF709": [
        "DAG('d', max_active_runs=1, max_active_tasks=4)",
        "DAG('d', concurrency=4)",
        "DAG('d', max_active_runs=N)",
        WITH + "    BashOperator(task_id='a', bash_command='x', max_active_tis_per_dag=20)",
        "with DAG('d', max_active_tasks=20):\n    EmptyOperator(task_id='a', max_active_tis_per_dag=20)",
    ],
    "AF710": [
        DAILY.format(", dagrun_timeout=timedelta(hours=2)")
        + "    BashOperator(task_id='a', bash_command='x', execution_timeout=timedelta(hours=2))",
        DAILY.format(", dagrun_timeout=LIMIT")
        + "    BashOperator(task_id='a', bash_command='x', execution_timeout=timedelta(hours=2))",
        DAILY.format(", dagrun_timeout=timedelta(minutes=5), default_args={'retry_delay': timedelta(hours=1)}") + BASH,
    ],
    "AF802": [
        "DAG('d', schedule='@daily')",
        "class MyDAG(DAG): pass\nMyDAG('d', schedule_interval='x')",
        "DAG('d', concurrency=4, default_view='graph')",
    ],
    "AF803": [
        "DAG('d', default_args={'sla': timedelta(hours=1)}, schedule_interval='@daily')",
        "from airflow.utils.dates import days_ago\nDAG('d', default_args={'sla': timedelta(hours=1)})",
        "DAG('d', default_args={'sla': None})",
        "slack = 'sla'\n" + WITH + BASH,
        "DAG('d', default_args={'sla': timedelta(hours=1)}, sla_miss_callback=print)",
    ],
}
# What is bad for one Airflow only: code, version, text.
BY_VERSION = [
    ("AF107", "3.0", "DAG('d')"),
    ("AF107", "3.0", "«DAG»('d', catchup=True)"),
    ("AF108", "2.10", "with «DAG»('d', schedule='@daily') as dag:\n" + BASH),
    ("AF108", "2.10", "with DAG('d', schedule=None) as dag:\n" + BASH),
    ("AF108", "2.10", "with DAG('d', schedule='@daily') as dag:\n    pass"),
    ("AF108", "2.10", "with DAG('d', schedule='@daily', default_args=args) as dag:\n" + BASH),
    ("AF108", "3.0", "with DAG('d', schedule='@daily') as dag:\n" + BASH),
    ("AF709", "2.10", "with DAG('d', max_active_tasks=2):\n    EmptyOperator(task_id='a', «max_active_tis_per_dag=9»)"),
    ("AF709", "3.0", "with DAG('d', max_active_tasks=2):\n    EmptyOperator(task_id='a', max_active_tis_per_dag=9)"),
    (
        "AF709",
        "3.0",
        "with DAG('d', max_active_tasks=2, max_active_runs=1):\n"
        "    EmptyOperator(task_id='a', «max_active_tis_per_dag=9»)",
    ),
    ("AF802", "2.3", "DAG('d', schedule_interval='@daily')"),
    ("AF802", "2.10", "DAG('d', «schedule_interval»='@daily', concurrency=4)"),
    (
        "AF802",
        "3.0",
        "DAG('d', «schedule_interval»='@daily', «concurrency»=4, «default_view»='graph', «fail_stop»=True)",
    ),
    ("AF803", "2.10", "DAG('d', default_args={'sla': timedelta(hours=1)})"),
    ("AF803", "3.1", "DAG('d', default_args={«'sla': timedelta(hours=1)»})"),
    ("AF803", "3.0", "DAG('d', «sla_miss_callback=print»)"),
    ("AF803", "3.0", WITH + "    BashOperator(task_id='a', bash_command='x', «sla=timedelta(hours=1)»)"),
]


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in BAD.items() for text in texts])
def test_bad(code: str, text: str) -> None:
    marked = IMPORTS + text
    plain = unmark(marked)[0]
    found = sorted((finding.span.start, finding.span.end) for finding in check(code, plain))
    assert mark(plain, found) == marked


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in GOOD.items() for text in texts])
def test_good(code: str, text: str) -> None:
    assert [(finding.span.text, finding.message) for finding in check(code, IMPORTS + text)] == []


@pytest.mark.parametrize(("code", "version", "text"), BY_VERSION)
def test_by_version(code: str, version: str, text: str) -> None:
    marked = IMPORTS + text
    plain = unmark(marked)[0]
    found = sorted((finding.span.start, finding.span.end) for finding in check(code, plain, version))
    assert mark(plain, found) == marked


@pytest.mark.parametrize("code", [*BAD, "AF103"])
@pytest.mark.parametrize("text", BROKEN)
def test_broken_files_are_no_matter(code: str, text: str) -> None:
    assert check(code, text) == []


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("start_date=datetime(2022, 1, 1), schedule='@daily', catchup=True", True),
        ("start_date=datetime(2022, 1, 1), schedule='@daily', catchup=True, max_active_runs=3", False),
        ("start_date=datetime(2022, 1, 1), schedule='@yearly', catchup=True", False),
        ("start_date=datetime(2022, 1, 1), schedule=timedelta(hours=2), catchup=True", True),
        ("start_date=datetime(2022, 1, 1), schedule='0 0 1 * *', catchup=True", False),
        ("start_date=datetime(2022, 1, 1), schedule='0 0 * * MON', catchup=True", True),
        ("start_date=datetime(2022, 1, 1), end_date=datetime(2022, 2, 1), schedule='@daily', catchup=True", False),
        ("start_date=datetime(2026, 11, 1), schedule='@daily', catchup=True", False),
        ("start_date=START, schedule='@daily', catchup=True", False),
        ("start_date=datetime(2022, 1, 1), schedule='@daily', catchup=CATCHUP", False),
    ],
)
def test_catching_up_from_far_back(arguments: str, found: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795348800")  # 22 November 2026
    assert bool(check("AF103", f"{IMPORTS}DAG('d', {arguments})")) is found


def test_a_run_once_after_the_other_needs_no_more_limit() -> None:
    args = "default_args={'depends_on_past': True}"
    text = f"DAG('d', {args}, start_date=datetime(2022, 1, 1), schedule='@daily', catchup=True)"
    assert not check("AF103", IMPORTS + text)


@pytest.mark.parametrize(("version", "says"), [("2.9", "once a day."), (None, "Airflow 3 only when")])
def test_what_no_schedule_means(version: str | None, says: str) -> None:
    (finding,) = check("AF107", IMPORTS + "DAG('d')", version)
    assert says in finding.message
    assert not check("AF107", IMPORTS + "DAG('d')", "3.0")
    (finding,) = check("AF107", IMPORTS + "DAG('d', catchup=True)", "3.0")
    assert "by hand only" in finding.message


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("AF124", "DAG('d', schedule='@continuous')", "DAG('d', schedule='@continuous', max_active_runs=1)"),
        ("AF112", "DAG(' d ', schedule=None)", "DAG('d', schedule=None)"),
        ("AF112", "DAG('a b', schedule=None)", "DAG('a b', schedule=None)"),
        ("AF125", 'DAG("d", default_args={"retires": 2})', 'DAG("d", default_args={"retries": 2})'),
        ("AF701", DAILY.format("") + BASH, DAILY.format(", default_args={'retries': 2}") + BASH),
        (
            "AF701",
            DAILY.format(', default_args={"owner": "x"}') + BASH,
            DAILY.format(', default_args={"retries": 2, "owner": "x"}') + BASH,
        ),
        (
            "AF701",
            "ARGS = {\n    'owner': 'x',  # us\n}\n" + DAILY.format(", default_args=ARGS") + BASH,
            "ARGS = {\n    'retries': 2,\n    'owner': 'x',  # us\n}\n" + DAILY.format(", default_args=ARGS") + BASH,
        ),
        ("AF802", "DAG('d', schedule_interval='@daily')", "DAG('d', schedule='@daily')"),
        ("AF802", "DAG('d', schedule_interval = None)", "DAG('d', schedule = None)"),
        (
            "AF207",
            "import pandas as pd\n@task\ndef f():\n    '''Reads.'''\n    pd.read_csv('x')\n" + WITH + "    f()\n",
            "@task\ndef f():\n    '''Reads.'''\n    import pandas as pd\n    pd.read_csv('x')\n" + WITH + "    f()\n",
        ),
        ("AF207", "import pandas\n" + WITH + BASH, WITH + BASH),
        (
            "AF207",
            "import pandas as pd\n@task\ndef f(): pd.read_csv('x')\n" + WITH + "    f()\n",
            "import pandas as pd\n@task\ndef f(): pd.read_csv('x')\n" + WITH + "    f()\n",
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_fixes(code: str, before: str, after: str, newline: str) -> None:
    text, wanted = ((IMPORTS + part).replace("\n", newline) for part in (before, after))
    workspace = Workspace.in_memory({"d.py": text})
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    mending = Mending(linter, workspace, [Target("", "d.py", "d.py")], ("safe", "unsafe"))
    assert [change.after for change in mending.changes] == ([wanted] if wanted != text else [])


def test_a_default_for_all_tasks_in_the_environment() -> None:
    compose = (
        "services:\n  worker:\n    image: apache/airflow:2.9.1\n    environment:\n"
        "      AIRFLOW__CORE__DEFAULT_TASK_RETRIES: '2'\n    volumes: [./dags:/opt/airflow/dags]\n"
    )
    workspace = Workspace.in_memory({"dags/d.py": IMPORTS + DAILY.format("") + BASH, "compose.yaml": compose})
    linter = Linter(rules=Rules.only([RULES["AF701"]]), choice=Choice(select=["AF701"]))
    assert not linter.check(workspace, [Target("", "dags/d.py", "dags/d.py")]).findings


def test_dependencies_between_groups_are_counted() -> None:
    lists = (
        "    a = [EmptyOperator(task_id=f'a{n}') for n in range(40)]\n"
        "    b = [EmptyOperator(task_id=f'b{n}') for n in range(40)]\n"
    )
    (finding,) = check("AF209", IMPORTS + WITH + lists + "    for one in a:\n        one >> b\n")
    assert "1,600 dependencies between 80 tasks" in finding.message
    assert not check("AF209", IMPORTS + WITH + lists + "    a >> EmptyOperator(task_id='x') >> b\n")


def test_tasks_that_helpers_make_are_counted() -> None:
    helper = "def add(n):\n    if n % 2:\n        return\n    EmptyOperator(task_id=f't{n}')\n"
    (finding,) = check("AF201", IMPORTS + helper + WITH + "    for n in range(600):\n        add(n)\n")
    assert "300 tasks" in finding.message


@pytest.mark.parametrize(
    ("code", "config", "text", "found"),
    [
        ("AF113", "", "DAG('dailySales', schedule=None)", True),
        ("AF113", "", "DAG('daily_sales', schedule=None)", False),
        ("AF114", "", "DAG('other', schedule=None)", True),
        ("AF114", "", "DAG('d', schedule=None)", False),
        ("AF114", "", "a = DAG('x', schedule=None)\nb = DAG('y', schedule=None)", False),
        ("AF116", "", "DAG('d', schedule=None)", True),
        ("AF116", "", "DAG('d', 'Sums up', None)", False),
        ("AF117", "", "DAG('d', schedule=None, doc_md='')", True),
        ("AF117", "", "d = DAG('d', schedule=None)\nd.doc_md = __doc__", False),
        ("AF118", "", "DAG('d', schedule=None, tags=[])", True),
        ("AF118", "", "DAG('d', schedule=None, tags=TAGS)", False),
        ("AF119", "", "DAG('d', schedule=None, default_args={'owner': 'airflow'})", True),
        ("AF119", "", "DAG('d', schedule=None, default_args={**base})", False),
        ("AF120", "", "DAG('d', schedule=None, default_args={})", True),
        ("AF126", "", "DAG('d', start_date=datetime(2024, 1, 1))", True),
        ("AF126", "", "DAG('d', start_date=pendulum.datetime(2024, 1, 1, tz='Europe/Rome'))", False),
        ("AF702", "", "DAG('d', default_args={'retries': 99})", True),
        ("AF702", "", "DAG('d', default_args={'retries': 2, 'retry_delay': timedelta(minutes=2 + 3)})", False),
        ("AF703", "", WITH + BASH, True),
        ("AF703", "", WITH + "    EmptyOperator(task_id='a')", False),
        ("AF704", "", "DAG('d', dagrun_timeout=timedelta(hours=1))", False),
        ("AF705", "", "DAG('d')", True),
        ("AF706", "", "DAG('d', concurrency=3)", False),
        ("AF208", "", "A = [Variable.get(k) for k in KEYS]\nB = Variable.get('b')\n" + WITH + BASH, True),
    ],
)
def test_rules_that_are_asked_for(code: str, config: str, text: str, found: bool) -> None:
    assert bool(check(code, IMPORTS + text)) is found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("from airflow.utils.dates import days_ago\ndef start(n):\n    return days_ago(n)\n", True),
        ("from datetime import datetime\ndef start(n):\n    day = datetime.now()\n    return day\n", True),
        ("from datetime import datetime\ndef start(n):\n    return datetime(2024, 1, n)\n", False),
        (
            "from datetime import datetime\ndef start(n):\n    if n:\n        return datetime(2024, 1, n)\n"
            "    return datetime.now()\n",
            False,
        ),
    ],
)
def test_a_start_that_a_helper_moves(body: str, found: bool) -> None:
    text = IMPORTS + "from helpers import start\nDAG('d', start_date=start(3), schedule='@daily')\n"
    workspace = Workspace.in_memory({"dags/d.py": text, "dags/helpers.py": body})
    linter = Linter(rules=Rules.only([RULES["AF101"]]), choice=Choice(select=["AF101"]))
    result = linter.check(workspace, [Target("", "dags/d.py", "dags/d.py")])
    assert not result.errors
    assert [finding.span.text for finding in result.findings] == (["start(3)"] if found else [])


@pytest.mark.parametrize(
    ("code", "imported", "body", "found"),
    [
        (
            "AF204",
            "from helpers import get",
            "import requests\ndef get():\n    return requests.get('http://x')\n",
            True,
        ),
        ("AF204", "from lib.helpers import get", "import requests\ndef get():\n    requests.get('http://x')\n", True),
        ("AF204", "from helpers import get", "import requests\ndef get():\n    return requests.Session()\n", False),
        (
            "AF204",
            "from helpers import get",
            "import requests\ndef get():\n    if X:\n        return requests.get('http://x')\n",
            False,
        ),
        (
            "AF204",
            "from helpers import get",
            "import requests\ndef get():\n    return lambda: requests.get('http://x')\n",
            False,
        ),
        (
            "AF204",
            "from helpers import get",
            "import requests\ndef get():\n    if X:\n        return X\n    return requests.get('http://x')\n",
            False,
        ),
        (
            "AF203",
            "from helpers import get",
            "from airflow.models import Variable\ndef get():\n    return Variable.get('x')\n",
            True,
        ),
        (
            "AF206",
            "from helpers import get",
            "from airflow.hooks.base import BaseHook\ndef get():\n    return BaseHook.get_connection('x').host\n",
            True,
        ),
    ],
)
@pytest.mark.parametrize("at_parse", [True, False])
def test_what_helpers_in_other_files_do(code: str, imported: str, body: str, found: bool, at_parse: bool) -> None:
    path = f"dags/{imported.split()[1].replace('.', '/')}.py"
    use = "X = get()\n" if at_parse else "def f():\n    get()\n"
    run = "" if at_parse else "    PythonOperator(task_id='b', python_callable=f)\n"
    workspace = Workspace.in_memory({"dags/d.py": f"{imported}\n{IMPORTS}{use}{WITH}{BASH}{run}", path: body})
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    result = linter.check(workspace, [Target("", "dags/d.py", "dags/d.py")])
    assert not result.errors
    assert [finding.span.text for finding in result.findings] == (["get()"] if found and at_parse else [])
