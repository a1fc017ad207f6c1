from __future__ import annotations

import ast

from dagdock.api import Argument, Bad, DagModule, Problem, Problems, rule

from ._ids import fault, stripped


@rule(
    "AF340",
    severity="error",
    since="0.1",
    fix="safe",
    precision="very-high",
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    BashOperator(task_id=«'load '», bash_command='true')\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    BashOperator(task_id='load', bash_command='true')\n",
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    BashOperator(task_id=«'load sales'», bash_command='true')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    BashOperator(task_id='load.sales-v2', bash_command='true')\n",
    ],
)
def task_id_invalid(module: DagModule) -> Problems:
    """A task_id or group_id holds what Airflow does not allow in one.

    Letters, digits, `_` and `-` are fine, in a task_id `.` as well, up to 250 of them. With a blank, a slash or a colon
    the DAG does not load.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html
    """
    given: list[tuple[Argument | None, bool]] = [
        (task.own.get("task_id"), False) for task in module.tasks if task.known_signature
    ]
    given += [(group.arguments.get("group_id"), True) for group in module.groups]
    told: set[ast.AST] = set()
    for argument, of_group in given:
        if argument is None or argument.node in told:
            continue
        told.add(argument.node)
        if wrong := fault(argument, "a group_id" if of_group else "a task_id", of_group=of_group):
            yield Problem(
                argument,
                f"{wrong}, so Airflow does not load the DAG. Use letters, digits, `_` and `-`",
                fix=stripped(argument),
            )
