"""Constants: what can be worked out, and what must stay unknown."""

from __future__ import annotations

import ast
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.dag.module import parse
from dagdock.dag.values import Known, Unknown
from dagdock.text import Source


def value(text: str) -> Known | Unknown:
    """The value of the expression that ends a text."""
    module = parse(Source("dags/a.py", text))
    expressions = [node for node in ast.walk(module.tree) if isinstance(node, ast.Expr)]
    return module.value(max(expressions, key=lambda node: node.lineno).value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a" "b"', "ab"),
        ('x = "a"\nf"{x}_{1:03d}_{x!r}"', "a_001_'a'"),
        ('"%s-%s" % ("a", 1)', "a-1"),
        ('"{}-{x}".format("a", x=2)', "a-2"),
        ('"-".join(["a", "b"]).upper()', "A-B"),
        ("[1, *(2, 3)]", [1, 2, 3]),
        ('{"a": 1, **{"b": 2}}', {"a": 1, "b": 2}),
        ("dict(a=1, **dict(b=2))", {"a": 1, "b": 2}),
        ("len(range(2, 10, 2)) * 3 // 2", 6),
        ('x = {"a": [1, 2]}\nx["a"][-1]', 2),
        ('x = {"a": 1}\nx.get("b", 5)', 5),
        ("[f't{i}' for i in range(3) if i != 1]", ["t0", "t2"]),
        ("{k: v for k, v in {'a': 1}.items()}", {"a": 1}),
        ("1 if not [] else 2", 1),
        ('None or "x"', "x"),
        ("1 < 2 < 3", True),
        ("-(2 ** 3)", -8),
        ("from datetime import timedelta as td\n2 * td(minutes=5)", timedelta(minutes=10)),
        ("import datetime as dt\ndt.datetime(2024, 1, 1)", datetime(2024, 1, 1)),
        ('import pendulum\npendulum.datetime(2024, 1, 1, tz="UTC")', datetime(2024, 1, 1, tzinfo=timezone.utc)),
        ("from airflow.utils.trigger_rule import TriggerRule\nTriggerRule.ALL_DONE", "all_done"),
        ("class Config:\n    NAME = 'x'\nConfig.NAME", "x"),
        ("a, b = 1, 2\nb", 2),
        ("x = {'a': y, 'b': 2}\nx['b']", 2),
        ('d = {"a": 1}\nd["b"] = 2\nd.update(c=3)\nd', {"a": 1, "b": 2, "c": 3}),
        ("x = [1]\nx.append(2)\nx", [1, 2]),
        ("x = [1]\ny = [x]\nx = [3]\nx", [3]),
        ("x = [1]\nf(x)\nx", [1]),
        ("x = [1]\ny = x\nx.append(2)\ny", [1, 2]),
        ("x = [1]\ny = x\ny.append(2)\nx", [1, 2]),
        ('"""About."""\n__doc__', "About."),
        ("from os.path import join\njoin('a', 'b')", "a/b"),
        ("import os\nx = 1 if True else os\nx", 1),
    ],
)
def test_constants_are_worked_out(text: str, expected: Any) -> None:
    found = value(text)
    assert found.known, found
    assert found.value == expected
    assert type(found.value) is type(expected)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x", "not defined in this file"),
        ("from a import x\nx", "imported"),
        ('import os\nos.environ["A"]', "environment variable"),
        ('import os\nos.environ.get("A", "b")', "environment variable"),
        ('from airflow.models import Variable\nf"{Variable.get(1)}"', "result of a call"),
        ("for x in [1]:\n    pass\nx", "loop variable"),
        ("x = 1\nx += 1\nx", "changed after it was assigned"),
        ("x = 1\nif y:\n    x = 2\nx", "assigned differently in several places"),
        ("x = [1]\nfor i in y:\n    x.append(i)\nx", "changed after it was assigned"),
        ("x = [1]\ndef f():\n    x.append(1)\nx", "changed after it was assigned"),
        ("x = {}\nx['a']['b'] = 1\nx", "changed after it was assigned"),
        ("x = [1]\ny = x\nif a:\n    x.append(2)\ny", "changed after it was assigned"),
        ("x = [1]\ndef f(a, b):\n    b.append(a)\nf(1, x)\nx", "changed after it was assigned"),
        ("def f(x):\n    x", "parameter of a function"),
        ("1 / 0", "would raise"),
        ('"a" + 1', "would raise"),
        ("x, y = z\nx", "unpacked from something else"),
        ("from datetime import datetime\ndatetime.now()", "result of a call"),
        ('f"{x}"', "not defined in this file"),
        ("x = x\nx", "too much to work out"),
    ],
)
def test_unknown_says_why(text: str, reason: str) -> None:
    found = value(text)
    assert not found.known
    assert found.reason == reason


