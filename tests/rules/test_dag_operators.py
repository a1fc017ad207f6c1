"""Rules about operators, sensors, templates and containers on edge cases: bad cases mark what must be flagged."""

from __future__ import annotations

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import mark, unmark
from dagdock.hooks import Rules
from dagdock.rule import Finding

RULES = {rule.code: rule for rule in Rules(third_party=False).of_kind("dag")}

IMPORTS = """\
import json
import time
from datetime import date, datetime, timedelta
import pandas as pd
import requests
from airflow import DAG
from airflow.decorators import dag, task
from airflow.models.baseoperator import BaseOperator
from airflow.operators.bash import BashOperator
from airflow.operators.email import EmailOperator
from airflow.operators.python import PythonOperator
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.sensors.base import BaseSensorOperator
from airflow.sensors.filesystem import FileSensor
from docker.types import Mount

"""
WITH = "with DAG('d', start_date=datetime(2024, 1, 1), schedule='@daily') as dag:\n    "
BY_HAND = "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    "


def bash(command: str, more: str = "") -> str:
    """A DAG with one BashOperator; the command is Python."""
    return f"{WITH}BashOperator(task_id='a', bash_command={command}{more})\n"


def python(body: str, dag: str = WITH, parameters: str = "") -> str:
    """A DAG whose one task runs a function with a body."""
    lines = body.replace("\n", "\n    ")
    return f"def work({parameters}):\n    {lines}\n\n{dag}PythonOperator(task_id='a', python_callable=work)\n"


def check(code: str, text: str, version: str | None = None, **files: str) -> list[Finding]:
    """What a rule finds in a file, without marks."""
    path = "dags/d.py"
    workspace = Workspace.in_memory(
        {path: text, **{f"dags/{name.replace('__', '.')}": content for name, content in files.items()}},
        airflow_version=version,
    )
    result = Linter(rules=Rules.only([RULES[code]])).check(workspace, [Target("", path, path)])
    assert not result.errors
    return result.findings


def check_marked(code: str, text: str, version: str | None = None) -> None:
    marked = text if text.startswith("#!") else IMPORTS + text
    plain = unmark(marked)[0]
    found = sorted((finding.span.start, finding.span.end) for finding in check(code, plain, version))
    assert mark(plain, found) == marked


CLASS = "class Load(BaseOperator):\n    {}def __init__(self, day, **kwargs):\n        super().__init__(**kwargs)\n\n"
SENSOR = "class Wait(BaseSensorOperator):\n    def poke(self, context):\n        return False\n\n"

