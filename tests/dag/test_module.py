"""Parsing: faults, places, and that no input brings it down."""

from __future__ import annotations

import ast
import sys
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.dag.module import DagModule, parse
from dagdock.text import Source

FILE = '''\
"""Loads the shop's täbles 🐳."""
from __future__ import annotations
import os
from datetime import datetime, timedelta

from airflow import DAG
from airflow.decorators import dag, task
from airflow.models import Variable
from airflow.operators.python import PythonOperator
from airflow.utils.task_group import TaskGroup

TABLES = ["a", "b"]
args = {"owner": "me", **({"retries": 2})}
args["start_date"] = datetime(2024, 1, 1)


def load(table: str, *, n: int = int(Variable.get("n"))) -> list[dict[str, int]]:
    with open(f"/x/{table}.csv") as file:
        return [row for row in file.readlines() if row]


with DAG("shop", schedule="@daily", default_args=args, catchup=False) as flow, TaskGroup("g") as g:
    for number, table in enumerate(sorted(TABLES)):
        PythonOperator(task_id=f"load_{table}", python_callable=load, op_kwargs={"table": table})


@dag(schedule=None)
def other():
    @task.branch(retries=lambda: 1)
    def choose(x) -> str:
        return "a" if x else os.environ["B"]

    choose.override(task_id="t").partial(y=1).expand(x=[1, 2])


other()
'''


def look_at_everything(module: DagModule) -> None:
    """Ask every question that a rule could ask."""
    for node in module.walk():
        repr(node)
    for dag in module.dags:
        _ = (dag.span, dag.dag_id, dag.default_args, dag.schedule, dag.start_date, dag.catchup, dag.count)
        _ = (dag.unseen, dag.task_count, dag.groups, dag.loops, dag.runs_at)
    for task in module.tasks:
        _ = (task.span, task.full_id, task.arguments, task.dag, task.group, task.count, task.function, task.name)
        for loop in task.loops:
            _ = (loop.size, loop.origin, loop.span, loop.names)
    for call in module.calls():
        _ = (call.name, call.airflow, call.runs_at, call.span, call.function)
    for function in module.functions:
        _ = (function.span, function.runs_at, function.arguments, function.tasks)
        for result in function.returns:
            assert list(result.origin.walk())
    for part in module.names.parents:
        span = module.span(part)
        assert 0 <= span.start <= span.end <= len(module.source.text)
        if isinstance(part, ast.expr):
            _ = (module.value(part), module.entries(part), module.elements(part), module.origin(part))


def test_a_whole_file() -> None:
    module = parse(Source("dags/shop.py", FILE))
    assert module.faults == []
    assert [dag.dag_id.get(str) for dag in module.dags] == ["shop", "other"]
    assert [task.full_id.get(str) for task in module.tasks] == [None, "t"]
    assert [(task.count.low, task.count.high) for task in module.tasks] == [(2, 2), (1, 1)]
    assert [call.span.text for call in module.calls() if call.airflow == "Variable.get"] == ['Variable.get("n")']
    look_at_everything(module)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_places_hold_for_every_newline_and_a_byte_order_mark(newline: str, start: str) -> None:
    source = Source("dags/shop.py", (start + FILE.replace("\n", newline)).encode())
    module = parse(source)
    names = [node for node in ast.walk(module.tree) if isinstance(node, ast.Name)]
    assert len(names) >= 40
    for name in names:
        assert module.span(name).text in (name.id, 'f"load_{table}"', 'f"/x/{table}.csv"')
    assert module.dags[0].dag_id.span.text == '"shop"'
    assert module.span(module.tree.body[0]).text == '"""Loads the shop\'s täbles 🐳."""'


def test_places_in_f_strings() -> None:
    text = 'x = f"é {get(\'a\')} b"\ny = f"""\n  é {get("b")}\n"""\n'
    module = parse(Source("a.py", text))
    found = [call.span.text for call in module.calls()]
    assert found[0] == "get('a')"
    assert found[1] in ('get("b")', 'f"""\n  é {get("b")}\n"""')


