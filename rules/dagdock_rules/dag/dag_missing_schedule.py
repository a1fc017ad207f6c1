from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, Project, rule

from ._releases import is_before
from ._schedule import is_part, is_set_later
from .dag_dynamic_start_date import starts_now


@rule(
    "AF107",
    severity="warning",
    since="0.1",
    precision="very-high",
    lessons=["L47"],
    aliases=["ruff:AIR002", "dagruff:DAG007", "daglint:schedule_validation"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "with «DAG»('sales', start_date=datetime(2024, 1, 1), catchup=False) as dag:\n    pass\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n    pass\n",
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "with DAG('by_hand', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n",
    ],
)
def dag_missing_schedule(dag: Dag, project: Project) -> Problems:
    """A DAG does not say when it runs.

    Without a schedule Airflow 2 runs a DAG once a day, and Airflow 3 not at all: the same file does something else
    after an upgrade. Write the schedule, and `schedule=None` for a DAG that is only started by hand.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#running-dags
    """
    if dag.open or dag.schedule or any(is_set_later(dag, name) for name in ("schedule", "schedule_interval")):
        return
    if "schedule" in dag.default_args or "schedule_interval" in dag.default_args:
        return  # `dag-argument-in-default-args` speaks of that
    if is_part(dag) or (dag.runs_at != "parse" and not dag.dag_id.known):
        return  # made for others, perhaps as a part of a DAG that has a schedule
    is_old = is_before(dag, project, 2)
    version = project.airflow_version(dag)
    since3 = False if is_old else version.at_least(3) if version else None
    if since3 and not (dag.catchup and dag.catchup.value.get(bool)):
        return  # started by hand, as the documentation says; who wants it to make up for the past thinks otherwise
    now = {
        True: "Airflow 3 then starts it by hand only",
        False: f"Airflow {1 if is_old else 2} then runs it once a day",
        None: "Airflow 2 then runs it once a day, Airflow 3 only when it is started by hand",
    }[since3]
    # A start that is always the present never lets a day pass.
    then = ", and its start_date never lets a run begin" if since3 is not True and starts_now(dag) else f": {now}"
    name, key = dag.dag_id.get(str), "schedule_interval" if is_before(dag, project, 2, 4) else "schedule"
    yield Problem(
        dag,
        f"{f'`{name}`' if name else 'this DAG'} has no schedule{then}. Write `{key}='@daily'` if you mean that, or "
        f"`{key}=None` if it is only started by hand",
        severity="info" if since3 else None,
    )