BAD: dict[str, list[str]] = {
    "AF330": [
        bash("'x'", ", «retires»=3"),
        bash("'x'", ", «python_callable»=print"),
        "@task(«retry_dellay»=timedelta(1))\ndef f():\n    ...\n\n" + WITH + "f()\n",
        "@task.docker(«imagee»='x:1')\ndef f():\n    ...\n\n" + WITH + "f()\n",
        "@task\ndef f():\n    ...\n\n" + WITH + "f.override(«pol»='x')()\n",
        WITH + "FileSensor(task_id='a', filepath='x', «poke_intervall»=5)\n",
        WITH + "BashOperator.partial(task_id='a', «quue»='x').expand(bash_command=['x'])\n",
        WITH + "SSHOperator(task_id='a', command='x', «ssh_con_id»='y')\n",
    ],
    "AF331": [
        WITH + "«BashOperator»(task_id='a')\n",
        WITH + "«BashOperator»(bash_command='x')\n",
        WITH + "«PythonOperator»(task_id='a', op_args=[1])\n",
        WITH + "«DockerOperator»(task_id='a', command='x')\n",
        WITH + "«BashOperator».partial(task_id='a').expand(env=[{}])\n",
        "from airflow.operators.trigger_dagrun import TriggerDagRunOperator\n"
        + WITH
        + "«TriggerDagRunOperator»(task_id='a')\n",
    ],
    "AF332": [
        WITH + "DockerOperator(task_id='a', image='x:1', «auto_remove=False»)\n",
        WITH + "DockerOperator(task_id='a', image='x:1', «volumes=['/a:/a']»)\n",
        bash("'x'", ", «xcom_push=True»"),
    ],
    "AF333": [
        bash("'x'", ", execution_timeout=«60 * 60»"),
        bash("'x'", ", max_retry_delay=«'1h'»"),
        "SOON = 90.5\n" + bash("'x'", ", execution_timeout=«SOON»"),
        WITH + "FileSensor(task_id='a', filepath='x', poke_interval=«'60'»)\n",
        WITH + "FileSensor(task_id='a', filepath='x', timeout=«-1»)\n",
        "args = {'execution_timeout': «300»}\n"
        "with DAG('d', default_args=args, schedule=None) as dag:\n"
        "    BashOperator(task_id='a', bash_command='x')\n    BashOperator(task_id='b', bash_command='x')\n",
    ],
    "AF334": [
        "def f(x):\n    print(x)\n" + WITH + "PythonOperator(task_id='a', python_callable=«f(1)»)\n",
        "def f():\n    return None\n" + bash("'x'", ", on_failure_callback=«f()»"),
        WITH + "PythonOperator(task_id='a', python_callable=«print('hello')»)\n",
        "def tell():\n    pass\nargs = {'on_failure_callback': «tell()»}\n"
        "with DAG('d', default_args=args, schedule=None) as dag:\n    BashOperator(task_id='a', bash_command='x')\n",
    ],
    "AF335": [
        python("«BashOperator»(task_id='b', bash_command='x')"),
        python("b = «BashOperator»(task_id='b', bash_command='x')\nb.execute({})"),
        python("«BashOperator»(task_id='b', bash_command='x').execute({})"),
        python("a = «BashOperator»(task_id='b', bash_command='x')\nb = «BashOperator»(task_id='c')\na >> b"),
    ],
    "AF336": [
        bash("'x'", ", trigger_rule=«'all_succes'»"),
        bash("'x'", ", trigger_rule=«'one_done_success'»"),
        "@task.branch(trigger_rule=«'nonefailed'»)\ndef f():\n    ...\n\n" + WITH + "f()\n",
    ],
    "AF337": [
        bash("'x'", ", trigger_rule=«'dummy'»"),
        "from airflow.utils.trigger_rule import TriggerRule\n"
        + bash("'x'", ", trigger_rule=«TriggerRule.NONE_FAILED_OR_SKIPPED»"),
        "@task.branch(trigger_rule=«'none_failed_or_skipped'»)\ndef f():\n    ...\n\n" + WITH + "f()\n",
    ],
    "AF520": [
        bash("\"x {{ «dag_run.conf».get('a', 1) }}\""),
        WITH + "SSHOperator(task_id='a', command='x {{ «dag_run.conf»[\"a\"] }}')\n",
    ],
    "AF602": [
        WITH + "«FileSensor»(task_id='a', filepath='x', deferrable=True)\n",
        WITH + "«FileSensor»(task_id='a', filepath='x', poke_interval=30)\n",
    ],
    "AF601": [SENSOR + WITH + "«Wait»(task_id='a', poke_interval=600)\n"],
    "AF603": [
        WITH + "FileSensor(task_id='a', filepath='x', mode='reschedule', «poke_interval=timedelta(seconds=30)»)\n",
        SENSOR + WITH + "Wait(task_id='a', mode='reschedule', «poke_interval=30»)\n",
    ],
    "AF604": [
        SENSOR + WITH + "Wait(task_id='a', mode=«'push'»)\n",
        "@task.sensor(mode=«'Poke'»)\ndef f():\n    ...\n\n" + WITH + "f()\n",
    ],
    "AF605": [
        python("while True:\n    if pd.read_csv('x').size:\n        break\n    «time.sleep(60)»"),
    ],
    "AF620": [
        bash("'x'", ", queue='«{{ ds }}»'"),
        bash("'x'", ", params={'a': ['«{{ ds }}»']}"),
        "DAY = {'day': '«{{ ds }}»'}\n" + bash("'x'", ", params=DAY"),
        "DAG('d', schedule=None, params={'day': '«{{ ds }}»'})\n",
        CLASS.format("") + WITH + "Load(task_id='a', day='«{{ ds }}»')\n",
        CLASS.format("template_fields = ('night',)\n    ") + WITH + "Load(task_id='a', day='«{{ ds }}»')\n",
        WITH + "SQLExecuteQueryOperator(task_id='a', sql='SELECT 1', autocommit='«{{ params.a }}»')\n",
        "@task(queue='«{{ ds }}»')\ndef f():\n    ...\n\n" + WITH + "f()\n",
    ],
    "AF621": [
        bash("'x {{ ds «}»'"),
        bash("'x «{{» ds'"),
        bash("'''a\nb {{ ds «ts» }}\n'''"),
        bash("'{% if params.a %}x{% «endfor» %}'"),
        bash("'{% «if» params.a %}x'"),
        bash("'{% «fo» a in b %}x{% endfor %}'"),
        WITH + "PythonOperator(task_id='a', python_callable=print, op_kwargs={'a': ['{{ ds«]» }}']})\n",
        "@task\ndef f(a):\n    ...\n\n" + WITH + "f('{{ ds | «}}»')\n",
    ],
    "AF622": [
        bash("'x {{ «dss» }}'"),
        bash("'x {{ «today» }}'"),
        bash("'é {{ ds }} {{ «task_id» }}'"),
        "TODAY = 1\n" + bash("'x {{ «TODAY» }}'"),
        bash("'x {{ «var».values.x }}'"),
        bash("'x {{ «macros».ds_ad(ds, 1) }}'"),
        bash("'x {{ «ti».xcom_pul(task_ids=\"a\") }}'"),
        bash("'x {{ «params».tabel }}'", ", params={'table': 1}"),
        bash("'{% for a in «paramss».b %}{{ a }}{% endfor %}'"),
        bash("f'x {{{{ «datas» }}}} {ENV}'"),
    ],
    "AF623": [
        bash("«'/opt/run.sh'»"),
        bash("«'cd /opt && ./run.sh'»"),
        bash("«'bash /opt/run.bash'»"),
        bash("«'scripts/run.sh'»"),
        bash("«f'bash /opt/{\"a\"}.sh'»"),
        WITH + "DockerOperator(task_id='a', image='x:1', command=['bash', «'/opt/run.sh'»])\n",
        WITH + "SSHOperator(task_id='a', command=«'~/run.sh'»)\n",
    ],
    "AF624": [
        "T = 1\n" + bash("f'x {T} «{{ ds }}»'"),
        "T = 1\n" + bash("f'x {T} «{{ ds_nodash }}» «{{ macros.ds_add(ds, 1) }}»'"),
        bash("'x {} «{{ ds }}»'.format(1)"),
        "T = 1\n" + WITH + "SQLExecuteQueryOperator(task_id='a', sql=f'''SELECT {T}\n«{{ params.x }}»''')\n",
        bash("«f'x {execution_date.year}'»"),
        "Q = 'a {} «{{ ds }}»'.format(1)\nR = f'{x} «{{ ts }}»'\n" + bash("Q") + bash("R") + bash("Q"),
        "T = 1\n@task\ndef f(a):\n    ...\n\n" + WITH + "f(f'{T}/«{{ ds }}»')\n",
    ],
    "AF625": [
        python("print('«{{ ds }}»')"),
        python("PostgresHook('x').get_records(sql=\"SELECT '«{{ ds }}»'\")"),
        python("sql = \"SELECT '«{{ ds }}»'\"\nPostgresHook('x').run(sql)"),
        python("print(day)", parameters="day=«'{{ ds }}'»"),
    ],
    "AF626": [
        python("pd.read_csv(f'/data/{«date.today()»}.csv')"),
        python("pd.read_csv(f'/data/{«datetime.now()»:%Y/%m/%d}.csv')"),
        python("return («datetime.now()» - timedelta(1)).strftime('%Y-%m-%d')"),
        python("requests.get('http://x', params={'day': «date.today()».isoformat()}, timeout=9)"),
        python(
            "sql = 'SELECT * FROM a WHERE day = %s'\nPostgresHook('x').run(sql, parameters=[«datetime.now()».date()])"
        ),
        python("now = «datetime.now()»\nopen('/data/%s-%s-%s.csv' % (now.year, now.month, now.day))"),
        python(
            "day = datetime.combine(«date.today()», datetime.min.time())\nrequests.post('http://x', json={'a': day})"
        ),
        python("return str(«datetime.now()».date() - timedelta(days=1))"),
        python(
            "start = «datetime.now()» - timedelta(hours=1)\nrequests.get('http://x', params={'a': start.isoformat()})"
        ),
        python(
            "sql = 'SELECT * FROM a WHERE seen >= %s'\nstart = «datetime.now()» - timedelta(hours=1)\n"
            "PostgresHook('x').get_records(sql, parameters=(start,))"
        ),
        "import pendulum\ndef pull(a):\n    return requests.get(f'http://x?a={a}').text\n"
        + python("end = «pendulum.now()».start_of('hour')\npull(end.subtract(hours=1).isoformat())"),
        python("send(f's3://x/dt={«date.today()»}/')"),
        bash("'tar czf /backup/x-«$(date -d yesterday +%Y%m%d)».tgz /var/log'"),
        "@task.bash\ndef f():\n    return 'load «$(date +%Y%m%d)»'\n\n" + WITH + "f()\n",
        bash("'x «`date -d yesterday +%Y%m%d`»'"),
        bash("'x «$(date -I)»'"),
        bash("'x {{ «macros.datetime.utcnow»().strftime(\"%Y\") }}'"),
        WITH + "SQLExecuteQueryOperator(task_id='a', sql='DELETE FROM a WHERE b = 1 AND day = «CURRENT_DATE» - 1')\n",
    ],
    "AF627": [
        bash("'x «{ds}» y'"),
        bash("'x «{ data_interval_start | ds }» y'"),
        bash("'x «{ds}}» y'"),
        bash("'x «{ ti.xcom_pull(\"a\") }»'"),
    ],
    "AF628": [
        bash("'x {{ ds | «upperr» }}'"),
        bash("'x {{ logical_date | «strftime»(\"%Y\") }}'"),
        bash("'{% if ds is «defind» %}x{% endif %}'"),
    ],
    "AF720": [
        WITH + "KubernetesPodOperator(task_id='a', image=«'x'»)\n",
        "IMAGE = 'gcr.io/x/y:latest'\n" + WITH + "KubernetesPodOperator(task_id='a', image=«IMAGE»)\n",
        "@task.docker(image=«'localhost:5000/x'»)\ndef f():\n    ...\n\n" + WITH + "f()\n",
    ],
    "AF721": [
        WITH + "DockerOperator(task_id='a', image='x:1', cap_add=[«'SYS_ADMIN'»])\n",
        "from kubernetes.client import models as k8s\nC = k8s.V1SecurityContext(«privileged=True»)\n"
        + WITH
        + "KubernetesPodOperator(task_id='a', image='x:1', container_security_context=C)\n",
    ],
    "AF722": [
        WITH + "DockerOperator(task_id='a', image='x:1', volumes=[«'/var/run/docker.sock:/var/run/docker.sock'»])\n",
        WITH + "KubernetesPodOperator(task_id='a', image='x:1', «hostnetwork=True»)\n",
        "from kubernetes.client import models as k8s\n"
        "V = k8s.V1Volume(name='v', host_path=k8s.V1HostPathVolumeSource(«path='/etc'»))\n"
        + WITH
        + "KubernetesPodOperator(task_id='a', image='x:1', volumes=[V])\n",
    ],
    "AF723": [
        bash("'x'", ", «email_on_failure=True»"),
        "args = {«'email_on_failure': True», 'email_on_retry': True}\n"
        "with DAG('d', default_args=args, schedule=None) as dag:\n    BashOperator(task_id='a', bash_command='x')\n",
    ],
}

