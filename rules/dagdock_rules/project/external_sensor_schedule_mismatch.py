from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

from ._dags import dags_called, ids_beside

if TYPE_CHECKING:
    from dagdock.api import BuiltDag, DagModule, Project

PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


@rule(
    "PJ212",
    severity="warning",
    since="0.1",
    kind="project",
    lessons=["L51"],
    tags=["airflow"],
    bad=[
        Bad(
            {
                "dags/export.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
                "with DAG('shop_export', start_date=datetime(2024, 1, 1), schedule='0 2 * * *') as dag:\n    pass\n",
                "dags/load.py": "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.sensors.external_task import ExternalTaskSensor\n\n"
                "with DAG('shop_load', start_date=datetime(2024, 1, 1), schedule='30 2 * * *') as dag:\n"
                "    ExternalTaskSensor(task_id='wait', external_dag_id=«'shop_export'», timeout=600)\n",
            }
        ),
    ],
    good=[
        {
            "dags/export.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
            "with DAG('shop_export', start_date=datetime(2024, 1, 1), schedule='0 2 * * *') as dag:\n    pass\n",
            "dags/load.py": "from datetime import datetime, timedelta\nfrom airflow import DAG\n"
            "from airflow.sensors.external_task import ExternalTaskSensor\n\n"
            "with DAG('shop_load', start_date=datetime(2024, 1, 1), schedule='30 2 * * *') as dag:\n"
            "    ExternalTaskSensor(\n        task_id='wait', external_dag_id='shop_export', timeout=600,\n"
            "        execution_delta=timedelta(minutes=30),\n    )\n",
        },
    ],
)
def external_sensor_schedule_mismatch(module: DagModule, project: Project) -> Problems:
    """A sensor waits for a run of another DAG at a moment when that one has none.

    ExternalTaskSensor looks for a run of the other DAG with the very same logical date. Where the two DAGs start at
    different times there is none, and the sensor waits until its timeout. Give both the same schedule, or say how far
    they are apart with `execution_delta`.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/operator/external_task_sensor.html
    """
    if "ExternalTaskSensor" not in module.source.text:
        return
    told: set[object] = set()
    for dag in project.built(module).dags:
        own = _schedule(dag)
        for task in dag.tasks if own else ():
            given = task.arguments.get("external_dag_id")
            if task.operator_name != "ExternalTaskSensor" or given is None or task.module is not module:
                continue
            if any(name in task.arguments for name in ("execution_delta", "execution_date_fn")) or task.node in told:
                continue
            wanted = given.get(str)
            found = list(dags_called(wanted, ids_beside(module, project).get(wanted, []), project)) if wanted else []
            other = _schedule(found[0][1]) if len(found) == 1 else None
            if other is None or own is None or given.span is None or given.module is not module:
                continue
            place = found[0][1].module
            zones = any(_names_zone(one) for one in (module, place) if one is not None)
            if _meet(own, other, zones=zones):
                continue
            told.add(task.node)
            yield Problem(
                given.span,
                f"`{wanted}` runs at `{other}` and this DAG at `{own}`, so there is never a run of the same moment and "
                "this waits until its timeout. Use the same schedule, or say the distance with `execution_delta`",
                related=[Related(place.span(found[0][1].node), "the other DAG")] if place else (),
            )


def _schedule(dag: BuiltDag) -> str | None:
    """The cron expression of a DAG; None where there is none, or it is not known."""
    arguments = dag.arguments
    given = next((arguments[name] for name in ("schedule", "schedule_interval") if name in arguments), None)
    text = PRESETS.get(given, given) if isinstance(given, str) else None
    parts = text.split() if text else []
    return " ".join(parts) if len(parts) == 5 else None


def _names_zone(module: DagModule) -> bool:
    """Whether a file may count its hours in another time zone."""
    return any(word in module.source.text for word in ("tz", "timezone", "ZoneInfo"))


def _meet(one: str, other: str, *, zones: bool) -> bool:
    """Whether two schedules may have a moment in common: only plain minutes and hours surely keep them apart."""
    first, second = one.split(), other.split()
    return not any(
        first[at].isdigit() and second[at].isdigit() and int(first[at]) != int(second[at])
        for at in range(1 if zones else 2)
    )
