from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Problem, Problems, Project, Span, rule

from ._graph import errors_of

SETTERS = ("chain", "chain_linear", "cross_downstream", "set_downstream", "set_upstream")


@rule(
    "AF312",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L56"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.decorators import task\n"
            "from airflow.operators.empty import EmptyOperator\n\n\n@task\ndef load():\n    ...\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    start = EmptyOperator(task_id='start')\n    start >> «load»\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.decorators import task\n"
        "from airflow.operators.empty import EmptyOperator\n\n\n@task\ndef load():\n    ...\n\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    start = EmptyOperator(task_id='start')\n    start >> load()\n",
    ],
)
def dependency_on_uncalled_task(module: DagModule, project: Project) -> Problems:
    """A dependency names a function or a text where a task must stand.

    A function with `@task` becomes a task when it is called: `start >> load()`. A text such as the task_id is no task
    either. Airflow does not load the file.

    https://airflow.apache.org/docs/apache-airflow/stable/tutorial/taskflow.html
    """
    for error in errors_of(module, project, "not-a-task"):
        assert error.node is not None
        function = _uncalled(module, error.node)
        if function is not None:
            yield Problem(
                function,
                f"`{function.text}` is a function, and a task only where it is called, so this file does not load. "
                f"Write `{function.text}()`",
            )
        elif error.message.startswith("a str "):
            yield Problem(
                module.span(error.node),
                "a text stands here where a task is needed, so this file does not load. Name the variable that holds "
                "the task",
            )


def _uncalled(module: DagModule, node: ast.AST) -> Span | None:
    """The name of a function of the file among the tasks of a dependency."""
    waiting: list[ast.AST] = [node]
    for one in waiting:
        if isinstance(one, ast.Name) and _is_task_function(module, one):
            return module.span(one)
        if isinstance(one, ast.BinOp):
            waiting += (one.left, one.right)
        elif isinstance(one, (ast.List, ast.Tuple)):
            waiting += one.elts
        elif isinstance(one, ast.Call) and _last_name(one.func) in SETTERS:
            waiting += one.args
    return None


def _is_task_function(module: DagModule, node: ast.Name) -> bool:
    function = module.function(node)
    if function is None or isinstance(function.node, ast.Lambda):
        return False
    return function.is_taskflow or not function.node.decorator_list


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
