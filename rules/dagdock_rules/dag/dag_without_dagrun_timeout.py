from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule

from ._schedule import is_set_later


@rule(
    "AF704",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L50"],
    aliases=["dagruff:BP006"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = «DAG»('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n"
        ),
    ],
    good=[
        "from datetime import datetime, timedelta\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', dagrun_timeout=timedelta(hours=6))\n",
    ],
)
def dag_without_dagrun_timeout(dag: Dag) -> Problems:
    """Runs of a DAG may go on for ever.

    A run that hangs keeps the next one from starting once `max_active_runs` is reached. `dagrun_timeout` ends it. In
    Airflow 2 it does not count for runs that are started by hand.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html
    """
    if not dag.open and "dagrun_timeout" not in dag.arguments and not is_set_later(dag, "dagrun_timeout"):
        yield Problem(dag, "runs of this DAG may go on for ever. Add `dagrun_timeout=timedelta(…)`")
