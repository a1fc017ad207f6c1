from __future__ import annotations

import ast

from dagdock.api import Argument, Bad, DagModule, Problem, Problems, rule

from ._ids import compiled


@rule(
    "AF901",
    severity="info",
    since="0.1",
    default=False,
    aliases=["daglint:task_id_convention", "daglint:group_id_convention"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    BashOperator(task_id=«'LoadSales'», bash_command='true')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    BashOperator(task_id='load_sales', bash_command='true')\n",
    ],
)
def task_id_naming(module: DagModule, *, pattern: str = "[a-z][a-z0-9_]*") -> Problems:
    """A task_id or group_id does not look as agreed.

    The option `pattern` is a regular expression that the whole id has to fit: `[a-z][a-z0-9_]*` unless you say
    otherwise. A task that is renamed begins a new history.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html
    """
    fits = compiled(pattern)
    given: list[Argument | None] = [task.own.get("task_id") for task in module.tasks]
    given += [group.arguments.get("group_id") for group in module.groups]
    told: set[ast.AST] = set()
    for argument in given:
        name = argument.value.get(str) if argument is not None else None
        if argument is None or name is None or fits is None or argument.node in told or fits.fullmatch(name):
            continue
        told.add(argument.node)
        yield Problem(argument, f"`{name}` does not fit `{pattern}`, as ids of tasks are to do. Rename it")
