from __future__ import annotations

from dagdock.api import Bad, DagModule, Problem, Problems, Project, rule

from ._graph import errors_of


@rule(
    "AF314",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L56"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.empty import EmptyOperator\n"
            "from airflow.utils.task_group import TaskGroup\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for shop in ['berlin', 'paris']:\n"
            "        with «TaskGroup('shop')»:\n            EmptyOperator(task_id=shop)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.empty import EmptyOperator\n"
        "from airflow.utils.task_group import TaskGroup\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    for shop in ['berlin', 'paris']:\n"
        "        with TaskGroup(f'shop_{shop}'):\n            EmptyOperator(task_id='load')\n",
    ],
)
def group_duplicate_id(module: DagModule, project: Project) -> Problems:
    """Two task groups of a DAG have the same group_id.

    Airflow refuses to load the DAG (DuplicateTaskIdFound). In a loop, the loop's variable must be a part of the id.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#taskgroups
    """
    for error in errors_of(module, project, "duplicate-group-id"):
        assert error.node is not None
        yield Problem(
            module.span(error.node),
            f"{error.message}, and Airflow refuses a second one of that name. Give each group an id of its own",
        )
