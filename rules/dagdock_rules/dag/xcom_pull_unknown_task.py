from __future__ import annotations

from dagdock.api import Bad, BuiltDag, BuiltTask, DagModule, Problem, Problems, Project, rule

from ._graph import likely_task
from ._pulls import Pull, pushed_keys, wrong_pulls


@rule(
    "AF421",
    severity="error",
    since="0.1",
    lessons=["L45"],
    words=["xcom_pull"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    path = BashOperator(task_id='find_path', bash_command='echo /data/{{ ds }}')\n"
            "    load = BashOperator(task_id='load', bash_command=\"load {{ ti.xcom_pull(«task_ids='find_paths'») "
            '}}")\n'
            "    path >> load\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    path = BashOperator(task_id='find_path', bash_command='echo /data/{{ ds }}')\n"
        "    load = BashOperator(task_id='load', bash_command=\"load {{ ti.xcom_pull(task_ids='find_path') }}\")\n"
        "    path >> load\n",
    ],
)
def xcom_pull_unknown_task(module: DagModule, project: Project) -> Problems:
    """A task pulls the result of a task that the DAG does not have.

    Airflow says nothing about it: the pull gives None, and the task works with that or fails in another place. Inside
    a TaskGroup the group's id is a part of the task's: `group.task`.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
    """
    for pull, (dag, name) in wrong_pulls(module, project, _unknown):
        yield Problem(
            pull.span,
            f"the DAG `{dag.dag_id}` has no task `{name}`, so this pull gives None. {_meant(dag, name)}",
        )


def _unknown(dag: BuiltDag, task: BuiltTask, pull: Pull) -> tuple[BuiltDag, str] | None:
    if pull.task_ids is None or pull.elsewhere:
        return None
    return next(((dag, one) for one in pull.task_ids if one not in dag.by_id), None)


def _meant(dag: BuiltDag, name: str) -> str:
    if likely := likely_task(name, dag):
        return f"Did you mean `{likely}`?"
    if any(name in (pushed_keys(task) or ()) for task in dag.tasks):
        return f"It is a key: `xcom_pull(task_ids=…, key='{name}')`"
    return "Name the task that pushes it"
