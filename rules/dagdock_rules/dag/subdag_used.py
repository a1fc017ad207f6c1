from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Task, rule


@rule(
    "AF801",
    severity="warning",
    since="0.1",
    precision="very-high",
    lessons=["L53"],
    aliases=["flake8-airflow:AA101", "ruff:AIR301"],
    tags=["airflow-3"],
    words=["SubDag"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.subdag import "
            "SubDagOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    «SubDagOperator»(task_id='load', subdag=make('sales.load'))\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.utils.task_group import TaskGroup\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag, TaskGroup('load'):\n    pass\n",
    ],
)
def subdag_used(task: Task, project: Project) -> Problems:
    """A SubDAG is used, which Airflow 3 no longer has.

    A SubDagOperator holds a worker while the tasks of its DAG wait for one, so some of them wait for ever. It has been
    deprecated since Airflow 2.0 and is gone in 3.0. A TaskGroup gives the same picture without a DAG of its own.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#taskgroups
    """
    if _is_subdag(task):
        version = project.airflow_version(task)
        if version is not None and version.at_least(2) is False:
            return  # there are no task groups yet
        gone = version is not None and version.at_least(3) is True
        yield Problem(
            task,
            "SubDagOperator is gone in Airflow 3, so this file does not load. Use a TaskGroup"
            if gone
            else "SubDagOperator keeps a worker slot while its own tasks wait for one, and Airflow 3 has none. Use a "
            "TaskGroup",
            severity="error" if gone else "warning",
        )


def _is_subdag(task: Task) -> bool:
    """Whether it is Airflow's SubDagOperator, or a class of this file that is made from it."""
    if task.operator.startswith("airflow."):
        return task.name == "SubDagOperator"
    made = task.module.classes.definition(task.target)
    bases = [task.module.airflow(base) for base in made.bases] if made else []
    return "SubDagOperator" in bases
