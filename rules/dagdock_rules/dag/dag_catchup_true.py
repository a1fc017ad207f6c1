from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule

from ._schedule import is_set_later, recurs


@rule(
    "AF103",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L46", "L49"],
    aliases=["dagruff:AIR003"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "with DAG('sales', start_date=datetime(2021, 1, 1), schedule='@hourly', «catchup=True») as dag:\n    pass\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "with DAG('sales', start_date=datetime(2021, 1, 1), schedule='@hourly', catchup=True, "
        "max_active_runs=2) as dag:\n"
        "    pass\n",
    ],
)
def dag_catchup_true(dag: Dag) -> Problems:
    """catchup is on, and nothing limits how many of the missed runs go at once.

    Airflow then starts up to sixteen runs of the DAG side by side until it has caught up with the present, and all of
    them press on the same database or service. `max_active_runs=1` makes them go one after the other.

    Whether that matters depends on what the tasks do, which a linter cannot see; so the rule is off unless you select
    it.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html#catchup
    """
    if (
        dag.catchup
        and dag.catchup.value.get(bool)
        and not dag.open
        and "max_active_runs" not in dag.arguments
        and not is_set_later(dag, "max_active_runs")
        and recurs(dag, default=False)
    ):
        yield Problem(
            dag.catchup.whole,
            "all missed runs since start_date are made up for, up to sixteen at a time. Limit them with "
            "`max_active_runs`",
        )
