from __future__ import annotations

from dagdock.api import Bad, Dag, Fix, Problem, Problems, Project, rule

from ._arguments import add_keyword

DEFAULT = "AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG"


@rule(
    "AF124",
    severity="error",
    since="0.1",
    fix="safe",
    precision="very-high",
    lessons=["L47"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('feed', start_date=datetime(2024, 1, 1), schedule=«'@continuous'», catchup=False)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('feed', start_date=datetime(2024, 1, 1), schedule='@continuous', catchup=False, "
            "max_active_runs=1)\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('feed', start_date=datetime(2024, 1, 1), schedule='@continuous', max_active_runs=1, catchup=False)\n"
    ],
)
def continuous_needs_one_run(dag: Dag, project: Project) -> Problems:
    """A DAG that runs on and on may have more than one run at a time.

    `@continuous` begins the next run as soon as the last one is over, so Airflow insists on `max_active_runs=1` and
    does not load the DAG without it.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/timetable.html#continuoustimetable
    """
    schedule = dag.schedule
    if schedule is None or schedule.value.get(str) != "@continuous" or dag.open:
        return
    given = dag.arguments.get("max_active_runs")
    if given is None and not project.variable_for(dag.module, DEFAULT):
        edits = add_keyword(dag.module, dag.call, "max_active_runs=1") if dag.call else []
        yield Problem(
            schedule,
            "`@continuous` needs `max_active_runs=1`, or Airflow does not load the DAG. Add it",
            fix=Fix("Add `max_active_runs=1`", edits) if edits else None,
        )
    elif given is not None and (number := given.value.get(int)) is not None and number > 1:
        yield Problem(
            given.whole, f"`@continuous` allows one run at a time, not {number}: the DAG does not load. Write 1"
        )
