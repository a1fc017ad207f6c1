from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule


@rule(
    "AF111",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dagruff:DAG003"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "with «DAG»(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n    pass\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\nNAME = 'sales'\n"
        "with DAG(NAME, start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n    pass\n",
        "from datetime import datetime\nfrom airflow.decorators import dag\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    pass\n\n\nsales()\n",
    ],
)
def dag_id_missing(dag: Dag) -> Problems:
    """A DAG has no id.

    `dag_id` is the one argument that DAG cannot do without: Python stops with a TypeError, and Airflow shows an import
    error in place of the file's DAGs. Only `@dag` takes the function's name.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#declaring-a-dag
    """
    if dag.form != "decorator" and not dag.open and "dag_id" not in dag.arguments:
        yield Problem(dag, "this DAG has no `dag_id`, so the file does not load. Give it one: `DAG('my_dag', …)`")
