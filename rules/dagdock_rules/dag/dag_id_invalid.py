from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule

from ._ids import fault, stripped


@rule(
    "AF112",
    severity="error",
    since="0.1",
    fix="safe",
    precision="very-high",
    aliases=["dagruff:DAG005"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG(«'sales '», start_date=datetime(2024, 1, 1), schedule=None)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n",
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG(dag_id=«'daily sales'», start_date=datetime(2024, 1, 1), schedule=None)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales.daily-v2', start_date=datetime(2024, 1, 1), schedule=None)\n",
    ],
)
def dag_id_invalid(dag: Dag) -> Problems:
    """A dag_id holds what Airflow does not allow in one.

    Letters, digits, `_`, `-` and `.` are fine, up to 250 of them. With a blank, a slash or a colon the DAG does not
    load.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#declaring-a-dag
    """
    argument = dag.arguments.get("dag_id")
    wrong = fault(argument, "a dag_id") if argument and dag.known_signature else None
    if argument and wrong:
        yield Problem(
            argument,
            f"{wrong}, so Airflow does not load the DAG. Use letters, digits, `_`, `-` and `.`",
            fix=stripped(argument),
        )
