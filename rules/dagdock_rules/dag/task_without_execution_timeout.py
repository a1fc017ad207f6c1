from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule

from .task_without_retries import IDLE


@rule(
    "AF703",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L50"],
    aliases=["dagruff:BP003", "conformdag:effective-timeout"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with «DAG»('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load')\n"
        ),
    ],
    good=[
        "from datetime import datetime, timedelta\nfrom airflow import DAG\nfrom airflow.operators.bash import "
        "BashOperator\n\n"
        "with DAG(\n    'sales', start_date=datetime(2024, 1, 1), schedule=None, "
        "default_args={'execution_timeout': timedelta(hours=1)}\n) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load')\n",
    ],
)
def task_without_execution_timeout(dag: Dag) -> Problems:
    """Tasks of a DAG may run for ever.

    A task that hangs holds its worker slot until somebody looks. `execution_timeout` ends it; in default_args it holds
    for all tasks. Which limit is right only you know, so the rule is off unless you select it.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html#timeouts
    """
    if dag.default_args.open:
        return
    working = [task for task in dag.tasks if task.name not in IDLE]
    endless = [task for task in working if not task.open and "execution_timeout" not in task.arguments]
    if endless:
        yield Problem(
            dag,
            f"{len(endless)} of {len(working)} tasks may run for ever. Add `'execution_timeout': timedelta(…)` to "
            "default_args",
        )
