from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Task, rule


@rule(
    "AF338",
    severity="warning",
    since="0.1",
    default=False,
    aliases=["conformdag:operator-allow-list", "flake8-airflow:AA102"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    «BashOperator»(task_id='load', bash_command='load.py')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.providers.docker.operators.docker import DockerOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    DockerOperator(task_id='load', image='shop/load:1.4')\n",
    ],
)
def operator_forbidden(
    task: Task,
    *,
    forbidden: dict[str, str] = {"BashOperator": "an operator with a container of its own"},
) -> Problems:
    """A task uses an operator that the team does not want.

    For rules that a team gives itself. `forbidden` names the operators, by class name or by the whole import path,
    and what to use instead.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/operators.html
    """
    for name in (task.operator, task.name):
        if name in forbidden:
            instead = forbidden[name]
            yield Problem(task, f"`{task.name}` is not wanted here{f'. Use {instead}' if instead else ''}")
            return