GOOD: dict[str, list[str]] = {
    "AF330": [
        bash("'x'", ", retries=3, doc_md='x', on_skipped_callback=None, max_active_tis_per_dagrun=1"),
        bash("'x'", ", **EXTRA"),
        "class Mine(BashOperator):\n    pass\n" + WITH + "Mine(task_id='a', bash_comand='x')\n",
        "from company.operators import BashOperator\n" + WITH + "BashOperator(task_id='a', anything=1)\n",
        "@task(multiple_outputs=True, task_id='x', show_return_value_in_logs=False)\ndef f(anything):\n    ...\n\n"
        + WITH
        + "f(anything=1)\n",
        "#!\nfrom airflow import DAG\nfrom airflow.operators.bash_operator import BashOperator\n"
        "with DAG('d') as dag:\n    BashOperator(task_id='a', bash_command='x', anything=1)\n",
        "#!\nfrom airflow import DAG\nfrom airflow.operators import S3ToRedshiftOperator\n"
        "with DAG('d') as dag:\n    S3ToRedshiftOperator(task_id='a', anything=1)\n",
        WITH + "FileSensor(task_id='a', filepath='x', poke_interval=5, soft_fail=True, exponential_backoff=True)\n",
    ],
    "AF331": [
        WITH + "BashOperator('a', 'x')\n",
        bash("'x'").replace("bash_command='x'", "**EXTRA"),
        "with DAG('d', default_args={'bash_command': 'x'}) as dag:\n    BashOperator(task_id='a')\n",
        "with DAG('d', default_args=ARGS) as dag:\n    BashOperator(task_id='a')\n",
        WITH + "BashOperator.partial(task_id='a').expand_kwargs([{}])\n",
        "class Mine(BashOperator):\n    pass\n" + WITH + "Mine(task_id='a')\n",
    ],
    "AF332": [
        WITH + "DockerOperator(task_id='a', image='x:1', auto_remove='force')\n",
        WITH + "PythonOperator(task_id='a', python_callable=print, provide_context=True)\n",
        WITH + "DockerOperator(task_id='a', image='x:1', auto_remove=REMOVE)\n",
    ],
    "AF333": [
        "from airflow.decorators import setup, teardown\n\n"
        "@setup\ndef a():\n    ...\n\n@teardown\ndef b():\n    ...\n\n" + WITH + "a() >> b()\n",
        bash("'x'", ", execution_timeout=timedelta(1), retry_delay=300, max_retry_delay=None"),
        bash("'x'", ", execution_timeout=LIMIT"),
        WITH + "FileSensor(task_id='a', filepath='x', poke_interval=60, timeout=timedelta(1))\n",
        "class Mine(BaseOperator):\n    pass\n" + WITH + "Mine(task_id='a', execution_timeout=60)\n",
    ],
    "AF334": [
        "def f(x):\n    return lambda: x\n" + WITH + "PythonOperator(task_id='a', python_callable=f(1))\n",
        "from x import f\n" + WITH + "PythonOperator(task_id='a', python_callable=f())\n",
        "def f():\n    yield 1\n" + WITH + "PythonOperator(task_id='a', python_callable=f())\n",
    ],
    "AF335": [
        "def tell(context):\n    BashOperator(task_id='b', bash_command='x').execute(context)\n"
        + bash("'x'", ", on_failure_callback=tell"),
        "def make():\n    return BashOperator(task_id='b', bash_command='x')\n" + WITH + "make()\n",
        python("return BashOperator"),
    ],
    "AF336": [
        bash("'x'", ", trigger_rule='none_failed_or_skipped'"),
        bash("'x'", ", trigger_rule='all_done_min_one_success'"),
        bash("'x'", ", trigger_rule=RULE"),
    ],
    "AF337": [bash("'x'", ", trigger_rule='none_failed_min_one_success'")],
    "AF339": [
        bash("'ls > /tmp/a.txt; cat /tmp/a.txt'"),
        WITH + "BashOperator(task_id='a', bash_command='ls > /tmp/{{ ds }}.txt') >> "
        "BashOperator(task_id='b', bash_command='cat /tmp/b.txt')\n",
        WITH + "BashOperator(task_id='a', bash_command='cat /tmp/a.txt') >> "
        "BashOperator(task_id='b', bash_command='cat /tmp/a.txt')\n",
    ],
    "AF520": [
        bash("'x \"$A\"'", ", env={'A': '{{ dag_run.conf[\"a\"] }}'}"),
        bash("'x {{ params.a }}'"),
        WITH + "PythonOperator(task_id='a', python_callable=print, op_args=['{{ dag_run.conf[\"a\"] }}'])\n",
    ],
    "AF601": [
        SENSOR + WITH + "Wait(task_id='a', poke_interval=600, mode='reschedule')\n",
        SENSOR.replace("poke(", "execute(") + WITH + "Wait(task_id='a', poke_interval=600)\n",
    ],
    "AF602": [
        WITH + "FileSensor(task_id='a', filepath='x')\n",
        WITH + "FileSensor(task_id='a', filepath='x', mode='reschedule', **EXTRA)\n",
        "with DAG('d', default_args={'timeout': 60}) as dag:\n"
        "    FileSensor(task_id='a', filepath='x', mode='reschedule')\n",
    ],
    "AF604": [WITH + "FileSensor(task_id='a', filepath='x', mode=MODE)\n"],
    "AF605": [
        python("for x in [1, 2]:\n    time.sleep(60)"),
        python("while True:\n    time.sleep(5)"),
        "while True:\n    time.sleep(60)\n" + WITH + "pass\n",
    ],
    "AF620": [
        bash("'{{ ds }}'", ", env={'A': '{{ ds }}'}, doc_md='{{ ds }}', map_index_template='{{ task.env }}'"),
        bash("'x'", ", params={'a': '{{ not_airflow }}'}"),
        bash("'x'", ", queue='{{ broken'"),
        CLASS.format("template_fields = ('day',)\n    ") + WITH + "Load(task_id='a', day='{{ ds }}')\n",
        CLASS.format("template_fields = FIELDS\n    ") + WITH + "Load(task_id='a', day='{{ ds }}')\n",
        "class Mine(BashOperator):\n    def __init__(self, day, **kwargs):\n"
        "        super().__init__(bash_command=f'x {day}', **kwargs)\n" + WITH + "Mine(task_id='a', day='{{ ds }}')\n",
        WITH + "SQLExecuteQueryOperator(task_id='a', sql='SELECT {{ ds }}', parameters={'a': '{{ ds }}'})\n",
    ],
    "AF621": [
        bash("'{{ ds }} {% raw %}{{ {%{% endraw %} {# note #}'"),
        bash('\'x {{ ti.xcom_pull(task_ids=["a"], key="b")[0]["c"] | default(1, true) }}\''),
        bash("'{% set a, b = params.c %}{% if a and not b %}x{% elif b is none %}y{% else %}z{% endif %}'"),
        bash("f'x {{{{ {NAME} }}}}'"),
        bash("'x {{ ' + NAME"),
        bash("'awk {print $1}'"),
        bash("'x'", ", doc_md='{{ broken'"),
    ],
    "AF622": [
        bash("'{{ ds }} {{ macros.my_plugin.f() }} {{ var.json.a.b }} {{ conn.a.host }} {{ ti.task.owner }}'"),
        bash("'{% set x = 1 %}{{ x }} {{ a | default(1) }} {% if b is defined %}{{ b }}{% endif %} {{ range(3) }}'"),
        bash("'{{ execution_date }}'"),
        bash("'{% macro m(q) %}{{ q }}{% endmacro %}{{ m(1) }}'"),
        "with DAG('d', user_defined_macros={'today': 1}) as dag:\n"
        "    BashOperator(task_id='a', bash_command='{{ today }}')\n",
        "with DAG('d', user_defined_macros=MACROS) as dag:\n"
        "    BashOperator(task_id='a', bash_command='{{ today }}')\n",
        "with DAG('d', **ARGS) as dag:\n    BashOperator(task_id='a', bash_command='{{ today }}')\n",
        "with Company('d') as dag:\n    BashOperator(task_id='a', bash_command='{{ today }}')\n",
        bash("'{{ params.anything }}'", ", params={'table': 1}"),
        bash("'{% include \"a.txt\" %}{{ today }}'"),
        bash("f'{{{{ {NAME} }}}}'"),
        python("print('{{ today }}')"),
    ],
    "AF623": [
        bash("'/opt/run.sh '"),
        bash("'/opt/run.sh {{ ds }}'"),
        bash("'/opt/run.sh | cat'"),
        "with DAG('d', template_searchpath='/opt') as dag:\n    BashOperator(task_id='a', bash_command='run.sh')\n",
        WITH + "PythonOperator(task_id='a', python_callable=print, op_args=['run.sh'])\n",
        WITH + "SQLExecuteQueryOperator(task_id='a', sql='a.sql')\n",
    ],
    "AF624": [
        "T = 1\n" + bash("f'x {T} {{{{ ds }}}}'"),
        "T = 1\n" + bash("f'x {T} ' '{{ ds }}'"),
        "T = 1\n" + WITH + "PythonOperator(task_id='a', python_callable=print, op_args=[f'{T}/{{ds}}'])\n",
        "T = 1\ndef fill(text):\n    return text.format(ds=1)\n" + bash("f'{T} {{ds}}'"),
        "T = 1\n" + bash("f'x {T} ${{ds}} {{\"a\": 1}} {{task}}'"),
        "for ds in [1]:\n    " + bash("f'x {ds}'").replace("\n    ", "\n        "),
        bash("'x {ds}'.format(ds=1)"),
    ],
    "AF625": [
        python("jinja.render('{{ ds }}')"),
        python("print('{{ not_airflow }}')"),
        python("open('{{ var(\"x\") }}')"),
        bash("'{{ ds }}'"),
        "@task.bash\ndef f():\n    return 'x {{ ds }}'\n\n" + WITH + "f()\n",
    ],
    "AF626": [
        python("PostgresHook('x').run('INSERT INTO a VALUES (%s)', parameters=[datetime.now()])"),
        python("pd.DataFrame().to_csv(f'/tmp/{datetime.now():%Y%m%d_%H%M%S}.csv')"),
        python("print(f'see https://x/{date.today()} for more')"),
        python(
            "sql = 'DELETE FROM a WHERE b < %s'\n"
            "PostgresHook('x').run(sql, parameters=(datetime.now() - timedelta(9),))"
        ),
        python("requests.post('http://x', json={'seen': datetime.now().isoformat()})"),
        python("print(date.today())"),
        python("pd.read_csv(f'/data/{date.today()}.csv')", BY_HAND),
        python("pd.read_csv(f'/data/{day}.csv')", parameters="day=None"),
        python("day = context['ds'] or date.today()\npd.read_csv(f'/data/{day}.csv')", parameters="**context"),
        python("return {'seen': datetime.now().isoformat()}"),
        bash("'pg_dump x > backup_$(date +%F).sql'"),
        bash("'x $(date +%s)'"),
        bash("'test $(date +%F) = {{ ds }}'"),
        WITH + "SQLExecuteQueryOperator(task_id='a', sql='DELETE FROM a WHERE day < CURRENT_DATE - 90')\n",
        WITH + "SQLExecuteQueryOperator(task_id='a', sql='UPDATE a SET day = CURRENT_DATE')\n",
    ],
    "AF627": [
        WITH + "PythonOperator(task_id='a', python_callable=print, op_args=['/data/{ds}.csv'])\n",
        "def fill(text):\n    return text.format(ds=1)\n" + bash("'x {ds}'"),
        bash("'x ${ds} {a,b} {{ ds }} {task} awk {print}'"),
        bash("'x {ds}'.format(ds=1)"),
        WITH + "PythonOperator(task_id='a', python_callable=print, op_args=['{\"ds\": 1}'])\n",
    ],
    "AF628": [
        bash('\'{{ ds | replace("-", "") }} {{ logical_date | ts_nodash }} {{ a is none }} {{ 3 is divisibleby 2 }}\''),
        "with DAG('d', user_defined_filters=FILTERS) as dag:\n"
        "    BashOperator(task_id='a', bash_command='{{ ds | shout }}')\n",
    ],
    "AF720": [
        WITH + "KubernetesPodOperator(task_id='a', image='x:1.2')\n",
        WITH + "KubernetesPodOperator(task_id='a', image='x@sha256:" + "a" * 64 + "')\n",
        WITH + "KubernetesPodOperator(task_id='a', image=f'x:{TAG}')\n",
        WITH + "KubernetesPodOperator(task_id='a', image='x:{{ params.tag }}')\n",
    ],
    "AF721": [
        WITH + "DockerOperator(task_id='a', image='x:1', privileged=False, cap_add=['NET_ADMIN'])\n",
        WITH + "DockerOperator(task_id='a', image='x:1', privileged=PRIVILEGED)\n",
    ],
    "AF722": [
        WITH + "DockerOperator(task_id='a', image='x:1', network_mode='bridge', volumes=['data:/etc'])\n",
        WITH + "DockerOperator(task_id='a', image='x:1', mounts=[Mount('/etc', '/srv/etc', type='bind')])\n",
    ],
    "AF723": [
        bash("'x'", ", email_on_failure=True, email='a@example.com'"),
        bash("'x'", ", email_on_failure=False"),
        bash("'x'", ", email_on_failure=True, email=[]"),
        "with DAG('d', default_args=ARGS) as dag:\n"
        "    BashOperator(task_id='a', bash_command='x', email_on_failure=True)\n",
    ],
}

