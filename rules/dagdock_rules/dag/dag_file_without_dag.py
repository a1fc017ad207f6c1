from __future__ import annotations

from posixpath import dirname

from dagdock.api import Bad, DagModule, Problem, Problems, rule


@rule(
    "AF121",
    severity="info",
    since="0.1",
    default=False,
    aliases=["dagruff:DAG001", "dagruff:DAG002"],
    bad=[
        Bad(
            {
                "dags/sales.py": "«»from airflow.operators.bash import BashOperator\n\n"
                "load = BashOperator(task_id='load', bash_command='true')\n"
            }
        ),
    ],
    good=[
        {
            "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n"
        },
        {
            "dags/steps.py": "from airflow.operators.bash import BashOperator\n\n\n"
            "def load():\n    return BashOperator(task_id='load', bash_command='true')\n"
        },
    ],
)
def dag_file_without_dag(module: DagModule) -> Problems:
    """A file in the DAG folder imports Airflow, makes tasks, and has no DAG.

    Either the DAG has been forgotten, or the file only helps others and slows down the reading of the folder: Airflow
    opens each file that mentions `airflow` and `dag`. Helpers belong into a package, or into `.airflowignore`.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#airflowignore
    """
    folder = f"/{dirname(module.source.path)}/"
    if "/dags/" not in folder or not module.imports_airflow or module.dags:
        return
    if any(module.function_at(task.call) is None for task in module.tasks):
        yield Problem(
            module.source.top,
            "there are tasks in this file and no DAG. Make them inside one, or move helpers out of the DAG folder",
        )
