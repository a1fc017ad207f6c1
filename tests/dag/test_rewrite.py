"""Fixes that restructure Python: what they replace, and which imports they remove."""

from __future__ import annotations

import ast

import pytest

from dagdock.dag import parse
from dagdock.dag.rewrite import replace_expressions
from dagdock.fix import apply_edits
from dagdock.text import Source

CALL = "x = Variable.get('a')\n"


def rewritten(text: str) -> str:
    """The text after its last `Variable.get(…)` is replaced by `'b'`."""
    module = parse(Source("dag.py", text))
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    last = max(calls, key=lambda node: node.lineno)
    return apply_edits(module.source, replace_expressions(module, [(last, "'b'")]))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from airflow.models import Variable\n", ""),
        ("from airflow.models import Variable, DAG\n", "from airflow.models import DAG\n"),
        ("from airflow.models import DAG, Variable\n", "from airflow.models import DAG\n"),
        ("from airflow.models import (\n    DAG,\n    Variable,\n)\n", "from airflow.models import (\n    DAG,\n)\n"),
        ("from airflow.models import Variable as V\n", "from airflow.models import Variable as V\n"),
        ("import os; from airflow.models import Variable\n", "import os; from airflow.models import Variable\n"),
        (
            "from airflow.models import (\n    DAG,\n    Variable,  # for the bucket\n)\n",
            "from airflow.models import (\n    DAG,\n    Variable,  # for the bucket\n)\n",
        ),
    ],
)
def test_an_import_goes_with_its_last_use(before: str, after: str) -> None:
    assert rewritten(before + CALL) == after + "x = 'b'\n"


def test_an_import_that_is_used_elsewhere_stays() -> None:
    before = "from airflow.models import Variable\nprint(Variable)\n"
    assert rewritten(before + CALL) == before + "x = 'b'\n"


def test_an_import_stays_where_the_file_says_what_it_offers() -> None:
    before = "from airflow.models import Variable\n__all__ = ['Variable']\n"
    assert rewritten(before + CALL) == before + "x = 'b'\n"


def test_newlines_and_characters_beyond_ascii_are_kept() -> None:
    text = "from airflow.models import Variable\r\né = '😀'\r\nx = Variable.get('a')  # é\r\n"
    assert rewritten(text) == "é = '😀'\r\nx = 'b'  # é\r\n"