def test_places_of_nodes_without_one() -> None:
    module = parse(Source("a.py", "with a as b, c: ...\n[x for x in y if z]\n"))
    with_, comprehension = module.tree.body
    assert isinstance(with_, ast.With) and isinstance(comprehension, ast.Expr)
    assert [module.span(item).text for item in with_.items] == ["a as b", "c"]
    assert isinstance(comprehension.value, ast.ListComp)
    assert module.span(comprehension.value.generators[0]).text == "x in y if z"
    assert module.span(module.tree) == module.source.top


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        ("x = (1,\n", "syntax", "("),
        ("é = 1; def\n", "syntax", None),
        ("\ufeffx = = 1\n", "syntax", "="),
        ("if x:\ny\n", "syntax", "y"),
        ("x = 1\0\n", "syntax", "\0"),
        (b"x = '\xff'\n", "encoding", "\udcff"),
        (b"\xef\xbb\xbfx = '\xff'\n", "encoding", "\udcff"),
        ("(" * 5000, "syntax", "("),
        ("-" * 200_000 + "1", "nesting", ""),
        ("x" + ".a" * 50_000, "nesting", ""),
        ("print 'a'\n", "syntax", None),
        ("x = '''", "syntax", None),
        ("\\", "syntax", None),
    ],
)
def test_faults_have_a_place(content: bytes | str, kind: str, text: str | None) -> None:
    module = parse(Source("a.py", content))
    if kind == "nesting" and not module.faults and sys.version_info < (3, 11):
        return  # older Pythons read some of these
    [fault] = module.faults
    assert fault.kind == kind
    assert text is None or fault.span.text == text
    assert fault.message
    look_at_everything(module)
    assert list(module.walk()) == [module]


def test_warnings_of_python_do_not_reach_the_user(recwarn: pytest.WarningsRecorder) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        module = parse(Source("a.py", 'x = "\\d" is 1\nassert (x, 1)\n'))
    assert module.faults == [] and len(recwarn) == 0


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(FILE)))
def test_half_written_files(end: int) -> None:
    look_at_everything(parse(Source("a.py", FILE[:end])))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=4))
def test_files_with_lines_out_of_order(swaps: list[tuple[int, int]]) -> None:
    lines = FILE.splitlines(keepends=True)
    for one, other in swaps:
        one, other = one % len(lines), other % len(lines)
        lines[one], lines[other] = lines[other], lines[one]
    look_at_everything(parse(Source("a.py", "".join(lines))))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_files_whose_names_mean_something_else(data: st.DataObject) -> None:
    """Any name may stand in for any other: rings of names, classes that call themselves, loops over themselves."""
    names = ["DAG", "load", "args", "TABLES", "other", "choose", "table", "task", "flow", "PythonOperator", "x"]
    text = FILE
    for _ in range(data.draw(st.integers(1, 5))):
        old, new = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))
        text = text.replace(old, new)
    look_at_everything(parse(Source("a.py", text)))


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"x = DAG('d{n}')\nt = PythonOperator(task_id='a{n}', dag=x)\n" for n in range(1000)),
        "with DAG('d'):\n" + "".join(f"  if z: t = PythonOperator(task_id='a{n}')\n  t >> t\n" for n in range(1000)),
        "d = {}\n" + "".join(f"d['k{n}'] = {n}\n" for n in range(2000)) + "DAG('a', default_args=d)\n" * 50,
        "".join(" " * n + f"for a{n} in range(10):\n" for n in range(18)) + " " * 20 + "PythonOperator(task_id='x')",
        "x = 1\nfor i in y:\n" + "".join(f"  x += f{n}(x)\n" for n in range(40)) + "PythonOperator(task_id=x)\n",
        "x = {" + "".join(f"x['{n}']: x['{n}'], " for n in range(12)) + "}\nDAG('a', default_args=x)\n",
        "a0 = [z]\n" + "".join(f"a{n + 1} = a{n} + a{n}\n" for n in range(18)) + "for i in a18: PythonOperator()\n",
        "a0 = z\n" + "".join(f"a{n + 1} = zip(a{n}, a{n})\n" for n in range(18)) + "for i in a18: PythonOperator()\n",
        "for i in range(10 ** 18):\n  PythonOperator(task_id=i)\n",
        "x = '" + "a" * 3_000_000 + "'\nDAG(x)\n",
    ],
)
def test_large_and_hostile_files_stay_quick(text: str) -> None:
    head = "from airflow import DAG\nfrom airflow.operators.python import PythonOperator\n"
    begin = time.perf_counter()
    module = parse(Source("a.py", head + text))
    for dag in module.dags:
        _ = (dag.dag_id, dag.default_args, dag.task_count)
    for task in module.tasks:
        _ = (task.full_id, task.arguments, task.count, [loop.origin for loop in task.loops])
    _ = [module.origin(argument) for call in module.names.calls for argument in call.args]
    assert module.faults == []
    assert time.perf_counter() - begin < 5
