from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule

from ._schedule import is_set_later


@rule(
    "AF706",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L49"],
    aliases=["dagruff:AIR014"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = «DAG»('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', max_active_tasks=8)\n",
    ],
)
def dag_max_active_tasks_not_explicit(dag: Dag) -> Problems:
    """A DAG does not say how many of its tasks may run at once.

    Without `max_active_tasks` it is sixteen, unless the installation says otherwise. It protects the systems that the
    tasks talk to.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html
    """
    if (
        not dag.open
        and "max_active_tasks" not in dag.arguments
        and "concurrency" not in dag.arguments
        and not is_set_later(dag, "max_active_tasks")
    ):
        yield Problem(dag, "nothing says how many tasks of this DAG may run at once. Add `max_active_tasks=…`")
