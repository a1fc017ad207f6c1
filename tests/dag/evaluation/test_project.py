"""Evaluation across the files of a project."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dagdock.dag.evaluation import BuiltDag

FACTORY = """\
from airflow import DAG
from airflow.operators.empty import EmptyOperator

def make(name, tasks):
    with DAG(name) as dag:
        for task in tasks:
            EmptyOperator(task_id=task)
    return dag
"""


@pytest.mark.parametrize(
    ("statement", "path"),
    [
        ("from factory import make", "dags/factory.py"),
        ("from factory import make", "plugins/factory.py"),
        ("from .factory import make", "dags/factory.py"),
        ("from ..lib.factory import make", "lib/factory.py"),
        ("from lib.factory import make", "lib/factory.py"),
        ("from lib.factory import *", "dags/lib/factory.py"),
        ("import lib.factory\nmake = lib.factory.make", "dags/lib/factory.py"),
        ("import lib.factory as f\nmake = f.make", "dags/lib/factory/__init__.py"),
        ("from lib import factory\nmake = factory.make", "dags/lib/factory.py"),
        ("from company.factory import make", "modules/company/factory.py"),
    ],
)
def test_modules_are_found(build_dag: Callable[..., BuiltDag], statement: str, path: str) -> None:
    dag = build_dag(f"{statement}\nd = make('d', ['a', 'b'])\n", files={path: FACTORY})
    assert dag.complete, dag.unknown
    assert [task.task_id for task in dag.tasks] == ["a", "b"]
    assert dag.tasks[0].module is not None
    assert dag.tasks[0].module.source.path == path


@pytest.mark.parametrize(
    "reading",
    [
        "import json, os\n"
        "with open(os.path.join(os.path.dirname(__file__), 'conf', 'a.json')) as f:\n    c = json.load(f)",
        "import json\nfrom pathlib import Path\nc = json.loads((Path(__file__).parent / 'conf/a.json').read_text())",
        "import json\nc = json.load(open('/opt/airflow/dags/conf/a.json'))",
        "import yaml, glob, os\nfor n in glob.glob(os.path.dirname(__file__) + '/conf/*.json'):\n"
        "    with open(n) as f: c = yaml.safe_load(f)",
        "import json, os\nbase = os.path.dirname(os.path.abspath(__file__)) + '/conf'\nfor n in os.listdir(base):\n"
        "    if n.endswith('.json'): c = json.load(open(os.path.join(base, n)))",
    ],
)
def test_configurations_are_read(build_dag: Callable[..., BuiltDag], reading: str) -> None:
    dag = build_dag(
        f"{reading}\nwith DAG(c['id']):\n    [EmptyOperator(task_id=t) for t in c['tasks']]\n",
        files={"dags/conf/a.json": '{"id": "d", "tasks": ["x", "y"]}', "dags/conf/read.me": ""},
    )
    assert dag.complete, dag.unknown
    assert dag.dag_id == "d"
    assert [task.task_id for task in dag.tasks] == ["x", "y"]


def test_modules_that_import_each_other(build_dag: Callable[..., BuiltDag]) -> None:
    files = {"dags/one.py": "import two\nNAME = 'n'\n", "dags/two.py": "import one\nX = 1\n"}
    dag = build_dag("import one, two\nwith DAG(one.NAME):\n    EmptyOperator(task_id=f't{two.X}')\n", files=files)
    assert dag.complete
    assert [task.task_id for task in dag.tasks] == ["t1"]


def test_what_a_task_is_made_of(build_dag: Callable[..., BuiltDag]) -> None:
    dag = build_dag("""
defaults = {"owner": "me", "retries": 3}
with DAG("d", default_args=defaults):
    with TaskGroup("g", default_args={"retries": 1}):
        first = EmptyOperator(task_id="a", pool="p", trigger_rule="all_done")
    @task(retries=9)
    def flow(x): ...
    flow(first.output)
""")
    first, second = dag.tasks
    assert (first.task_id, first.own_id, first.group, first.trigger_rule) == ("g.a", "a", "g", "all_done")
    assert first.operator == "airflow.operators.empty.EmptyOperator"
    assert {name: one.value for name, one in first.arguments.items()} == {
        "owner": "me",
        "retries": 1,
        "task_id": "a",
        "pool": "p",
        "trigger_rule": "all_done",
    }
    assert first.arguments["pool"].span is not None
    assert first.arguments["pool"].span.text == '"p"'
    assert first.arguments["owner"].inherited
    assert first.arguments["owner"].span is not None
    assert first.arguments["owner"].span.text == '"me"'
    assert (second.operator, second.taskflow, second.arguments["retries"].get(int)) == ("@task", True, 9)
    assert second.callable is not None
    assert first.is_before(second)
    assert not second.is_before(first)
    assert [task.task_id for task in second.upstream] == ["g.a"]
