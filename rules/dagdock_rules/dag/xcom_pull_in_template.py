from __future__ import annotations

import ast
import re

from dagdock.api import Argument, Bad, Dag, DagModule, Fix, Problem, Problems, Task, replace_expressions, rule

PULL = r"\{\{-?\s*(?:ti|task_instance)\.xcom_pull\((?P<given>.*)\)\s*-?\}\}"


@rule(
    "AF412",
    severity="info",
    since="0.1",
    default=False,
    fix="unsafe",
    aliases=["ruff:AIR201"],
    words=["xcom_pull"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\nwith DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    path = BashOperator(task_id='path', bash_command='echo /data/{{ ds }}')\n"
            "    BashOperator(task_id='load', bash_command=«\"{{ ti.xcom_pull(task_ids='path') }}\"»)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\nwith DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    path = BashOperator(task_id='path', bash_command='echo /data/{{ ds }}')\n"
            "    BashOperator(task_id='load', bash_command=path.output)\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    path = BashOperator(task_id='path', bash_command='echo /data/{{ ds }}')\n"
        "    BashOperator(task_id='load', bash_command=path.output)\n"
        "    BashOperator(task_id='show', bash_command=\"echo {{ ti.xcom_pull(task_ids='path') }}\")\n",
    ],
)
def xcom_pull_in_template(module: DagModule) -> Problems:
    """An argument is nothing but the result of another task, pulled by a template.

    `task.output` says the same, makes the dependency by itself, keeps the value's type, and a misspelled name is found
    when the file is read instead of when the task runs.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
    """
    for task in module.tasks:
        if task.taskflow:
            continue
        for argument in task.own.values():
            text = argument.node.value if isinstance(argument.node, ast.Constant) else None
            pulled = _pulled(text) if isinstance(text, str) and "xcom_pull" in text else None
            if pulled is not None:
                yield Problem(
                    argument.span,
                    f"this is the result of `{pulled}`: `.output` of that task makes the dependency as well, and keeps "
                    "the value's type",
                    fix=_fix(module, task, argument, pulled),
                )


def _pulled(text: str) -> str | None:
    """The one task whose result is the whole text; None where it is more, less or something else."""
    match = re.fullmatch(PULL, text.strip(), re.DOTALL)
    if match is None:
        return None
    try:
        call = ast.parse(f"f({match['given']})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(call, ast.Call) or len(call.args) > 1:
        return None
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    wanted = [*call.args, *(given.pop(name) for name in ("task_ids", "task_id") if name in given)]
    key = given.pop("key", None)
    if len(wanted) != 1 or given or (key is not None and _text(key) != "return_value"):
        return None
    one = wanted[0]
    if isinstance(one, (ast.List, ast.Tuple)):
        return _text(one.elts[0]) if len(one.elts) == 1 else None
    return _text(one)


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _fix(module: DagModule, task: Task, argument: Argument, pulled: str) -> Fix | None:
    """`name.output`, where a variable of the same scope surely holds the pulled task."""
    for other in module.tasks:
        if other.full_id.get(str) != pulled or other is task or other.dag is not task.dag:
            continue
        statement = module.parent(other.call)
        target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
        if not isinstance(target, ast.Name) or other.call.lineno > task.call.lineno:
            continue
        held = module.names.bindings(target.id, argument.node)
        if len(held) == 1 and held[0].target is target and (other.dag is None or isinstance(other.dag, Dag)):
            name = f"{target.id}.output" if not other.taskflow else target.id
            return Fix(f"Use {name}", replace_expressions(module, [(argument.node, name)]), "unsafe")
    return None
