from __future__ import annotations

from dagdock.api import Bad, BuiltDag, DagModule, Problem, Problems, Project, nearest, rule

from ._graph import complete_dags
from ._pulls import Pull, pulls, pushed_keys


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
    # A function may serve several tasks and DAGs: what is wrong has to be wrong for all of them.
    found: dict[Pull, list[tuple[BuiltDag, str] | None]] = {}
    for dag in complete_dags(module, project) if "xcom_pull" in module.source.text else ():
        for task in dag.tasks:
            for pull in pulls(task):
                if pull.module is module:
                    found.setdefault(pull, []).append(_unknown(dag, pull))
    for pull, answers in found.items():
        if answers[0] is not None and None not in answers:
            dag, name = answers[0]
            yield Problem(
                pull.span,
                f"the DAG `{dag.dag_id}` has no task `{name}`, so this pull gives None. {_meant(dag, name)}",
            )


def _unknown(dag: BuiltDag, pull: Pull) -> tuple[BuiltDag, str] | None:
    if pull.task_ids is None or pull.elsewhere:
        return None
    return next(((dag, one) for one in pull.task_ids if one not in dag.by_id), None)


def _meant(dag: BuiltDag, name: str) -> str:
    inside = [task_id for task_id in dag.by_id if task_id.endswith(f".{name}")]
    likely = inside[0] if len(inside) == 1 else nearest(name, list(dag.by_id))
    if likely:
        return f"Did you mean `{likely}`?"
    if any(name in (pushed_keys(task) or ()) for task in dag.tasks):
        return f"It is a key: `xcom_pull(task_ids=…, key='{name}')`"
    return "Name the task that pushes it"
