from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, rule

from ._dags import dags_called, ids_beside

if TYPE_CHECKING:
    from dagdock.api import DagModule, Project

MAX_STEPS = 20


@rule(
    "PJ213",
    severity="warning",
    since="0.1",
    kind="project",
    lessons=["L56"],
    tags=["airflow"],
    bad=[
        Bad(
            {
                "dags/orders.py": "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.operators.trigger_dagrun import TriggerDagRunOperator\n\n"
                "with DAG('orders', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
                "    TriggerDagRunOperator(task_id='next', trigger_dag_id=«'stock'»)\n",
                "dags/stock.py": "from datetime import datetime\nfrom airflow import DAG\n"
                "from airflow.operators.trigger_dagrun import TriggerDagRunOperator\n\n"
                "with DAG('stock', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
                "    TriggerDagRunOperator(task_id='next', trigger_dag_id=«'orders'»)\n",
            }
        ),
    ],
    good=[
        {
            "dags/orders.py": "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.trigger_dagrun import TriggerDagRunOperator\n\n"
            "with DAG('orders', start_date=datetime(2024, 1, 1), schedule='@daily') as dag:\n"
            "    TriggerDagRunOperator(task_id='next', trigger_dag_id='stock')\n",
            "dags/stock.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
            "with DAG('stock', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n",
        },
    ],
)
def dag_trigger_cycle(module: DagModule, project: Project) -> Problems:
    """DAGs start each other without end.

    Each run of the one starts a run of the other, which starts the first again, until somebody pauses them. Where a
    DAG is meant to repeat, `schedule="@continuous"` says so; where it stops by a condition, put a branch or a short
    circuit before the TriggerDagRunOperator.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/cross-dag-dependencies.html
    """
    if "TriggerDagRunOperator" not in module.source.text:
        return
    told: set[object] = set()
    for dag in project.built(module).dags:
        for task in dag.tasks:
            given = task.arguments.get("trigger_dag_id")
            if task.operator_name != "TriggerDagRunOperator" or given is None or task.module is not module:
                continue
            wanted = given.get(str)
            way = _back(module, project, dag.dag_id, wanted) if wanted and dag.dag_id else None
            if way and given.span is not None and given.module is module and task.node not in told:
                if any(_may_stop(above.operator_name) for above in dag.tasks if above.is_before(task)):
                    continue
                told.add(task.node)
                steps = " → ".join(f"`{one}`" for one in (dag.dag_id, *way))
                yield Problem(
                    given.span,
                    f"these DAGs start each other without end: {steps}. Take one trigger out, or put a condition "
                    "before it",
                )


def _back(module: DagModule, project: Project, start: str, wanted: str) -> list[str] | None:
    """The DAGs from the one that is started back to the first; None where the way does not lead there surely."""
    beside = ids_beside(module, project)
    way = [wanted]
    while way[-1] != start:
        found = list(dags_called(way[-1], beside.get(way[-1], []), project))
        if len(found) != 1 or len(way) > MAX_STEPS:
            return None
        dag = found[0][1]
        triggers = [task for task in dag.tasks if task.operator_name == "TriggerDagRunOperator"]
        if len(triggers) != 1 or triggers[0].possible:
            return None
        trigger = triggers[0]
        if any(_may_stop(above.operator_name) for above in dag.tasks if above.is_before(trigger)):
            return None
        given = trigger.arguments.get("trigger_dag_id")
        following = given.get(str) if given is not None else None
        if following is None or following in way:
            return None
        way.append(following)
    return way


def _may_stop(operator: str) -> bool:
    """Whether a task may keep the ones behind it from running: a branch, a check, code that may skip."""
    return any(
        word in operator for word in ("ranch", "hort", "Sensor", "sensor", "Check", "LatestOnly")
    ) or operator in (
        "@task",
        "PythonOperator",
    )
