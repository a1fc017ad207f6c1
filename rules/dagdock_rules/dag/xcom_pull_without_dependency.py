from __future__ import annotations

from dagdock.api import Bad, BuiltDag, BuiltTask, DagModule, Problem, Problems, Project, rule

from ._pulls import Pull, wrong_pulls


@rule(
    "AF423",
    severity="warning",
    since="0.1",
    lessons=["L45"],
    words=["xcom_pull"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    path = BashOperator(task_id='find_path', bash_command='echo /data/{{ ds }}')\n"
            "    load = BashOperator(task_id='load', bash_command=\"load {{ ti.xcom_pull(«task_ids='find_path'») "
            '}}")\n'
            "    BashOperator(task_id='report', bash_command='report').set_upstream(load)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    path = BashOperator(task_id='find_path', bash_command='echo /data/{{ ds }}')\n"
        "    check = BashOperator(task_id='check', bash_command='check')\n"
        "    load = BashOperator(task_id='load', bash_command=\"load {{ ti.xcom_pull(task_ids='find_path') }}\")\n"
        "    path >> check >> load\n",
    ],
)
def xcom_pull_without_dependency(module: DagModule, project: Project) -> Problems:
    """A task pulls the result of a task that it does not wait for.

    Which of the two runs first is chance: the pull gives None, or what an earlier try left. Add the dependency;
    `.output` and TaskFlow arguments make it by themselves. Where the task that is pulled from comes later in the DAG,
    the pull never finds anything: a dependency the other way round would make a cycle, so pull from a task before it.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
    """
    for pull, (puller, source, is_later) in wrong_pulls(module, project, _unordered):
        if is_later:
            said = (
                f"`{source}` runs only after `{puller}`, so this pull finds no result. Pull from a task before "
                f"`{puller}`, or change the order of the two"
            )
        else:
            said = (
                f"`{puller}` does not wait for `{source}`, so the result may not be there yet when it is pulled. Add "
                f"the dependency: `{source}` before `{puller}`"
            )
        yield Problem(pull.span, said)


def _unordered(dag: BuiltDag, task: BuiltTask, pull: Pull) -> tuple[str, str, bool] | None:
    """The task that pulls, the one that it pulls from without waiting for it, and whether that one comes later."""
    if pull.task_ids is None or pull.elsewhere:
        return None
    for name in pull.task_ids:
        source = dag.by_id.get(name)
        if source is not None and source is not task and not source.is_before(task):
            return task.task_id or "", name, task.is_before(source)
    return None
