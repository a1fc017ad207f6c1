"""Where values come from."""

from __future__ import annotations

import pytest

from dagdock.dag.flow import Origin
from dagdock.dag.module import DagModule, parse
from dagdock.text import Source


def read(text: str) -> DagModule:
    return parse(Source("dags/a.py", text))


def shape(origin: Origin) -> str:
    """An origin in one line: `name(input, input)`."""
    return origin.name if not origin.inputs else f"{origin.name}<{', '.join(map(shape, origin.inputs))}>"


def returned(body: str, head: str = "import pandas as pd\nimport requests\n") -> list[str]:
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    module = read(f"{head}def f(x, hook):\n{lines}\n")
    function = next(function for function in module.functions if function.name == "f")
    return [shape(result.origin) for result in function.returns]


@pytest.mark.parametrize(
    ("body", "origins"),
    [
        ("return pd.read_csv(x)", ["pandas.read_csv()<parameter>"]),
        ("df = pd.read_csv('a')\nreturn df", ["pandas.read_csv()<str>"]),
        ("df = pd.read_csv('a')\nreturn df.head(5)", ["pandas.read_csv().head()<pandas.read_csv()<str>, int>"]),
        ("df = pd.read_csv('a')\nreturn len(df)", ["builtins.len()<pandas.read_csv()<str>>"]),
        ("return hook.get_records('q')", [".get_records()<parameter, str>"]),
        ("rows = hook.cursor().fetchall()\nreturn rows[0]", ["[]<.fetchall()<.cursor()<parameter>>>"]),
        ("return hook.rows[:10]", ["[:]<.rows<parameter>>"]),
        ("return requests.get(x).json()", ["requests.get().json()<requests.get()<parameter>>"]),
        ("return requests.get(x).text", ["requests.get().text<requests.get()<parameter>>"]),
        ("with open(x) as g:\n    return g.read()", ["builtins.open().read()<builtins.open()<parameter>>"]),
        ("if x:\n    return 1\nreturn None", ["int", "None"]),
        ("y = 1 if x else 'a'\nreturn y", ["either<int, str>"]),
        ("if x:\n    y = 1\nelse:\n    y = 'a'\nreturn y", ["either<int, str>"]),
        ("y = 1\ny = 'a'\nreturn y", ["str"]),
        ("return {'a': x, 'b': [1]}", ["dict<str, parameter, str, list<int>>"]),
        ("return f'{x}-{1}'", ['f""<parameter, int>']),
        ("return x + 'a' + 'b'", ["+<parameter, str, str>"]),
        ("for row in x:\n    return row", ["item<parameter>"]),
        ("return [row for row in hook.all()]", ["list<item<.all()<parameter>>, .all()<parameter>>"]),
        ("y = []\nfor row in x:\n    y.append(row)\nreturn y", ["filled<list, item<parameter>>"]),
        ("y = {}\ny['a'] = x\nreturn y", ["filled<dict, parameter>"]),
        ("y = 'a'\ny += x\nreturn y", ["+<str, parameter>"]),
        ("a, b = x\nreturn b", ["[]<parameter>"]),
        ("return not x", ["bool"]),
        ("return (y := x)", ["parameter"]),
        ("def g():\n    return 1\nreturn 'a'", ["str"]),
        ("return\n", []),
        ("while x:\n    x = x.next\nreturn x", ["either<parameter, .next<either<parameter, ?>>>"]),
    ],
)
def test_the_way_of_a_value(body: str, origins: list[str]) -> None:
    assert returned(body) == origins


def test_functions_of_the_file_are_looked_into() -> None:
    text = "def load():\n    return open('a').read()\ndef f():\n    data = load()\n    return data\n"
    result = read(text).functions[1].returns[0]
    assert shape(result.origin) == "local()<builtins.open().read()<builtins.open()<str>>>"
    assert result.span.text == "data"
    assert result.origin.inputs[0].method == "read"
    assert result.origin.inputs[0].span.text == "open('a').read()"


def test_what_a_task_returns_is_not_there_yet() -> None:
    task = "from airflow.decorators import task\n@task\ndef a():\n    return open('x').read()\n"
    text = task + "def f():\n    return a()\n"
    assert shape(read(text).functions[1].returns[0].origin) == "?"


def test_a_lambda_returns_its_body() -> None:
    [function] = read("f = lambda x: x.read()\n").functions
    assert [shape(result.origin) for result in function.returns] == [".read()<parameter>"]


def test_functions_that_call_themselves_end() -> None:
    text = "def f(x):\n    return g(x)\ndef g(x):\n    return f(x) + 1\n"
    assert shape(read(text).functions[0].returns[0].origin).startswith("local()<+<local()")


def test_every_step_is_walked_once() -> None:
    text = "def f(x):\n" + "".join(f"    a{n + 1} = a{n} + a{n}\n" for n in range(50)) + "    return a50\n"
    steps = list(read(text.replace("a0 + a0", "x + x")).functions[0].returns[0].origin.walk())
    assert len(steps) < 200
