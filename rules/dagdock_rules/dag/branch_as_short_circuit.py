from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Function, Located, Problem, Problems, rule


@rule(
    "AF640",
    severity="info",
    since="0.1",
    lessons=["L52"],
    aliases=["ruff:AIR004"],
    words=["branch", "Branch"],
    bad=[
        Bad(
            "from airflow.decorators import task\n\n\n"
            "@«task.branch»\ndef is_monday(ds=None):\n"
            "    if ds == '2024-01-01':\n        return ['load']\n    return []\n"
        ),
    ],
    good=[
        "from airflow.decorators import task\n\n\n"
        "@task.short_circuit\ndef is_monday(ds=None):\n    return ds == '2024-01-01'\n",
        "from airflow.decorators import task\n\n\n"
        "@task.branch\ndef how(ds=None):\n    if ds == '2024-01-01':\n        return ['load_all']\n"
        "    return ['load_new']\n",
    ],
)
def branch_as_short_circuit(module: DagModule) -> Problems:
    """A branch only decides whether its one task runs.

    That is what a short circuit is for: it returns true or false, needs no task_id that has to be kept in step with
    the task's name, and skips what comes after as well. As it also skips tasks with a trigger rule of their own, which
    a branch lets run, files with trigger rules are left alone.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#branching
    """
    if "trigger_rule" in module.source.text:
        return
    for function in module.functions:
        if function.decorator == "task.branch" and function.decorator_node and _has_one_way(function):
            node = function.decorator_node
            yield _problem(module.span(node.func if isinstance(node, ast.Call) else node), "`@task.short_circuit`")
        elif function.decorator is None:
            for task in function.tasks:
                if task.name == "BranchPythonOperator" and _has_one_way(function):
                    yield _problem(task, "a ShortCircuitOperator")


def _problem(place: Located, remedy: str) -> Problem:
    return Problem(
        place,
        f"this branch has one way to go, or none. Use {remedy}, which returns true or false",
    )


def _has_one_way(function: Function) -> bool:
    """Whether exactly one of two or more `return`s names tasks, and the others none."""
    if isinstance(function.node, ast.Lambda):
        return False
    values = [node.value for node in function.module.names.returns if function.scope is _scope(function, node)]
    named = [value for value in values if isinstance(value, ast.List) and value.elts]
    empty = [value for value in values if value is None or _is_nothing(value)]
    return len(values) >= 2 and len(named) == 1 and len(empty) == len(values) - 1


def _scope(function: Function, node: ast.AST) -> object:
    return function.module.names.scopes[node]


def _is_nothing(value: ast.expr) -> bool:
    return (isinstance(value, ast.List) and not value.elts) or (isinstance(value, ast.Constant) and value.value is None)
