from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule

from ._schedule import is_set_later, runs_by_clock


@rule(
    "AF110",
    severity="error",
    since="0.1",
    lessons=["L46"],
    aliases=["pipeline-lint:DE007"],
    bad=[
        Bad("from airflow import DAG\n\nwith DAG('sales', schedule='@daily', «catchup=True») as dag:\n    pass\n"),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=True, max_active_runs=1) as dag:"
        "\n    pass\n",
        "from airflow import DAG\nfrom settings import default_args\n\n"
        "with DAG('sales', schedule='@daily', catchup=True, default_args=default_args) as dag:\n    pass\n",
    ],
)
def dag_unsafe_catchup(dag: Dag) -> Problems:
    """catchup is on, but nothing says since when.

    Catching up means a run for every interval since start_date. Without one Airflow 2 does not load the DAG's tasks,
    and Airflow 3 has no first interval to begin with, so no scheduled run ever starts. (A start_date that moves along
    with the clock is what `dag-dynamic-start-date` reports.)

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html#catchup
    """
    if (
        dag.catchup
        and dag.catchup.value.get(bool)
        and not (dag.open or dag.start_date or dag.default_args.open or is_set_later(dag, "start_date"))
        and not any("start_date" in task.own or task.open for task in dag.tasks)
        and runs_by_clock(dag) is True
    ):
        yield Problem(
            dag.catchup.whole,
            "there is no start_date to catch up from. Add one, such as `start_date=datetime(2024, 1, 1)`",
        )
