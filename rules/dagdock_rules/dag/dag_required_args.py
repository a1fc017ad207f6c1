from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule

from .default_args_unused import unused_default_args


@rule(
    "AF120",
    severity="info",
    since="0.1",
    default=False,
    aliases=["daglint:required_dag_params"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, "
            "default_args=«{'retries': 2}»)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, "
        "default_args={'owner': 'shop', 'retries': 2})\n",
        "from airflow import DAG\nfrom settings import default_args\n\n"
        "dag = DAG('sales', schedule=None, default_args=default_args)\n",
    ],
)
def dag_required_args(dag: Dag, *, keys: list[str] = ["owner", "retries"]) -> Problems:
    """default_args lack a key that was agreed on.

    The option `keys` says which ones. A key that the DAG itself is given, such as start_date, need not stand in
    default_args as well.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#default-arguments
    """
    if dag.open or dag.default_args.open:
        return
    if "default_args" not in dag.arguments and unused_default_args(dag.module):
        return  # `default-args-unused` speaks of that
    missing = [key for key in keys if key not in dag.default_args and key not in dag.arguments]
    if missing:
        given = dag.arguments.get("default_args")
        yield Problem(
            given or dag, f"default_args lack {', '.join(f'`{key}`' for key in missing)}. Add what is missing"
        )
