from __future__ import annotations

from dagdock.api import Bad, Problems, Task, rule

from ._listed import not_listed


@rule(
    "AF724",
    severity="error",
    since="0.1",
    default=False,
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py', pool=«'defualt_pool'»)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.py', pool='default_pool')\n",
    ],
)
def pool_unknown(task: Task, *, pools: list[str] = ["default_pool"]) -> Problems:
    """A task names a pool that there is not.

    A task in an unknown pool waits for ever. `pools` lists those that the team's Airflow has.

    https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/pools.html
    """
    yield from not_listed(task, "pool", pools)