def test_a_value_points_at_where_it_is_written() -> None:
    found = value('é = NAME = "x"\nNAME')
    assert found.known and found.span.text == '"x"' and found.span.begin == (1, 12)


def test_types_are_asked_for() -> None:
    assert value("'a'").get(str) == "a"
    assert value("'a'").get(int) is None
    assert value("True").get(int) is None
    assert value("True").get(bool) is True
    assert value("x").get(str) is None


def test_a_named_time_zone_is_kept_without_its_tables() -> None:
    found = value('import pendulum\npendulum.datetime(2024, 1, 1, tz="Europe/Berlin")').get(datetime)
    assert found is not None and found.tzinfo is not None
    assert found.tzname() == "Europe/Berlin" and found.utcoffset() is None


@pytest.mark.parametrize(
    "text",
    [
        "9 ** 9 ** 9 ** 9",
        '"a" * 10 ** 12',
        "[0] * 10 ** 12",
        '"%999999999999d" % 1',
        '"%*d" % (10 ** 10, 1)',
        'f"{1:9999999999}"',
        '"{:>{}}".format(1, 10 ** 10)',
        '"a".ljust(10 ** 10)',
        '"{0.__class__}".format(1)',
        "list(range(10 ** 10))",
        "max(range(10 ** 10))",
        "x = []\nx.extend(range(10 ** 10))\nx",
        "[*range(10 ** 10)]",
        "[i for i in range(10 ** 10)]",
        "".join(f"a{n + 1} = [a{n}] * 100\n" for n in range(20)).replace("[a0]", "[0]") + "str(a20)",
        "".join(f"a{n + 1} = a{n} + a{n}\n" for n in range(80)).replace("a0 + a0", "'x' + 'x'") + "a80",
        "[[z for i in range(99)] for z in [[x for i in range(99)] for x in [[0] * 999]]] == 1",
        '("x" * 99999).replace("x", "y" * 99999)',
        "import itertools\nlist(itertools.product(range(999), repeat=9))",
    ],
)
def test_no_expression_costs_more_than_it_may(text: str) -> None:
    begin = time.perf_counter()
    assert not value(text).known
    assert time.perf_counter() - begin < 1


def test_work_is_bounded_for_a_whole_file() -> None:
    text = "x = [0] * 10_000\n" + "".join(f"f(x + [{n}])\n" for n in range(500))
    module = parse(Source("dags/a.py", text))
    begin = time.perf_counter()
    found = [module.value(call.node.args[0]) for call in module.calls()]
    assert time.perf_counter() - begin < 5
    assert found[0].known and not found[-1].known


@settings(deadline=None, max_examples=200)
@given(
    st.recursive(
        st.integers(-99, 99) | st.text(max_size=5) | st.booleans() | st.none() | st.floats(allow_nan=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    )
)
def test_literals_come_to_what_python_says(literal: Any) -> None:
    if "inf" not in repr(literal):
        assert value(f"x = {literal!r}\nx").get(type(literal)) == literal
