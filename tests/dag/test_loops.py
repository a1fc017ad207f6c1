"""How often loops run and how many tasks they make."""

from __future__ import annotations

import time

import pytest

from dagdock.dag.module import DagModule, parse
from dagdock.text import Source

HEAD = """\
import itertools
from airflow import DAG
from airflow.operators.bash import BashOperator as Op
"""


def read(text: str) -> DagModule:
    return parse(Source("dags/a.py", HEAD + text))


@pytest.mark.parametrize(
    ("setup", "iterable", "size"),
    [
        ("", "[1, 2, 3]", 3),
        ("", "(unknown, other)", 2),
        ("", "range(2, 10)", 8),
        ("N = 5", "range(N * 2)", 10),
        ("", "range(10**20)", 10**20),
        ("", "range(10, 0, -3)", 4),
        ("", "range(0)", 0),
        ("TABLES = ['a', 'b']", "TABLES", 2),
        ("TABLES = {'a': x(), 'b': y()}", "TABLES.items()", 2),
        ("TABLES = {'a': x(), 'b': y()}", "TABLES", 2),
        ("TABLES = [x(), y()]", "enumerate(TABLES, 1)", 2),
        ("TABLES = [x(), y()]", "sorted(TABLES)", 2),
        ("", "zip([a, b, c], range(2))", 2),
        ("", "itertools.product([a, b], range(5))", 10),
        ("", "itertools.chain([a, b], range(5))", 7),
        ("", "'a b c'.split()", 3),
        ("", "[a(i) for i in range(4) for j in range(2)]", 8),
        ("A = [x]\nB = A + [y, z]", "B", 3),
        ("A = [1, 2]\nA.append(3)", "A", 3),
        ("A = [x(), y()]\nA.sort()", "A", 2),
        ("", "map(f, [a, b])", 2),
        ("", "[*[a, b], c]", 3),
        ("", "'abc'", 3),
        # Not known:
        ("", "x()", None),
        ("", "[a for a in range(3) if a.ok]", None),
        ("A = [x()]\nfor i in y():\n    A.append(i)", "A", None),
        ("", "filter(f, [1, 2])", None),
        ("from company import TABLES", "TABLES", None),
        ("", "zip([1], x())", None),
        ("", "set(x())", None),
        ("", "5", None),
    ],
)
def test_sizes(setup: str, iterable: str, size: int | None) -> None:
    [task] = read(f"{setup}\nfor item in {iterable}:\n    Op(task_id=item)").tasks
    [loop] = task.loops
    assert loop.size.get(int) == size
    assert loop.span.text == iterable
    assert loop.names == ["item"]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Op(task_id='a')", 1, 1),
        ("for i in range(3):\n    for j in range(4):\n        Op(task_id='a')", 12, 12),
        ("[Op(task_id=i) for i in range(5) for j in 'ab']", 10, 10),
        ("for i in range(3):\n    if i:\n        Op(task_id='a')", 0, 3),
        ("for i in range(3):\n    if i:\n        continue\n    Op(task_id='a')", 0, 3),
        ("for i in range(3):\n    Op(task_id='a')\n    if i:\n        break", 0, 3),
        ("for i in range(3):\n    for j in x():\n        Op(task_id='a')", 0, None),
        ("for i in []:\n    Op(task_id='a')", 0, 0),
        ("while x:\n    Op(task_id='a')", 0, None),
        ("def f():\n    Op(task_id='a')\nfor i in range(3):\n    f()\nf()", 4, 4),
        (
            "def f():\n    for i in range(2):\n        g()\ndef g():\n    Op(task_id='a')\nfor i in range(3):\n    f()",
            6,
            6,
        ),
        ("def f():\n    Op(task_id='a')\nf()\nregister(f)", 1, None),
        ("def f():\n    Op(task_id='a')\n    f()", 0, None),
        ("for i in range(3):\n    pass\nelse:\n    Op(task_id='a')", 1, 1),
        ("try:\n    Op(task_id='a')\nexcept E:\n    pass", 1, 1),
        ("[Op(task_id=i) for i in range(5) if i]", 0, 5),
    ],
)
def test_counts(text: str, low: int, high: int | None) -> None:
    lines = "\n".join(f"    {line}" for line in text.split("\n"))
    [task] = read(f"with DAG('d'):\n{lines}").tasks
    assert (task.count.low, task.count.high) == (low, high)


def test_loops_around_the_dag_are_not_its_own() -> None:
    text = """
if on:
    for name in ["a", "b"]:
        with DAG(name):
            for i in range(3):
                Op(task_id=f"t{i}")
"""
    module = read(text)
    [dag] = module.dags
    [task] = module.tasks
    assert (dag.count.low, dag.count.high) == (0, 2)
    assert (task.count.low, task.count.high) == (3, 3)
    assert (dag.task_count.low, dag.task_count.high) == (3, 3)
    assert [loop.span.text for loop in dag.task_count.loops] == ["range(3)"]


def test_a_decorated_dag_is_counted_by_its_calls() -> None:
    text = """
from airflow.decorators import dag
@dag
def flow(x):
    Op(task_id="t")
for x in range(4):
    flow(x)
"""
    [dag] = read(text).dags
    assert (dag.count.low, dag.count.high, dag.task_count.low, dag.task_count.high) == (4, 4, 1, 1)


@pytest.mark.parametrize(
    ("setup", "iterable", "source"),
    [
        ("from airflow.models import Variable", "Variable.get('x').split()", "airflow.models.Variable.get()"),
        ("from airflow.models import Variable\nx = Variable.get('x')\ny = x", "y", "airflow.models.Variable.get()"),
        ("import json\nwith open('f') as f:\n    x = json.load(f)", "x['tables']", "builtins.open()"),
        ("from glob import glob", "sorted(glob('*.sql'))", "glob.glob()"),
        ("import os", "[f for f in os.listdir('.') if f]", "os.listdir()"),
        ("import requests\nr = requests.get(u)", "r.json()['items']", "requests.get()"),
        ("from pathlib import Path", "Path('x').glob('*')", "pathlib.Path().glob()"),
        ("import psycopg2\nc = psycopg2.connect().cursor()", "c.fetchall()", "psycopg2.connect().cursor().fetchall()"),
        ("x = []\nfor line in open('f'):\n    x.append(line)", "x", "builtins.open()"),
        ("def tables():\n    return open('f').readlines()", "tables()", "builtins.open()"),
    ],
)
def test_what_a_loop_iterates_over_is_traced(setup: str, iterable: str, source: str) -> None:
    [task] = read(f"{setup}\nfor item in {iterable}:\n    Op(task_id=item)").tasks
    origin = task.loops[0].origin
    assert origin is not None
    assert source in [step.name for step in origin.walk()]


def test_helpers_that_call_each_other_are_counted_once() -> None:
    text = "".join(f"def f{n}():\n    for i in range(9):\n        f{n + 1}(); f{n + 1}()\n" for n in range(30))
    begin = time.perf_counter()
    [task] = read(text + "def f30():\n    Op(task_id='a')\nf0()\n").tasks
    assert task.count.low == 18**30
    assert time.perf_counter() - begin < 2
