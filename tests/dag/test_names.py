"""What names stand for: imports, aliases, shadowing, several assignments."""

from __future__ import annotations

import ast

import pytest

from dagdock.dag.module import DagModule, parse
from dagdock.dag.names import airflow_name
from dagdock.text import Source


def read(text: str) -> DagModule:
    return parse(Source("dags/a.py", text))


def meaning(text: str) -> str | None:
    """What the last expression statement of a text stands for."""
    module = read(text)
    last = [node for node in ast.walk(module.tree) if isinstance(node, ast.Expr)]
    return module.qualified(max(last, key=lambda node: (node.lineno, node.col_offset)).value)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("import pandas as pd\npd.read_csv", "pandas.read_csv"),
        ("import pandas as pd\npd.read_csv()", "pandas.read_csv()"),
        ("import a.b.c\na.b.c.d", "a.b.c.d"),
        ("import a.b.c as x\nx.d", "a.b.c.d"),
        ("from a.b import c as y\ny.z()", "a.b.c.z()"),
        ("from .near import thing\nthing", ".near.thing"),
        ("from . import near\nnear.thing", ".near.thing"),
        ("from airflow.models import Variable\nget = Variable.get\nget", "airflow.models.Variable.get"),
        ("import psycopg2\nc = psycopg2.connect()\nc.cursor().execute", "psycopg2.connect().cursor().execute"),
        ("import psycopg2\nwith psycopg2.connect() as c:\n    c.cursor", "psycopg2.connect().cursor"),
        ("try:\n    from new import X\nexcept ImportError:\n    from old import X\nX", "new.X"),
        ("try:\n    import pandas\nexcept ImportError:\n    pandas = None\npandas.x", "pandas.x"),
        ("if a:\n    from new import X\nelse:\n    from old import X\nX", "new.X"),
        ("import a\nimport b\na = b\na.x", "b.x"),
        ("from a import X\nfrom b import X\nX", "b.X"),
        ("from a import X\nX\n", "a.X"),
        ("open", "builtins.open"),
        ("from airflow.operators.bash import *\nBashOperator", "airflow.operators.bash.BashOperator"),
        ("def f():\n    import json\n    json.loads", "json.loads"),
        ("class A:\n    import json\n    json.loads", "json.loads"),
        ("import json\n[json.loads for json in []]\njson.x", "json.x"),
        ("(a := __import__)\na", "builtins.__import__"),
        # Local definitions shadow, and what is not sure is not said.
        ("import requests\ndef requests(): ...\nrequests.get", None),
        ("from a import X\nclass X: ...\nX", None),
        ("def open(): ...\nopen", None),
        ("import json\ndef f(json):\n    json.loads", None),
        ("x = a if b else c\nx", None),
        ("import a\nimport b\nif x:\n    y = a\nelse:\n    y = b\ny", None),
        ("from a import *\nfrom b import *\nX", None),
        ("x.y.z", None),
        ("x = x\nx", None),
        ("a = b\nb = a\na", None),
    ],
)
def test_a_name_is_judged_by_its_import(text: str, path: str | None) -> None:
    assert meaning(text) == path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("import a\nx = a.b\nx\nx = a.c", "a.b"),
        ("import a\nx = a.b\nx = a.c\nx", "a.c"),
        ("import a\nx = a.b\nif y:\n    x = a.c\n    x", "a.c"),
        ("import a\nx = a.b\nif y:\n    x = a.c\nelse:\n    x", "a.b"),
        ("import a\nx = a.b\nif y:\n    x = a.c\nx", None),
        ("import a\nx = a.b\nfor i in y:\n    x\n    x = a.c", None),
        ("import a\nx = a.b\nwith y:\n    x = a.c\nx", "a.c"),
        ("import a\nx = a.b\ndef f():\n    x\nx = a.c", "a.c"),
        ("import a\nx = a.b\ndef f():\n    global x\n    x = a.c\ndef g():\n    x", None),
        ("import a\nx = a.b\nx = x.c\nx", "a.b.c"),
        ("import a\ntry:\n    x = a.b\nexcept E:\n    x = a.c\nelse:\n    x", "a.b"),
        ("import a\ntry:\n    x = a.b\nexcept E:\n    x = a.c\n    x", "a.c"),
    ],
)
def test_of_several_assignments_those_count_that_reach_the_place(text: str, path: str | None) -> None:
    module = read(text)
    uses = [
        node.value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) and node.value.id == "x"
    ]
    assert [module.qualified(use) for use in uses] == [path]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("airflow.DAG", "DAG"),
        ("airflow.models.dag.DAG", "DAG"),
        ("airflow.sdk.Variable.get", "Variable.get"),
        ("airflow.decorators.task", "task"),
        ("airflow.decorators.task.branch", "task.branch"),
        ("airflow.sdk.task.virtualenv", "task.virtualenv"),
        ("airflow.utils.dates.days_ago", "days_ago"),
        ("airflow.utils.timezone.utcnow", "timezone.utcnow"),
        ("airflow.task.trigger_rule.TriggerRule.ALL_DONE", "TriggerRule.ALL_DONE"),
        ("airflow.hooks.base.BaseHook.get_connection", "BaseHook.get_connection"),
        ("airflow.providers.x.PostgresHook().get_records", "PostgresHook().get_records"),
        ("pandas.DataFrame", None),
        ("airflow_extras.DAG", None),
        (None, None),
    ],
)
def test_names_of_airflow_without_their_module(path: str | None, name: str | None) -> None:
    assert airflow_name(path) == name


def test_imports_are_listed_with_their_places() -> None:
    module = read("import a.b, c\nfrom d import e as f\nfrom g import *\n")
    assert list(module.imports) == ["a.b", "c", "d.e", "g.*"]
    assert [module.span(alias[0]).text for alias in module.imports.values()] == ["a.b", "c", "e as f", "*"]
