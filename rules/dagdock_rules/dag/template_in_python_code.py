from __future__ import annotations

import ast
from collections.abc import Iterator

from dagdock.api import Bad, DagModule, Problem, Problems, Text, rule

from ._secrets import inside
from ._templates import speaks_airflow

# Functions and methods that use a text as it is.
USERS = frozenset(
    (
        "check_call", "check_output", "execute", "executemany", "get_df", "get_first", "get_pandas_df", "get_records",
        "info", "load_file", "load_string", "open", "print", "query", "read_csv", "read_gbq", "read_json",
        "read_parquet", "read_sql", "read_sql_query", "run", "system", "to_csv", "to_json", "to_parquet", "upload",
        "upload_file", "warning",
    )
)  # fmt: skip


@rule(
    "AF625",
    severity="warning",
    since="0.1",
    lessons=["L54"],
    words=["{{"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow.decorators import dag, task\n"
            "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n\n"
            "@task\ndef load():\n    PostgresHook('shop').run(\"CALL load_sales('«{{ ds }}»')\")\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n    load()\n\n\n"
            "sales()\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n"
        "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n\n"
        "@task\ndef load(ds=None):\n    PostgresHook('shop').run(f\"CALL load_sales('{ds}')\")\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n    load()\n\n\n"
        "sales()\n",
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
        "@task.bash\ndef load():\n    return 'load.py {{ ds }}'\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n    load()\n\n\n"
        "sales()\n",
    ],
)
def template_in_python_code(module: DagModule) -> Problems:
    """A template stands in the code of a task, where nobody renders it.

    Airflow renders the arguments of operators, not the texts inside a Python function: the query or the path is used
    with its braces. A function gets the values as parameters of these names: `def load(ds=None)`.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/taskflow.html#context
    """
    if not module.imports_airflow:
        return
    yield from _in_defaults(module)
    for call in module.calls():
        function = call.node.func
        method = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if method not in USERS or call.runs_at != "task" or module.classes.of(function) is not None:
            continue
        for node in _texts(call.node):
            value = module.value(node)
            text = value.get(str)
            expression = speaks_airflow(text) if text and "{{" in text else None
            if text is None or expression is None or not isinstance(value.node, ast.expr):
                continue
            start = text.index(expression)
            name = Text(expression, inside(module, value.node, text, start, start + len(expression)))
            yield Problem(
                name,
                f"`{expression if len(expression) <= 40 else expression[:39] + '…'}` is not rendered here: `{method}` "
                "uses the text as it stands. Take the value as a parameter of the function, such as `ds=None`",
            )


def _texts(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call, and the names that an f-string among them puts in."""
    for node in (*call.args, *(keyword.value for keyword in call.keywords)):
        if isinstance(node, ast.JoinedStr) and not any(_has_brace(part) for part in node.values):
            # The whole of it need not be worked out.
            for part in node.values:
                if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name):
                    yield part.value
        else:
            yield node


def _has_brace(part: ast.expr) -> bool:
    return isinstance(part, ast.Constant) and "{" in str(part.value)


def _in_defaults(module: DagModule) -> Iterator[Problem]:
    """`def load(day="{{ ds }}")`: the default of a parameter."""
    for function in module.functions:
        if not function.tasks:
            continue
        arguments = function.node.args
        for node in (*arguments.defaults, *filter(None, arguments.kw_defaults)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and speaks_airflow(node.value):
                yield Problem(
                    module.span(node),
                    "the default of a parameter is not rendered: the function gets the text with its braces. Give the "
                    "template where the task is made, or call the parameter `ds` with the default None",
                )
