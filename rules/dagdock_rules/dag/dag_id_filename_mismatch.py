from __future__ import annotations

from posixpath import basename

from dagdock.api import Bad, DagModule, Problem, Problems, rule


@rule(
    "AF114",
    severity="info",
    since="0.1",
    default=False,
    aliases=["pylint-airflow:C8306"],
    bad=[
        Bad(
            {
                "dags/shops.py": "«»from datetime import datetime\nfrom airflow import DAG\n\n"
                "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n"
            }
        ),
    ],
    good=[
        {
            "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n"
        },
    ],
)
def dag_id_filename_mismatch(module: DagModule) -> Problems:
    """The one DAG of a file is not called like the file.

    Whoever looks for a DAG that failed at night finds it faster when `sales` stands in `sales.py`. Files with several
    DAGs, and ids that are worked out, are left alone.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#loading-dags
    """
    if len(module.dags) != 1:
        return
    name = module.dags[0].dag_id.get(str)
    file = basename(module.source.path.replace("\\", "/"))
    if name is not None and file.endswith(".py") and file != f"{name}.py":
        yield Problem(
            module.source.top, f"this file holds the DAG `{name}` and is called `{file}`. Call it `{name}.py`"
        )
