from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Problem, Problems, rule

SETTERS = ("set_downstream", "set_upstream")


@rule(
    "AF315",
    severity="warning",
    since="0.1",
    lessons=["L56"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    extract = BashOperator(task_id='extract', bash_command='extract')\n"
            "    load = BashOperator(task_id='load', bash_command='load')\n"
            "    «extract > load»\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    extract = BashOperator(task_id='extract', bash_command='extract')\n"
        "    load = BashOperator(task_id='load', bash_command='load')\n"
        "    extract >> load\n",
    ],
)
def dependency_statement_no_effect(module: DagModule) -> Problems:
    """A line looks like a dependency and sets none.

    `extract > load` and `extract, load` are valid Python that does nothing; the tasks then run in any order.
    Dependencies are `extract >> load`, `load << extract`, `extract.set_downstream(load)` or `chain(extract, load)`.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#task-dependencies
    """
    made = {task.call for task in module.tasks}
    if not made:
        return
    for node in module.names.expressions:
        value = node.value
        if isinstance(value, (ast.BinOp, ast.Call, ast.Constant)) or module.runs_at(node) == "task":
            continue  # what most lines are
        if isinstance(value, ast.Compare) and _all_tasks(module, made, [value.left, *value.comparators]):
            first, second = value.left, value.comparators[0]
            yield Problem(
                module.span(value),
                "this compares the tasks and sets no dependency. Write "
                f"`{module.span(first).text} >> {module.span(second).text}`",
            )
        elif isinstance(value, ast.Tuple) and len(value.elts) > 1 and _all_tasks(module, made, value.elts):
            yield Problem(
                module.span(value),
                "this names the tasks and sets no dependency. Write "
                f"`{' >> '.join(module.span(one).text for one in value.elts)}` where one waits for the other",
            )
        elif isinstance(value, ast.Tuple) and _ends_too_early(module, made, value.elts):
            names = ", ".join(module.span(one).text for one in (_last(value.elts[0]), *value.elts[1:]))
            yield Problem(
                module.span(value),
                f"the comma ends the dependency, so the tasks behind it get none. Put them into a list: `[{names}]`",
            )
        elif isinstance(value, ast.Attribute) and value.attr in SETTERS and _all_tasks(module, made, [value.value]):
            yield Problem(
                module.span(value),
                f"`{value.attr}` is named and not called, so no dependency is set. Give it the task: "
                f"`{module.span(value).text}(…)`",
            )


def _ends_too_early(module: DagModule, made: set[ast.Call], parts: list[ast.expr]) -> bool:
    """`a >> b, c`, which is a tuple of a dependency and a task."""
    first, *others = parts
    return (
        isinstance(first, ast.BinOp)
        and isinstance(first.op, (ast.LShift, ast.RShift))
        and bool(others)
        and _all_tasks(module, made, [_last(first), *others])
    )


def _last(node: ast.expr) -> ast.expr:
    return node.right if isinstance(node, ast.BinOp) else node


def _all_tasks(module: DagModule, made: set[ast.Call], nodes: list[ast.expr]) -> bool:
    """Whether all are variables that hold tasks."""
    return all(_is_task(module, made, node) for node in nodes)


def _is_task(module: DagModule, made: set[ast.Call], node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Tuple)):
        return bool(node.elts) and _all_tasks(module, made, node.elts)
    if not isinstance(node, ast.Name):
        return False
    bindings = module.names.bindings(node.id, node)
    return bool(bindings) and all(one.kind == "assign" and one.value in made for one in bindings)
