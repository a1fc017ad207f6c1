from __future__ import annotations

from dagdock.api import Bad, Dag, DagModule, Located, Problem, Problems, Related, rule


@rule(
    "AF115",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L56"],
    aliases=["pylint-airflow:E8300", "dagruff:DAG004"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "sales = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n"
            "shops = DAG(«'sales'», start_date=datetime(2024, 1, 1), schedule='@hourly', catchup=False)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "sales = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n"
        "shops = DAG('shops', start_date=datetime(2024, 1, 1), schedule='@hourly', catchup=False)\n",
        "import os\nfrom datetime import datetime\nfrom airflow import DAG\n\n"
        "if os.environ.get('STAGE') == 'prod':\n"
        "    dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n"
        "else:\n    dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n",
    ],
)
def dag_duplicate_id(module: DagModule) -> Problems:
    """Two DAGs of a file have the same dag_id.

    Airflow knows DAGs by their ids: the one that it reads last replaces the other without a word, and its tasks never
    run.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#loading-dags
    """
    first: dict[str, Dag] = {}
    for dag in module.dags:
        name = dag.dag_id.get(str)
        if not name or dag.count.low < 1 or not dag.known_signature:
            continue
        if name in first:
            yield Problem(
                _place(dag),
                f"another DAG of this file is called `{name}`, too: Airflow keeps only one of the two. Give this one "
                "an id of its own",
                related=[Related(_place(first[name]), "the other one")],
            )
        elif dag.count.low > 1:
            yield Problem(
                _place(dag),
                f"this makes {dag.count.low:,} DAGs that are all called `{name}`, and Airflow keeps only one of them. "
                "Use what differs between them in the dag_id",
                related=[Related(loop, "made in this loop") for loop in dag.count.loops],
            )
        first.setdefault(name, dag)


def _place(dag: Dag) -> Located:
    return dag.arguments.get("dag_id") or dag
