from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule

from ._ids import compiled


@rule(
    "AF113",
    severity="info",
    since="0.1",
    default=False,
    aliases=["daglint:dag_id_convention"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG(«'dailySales'», start_date=datetime(2024, 1, 1), schedule=None)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('daily_sales', start_date=datetime(2024, 1, 1), schedule=None)\n",
    ],
)
def dag_id_naming(dag: Dag, *, pattern: str = "[a-z][a-z0-9_]*") -> Problems:
    """A dag_id does not look as agreed.

    The option `pattern` is a regular expression that the whole id has to fit: `[a-z][a-z0-9_]*` unless you say
    otherwise. A DAG that is renamed begins a new history, so agree before there are many.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#declaring-a-dag
    """
    name = dag.dag_id.get(str)
    fits = compiled(pattern)
    if name is not None and fits is not None and not fits.fullmatch(name):
        yield Problem(
            dag.arguments.get("dag_id") or dag,
            f"`{name}` does not fit `{pattern}`, as ids of DAGs are to do. Rename it",
        )
