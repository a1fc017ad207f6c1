"""Nothing that a file says makes the evaluation fail, run long, grow large or run the file."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagdock.dag.evaluation import BuiltFile, build
from dagdock.dag.module import parse
from dagdock.text import Source

HEAD = "from airflow import DAG\nfrom airflow.operators.empty import EmptyOperator\nd = DAG('d')\n"
FIXTURES = Path(__file__).parents[3] / "fixtures" / "evaluation"

HOSTILE = {
    "range": "for i in range(10**9):\n    EmptyOperator(task_id=f't{i}', dag=d)",
    "list": "x = [0] * 10**12\ny = 'a' * 10**12\nz = x + [1]",
    "forever": "while True:\n    pass",
    "doubling": "s, t = 'a', [1]\nfor i in range(100):\n    s, t = s + s, t + t\nu = [s * 9 for _ in range(10**6)]",
    "recursion": "def f(n):\n    return f(n + 1) + f(n + 2)\nf(0)",
    "exponential": "def f(n):\n    return 1 if n == 0 else f(n - 1) + f(n - 1)\nf(50)",
    "powers": "a = 10**10**10\nb = 1 << 10**12\nc = 9**9**9**9",
    "widths": "a = '%999999999d' % 3\nb = f'{3:999999999}'\nc = '{:999999999}'.format(3)\ne = 'a'.ljust(10**10)",
    "iterators": (
        "import itertools as i\na = list(i.count())\nb = sum(i.repeat(1))\nc = list(i.product(range(999), repeat=9))"
    ),
    "comprehension": "x = [a for a in range(1000) for b in range(1000) for c in range(1000)]",
    "generator": "def g():\n    while True:\n        yield 1\nfor x in g():\n    pass",
    "unknowns": "import o\n" + "".join(f"if o.x{i}:\n    a{i} = 1\nelse:\n    a{i} = 2\n" for i in range(2000)),
    "unknown recursion": (
        "import o\ndef f(n):\n    while o.y(n):\n        for z in o.k(n):\n            f(n)\n            f(z)\nf(0)"
    ),
    "containing itself": (
        "a = []\na.append(a)\nb = {'b': a}\nb['c'] = b\nx = str(a) == str(b), a == a, a in a, sorted([a, a])"
    ),
    "asking itself": (
        "class A:\n    def __getattr__(self, n):\n        return getattr(self, n + 'x')\n"
        "    def __eq__(self, o):\n        return self == o\n    def __str__(self):\n        return str(self)\n"
        "A() == A(), str(A()), A().x"
    ),
    "regular expression": "import re\nx = re.match('(a+)+$', 'a' * 200 + 'b')\ny = re.sub('a*a*a*a*b', '', 'a' * 300)",
    "classes": "".join(f"class C{i}({', '.join(f'C{j}' for j in range(max(0, i - 8), i))}): ...\n" for i in range(200)),
    "edges": (
        "from airflow.models.baseoperator import cross_downstream\nwith d:\n"
        "    a, b = ([EmptyOperator(task_id=f'{n}{i}') for i in range(900)] for n in 'ab')\n    cross_downstream(a, b)"
    ),
    "aliases": "import yaml\nx = yaml.safe_load('''\na: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12))
    + "''')\ny = str(x)\nz = x == x",
    "long sum": "x = " + " + ".join(["1"] * 5000),
    "deep attribute": "x = d" + ".b" * 900,
    "unpacking": "a, *b, c = [1]\n(x, (y, z)) = 1, 2",
    "shadowed": "DAG = EmptyOperator = None\nDAG('x')\nlist = dict = str = print = 3\nlist(str(1))",
    "strange targets": "d.x.y = 1\nd['a'] = 2\ndel d['a'], d.x\n(lambda: 0).z = 1\nNone[0]",
}


def evaluate(text: str, major: int = 2) -> BuiltFile:
    return build(parse(Source("dags/a.py", text)), major=major)


@pytest.mark.parametrize("name", HOSTILE)
def test_ends_soon(name: str) -> None:
    begin = time.process_time()
    evaluate(HEAD + HOSTILE[name] + "\n")
    assert time.process_time() - begin < 3  # under a second where nobody else is busy


@pytest.mark.parametrize("name", ["range", "list", "doubling", "widths", "iterators", "comprehension", "aliases"])
def test_stays_small(name: str) -> None:
    tracemalloc.start()
    try:
        evaluate(HEAD + HOSTILE[name] + "\n")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 150_000_000


def test_a_loop_that_is_too_long_is_counted() -> None:
    [dag] = evaluate(HEAD + HOSTILE["range"] + "\n").dags
    assert dag.task_count.at_least == 10**9
    assert not dag.task_count.exact


def test_nothing_of_the_file_runs(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    evaluate(
        HEAD
        + f"""
import os, subprocess, importlib
open({str(trace)!r}, "w").write("x")
os.system("touch {trace}")
os.makedirs({str(trace)!r})
subprocess.run(["touch", {str(trace)!r}])
eval("open({str(trace)!r}, 'w')")
exec("open({str(trace)!r}, 'w')")
__import__("pathlib").Path({str(trace)!r}).touch()
importlib.import_module("antigravity")
from pathlib import Path
Path({str(trace)!r}).write_text("x")
"".__class__.__mro__[1].__subclasses__()
class A(type): ...
print.__self__.open({str(trace)!r}, "w")
"""
    )
    assert not trace.exists()


FILES = [file.read_text(encoding="utf-8") for file in sorted(FIXTURES.glob("*.py"))]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_never_fails_on_files_with_lines_lost_and_mixed(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(FILES)).splitlines() + data.draw(st.sampled_from(FILES)).splitlines()
    gone = data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=12))
    text = "\n".join(line for number, line in enumerate(lines) if number not in gone)
    for major in (2, 3):
        for dag in evaluate(text, major).dags:
            assert dag.task_count.at_least >= 0
            assert dag.complete or dag.unknown or dag.dag_id is None
            list(dag.edges())
            for task in dag.tasks:
                assert task.arguments is not None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_never_fails_on_files_with_names_swapped(data: st.DataObject) -> None:
    import re

    text = data.draw(st.sampled_from(FILES))
    names = sorted(set(re.findall(r"\b[A-Za-z_]\w*\b", text)))
    for _ in range(data.draw(st.integers(1, 6))):
        one, other = data.draw(st.sampled_from(names)), data.draw(st.sampled_from([*names, "None", "0", "''", "[]"]))
        text = re.sub(rf"\b{one}\b", other, text)
    evaluate(text)
