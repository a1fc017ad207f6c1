from __future__ import annotations

import ast
from collections.abc import Iterable

from dagdock.api import Argument, Bad, DagModule, Fix, Function, Problem, Problems, Project, rule

CALLABLES = (
    "python_callable", "on_execute_callback", "on_failure_callback", "on_retry_callback", "on_skipped_callback",
    "on_success_callback", "sla_miss_callback", "execution_date_fn", "response_check",
)  # fmt: skip
# Operators that write a function's text into a file for another Python.
OUTSIDE = ("PythonVirtualenvOperator", "ExternalPythonOperator", "BranchPythonVirtualenvOperator")


@rule(
    "AF334",
    severity="error",
    since="0.1",
    lessons=["L50"],
    fix="unsafe",
    words=["call", "_fn", "response_check"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.python import PythonOperator\n\n\n"
            "def load():\n    print('loaded')\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    PythonOperator(task_id='load', python_callable=«load()»)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.python import PythonOperator\n\n\n"
            "def load():\n    print('loaded')\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    PythonOperator(task_id='load', python_callable=load)\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.python import PythonOperator\n"
        "\n\ndef loader(shop):\n    def load():\n        print(shop)\n    return load\n\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    PythonOperator(task_id='load', python_callable=loader('berlin'))\n",
    ],
)
def callable_is_called(module: DagModule, project: Project) -> Problems:
    """A function is called where it should only be named, or a text stands in its place.

    `python_callable=load()` runs `load` each time the file is read, and hands its result, None, to the operator:
    Airflow refuses that, or a callback is never called. Without the parentheses the function itself is handed over;
    its arguments go into `op_args` and `op_kwargs`.

    https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/python.html
    """
    told: set[int] = set()
    outside = [
        task.own["python_callable"] for task in module.tasks if task.name in OUTSIDE and "python_callable" in task.own
    ]
    elsewhere = {id(argument.node) for argument in outside}
    for argument in _arguments(module):
        node = argument.node
        if id(node) in told:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and argument.name == "python_callable":
            told.add(id(node))
            yield Problem(
                argument,
                "`python_callable` is a text here, and Airflow does not load the file: it takes the function itself. "
                + (f"Write `{node.value}`" if node.value.isidentifier() else "Name the function without quotes"),
            )
            continue
        if isinstance(node, ast.Lambda) and argument.name == "python_callable" and id(node) in elsewhere:
            told.add(id(node))
            yield Problem(
                argument,
                "a function that runs in another Python cannot be a lambda, so Airflow does not load the file. Write "
                "it as a `def`",
            )
            continue
        if not isinstance(node, ast.Call):
            continue
        path = module.qualified(node.func)
        function = module.function(node.func)
        if function is None and path and "." in path and "()" not in path:
            function = project.imported_function(module, path)
        name = module.span(node.func).text
        if path != "builtins.print" and (function is None or not _gives_nothing(function)):
            continue
        told.add(id(node))
        bare = not node.args and not node.keywords
        given = "Leave the parentheses out" if bare else "Name the function alone"
        if not bare and argument.name == "python_callable":
            given += ", and hand over what it is called with in `op_args` or `op_kwargs`"
        yield Problem(
            argument,
            f"`{name}` is called here, whenever the file is read, and `{argument.name}` gets its result, None. {given}",
            fix=Fix.replace("Leave the parentheses out", argument, name, "unsafe") if bare else None,
        )


def _arguments(module: DagModule) -> Iterable[Argument]:
    for arguments in (*(task.arguments for task in module.tasks), *(dag.arguments for dag in module.dags)):
        for name in CALLABLES:
            if name in arguments:
                yield arguments[name]


def _gives_nothing(function: Function) -> bool:
    """Whether a function surely returns None: it has no result, is no generator and has no decorator."""
    node = function.node
    if isinstance(node, (ast.Lambda, ast.AsyncFunctionDef)) or node.decorator_list:
        return False
    if any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in ast.walk(node)):
        return False
    return all(isinstance(one.node, ast.Constant) and one.node.value is None for one in function.returns)