BY_VERSION = [
    ("AF332", "3.0", WITH + "PythonOperator(task_id='a', python_callable=print, «provide_context=True»)\n"),
    ("AF332", "2.4", WITH + "DockerOperator(task_id='a', image='x:1', auto_remove=True)\n"),
    ("AF332", "2.10", WITH + "DockerOperator(task_id='a', image='x:1', «auto_remove=True»)\n"),
    ("AF332", "2.10", WITH + "KubernetesPodOperator(task_id='a', image='x:1', schedule_timeout_seconds=5)\n"),
    ("AF336", "2.10", bash("'x'", ", trigger_rule=«'all_done_min_one_success'»")),
    ("AF336", "3.1", bash("'x'", ", trigger_rule='all_done_min_one_success'")),
    ("AF622", "3.0", bash("'{{ «execution_date» }} {{ logical_date }}'")),
    ("AF622", "2.10", bash("'{{ execution_date }} {{ triggering_dataset_events }}'")),
    (
        "AF820",
        "3.0",
        "from airflow.utils.session import provide_session\n\n"
        "@«provide_session»\ndef work(session=None):\n    pass\n\n"
        + WITH
        + "PythonOperator(task_id='a', python_callable=work)\n",
    ),
]


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in BAD.items() for text in texts])
def test_bad(code: str, text: str) -> None:
    assert "«" in text, "a bad case marks something"
    check_marked(code, text)


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in GOOD.items() for text in texts])
def test_good(code: str, text: str) -> None:
    check_marked(code, text)


