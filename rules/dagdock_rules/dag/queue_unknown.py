from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Task, nearest, rule


@rule(
    "AF725",
    severity="error",
    since="0.1",
    default=False,
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py', queue=«'defualt'»)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.py', queue='default')\n",
    ],
)
def queue_unknown(task: Task, *, queues: list[str] = ["default", "default_pool"]) -> Problems:
    """A task names a queue that there is not.

    A task in an unknown queue waits for ever. `queues` lists those that the team's Airflow has.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/executor/index.html
    """
    argument = task.arguments.get("queue")
    name = argument.value.get(str) if argument else None
    if argument and name is not None and name not in queues:
        meant = nearest(name, queues)
        yield Problem(
            argument,
            f"there is no queue `{name}`, so the task waits for ever. "
            + (f"Did you mean `{meant}`?" if meant else "Make it, or use one that is there"),
        )
