from __future__ import annotations

from dagdock.api import Bad, DagModule, Problem, Problems, Project, Related, rule

from ._pushes import pushes_result, stored_elsewhere
from ._xcom import large_result

# Methods that give the rows of a DataFrame as something else.
_TAKEN_OUT = ("to_csv", "to_dict", "to_json", "to_records", "tolist")


@rule(
    "AF401",
    severity="warning",
    since="0.1",
    lessons=["L44"],
    bad=[
        Bad(
            "import pandas as pd\nfrom airflow.decorators import task\n\n\n"
            "@task\ndef load():\n    sales = pd.read_csv('/data/sales.csv')\n    sales = sales.dropna()\n    "
            "return «sales»\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.python import "
            "PythonOperator\n"
            "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n\n"
            "def load():\n    hook = PostgresHook('shop')\n    return «hook.get_records('SELECT * FROM sales')»\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    PythonOperator(task_id='load', python_callable=load)\n"
        ),
    ],
    good=[
        "import pandas as pd\nfrom airflow.decorators import task\n\n\n"
        "@task\ndef load():\n    sales = pd.read_csv('/data/sales.csv')\n    sales.to_parquet('/data/sales.parquet')\n"
        "    return '/data/sales.parquet'\n",
        "import pandas as pd\nfrom airflow.decorators import task\n\n\n"
        "@task\ndef count():\n    return len(pd.read_csv('/data/sales.csv'))\n",
        "import pandas as pd\nfrom airflow.decorators import task\n\n\n"
        "def clean():\n    return pd.read_csv('/data/sales.csv')\n\n\n@task(do_xcom_push=False)\ndef load():\n  "
        "  return clean()\n",
    ],
)
def xcom_large_return(module: DagModule, project: Project) -> Problems:
    """A task returns a table, a file or a whole answer.

    What a task returns is written to Airflow's own database (XCom), and read from there by the next task. It is meant
    for small things: a path, a key, a count. A DataFrame there is slow at best, and fills the database until Airflow
    stands still; MySQL cuts it off at 64 KB. Write the data to a file, a bucket or a table, and return where it is.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
    """
    for function in module.functions:
        for node, found in large_result(module, function):
            if pushes_result(function) and not stored_elsewhere(module, project):
                place = module.span(node)
                what = found.what
                if what.endswith("DataFrame") and any(step.method in _TAKEN_OUT for step in module.origin(node).walk()):
                    what = "the rows of a DataFrame"
                when = "If it can grow large, save it" if found.may_be_small else "Save it"
                yield Problem(
                    place,
                    f"what this task returns, {what}, is stored in Airflow's own database (XCom). {when} to a file, "
                    "bucket or table, and return its path or name",
                    severity="info" if found.may_be_small else "warning",
                    related=[]
                    if place.holds(found.origin)
                    else [Related(found.origin, f"{found.what} comes from here")],
                )
