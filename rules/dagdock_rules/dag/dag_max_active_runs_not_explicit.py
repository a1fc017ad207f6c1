from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule

from ._schedule import is_set_later


@rule(
    "AF705",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L49"],
    aliases=["dagruff:AIR013", "daglint:max_active_runs_validation"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = «DAG»('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', max_active_runs=1)\n",
    ],
)
def dag_max_active_runs_not_explicit(dag: Dag) -> Problems:
    """A DAG does not say how many of its runs may go at once.

    Without `max_active_runs` it is sixteen, unless the installation says otherwise. It matters where runs write to the
    same table, and when missed runs are made up for.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html
    """
    if not dag.open and "max_active_runs" not in dag.arguments and not is_set_later(dag, "max_active_runs"):
        yield Problem(
            dag,
            "nothing says how many runs of this DAG may go at once. Add `max_active_runs=1` if they write to the same "
            "place",
        )
