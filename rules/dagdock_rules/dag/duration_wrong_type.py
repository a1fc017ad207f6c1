from __future__ import annotations

from datetime import timedelta

from dagdock.api import Argument, Bad, DagModule, Problem, Problems, Task, rule

from ._operators import operator_of


@rule(
    "AF333",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L50"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py', execution_timeout=«3600»)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "default_args = {'retries': 3, 'retry_delay': «'5m'»}\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False,\n"
            "         default_args=default_args) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py')\n"
        ),
    ],
    good=[
        "from datetime import datetime, timedelta\nfrom airflow import DAG\n"
        "from airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.py', execution_timeout=timedelta(hours=1),\n"
        "                 retries=2, retry_delay=300)\n",
    ],
)
def duration_wrong_type(module: DagModule) -> Problems:
    """A length of time is given as something that Airflow does not take, or takes for something else.

    `execution_timeout` must be a timedelta: with a number Airflow refuses to load the file. `retry_delay`,
    `max_retry_delay`, `poke_interval` and a sensor's `timeout` may be numbers, and these are seconds; texts are
    refused everywhere.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html#timeouts
    """
    told: set[int] = set()
    for task in module.tasks:
        for argument in _durations(task):
            if id(argument.node) not in told and (problem := _problem(argument)):
                told.add(id(argument.node))
                yield problem


def _durations(task: Task) -> list[Argument]:
    operator = operator_of(task)
    if operator is None:
        return []
    names = ["execution_timeout", "retry_delay", "max_retry_delay"]
    if operator.is_sensor:
        names += ["poke_interval", "timeout"]
    return [task.arguments[name] for name in names if name in task.arguments]


def _problem(argument: Argument) -> Problem | None:
    value = argument.value.value if argument.value.known else None
    name = argument.name
    if value is None or isinstance(value, timedelta):
        return None
    if isinstance(value, str):
        return Problem(
            argument, f"`{name}` cannot be a text, so Airflow does not load this file. Write `timedelta(minutes=5)`"
        )
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    if name == "execution_timeout":
        return Problem(
            argument,
            "`execution_timeout` must be a timedelta, so Airflow does not load this file. Write "
            f"`timedelta(seconds={value})`",
        )
    if value < 0:
        return Problem(argument, f"`{name}` must not be negative, so Airflow does not load this file")
    return None
