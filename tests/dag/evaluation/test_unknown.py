"""What is not known is said, and what it does not touch is known all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dagdock.dag.evaluation import BuiltDag, BuiltFile


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import ours\nif ours.flag():\n    EmptyOperator(task_id='a', dag=d)", "ours.flag"),
        ("import ours\nfor x in ours.tables():\n    EmptyOperator(task_id=x, dag=d)", "ours.tables"),
        ("import ours\nours.fill(d)", "ours.fill"),
        ("import ours\nwith d:\n    ours.more_tasks()", "ours.more_tasks"),
        ("import ours\nwith d:\n    a = EmptyOperator(task_id='a')\n    a >> ours.last", "ours.last"),
        ("import ours\nEmptyOperator(task_id=ours.name(), dag=d)", "ours.name"),
        ("for t in Variable.get('tables').split(','):\n    EmptyOperator(task_id=t, dag=d)", "the Variable tables"),
        ("from .helpers import more\nmore(d)", "helpers"),
        ("from ours import *\nfill(d)", "import *"),
        ("x = []\nimport ours\nif ours.flag: x.append(1)\nfor _ in x: EmptyOperator(task_id='a', dag=d)", "ours.flag"),
        ("def f(n):\n    return f(n + 1)\nEmptyOperator(task_id=str(f(0)), dag=d)", "too deep"),
        ("EmptyOperator(task_id='a', dag=d)\nEmptyOperator(task_id='a', dag=d)", "used twice"),
        ("a = EmptyOperator(task_id='a', dag=d)\n[a] >> [a]", "a list"),
        ("raise ValueError('no')", "raises ValueError"),
        (
            "import ours\ntry:\n    n = ours.n()\nexcept Exception:\n    n = 1\n"
            "if n: EmptyOperator(task_id='a', dag=d)",
            "may raise",
        ),
        ("import ours\nclass A(ours.Base): ...\nEmptyOperator(task_id=A().name, dag=d)", "A"),
    ],
)
def test_unknown_parts_are_said(build_dag: Callable[..., BuiltDag], text: str, reason: str) -> None:
    dag = build_dag(f"d = DAG('d')\n{text}\n")
    assert not dag.complete
    assert not dag.task_count.exact
    assert any(reason in doubt.reason for doubt in dag.unknown), dag.unknown


@pytest.mark.parametrize(
    "text",
    [
        "import ours\nflag = ours.flag()\nif flag:\n    schedule = '@daily'\nelse:\n    schedule = None",
        "import ours\nfor x in ours.things():\n    print(x)",
        "import ours\nEmptyOperator(task_id='a', dag=d, owner=ours.owner())",
        "import os\nname = os.environ['HOME'] + 'x'\ncommand = name.upper()",
        "import logging\nlog = logging.getLogger(__name__)\nwith d:\n    log.info('hello')",
        "import pandas as pd\nframe = pd.DataFrame()\nwith d:\n    n = frame.shape[0] + 1",
        "value = Variable.get('x')\nwith d:\n    parts = value.split(',')\n    parts.append('y')",
        "import ours\ndef run():\n    for x in ours.rows():\n        EmptyOperator(task_id=x)",
        "import ours\nif ours.flag():\n    raise RuntimeError('stop')",
    ],
)
def test_what_makes_no_tasks_leaves_the_dag_complete(build_dag: Callable[..., BuiltDag], text: str) -> None:
    dag = build_dag(f"d = DAG('d')\n{text}\n")
    assert dag.complete, dag.unknown


def test_both_branches_are_followed_and_marked(build_dag: Callable[..., BuiltDag]) -> None:
    dag = build_dag("""
import ours
with DAG("d"):
    a = EmptyOperator(task_id="a")
    if ours.production():
        b = EmptyOperator(task_id="b")
    else:
        b = EmptyOperator(task_id="c")
    a >> b
""")
    assert {task.task_id: task.possible for task in dag.tasks} == {"a": False, "b": True, "c": True}
    assert dag.task_count.at_least == 1


def test_defaults_of_what_is_set_elsewhere_are_assumed(build: Callable[..., BuiltFile]) -> None:
    built = build("""
import os
with DAG("d_" + os.environ.get("STAGE", "dev")):
    for name in Variable.get("names", default_var="x,y").split(","):
        EmptyOperator(task_id=name)
""")
    [dag] = built.dags
    assert dag.complete
    assert dag.dag_id == "d_dev"
    assert [task.task_id for task in dag.tasks] == ["x", "y"]
    assert [one.reason for one in built.assumed] == [
        "the environment variable STAGE is not set",
        "the Variable names is not set",
    ]


def test_a_loop_of_unknown_length_makes_possible_tasks(build_dag: Callable[..., BuiltDag]) -> None:
    dag = build_dag("""
import ours
with DAG("d"):
    for table in ours.tables():
        EmptyOperator(task_id="load_" + table)
""")
    [task] = dag.tasks
    assert task.possible
    assert task.task_id is None
    assert [type(loop).__name__ for loop in task.loops] == ["For"]


def test_an_unknown_name_of_a_dag(build: Callable[..., BuiltFile]) -> None:
    [dag] = build("import ours\nwith DAG(ours.name):\n    EmptyOperator(task_id='a')\n").dags
    assert dag.dag_id is None
    assert not dag.complete


def test_a_name_given_to_globals_that_is_not_known(build: Callable[..., BuiltFile]) -> None:
    built = build("import ours\ndef make():\n    return DAG('d')\nglobals()[ours.name()] = make()\n")
    assert [(dag.dag_id, dag.complete) for dag in built.dags] == [("d", False)]


def test_two_dags_of_one_name(build: Callable[..., BuiltFile]) -> None:
    built = build("a = DAG('d')\nb = DAG('d')\n")
    assert [dag.complete for dag in built.dags] == [False, False]


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("EmptyOperator(task_id='a', dag=d)\nEmptyOperator(task_id='a', dag=d)", "duplicate-task-id", 8),
        ("a = EmptyOperator(task_id='a', dag=d)\nb = EmptyOperator(task_id='b', dag=d)\n[a] >> [b]", "list-to-list", 9),
        ("a = EmptyOperator(task_id='a', dag=d)\n@task\ndef f(): ...\na >> f", "not-a-task", 10),
        ("a = EmptyOperator(task_id='a')\nb = EmptyOperator(task_id='b')\na >> b", "no-dag", 9),
        ("with d:\n    TaskGroup('g')\n    TaskGroup('g')", "duplicate-group-id", 9),
        ("a = EmptyOperator(task_id='a', dag=d)\nb = EmptyOperator(task_id='b', dag=DAG('e'))\na >> b", "two-dags", 9),
        ("x = 1 / 0", "raises", 7),
    ],
)
def test_what_airflow_refuses(build: Callable[..., BuiltFile], text: str, kind: str, line: int) -> None:
    built = build(f"d = DAG('d')\n{text}\n")
    assert [(error.kind, error.line) for error in built.errors] == [(kind, line)]
    assert not any(dag.complete for dag in built.dags)
