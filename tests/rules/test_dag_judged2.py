"""Rules on DAGs, on places where a second look at real findings shook its head: «marks» are what is found."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice
from dagdock.testing import marked

RULES = {rule.code: rule for rule in Rules().of_kind("dag")}

Files = str | Mapping[str, str]

IMPORTS = """\
from datetime import datetime, timedelta
from airflow import DAG
from airflow.decorators import task
from airflow.models.param import Param
from airflow.operators.bash import BashOperator

"""
BY_CLOCK = "with DAG('d', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
BY_HAND = BY_CLOCK.replace("'@daily'", "None")
CHAIN = (
    "    a = BashOperator(task_id='a', bash_command='a')\n    b = BashOperator(task_id='b', bash_command='b')\n"
    "    c = «BashOperator»(task_id='c', bash_command='c')\n    a >> b\n"
)
MORE = (
    "    e = BashOperator(task_id='e', bash_command='e')\n"
    "    f = BashOperator(task_id='f', bash_command='f')\n    e >> f\n"
)
PART = "    return DAG(f'{dag.dag_id}.{dag.name}', start_date=datetime(2024, 1, 1), schedule_interval='@daily')\n"
LAST = (
    "    a = BashOperator(task_id='a', bash_command='a')\n"
    "    b = BashOperator(task_id='b', bash_command='b')\n    a >> b\n"
)
MANY = "    for x in range(60):\n        BashOperator(task_id=f'{x}', bash_command='x')\n"
POD = "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n"
POLL = (
    "import time\ndef wait():\n    while not ready():\n        «time.sleep»(60)\n\n\n@task\ndef f():\n{0}\n\n"
    + BY_HAND
    + "    f()\n"
)


def plain(text: str) -> str:
    return IMPORTS + text.replace("«", "").replace("»", "")


CASES: dict[str, list[Files]] = {
    "AF104": [
        plain("DAG('d', schedule='schedule_to_replace')\n"),
        IMPORTS + "DAG('d', schedule='«dayly»')\n",
    ],
    "AF109": [
        # A function that somebody else calls may run in a task.
        plain("def f(c):\n    BashOperator(task_id='a', bash_command=str(datetime.now())).execute(c)\n" + "DAG('d')\n"),
        IMPORTS
        + "def f():\n    with DAG('d'):\n        BashOperator(task_id='a', bash_command=str(«datetime.now()»))\n",
        # The present time in the form of a DAG that is started by hand is what is meant.
        plain("DAG('d', schedule=None, params={'day': str(datetime.now())})\n"),
        IMPORTS + "DAG('d', schedule='@daily', params={'day': str(«datetime.now()»)})\n",
    ],
    "AF131": [
        plain("DAG('d', catchup='catchup_to_replace')\n"),
        plain("DAG('d', max_active_runs='<runs>')\n"),
        plain("DAG('d', max_active_runs='{{ cookiecutter.runs }}')\n"),
        IMPORTS + "DAG('d', catchup=«'no'»)\n",
    ],
    "AF102": [
        # A part of another DAG has no schedule of its own.
        plain("from airflow.operators.subdag import SubDagOperator\ndef make(dag):\n" + PART),
        IMPORTS + "def make(dag):\n" + PART.replace("DAG(", "«DAG»("),
    ],
    "AF107": [
        plain("from airflow.operators.subdag import SubDagOperator\n" + PART.replace("    return ", "")),
    ],
    "AF108": [
        # A class of one's own may give itself a start.
        plain(
            "from own import LoadOperator\nwith DAG('d', schedule_interval='@daily'):\n    LoadOperator(task_id='a')\n"
        ),
    ],
    "AF123": [
        plain("DAG('d', schedule='* 10-15 * * 1-5')\n"),
        IMPORTS + "DAG('d', schedule='«*» 6 * * *')\n",
    ],
    "AF202": [
        plain(
            "import glob\ndef make(folder):\n    with DAG('d', schedule=None) as dag:\n"
            "        for path in glob.glob(folder):\n            BashOperator(task_id=path, bash_command='a')\n"
        ),
    ],
    "AF204": [
        # What is only a base, or an annotation, makes nothing.
        plain(
            "import psycopg2\nDAG('d', schedule=None)\n"
            "class A:\n    def __init__(self):\n        psycopg2.connect('x')\n\n"
            "class B(A):\n    pass\n\ndef f() -> A:\n    pass\n"
        ),
        IMPORTS
        + "import psycopg2\nDAG('d', schedule=None)\n"
        + "class A:\n    def __init__(self):\n        «psycopg2.connect('x')»\n\nA()\n",
    ],
    "AF207": [
        # pandas loads numpy anyway.
        plain(
            "import numpy as np\nimport pandas as pd\npd.options.display.width = 9\n"
            "@task\ndef f():\n    np.zeros(3)\n\n" + BY_HAND + "    f()\n"
        ),
        # So do the clients of BigQuery and Snowflake.
        plain(
            "import pandas as pd\nfrom airflow.providers.google.cloud.hooks.bigquery import BigQueryHook\n"
            "@task\ndef f():\n    pd.DataFrame()\n\n" + BY_HAND + "    f()\n"
        ),
        IMPORTS
        + "«import pandas as pd»\nfrom google.cloud import storage\n"
        + "@task\ndef f():\n    pd.DataFrame()\n\n"
        + BY_HAND
        + "    f()\n",
        IMPORTS
        + "«import numpy as np»\nimport json\njson.dumps({})\n@task\ndef f():\n    np.zeros(3)\n\n"
        + BY_HAND
        + "    f()\n",
    ],
    "AF217": [
        IMPORTS + BY_CLOCK.replace("DAG", "«DAG»") + MANY,
        {
            "dags/d.py": plain(BY_CLOCK + MANY).replace("bash import", "bash_operator import"),
            "Dockerfile": "FROM apache/airflow:1.10.15\n",
        },
    ],
    "AF304": [
        IMPORTS + BY_CLOCK + CHAIN,
        # Started by hand, each task may be there for itself.
        plain(BY_HAND + CHAIN),
        # Behind the last dependency, or beside several chains.
        plain(BY_CLOCK + CHAIN.replace("    a >> b\n", "").replace("    c =", "    a >> b\n    c =")),
        plain(BY_CLOCK + CHAIN + MORE),
        # What it is called says where it belongs.
        IMPORTS + BY_HAND + CHAIN.replace("task_id='c'", "task_id='end_dag'"),
        plain(BY_HAND + CHAIN.replace("task_id='c'", "task_id='start_java_job'")),
        # A wrapper may hold it.
        plain("from own import Flow\nflow = Flow()\n" + BY_CLOCK + CHAIN + "    flow >> a\n"),
    ],
    "AF422": [
        plain(
            BY_HAND
            + "    a = BashOperator(task_id='a', bash_command='a', multiple_outputs=True, output_processor=print)\n"
            + "    b = BashOperator(task_id='b', bash_command=\"{{ ti.xcom_pull('a', key='x') }}\")\n    a >> b\n"
        ),
    ],
    "AF504": [
        plain("DAG('d', schedule=None)\nCOLUMNS = {'token_transfers': 'block_number'}\n"),
        plain("DAG('d', schedule=None)\nS3 = {'access_key': 'secretaccess'}\n"),
        IMPORTS + "DAG('d', schedule=None)\nAPI = {'api_token': «'hG7xk29sLq0Zt8'»}\n",
    ],
    "AF509": [
        plain("from airflow.models import Variable\nDAG('d')\nsecret_name = Variable.get('slack_secret')\n"),
        IMPORTS + "from airflow.models import Variable\nDAG('d')\nsecret = Variable.get(«'slack_secret'»)\n",
    ],
    "AF510": [
        plain("DAG('d', schedule=None)\ndag_doc_md = 'reads s3://shop-dev/in'\n"),
        plain(
            "DAG('prod-load', schedule=None)\nBashOperator(task_id='a', bash_command='a', ssh_conn_id='shop-prod')\n"
        ),
        IMPORTS
        + "DAG('load', schedule=None)\nBashOperator(task_id='a', bash_command='a', ssh_conn_id=«'shop-prod'»)\n",
    ],
    "AF605": [
        IMPORTS + POLL.format("    wait()\n    print(1)").replace("«time.sleep»(60)", "«time.sleep(60)»"),
        plain(POLL.format("    for one in range(9):\n        wait()")),
        plain(POLL.format("    with pool() as jobs:\n        wait()")),
        plain(POLL.format("    wait()\n    wait()")),
    ],
    "AF622": [
        # What several such marks stand for is put in before Airflow has the file.
        plain(BY_HAND + "    BashOperator(task_id='a', bash_command='a {{REGION}} {{BUCKET}}')\n"),
        IMPORTS + BY_HAND + "    BashOperator(task_id='a', bash_command='a {{«REGION»}}')\n",
        IMPORTS
        + "REGION = BUCKET = 'a'\n"
        + BY_HAND
        + "    BashOperator(task_id='a', bash_command='a {{«REGION»}} {{«BUCKET»}}')\n",
    ],
    "AF644": [
        plain(BY_HAND.replace("'d'", "'d', default_args={'trigger_rule': 'all_done'}") + LAST),
        IMPORTS
        + BY_HAND
        + LAST.replace("='b')", "='b', trigger_rule='all_done')")
        .replace("b = B", "b = «B")
        .replace("Operator(task_id='b'", "Operator»(task_id='b'"),
    ],
    "AF701": [
        plain(BY_CLOCK + "    BashOperator(task_id='a', bash_command='echo {{ ds }}; sleep 5')\n"),
        plain("@task\ndef f(ti=None):\n    print(ti.xcom_pull('b'), len('x'))\n\n" + BY_CLOCK + "    f()\n"),
        plain("@task(queue='x')\ndef f():\n    print(1)\n\n" + BY_CLOCK + "    f()\n"),
        plain("def g():\n    print(1)\n\n@task\ndef f():\n    g()\n\n" + BY_CLOCK + "    f()\n"),
        IMPORTS + BY_CLOCK.replace("DAG", "«DAG»") + "    BashOperator(task_id='a', bash_command='echo $(curl x)')\n",
        IMPORTS + "@task\ndef f():\n    open('x')\n\n" + BY_CLOCK.replace("DAG", "«DAG»") + "    f()\n",
        IMPORTS + "import own\n@task\ndef f():\n    own.go()\n\n" + BY_CLOCK.replace("DAG", "«DAG»") + "    f()\n",
    ],
    "AF720": [
        # The same image is told once.
        IMPORTS
        + POD
        + BY_HAND
        + "    KubernetesPodOperator(task_id='a', image=«'python'»)\n"
        + "    KubernetesPodOperator(task_id='b', image='python')\n",
    ],
    "AF802": [
        {
            "tools/one/dags/d.py": "from airflow import DAG\nDAG('d', schedule_interval=None)\n",
            "tools/two/requirements.txt": "apache-airflow==2.0.0\n",
        },
    ],
}


@pytest.mark.parametrize(("code", "case"), [(code, case) for code, cases in CASES.items() for case in cases])
def test_what_is_flagged(code: str, case: Files) -> None:
    files = as_files(case, "dags/d.py")
    assert marked(RULES[code], files) == files


def findings(code: str, case: Files, path: str = "dags/d.py") -> list[Finding]:
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    workspace = Workspace.in_memory({path: case} if isinstance(case, str) else dict(case))
    return list(linter.check(workspace, [Target("", path, path)]).findings)


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("AF106", "DAG('d', default_args={'schedule_interval': None})\n", "DAG(…, schedule=None)"),
        (
            "AF109",
            "DAG('d', schedule='@daily', params={'day': Param(datetime.now().strftime('%F'), type='string')})\n",
            'Make the default `Param(None, type=["null", "string"])`, and write '
            "`{{ params.day or (data_interval_end | ds) }}`",
        ),
        (
            "AF109",
            "DAG('d', schedule='@hourly', params={'at': datetime.now().isoformat()})\n",
            "Make the default `None`, and write `{{ params.at or (data_interval_end | ts) }}`",
        ),
        (
            "AF202",
            "from airflow.models import Variable\ndef make(x):\n    with DAG(x, schedule=None) as dag:\n"
            "        BashOperator(task_id='a', bash_command='a')\n    return dag\n"
            "for x in Variable.get('names'):\n    globals()[x] = make(x)\n",
            "decides which DAGs there are",
        ),
        (
            "AF204",
            "import requests\nNAMES = requests.get('https://a.b')\nDAG('d', schedule=None, tags=[*NAMES.json()])\n",
            "Keep the answer in a file that is deployed with the DAGs",
        ),
        (
            "AF203",
            "from airflow.models import Variable\nCONF = Variable.get('conf', deserialize_json=True)\n"
            + BY_HAND
            + "    BashOperator(task_id='a', bash_command=f\"a {CONF.get('x')} {CONF['y']}\")\n",
            "Write the template `{{ var.json.conf.",
        ),
        (
            "AF203",
            "from airflow.models import Variable\nAGAIN = Variable.get('again') == 'yes'\n\ndef f():\n"
            "    Variable.set('again', 'no')\n\nfor x in range(2 if AGAIN else 1):\n    DAG(f'd{x}', schedule=None)\n",
            "it has to stay a Variable",
        ),
        (
            "AF203",
            "from airflow.models import Variable\nfrom a import KEY\nck_conn_info = Variable.get(KEY)\n"
            "use(ck_conn_info)\nDAG('d', schedule=None)\n",
            "It holds a login",
        ),
        (
            "AF203",
            "from airflow.models import Variable\nfrom airflow.providers.http.operators.http import HttpOperator\n"
            + BY_HAND
            + "    HttpOperator(task_id='a', endpoint='/', http_conn_id=Variable.get('shop'))\n",
            "Or set `AIRFLOW_VAR_SHOP`",
        ),
        (
            "AF204",
            "import requests\n"
            + BY_HAND
            + "    BashOperator(task_id='a', bash_command='a', env={'A': requests.get('https://a.b').text})\n",
            "Let the operator get it when the task runs",
        ),
        (
            "AF204",
            "import requests\ndef names():\n    found = requests.get('https://a.b')\n    return found.json()\n\n"
            "NAMES = names()\nDAG('d', schedule=None, tags=[*NAMES])\n",
            "Keep the answer in a file that is deployed with the DAGs",
        ),
        (
            "AF204",
            "import requests\nNAMES = requests.get('https://a.b')\n@task\ndef f():\n    print(NAMES)\n\n"
            + BY_HAND
            + "    f()\n",
            "Move it into the function that a task runs",
        ),
        (
            "AF204",
            "import psycopg2\nDB = psycopg2.connect()\nCURSOR = DB.cursor()\n@task\ndef f():\n    CURSOR.run()\n\n"
            + BY_HAND
            + "    f()\n",
            "Move it into the function that a task runs",
        ),
        (
            "AF204",
            "import psycopg2\nDB = psycopg2.connect()\nCURSOR = DB.cursor()\nNAMES = CURSOR.fetchall()\n"
            "DAG('d', schedule=None, tags=[*NAMES])\n",
            "Keep the answer in a file that is deployed with the DAGs",
        ),
        (
            "AF210",
            "for c in crons():\n    pass\nfor x in range(60):\n    DAG(f'{x}', schedule=s[x])\n",
            "get_parsing_c",
        ),
        ("AF210", "for x in range(60):\n    DAG(f'{x}', schedule=None)\n", ".expand"),
        (
            "AF520",
            BY_HAND + "    BashOperator(task_id='a', bash_command='a {{ dag_run.conf[0] }}')\n",
            "`env={'NAME': …}` with `append_env=True`",
        ),
        (
            "AF520",
            BY_HAND + "    BashOperator(task_id='a', bash_command='{{ dag_run.conf[0] }}')\n",
            "let it only choose among them",
        ),
        (
            "AF626",
            BY_CLOCK + "    BashOperator(task_id='a', bash_command='a $(date -d yesterday +%F)')\n",
            "is the day before the task happens to run, so a late or repeated run takes the data of another day. "
            "Use `{{ ds }}`",
        ),
        (
            "AF626",
            BY_CLOCK.replace("@daily", "0 0,5 * * *")
            + "    BashOperator(task_id='a', bash_command='a $(date -d yesterday +%F)')\n",
            "Use `{{ macros.ds_add(data_interval_end | ds, -1) }}`",
        ),
        ("AF709", "DAG('d', concurrency=4, max_active_tasks=6)\n", "it wins: 4 tasks at once, not 6"),
    ],
)
def test_what_is_said(code: str, text: str, said: str) -> None:
    (finding,) = findings(code, IMPORTS + text)
    assert said in finding.message


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("DAG('d', start_date=start('day'), schedule=None)\n", "Or set `AIRFLOW_VAR_DAY`"),
        ("DAG('d', schedule=None)\nstart('day')\n", "Call it inside the task"),
        ("DAG('d', schedule=None, tags=[start('api_token')])\n", "keep it in a Connection"),
    ],
)
def test_what_is_needed_at_once_cannot_be_read_in_a_task(use: str, said: str) -> None:
    helper = "from airflow.models import Variable\n\n\ndef start(name):\n    return Variable.get(name)\n"
    (finding,) = findings("AF203", {"dags/d.py": IMPORTS + "from own import start\n" + use, "dags/own.py": helper})
    assert said in finding.message


def test_a_password_that_is_the_login_over_again() -> None:
    text = IMPORTS + BY_HAND + "    BashOperator(task_id='a', bash_command='mysql --user={} --password={}')\n"
    (finding,) = findings("AF504", text.format("shop_loader1", "shop_loader1"))
    assert finding.severity == "info"
    (finding,) = findings("AF504", text.format("admin", "shop_loader1"))
    assert finding.severity == "error"


def test_a_hook_that_nothing_uses() -> None:
    text = IMPORTS + "from airflow.providers.postgres.hooks.postgres import PostgresHook\nhook = PostgresHook('x')\n"
    (finding,) = findings("AF216", text + "DAG('d', schedule=None)\n")
    assert "Nothing uses it: delete it" in finding.message


def test_the_image_of_an_own_registry_is_a_remark() -> None:
    text = IMPORTS + POD + BY_HAND + "    KubernetesPodOperator(task_id='a', image='{}:latest')\n"
    assert [findings("AF720", text.format(image))[0].severity for image in ("gcr.io/shop/load", "quay.io/a/b")] == [
        "info",
        "warning",
    ]


def test_what_only_airflow_2_takes_says_that_it_is_2() -> None:
    text = (
        IMPORTS
        + "with DAG('d', schedule_interval='@daily'{}) as dag:\n    BashOperator(task_id='a', bash_command='a')\n"
    )
    (finding,) = findings("AF108", text.format(""))
    assert finding.severity == "error" and "Airflow 3" not in finding.message
    assert findings("AF102", text.format(", start_date=datetime(2024, 1, 1)"))[0].severity == "warning"
    # A pin of another project of the repository does not say that the DAG does not load.
    files = {"tools/one/dags/d.py": text.format(""), "tools/two/requirements.txt": "apache-airflow==3.1.0\n"}
    assert findings("AF802", files, "tools/one/dags/d.py")[0].severity == "info"


def test_what_is_ignored_and_changes_nothing_is_a_remark() -> None:
    text = IMPORTS + POD + BY_HAND + "    KubernetesPodOperator(task_id='a', image='a:1', is_delete_operator_pod={})\n"
    (finding,) = findings("AF332", text.format("True"))
    assert finding.severity == "info" and finding.message.endswith("Take it out")
    (finding,) = findings("AF332", text.format("False"))
    assert finding.severity == "warning" and "keep_pod" in finding.message


def test_the_day_that_a_run_begins_is_the_end_of_its_interval() -> None:
    text = IMPORTS + "with DAG('d', schedule='@daily', start_date=datetime(2024, 1, 1)):\n"
    text += "    BashOperator(task_id='a', bash_command=f'load {{{}}}')\n"
    (finding,) = findings("AF109", text.format("datetime.now()"))
    assert "{{ data_interval_end | ds }}" in finding.message
    (finding,) = findings("AF109", text.format("datetime.now() - timedelta(days=1)"))
    assert "{{ ds }}" in finding.message


def test_what_cannot_be_mapped_over_is_not_told_to() -> None:
    text = IMPORTS + "from airflow.models import Variable\n" + BY_HAND
    text += "    for i in range(int(Variable.get('shards'))):\n"
    text += "        BashOperator(task_id=f'a{{i}}', bash_command='a'{})\n"
    assert "`.expand`" in findings("AF202", text.format(""))[0].message
    assert "`.expand`" not in findings("AF202", text.format(", executor_config=config(i)"))[0].message


def test_a_secret_that_is_read_with_the_file_is_not_told_to_be_looked_up_there() -> None:
    text = IMPORTS + "from airflow.models import Variable\n" + BY_HAND
    (finding,) = findings("AF509", text + "    BashOperator(task_id='a', bash_command=Variable.get('api_token'))\n")
    assert "get_connection" not in finding.message