@pytest.mark.parametrize(("code", "version", "text"), BY_VERSION)
def test_by_version(code: str, version: str, text: str) -> None:
    check_marked(code, text, version)


@pytest.mark.parametrize("name", ["d__sh", "scripts/run__sh"])
def test_a_template_file_that_is_there_is_meant(name: str) -> None:
    text = IMPORTS + bash(f"'{name.replace('__', '.')}'")
    assert len(check("AF623", text)) == 1
    assert not check("AF623", text, **{name: "echo {{ ds }}"})


@pytest.mark.parametrize(
    ("code", "text", "severity", "says"),
    [
        ("AF330", bash("'x'", ", retires=3"), "error", "Did you mean `retries`?"),
        ("AF330", bash("'x'", ", anything=3"), "warning", "Take it out"),
        ("AF330", WITH + "PythonOperator(task_id='a', callable=print)\n", "error", "Did you mean `python_callable`?"),
        ("AF622", bash("'{{ dss }}'"), "error", "Did you mean `ds`?"),
        ("AF622", "TODAY = 1\n" + bash("'{{ TODAY }}'"), "error", "`TODAY` of this file is out of its sight"),
        ("AF622", bash("'{{ ds_add(ds, 1) }}'"), "error", "Write `macros.ds_add`"),
        ("AF621", bash("'${#a[@]}'"), "error", "{% raw %}"),
        ("AF624", bash("f'{ds}'"), "error", "does not load"),
        ("AF335", python("BashOperator(task_id='b')"), "warning", "does nothing"),
        ("AF335", python("BashOperator(task_id='b').execute({})"), "info", "is executed by hand inside a task"),
    ],
)
def test_what_is_said(code: str, text: str, severity: str, says: str) -> None:
    (finding,) = check(code, IMPORTS + text)
    assert finding.severity == severity
    assert says in finding.message


@pytest.mark.parametrize(("executor", "found"), [("LocalExecutor", None), ("CeleryExecutor", "warning"), ("X", "info")])
def test_files_are_handed_over_on_one_machine_only(executor: str, found: str | None) -> None:
    text = IMPORTS + (
        WITH + "BashOperator(task_id='a', bash_command='ls > /tmp/a.txt') >> "
        "BashOperator(task_id='b', bash_command='cat /tmp/a.txt')\n"
    )
    compose = (
        "services:\n  scheduler:\n    image: apache/airflow:2.10.5\n"
        f"    environment:\n      AIRFLOW__CORE__EXECUTOR: {executor}\n    volumes: ['./dags:/opt/airflow/dags']\n"
    )
    workspace = Workspace.in_memory({"dags/d.py": text, "compose.yaml": compose})
    result = Linter(rules=Rules.only([RULES["AF339"]])).check(workspace, [Target("", "dags/d.py", "dags/d.py")])
    assert [finding.severity for finding in result.findings] == ([found] if found else [])
