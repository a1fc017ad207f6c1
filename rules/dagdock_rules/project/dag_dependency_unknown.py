from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, nearest, rule

from ._dags import dags_called, ids_beside

if TYPE_CHECKING:
    from dagdock.api import BuiltTask, DagModule, Project

# What names another DAG, by operator.
NAMING = {
    "ExternalTaskSensor": "external_dag_id",
    "ExternalTaskMarker": "external_dag_id",
    "TriggerDagRunOperator": "trigger_dag_id",
}


@rule(
    "PJ211",
    severity="warning",
    since="0.1",
    kind="project",
    lessons=["L56"],
    tags=["airflow"],
    bad=[
        Bad(
            {
                "dags/export.py": "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.operators.bash import BashOperator\n\n"
                "with DAG('shop_export', start_date=datetime(2024, 1, 1), schedule='@daily') as dag:\n"
                "    BashOperator(task_id='export', bash_command='export')\n",
                "dags/load.py": "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.sensors.external_task import ExternalTaskSensor\n\n"
                "with DAG('shop_load', start_date=datetime(2024, 1, 1), schedule='@daily') as dag:\n"
                "    ExternalTaskSensor(\n        task_id='wait', external_dag_id='shop_export', "
                "external_task_id=«'exports'», timeout=600\n    )\n",
            }
        ),
    ],
    good=[
        {
            "dags/export.py": "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('shop_export', start_date=datetime(2024, 1, 1), schedule='@daily') as dag:\n"
            "    BashOperator(task_id='export', bash_command='export')\n",
            "dags/load.py": "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.sensors.external_task import ExternalTaskSensor\n\n"
            "with DAG('shop_load', start_date=datetime(2024, 1, 1), schedule='@daily') as dag:\n"
            "    ExternalTaskSensor(\n        task_id='wait', external_dag_id='shop_export', "
            "external_task_id='export', timeout=600\n    )\n",
        },
    ],
)
def dag_dependency_unknown(module: DagModule, project: Project) -> Problems:
    """A sensor waits for a task, or an operator starts a DAG, that is not there.

    The sensor waits until its timeout, after seven days by default; TriggerDagRunOperator fails (DagNotFound). A DAG
    of another repository is fine: only a name that is one letter away from a DAG of this folder is reported, and a
    task that a DAG of this folder surely does not have.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/operator/external_task_sensor.html
    """
    if not any(name in module.source.text for name in NAMING):
        return
    told: set[object] = set()
    for dag in project.built(module).dags:
        for task in dag.tasks:
            argument = NAMING.get(task.operator_name)
            if argument is None or task.module is not module or task.node in told:
                continue
            problem = _problem(module, project, task, argument)
            if problem is not None:
                told.add(task.node)
                yield problem


def _problem(module: DagModule, project: Project, task: BuiltTask, argument: str) -> Problem | None:
    given = task.arguments.get(argument)
    wanted = given.get(str) if given is not None else None
    if given is None or given.span is None or given.module is not module or not wanted or "{" in wanted:
        return None
    beside = ids_beside(module, project)
    own = {dag.dag_id for dag in project.built(module).dags}
    if wanted not in beside and wanted not in own:
        likely = nearest(wanted, sorted(beside))
        if likely is None or abs(len(likely) - len(wanted)) > 1:
            return None
        return Problem(given.span, f"there is no DAG `{wanted}` in this folder of DAGs. Did you mean `{likely}`?")
    return _lacking_task(module, project, task, wanted, beside.get(wanted, []))


def _lacking_task(
    module: DagModule, project: Project, task: BuiltTask, dag_id: str, paths: list[str]
) -> Problem | None:
    """A task that the other DAG does not have, where all of its tasks are known."""
    given = task.arguments.get("external_task_id")
    wanted = given.get(str) if given is not None else None
    if given is None or given.span is None or given.module is not module or not wanted or "{" in wanted:
        return None
    found = list(dags_called(dag_id, paths, project))
    if len(found) != 1:
        return None
    path, other = found[0]
    if not other.complete or other.errors or wanted in other.by_id or wanted in other.groups or other.module is None:
        return None
    likely = nearest(wanted, list(other.by_id))
    effect = "waits until its timeout" if task.operator_name.endswith("Sensor") else "marks nothing"
    return Problem(
        given.span,
        f"the DAG `{dag_id}` (`{path}`) has no task `{wanted}`, so this {effect}"
        + (f". Did you mean `{likely}`?" if likely else ". Name one of its tasks, or none for the whole DAG"),
        related=[Related(other.module.span(other.node), "the other DAG")],
    )
