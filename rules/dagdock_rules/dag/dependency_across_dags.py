from __future__ import annotations

from dagdock.api import Bad, DagModule, Problem, Problems, Project, rule

from ._graph import errors_of
from ._releases import is_file_before


@rule(
    "AF313",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L56"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.empty import EmptyOperator\n\n"
            "with DAG('a', start_date=datetime(2024, 1, 1), schedule=None):\n"
            "    export = EmptyOperator(task_id='export')\n"
            "with DAG('b', start_date=datetime(2024, 1, 1), schedule=None):\n"
            "    load = EmptyOperator(task_id='load')\n"
            "    «export >> load»\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.empty import EmptyOperator\n"
        "from airflow.sensors.external_task import ExternalTaskSensor\n\n"
        "with DAG('a', start_date=datetime(2024, 1, 1), schedule=None):\n"
        "    export = EmptyOperator(task_id='export')\n"
        "with DAG('b', start_date=datetime(2024, 1, 1), schedule=None):\n"
        "    wait = ExternalTaskSensor(\n"
        "        task_id='wait', external_dag_id='a', external_task_id='export', mode='reschedule', timeout=600\n"
        "    )\n"
        "    wait >> EmptyOperator(task_id='load')\n",
    ],
)
def dependency_across_dags(module: DagModule, project: Project) -> Problems:
    """A task is made dependent on one of another DAG, or on one that belongs to no DAG.

    Dependencies hold within one DAG; Airflow does not load the file. An ExternalTaskSensor waits for a task of another
    DAG, a TriggerDagRunOperator or an asset starts the other DAG.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/operator/external_task_sensor.html
    """
    for error in errors_of(module, project, "two-dags", "no-dag"):
        assert error.node is not None
        if error.kind == "no-dag" and is_file_before(module, project, 2):
            continue  # Airflow 1 took `dag << task`
        yield Problem(
            module.span(error.node),
            "these tasks belong to two DAGs, so Airflow does not load this file. Wait for another DAG with an "
            "ExternalTaskSensor, or start it with a TriggerDagRunOperator"
            if error.kind == "two-dags"
            else "this belongs to no DAG, so Airflow does not load this file. Make it inside `with DAG(…)`, or give it "
            "`dag=`",
        )
