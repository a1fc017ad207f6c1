from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, Related, rule

from ._schedule import runs_by_clock

NAMES = ("schedule", "schedule_interval", "timetable")


@rule(
    "AF129",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L47", "L46"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', «schedule_interval='@hourly'»)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, «catchup=True»)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=True, max_active_runs=1)\n"
    ],
)
def dag_schedule_conflict(dag: Dag) -> Problems:
    """A DAG has two schedules, or is to catch up although nothing is scheduled.

    Airflow takes one of `schedule`, `schedule_interval` and `timetable`, and does not load a DAG with two. `catchup`
    makes up for missed intervals of the clock: with `schedule=None`, `@once` or assets there are none, so
    `catchup=True` promises what does not happen.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html#catchup
    """
    if not dag.known_signature:
        return
    given = [dag.arguments[name] for name in NAMES if name in dag.arguments]
    given = [argument for argument in given if not argument.value.known or argument.value.value is not None]
    if len(given) > 1:
        yield Problem(
            given[1].whole,
            f"there is a schedule already, `{given[0].name}`: Airflow does not load a DAG with two. Delete one of them",
            related=[Related(given[0].whole, "the other one")],
        )
    elif dag.catchup and dag.catchup.value.get(bool) and runs_by_clock(dag) is False:
        yield Problem(
            dag.catchup.whole,
            "this DAG does not run by the clock, so there is nothing to catch up with. Delete `catchup=True`, or give "
            "it the schedule it should have",
            severity="info",
        )
