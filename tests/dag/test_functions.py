"""When the body of a function runs."""

from __future__ import annotations

import pytest

from dagdock.dag.module import DagModule, parse
from dagdock.text import Source

HEAD = """\
from airflow import DAG
from airflow.decorators import dag, task, task_group
from airflow.operators.python import PythonOperator
from airflow.models import BaseOperator
import functools
"""


def read(text: str) -> DagModule:
    return parse(Source("dags/a.py", HEAD + text))


def moment(text: str) -> str:
    """When the call of `mark` in a text runs."""
    [answer] = {call.runs_at for call in read(text).calls() if call.span.text == "mark()"}
    return answer


@pytest.mark.parametrize(
    "text",
    [
        "mark()",
        "x = [mark() for i in y]",
        "if x:\n    mark()",
        "with DAG('d'):\n    mark()",
        "class A:\n    x = mark()",
        "def f(x=mark()): ...",
        "@task(retries=mark())\ndef f(): ...",
        "@mark()\n@task\ndef f(): ...",
        "@dag\ndef f():\n    mark()",
        "@task_group\ndef f():\n    mark()",
        "PythonOperator(task_id=mark(), python_callable=f)",
        "def f():\n    mark()\nf()",
        "def f():\n    g()\ndef g():\n    mark()\nx = f()",
        "def f():\n    mark()\nPythonOperator(task_id='a', python_callable=f)\nf()",
        "@dag\ndef d():\n    def f():\n        mark()\n    f()",
        "sorted(x, key=lambda i: mark())",
        "list(map(lambda i: mark(), y))",
        "class A(BaseOperator):\n    def __init__(self):\n        mark()",
        "class A:\n    def __init__(self):\n        mark()\nA()",
        "class A:\n    def go(self):\n        mark()\na = A()\na.go()",
        "def decorate(f):\n    mark()\n    return f\n@decorate\ndef g(): ...",
        "try:\n    mark()\nexcept E: ...",
    ],
)
def test_parse_time(text: str) -> None:
    assert moment(text) == "parse"


@pytest.mark.parametrize(
    "text",
    [
        "@task\ndef f():\n    mark()",
        "@task()\ndef f():\n    mark()",
        "@task.branch\ndef f():\n    mark()",
        "@task.virtualenv(requirements=[])\ndef f():\n    mark()",
        "def f():\n    mark()\nPythonOperator(task_id='a', python_callable=f)",
        "def f():\n    mark()\nPythonOperator(task_id='a', python_callable=functools.partial(f, 1))",
        "g = lambda: mark()\nPythonOperator(task_id='a', python_callable=g)",
        "PythonOperator(task_id='a', python_callable=lambda: mark())",
        "def f():\n    g()\ndef g():\n    mark()\nPythonOperator(task_id='a', python_callable=f)",
        "def f():\n    run(g)\ndef g():\n    mark()\nPythonOperator(task_id='a', python_callable=f)",
        "def f(c):\n    mark()\nwith DAG('d', on_failure_callback=f): ...",
        "def f(c):\n    mark()\nargs = {'on_failure_callback': f}",
        "def f(c):\n    mark()\nargs = dict(on_failure_callback=[f])",
        "class A(BaseOperator):\n    def execute(self, context):\n        mark()",
        "class A(BaseOperator):\n    def execute(self, context):\n        self.go()\n    def go(self):\n        mark()",
        "from company import XSensor\nclass A(XSensor):\n    def poke(self, context):\n        mark()",
        "def f():\n    mark()\ntask(f)()",
        "def f():\n    mark()\ntask.python(f)",
        "def make():\n    def f():\n        mark()\n    return f\nPythonOperator(task_id='a', python_callable=make())",
        "def f():\n    mark()\ndef op(c):\n    PythonOperator(task_id='a', python_callable=c)\nop(f)",
        "def f():\n    mark()\nf\nPythonOperator(task_id='a', python_callable=f)",
        "def f():\n    mark()\nDAG('d', user_defined_macros={'f': f})",
        "from company import OurOperator\ndef f():\n    mark()\nOurOperator(task_id='a', handler_of=f)",
    ],
)
def test_task_time(text: str) -> None:
    assert moment(text) == "task"


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    mark()",
        "def f():\n    mark()\nregister(f)",
        "def f():\n    mark()\n__all__ = [f]",
        "if __name__ == '__main__':\n    mark()",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    mark()",
        "def f():\n    mark()\nif __name__ == '__main__':\n    f()",
        "class A:\n    def go(self):\n        mark()",
        "class A:\n    def go(self):\n        mark()\nx.go()",
        "def f():\n    mark()\ndef g():\n    f()",
        "def f():\n    f()\n    mark()",
        "x = lambda: mark()",
    ],
)
def test_what_cannot_be_seen_is_unknown(text: str) -> None:
    assert moment(text) == "unknown"


def test_decorators_and_their_arguments() -> None:
    module = read("@task.branch(retries=3)\ndef f(): ...\n@dag\ndef g(): ...\n@other\ndef h(): ...\n")
    assert [function.decorator for function in module.functions] == ["task.branch", "dag", None]
    assert [function.is_taskflow for function in module.functions] == [True, False, False]
    assert module.functions[0].arguments["retries"].value.get(int) == 3
    assert module.functions[1].arguments == {}


def test_names_are_found_where_they_are_written() -> None:
    module = read("async  def  f(): ...\n@task\ndef \\\n  g(): ...\nx = lambda: 1\n")
    assert [(function.name, function.name.span.text) for function in module.functions] == [
        ("f", "f"),
        ("g", "g"),
        ("<lambda>", "lambda"),
    ]


def test_calls_say_what_they_call() -> None:
    module = read("from airflow.models import Variable as V\nV.get('a')\nx = V.get\nx('b')\nopen('f')\n")
    found = [(call.name, call.airflow) for call in module.calls()]
    assert found == [
        ("airflow.models.Variable.get", "Variable.get"),
        ("airflow.models.Variable.get", "Variable.get"),
        ("builtins.open", None),
    ]
