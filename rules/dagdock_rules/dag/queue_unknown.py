from __future__ import annotations

from dagdock.api import Bad, Problems, Task, rule

from ._listed import not_listed


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
def queue_unknown(task: Task, *, queues: list[str] = ["default"]) -> Problems:
    """A task names a queue that there is not.

    A task in an unknown queue waits for ever. `queues` lists those that the team's Airflow has.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/executor/index.html
    """
    yield from not_listed(task, "queue", queues)
