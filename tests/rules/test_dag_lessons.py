"""Rules on DAGs and what stands in other files: modules that are read with a DAG, remarks made once for a project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dagdock.engine import Linter, Workspace
from dagdock.examples import unmark
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice

RULES = Rules(third_party=False)

DAG = "from datetime import datetime\nfrom airflow import DAG\n"
WITH = "with DAG('{}', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n"


Check = Callable[..., list[Finding]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Checks those of some files that are called `*_dag.py`, in a project of their own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dagdock.toml").touch()

    def run(code: str, files: dict[str, str], version: str | None = None) -> list[Finding]:
        workspace = Workspace(airflow_version=version)
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        targets = [workspace.target(str(tmp_path / name)) for name in files if name.endswith("_dag.py")]
        return Linter(rules=RULES, choice=Choice(select=[code])).check(workspace, targets).findings

    return run


IN_HELPERS = {
    "AF203": "from airflow.models import Variable\nSTAGE = «Variable.get('stage')»\n",
    "AF204": "import requests\nSHOPS = «requests.get('https://example.org/shops')».json()\n",
    "AF206": "from airflow.hooks.base import BaseHook\nclass A:\n    host = «BaseHook.get_connection('shop')».host\n",
    "AF216": "import boto3\ns3 = «boto3.client('s3')»\n",
}


@pytest.mark.parametrize("code", IN_HELPERS)
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("dags/common/clients.py", "from common.clients import x"),
        ("dags/common/__init__.py", "from common.clients import x"),
        ("dags/clients.py", "import clients"),
        ("plugins/clients.py", "try:\n    import clients as c\nexcept ImportError:\n    c = None"),
    ],
)
def test_a_module_that_dags_import_is_read_with_them_and_told_once(
    check: Check, code: str, name: str, line: str
) -> None:
    text, marks = unmark(IN_HELPERS[code])
    dag = f"{DAG}{line}\n"
    files = {name: text, "dags/common/clients.py": "x = 1\n"} | {name: text}
    files |= {"dags/a_dag.py": dag + WITH.format("a"), "dags/b_dag.py": dag + WITH.format("b")}
    (finding,) = check(code, files)
    assert (finding.path, (finding.span.start, finding.span.end)) == (name, marks[0])
    assert finding.related and finding.related[0].span.source.path == "dags/a_dag.py"


def test_a_module_is_read_by_way_of_another_one(check: Check) -> None:
    files = {"dags/deep.py": unmark(IN_HELPERS["AF203"])[0], "dags/near.py": "import deep\n"}
    files["dags/a_dag.py"] = f"{DAG}import near\n{WITH.format('a')}"
    assert [finding.path for finding in check("AF203", files)] == ["dags/deep.py"]


@pytest.mark.parametrize(
    ("helper", "line"),
    [
        ("x = 1\n", "import clients"),
        (IN_HELPERS["AF203"], "def f():\n    import clients"),
        (IN_HELPERS["AF203"], "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import clients"),
        ("from airflow.models import Variable\ndef stage():\n    return Variable.get('stage')\n", "import clients"),
        (
            "from airflow.models import Variable\nif __name__ == '__main__':\n    print(Variable.get('stage'))\n",
            "import clients",
        ),
        (
            "from airflow.models import Variable\nSTAGE = Variable.get('stage')  # dagdock: ignore[AF203] -- in env\n",
            "import clients",
        ),
    ],
)
def test_what_does_not_run_with_a_dag_is_left_alone(check: Check, helper: str, line: str) -> None:
    files = {"dags/clients.py": unmark(helper)[0], "dags/a_dag.py": f"{DAG}{line}\n{WITH.format('a')}"}
    assert check("AF203", files) == []


OLD = DAG + "DAG('a', schedule_interval='@daily')\nDAG('b', schedule_interval='@daily')\n"


@pytest.mark.parametrize(
    ("version", "places"),
    [
        (None, [("dags/b_dag.py", 3)]),
        ("2.10", [("dags/b_dag.py", 3)]),
        ("2.3", []),
        ("3.0", [("dags/b_dag.py", 3), ("dags/b_dag.py", 4), ("dags/c_dag.py", 3), ("dags/c_dag.py", 4)]),
    ],
)
def test_schedule_interval_is_told_once_unless_it_breaks(
    check: Check, version: str | None, places: list[tuple[str, int]]
) -> None:
    files = {
        "dags/a_dag.py": DAG + "# schedule_interval\n" + WITH.format("a"),
        "dags/b_dag.py": OLD,
        "dags/c_dag.py": OLD,
    }
    found = check("AF802", files, version)
    assert [(finding.path, finding.span.line) for finding in found] == places
    if len(places) == 1:
        assert "in 1 more file;" in found[0].message
        assert found[0].fix and len(found[0].fix.edits) == 2


def test_the_old_name_is_told_where_the_first_file_is_not_checked(check: Check) -> None:
    assert len(check("AF802", {"dags/a.py": OLD, "dags/c_dag.py": OLD})) == 1


SLA = (
    "from datetime import datetime, timedelta\nfrom airflow import DAG\n"
    "DAG('a', schedule='@daily', default_args={'sla': timedelta(hours=1)})\n"
)


@pytest.mark.parametrize(("version", "count"), [(None, 0), ("2.10", 0), ("3.0", 2)])
def test_an_sla_is_told_where_it_is_ignored(check: Check, version: str | None, count: int) -> None:
    assert len(check("AF803", {"dags/a_dag.py": SLA, "dags/b_dag.py": SLA}, version)) == count


IMPORTS = """\
from datetime import datetime, timedelta
from airflow import DAG
from airflow.decorators import dag, task
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator
import pandas as pd
"""
BEGIN = "with DAG('d', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
BRANCH = (
    BEGIN + "    b = BranchPythonOperator(task_id='b', python_callable={})\n"
    "    one, two = EmptyOperator(task_id='one'), EmptyOperator(task_id='two')\n"
    "    end = {}(task_id='end'{})\n    b >> [one, two] >> end\n"
)
FAILS_LATE = BEGIN + "    a = BashOperator(task_id='a', bash_command='a')\n"

FOUND = [
    ("AF404", "@task\ndef f(rows):\n    «yield from rows»\n"),
    (
        "AF404",
        "def f():\n    for i in 1, 2:\n        «yield i»\n"
        + BEGIN
        + "    PythonOperator(task_id='a', python_callable=f)\n",
    ),
    (
        "AF334",
        "from airflow.operators.python import PythonVirtualenvOperator\n"
        + BEGIN
        + "    PythonVirtualenvOperator(task_id='a', python_callable=«lambda: 1»)\n",
    ),
    ("AF510", "X = dict(host=«'10.20.1.5'», port=5432)\nDAG('d')\n"),
    ("AF510", "X = {'host': «'db-prod'»}\nDAG('d')\n"),
    ("AF510", BEGIN + "    BashOperator(task_id='a', bash_command=«'aws s3 ls s3://shop-prod/x'»)\n"),
    ("AF510", "Q = «'https://sqs.eu-west-1.amazonaws.com/482915530771/q'»\nDAG('d')\n"),
    ("AF510", "A = «'s3://shop-prod'»\nB = 's3://shop-prod/b'\nDAG('d')\n"),
    ("AF510", "X = {'postgres_conn_id': «'dwh_prd'»}\nDAG('d')\n"),
    ("AF106", "DAG('d', schedule=None, default_args={«'tags': ['a']»})\n"),
    ("AF330", "DAG('d', «shedule»='@daily')\n"),
    ("AF330", "@dag(«max_active_run»=1)\ndef d():\n    pass\n"),
    ("AF334", BEGIN + "    PythonOperator(task_id='a', python_callable=«'load'»)\n"),
    ("AF215", "@task\ndef f(a, b):\n    pass\n" + BEGIN + "    f.partial(a=1).expand(«a=[1, 2]», b=[3])\n"),
    (
        "AF204",
        "import httpx\ndef client():\n    return httpx.Client(timeout=9)\nX = «client().get('/x')»\n"
        + BEGIN
        + "    pass\n",
    ),
    ("AF642", BRANCH.format("lambda: 'one'", "«BashOperator»", ", bash_command='x'")),
    ("AF642", "import random\n" + BRANCH.format("lambda: random.choice(['one', 'two'])", "«EmptyOperator»", "")),
    ("AF642", "WAYS = {'a': 'one'}\n" + BRANCH.format("lambda x: WAYS.get(x, 'two')", "«EmptyOperator»", "")),
    ("AF641", BRANCH.format("lambda ds: «ds > '2024'»", "EmptyOperator", "")),
    ("AF641", "@task.branch\ndef b(ds=None):\n    late = ds > '2024'\n    return «late»\n"),
    ("AF641", "@task.branch\ndef b(ds=None):\n    return «not ds»\n"),
    (
        "AF644",
        FAILS_LATE
        + "    «PythonOperator»(task_id='z', python_callable=lambda: print(1), trigger_rule='all_done') << a\n",
    ),
    ("AF316", "@dag(schedule=None)\ndef d():\n    pass\n\n«d»\n"),
    ("AF316", BEGIN + "    @task\n    def f():\n        pass\n\n    «f»\n"),
    ("AF625", "@task\ndef f():\n    day = '«{{ ds }}»'\n    print(f'of {day}')\n"),
    (
        "AF401",
        "from sklearn.model_selection import train_test_split\n@task\ndef f():\n"
        "    train, test = train_test_split(pd.read_csv('/a.csv'))\n    return «{'train': train}»\n",
    ),
    ("AF125", "DAG('d', default_args={«'retry'»: 3})\n"),
    ("AF125", "DAG('d', default_args={«'email_on_retries'»: False})\n"),
    ("AF622", BEGIN + "    BashOperator(task_id='a', bash_command='x {{ «macros».ds_subtract(ds, 1) }}')\n"),
    (
        "AF422",
        "def n(**context):\n    context['ti'].xcom_push(key='n', value=3)\n"
        + BEGIN
        + "    a = PythonOperator(task_id='a', python_callable=n)\n"
        + "    a >> BashOperator(task_id='b', bash_command='echo {{ ti.xcom_pull(«\"a\"») }}')\n",
    ),
    (
        "AF422",
        "def n(ds):\n    if not ds:\n        return None\n    print(sum(x for x in (lambda: [1])()))\n"
        "def show(ti):\n    print(ti.xcom_pull(task_ids=«'a'», key='return_value'))\n"
        + BEGIN
        + "    a = PythonOperator(task_id='a', python_callable=n)\n"
        + "    a >> PythonOperator(task_id='b', python_callable=show)\n",
    ),
    ("AF341", "def f(context, text):\n    print(text)\nDAG('d', on_success_callback=[print, «f»])\n"),
    ("AF341", BEGIN + "    EmptyOperator(task_id='a', on_retry_callback=«lambda: print(1)»)\n"),
    ("AF341", "def f(context):\n    print(context)\nDAG('d', sla_miss_callback=«f»)\n"),
    (
        "AF341",
        "def f(*, context):\n    print(context)\n@task(on_failure_callback=«f»)\ndef a():\n    pass\n"
        + BEGIN
        + "    a()\n",
    ),
    ("AF510", "KAFKA = «'10.12.0.31:9092,10.12.0.32:9092'»\nDAG('d')\n"),
    ("AF510", "BUCKET = «'shop-prod-raw'»\nX = dict(bucket_name='shop-prod-out', Bucket='raw')\nDAG('d')\n"),
    ("AF510", "X = {'project_id': «'shop-prod'»}\nDAG('d')\n"),
]
SILENT = [
    ("AF404", "@task\ndef f(rows):\n    def g():\n        yield 1\n    return list(g())\n"),
    ("AF404", "from airflow.datasets.metadata import Metadata\n@task\ndef f(rows):\n    yield Metadata(X, {})\n"),
    ("AF334", BEGIN + "    PythonOperator(task_id='a', python_callable=lambda: 1)\n"),
    ("AF510", "A = 's3://shop-prod/x'\nB = 's3://shop-dev/x'\nDAG('d')\n"),
    ("AF510", "A = 's3://shop/staging/x'\nB = 's3://shop-staging'\nC = 'https://api.shop.dev/x'\nDAG('d')\n"),
    ("AF510", "A = 'https://products.example.com'\nB = 'https://dev.azure.com/x'\nDAG('d')\n"),
    ("AF510", "A = f's3://shop-{STAGE}/x'\nB = 'https://{{ var.value.env }}.example.com'\nDAG('d')\n"),
    ("AF510", "import os\nA = 's3://shop-prod' if os.environ['X'] == 'prod' else 's3://test'\nDAG('d')\n"),
    ("AF510", "import os\nA = os.getenv('X', 's3://shop-prod')\nDAG('d', params={'a': Param('s3://shop-prod')})\n"),
    (
        "AF510",
        "def f(host='db-prod'):\n    pass\nA = {'host': 'localhost', 'version': '10.1.2.3'}\nDAG('d', tags=['prod'])\n",
    ),
    ("AF510", "A = 's3://shop-prod/x'\n"),
    ("AF510", "A = 'postgresql://me:secret-9@db.prod.example.com/x'\nDAG('d')\n"),
    ("AF106", "DAG('d', schedule=None, default_args={'tags': {'team': 'a'}})\n"),
    ("AF106", "DAG('d', schedule=None, tags=['b'], default_args={'tags': ['a']})\n"),
    ("AF330", "DAG('d', **ARGS)\nDAG('e', schedule_interval=None, deadline=None)\n"),
    ("AF330", "class Ours(DAG):\n    pass\nOurs('d', team='x')\n"),
    ("AF215", "@task\ndef f(a, b):\n    pass\n" + BEGIN + "    f.partial(a=1).expand(b=[3])\n"),
    ("AF642", BRANCH.format("lambda: ['one', 'two']", "EmptyOperator", "")),
    ("AF642", BRANCH.format("choose", "EmptyOperator", "")),
    ("AF642", BRANCH.format("lambda: 'one'", "EmptyOperator", ", trigger_rule='none_failed_min_one_success'")),
    ("AF641", "@task.branch\ndef b(ds=None):\n    return ds > '2024' and 'one' or 'two'\n"),
    ("AF641", "@task.short_circuit\ndef b(ds=None):\n    return ds > '2024'\n"),
    ("AF644", FAILS_LATE + "    PythonOperator(task_id='z', python_callable=look, trigger_rule='all_done') << a\n"),
    (
        "AF644",
        "def look(dag_run):\n    print(dag_run)\n"
        + FAILS_LATE
        + "    PythonOperator(task_id='z', python_callable=look, trigger_rule='all_done') << a\n",
    ),
    ("AF316", "@dag(schedule=None)\ndef d():\n    pass\n\nx = d\n"),
    ("AF125", "from x import Retry\nDAG('d', default_args={'retry': Retry()})\n"),
    (
        "AF622",
        BEGIN
        + "    BashOperator(task_id='a', bash_command='x {{ macros.ours.day(ds) }} {{ macros.ds_add(ds, 1) }}')\n",
    ),
    ("AF701", "DAG('d', default_args={'retry': 3, 'retry_delay': timedelta(1)})\n"),
    *(
        (
            "AF422",
            "import functools\n"
            + function
            + "def show(ti):\n    print(ti.xcom_pull(task_ids='a'))\n"
            + BEGIN
            + "    a = PythonOperator(task_id='a', python_callable=n)\n"
            + "    a >> PythonOperator(task_id='b', python_callable=show)\n",
        )
        for function in (
            "def n():\n    pass\n",
            "def n():\n    '''To do.'''\n    raise NotImplementedError\n",
            "def n():\n    print(1)\n    yield 1\n",
            "def n(ds):\n    print(1)\n    return print(ds)\n",
            "@timed\ndef n():\n    print(1)\n",
            "async def n():\n    print(1)\n",
            "def n(ti):\n    print(1)\n    store(ti)\n",
            "def n(ti):\n    ti.xcom_push(key='return_value', value=1)\n",
            "def n():\n    def inner():\n        print(1)\n    with open('/x') as f:\n        return f.read()\n",
        )
    ),
    (
        "AF422",
        "def n():\n    print(1)\ndef show(ti):\n    print(ti.xcom_pull(task_ids=['a', 'c']))\n"
        + BEGIN
        + "    a = PythonOperator(task_id='a', python_callable=n)\n    c = EmptyOperator(task_id='c')\n"
        + "    [a, c] >> PythonOperator(task_id='b', python_callable=show)\n",
    ),
    *(
        ("AF341", f"import functools, x\n{function}DAG('d', on_failure_callback=f)\n")
        for function in (
            "def f(*args):\n    print(args)\n",
            "def f(context, text='x', **more):\n    print(text)\n",
            "@x.wrapped\ndef f():\n    print(1)\n",
            "def g(context, text):\n    print(text)\nf = functools.partial(g, text='x')\n",
            "def g(text):\n    return lambda context: print(text)\nf = g('x')\n",
            "class C:\n    def tell(self, context):\n        print(self)\nf = C().tell\n",
            "from x import f\n",
            "f = None\n",
        )
    ),
    ("AF341", "def f(dag, tasks, blocking, slas, tis):\n    print(slas)\nDAG('d', sla_miss_callback=f)\n"),
    ("AF341", "def f():\n    print(1)\n" + BEGIN + "    PythonOperator(task_id='a', python_callable=f)\n"),
    ("AF510", "A, B = '127.0.0.1:9092', '8.8.8.8:53'\nDAG('d', tags=['10.12.0.31:80 is down'])\n"),
    ("AF510", "X = {'bucket': 'staging', 'project_id': 'shop', 'bucket_name': 'prod'}\nDAG('d')\n"),
    ("AF510", "def f(bucket='shop-prod'):\n    print(bucket)\nDAG('d')\n"),
    ("AF510", "X = {'dev': {'bucket': 'shop-dev'}, 'prod': {'bucket': 'shop-prod'}}\nDAG('d')\n"),
    ("AF510", "import os\nBUCKET = os.getenv('BUCKET') or 'shop-prod'\nDAG('d')\n"),
    (
        "AF640",
        "@task.branch\ndef f(n):\n    if n:\n        return ['one']\n    return None\n"
        "@task(trigger_rule='none_failed')\ndef end():\n    print(1)\n"
        + BEGIN
        + "    f(1) >> EmptyOperator(task_id='one') >> end()\n",
    ),
]


@pytest.mark.parametrize(("code", "text"), FOUND)
def test_found(check: Check, code: str, text: str) -> None:
    plain, marks = unmark(IMPORTS + text)
    assert [(one.span.start, one.span.end) for one in check(code, {"dags/a_dag.py": plain})] == marks


@pytest.mark.parametrize(("code", "text"), SILENT)
def test_silent(check: Check, code: str, text: str) -> None:
    assert check(code, {"dags/a_dag.py": IMPORTS + text}) == []


@pytest.mark.parametrize(
    ("helper", "line"),
    [
        ("from airflow.models import Variable\nSHOPS = Variable.get('shops').split(',')\n", "helper.SHOPS"),
        (
            "from airflow.models import Variable\ndef shops():\n    return Variable.get('shops').split(',')\n",
            "helper.shops()",
        ),
        ("SHOPS = [row[0] for row in hook.get_records('SELECT name FROM shops')]\n", "helper.SHOPS"),
    ],
)
def test_a_loop_over_what_another_module_asked_for(check: Check, helper: str, line: str) -> None:
    dag = IMPORTS + f"import helper\n{BEGIN}    for shop in {line}:\n        EmptyOperator(task_id=shop)\n"
    (finding,) = check("AF202", {"dags/helper.py": helper, "dags/a_dag.py": dag})
    assert finding.related[0].span.source.path == "dags/helper.py"


def test_a_function_of_another_file_that_is_called(check: Check) -> None:
    dag = IMPORTS + "from helper import load, made\n" + BEGIN
    dag += "    PythonOperator(task_id='a', python_callable=load())\n"
    dag += "    PythonOperator(task_id='b', python_callable=made())\n"
    helper = "def load():\n    print('x')\n\ndef made():\n    return load\n"
    (finding,) = check("AF334", {"dags/helper.py": helper, "dags/a_dag.py": dag})
    assert finding.span.text == "load()"


@pytest.mark.parametrize(
    ("said", "line", "gone"),
    [
        ("3.0.2", "from airflow.operators.dummy_operator import DummyOperator", "airflow.operators.dummy_operator"),
        ("3.0.2", "from airflow.operators import python_operator as p", "python_operator"),
        ("3.1.0", "import airflow.contrib.hooks.ssh_hook", "airflow.contrib.hooks.ssh_hook"),
        ("3.1.0", "from airflow.utils.dates import days_ago, cron_presets", "days_ago"),
        ("2.9.1", "from airflow.sdk.bases.hook import BaseHook", "airflow.sdk.bases.hook"),
        ("3.0.2", "from airflow.operators.bash import BashOperator", None),
        ("3.0.2", "from airflow.operators import bash", None),
        ("3.0.2", "from airflow.hooks.base import BaseHook", None),
        ("3.0.2", "from airflow.utils.helpers import chunks", None),
        ("3.0.2", "from airflow.sdk import dag", None),
        ("3.0.2", "try:\n    from airflow.hooks.base_hook import BaseHook\nexcept ImportError:\n    pass", None),
        ("2.9.1", "from airflow.operators.bash_operator import BashOperator", None),
        ("2.9.1", "if V3:\n    from airflow.sdk import dag\nelse:\n    from airflow.decorators import dag", None),
    ],
)
def test_imports_that_an_airflow_does_not_have(check: Check, said: str, line: str, gone: str | None) -> None:
    files = {
        "requirements.txt": f"apache-airflow=={said}\n",
        "dags/a_dag.py": f"{line}\nfrom airflow import DAG\nDAG('a')\n",
    }
    assert [one.span.text for one in check("AF804", files)] == ([gone] if gone else [])


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"requirements.txt": "apache-airflow>=2.9\n"},
        {"requirements.txt": "apache-airflow==3.0.2\n", "Dockerfile": "FROM apache/airflow:2.9.1\n"},
        {"tools/requirements.txt": "apache-airflow==3.0.2\n"},
    ],
)
def test_imports_where_it_is_not_known_which_airflow_there_is(check: Check, said: dict[str, str]) -> None:
    text = "from airflow import DAG\nfrom airflow.operators.bash_operator import BashOperator\nDAG('a')\n"
    assert check("AF804", {**said, "dags/a_dag.py": text}) == []


@pytest.mark.parametrize(
    ("installs", "count"),
    [
        ("apache-airflow==2.10.5 pandas", 1),
        ("apache-airflow==2.10.5 apache-airflow-providers-mysql", 1),
        ("apache-airflow[mongo]==2.10.5", 0),
        ("apache-airflow==2.10.5 'apache-airflow-providers-google[mongo]'", 0),
        ("apache-airflow==2.10.5 astronomer-providers", 0),
        ("apache-airflow==2.10.5 airflow-provider-shop", 0),
        ("apache-airflow==2.10.5 -r $FILE", 0),
        ("pandas", 0),
    ],
)
def test_a_provider_that_an_own_image_lacks(check: Check, installs: str, count: int) -> None:
    files = {
        "Dockerfile": f"FROM python:3.11\nRUN pip install {installs}\nCOPY dags /opt/airflow/dags\n",
        "dags/a_dag.py": "from airflow import DAG\nfrom airflow.providers.mongo.hooks.mongo import MongoHook\n"
        "DAG('a')\n",
    }
    assert len(check("PJ006", files)) == count
