from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Function, Problem, Problems, Project, Related, rule

from ._xcom import feeds_mapping, keeps_to_itself, large, stored_elsewhere

# TaskFlow functions whose result only decides what runs next.
DECIDING = ("task.branch", "task.branch_virtualenv", "task.branch_external_python", "task.short_circuit", "task.sensor")


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
        for result in function.returns:
            found = large(module, result.origin)
            if found and _pushes(function) and not stored_elsewhere(module, project):
                yield Problem(
                    result,
                    f"XCom puts {found.what} into Airflow's own database. Save it to a file, bucket or table, and "
                    "return its path or name",
                    severity="info" if found.may_be_small else "warning",
                    related=[Related(found.origin, f"{found.what} comes from here")]
                    if not result.span.holds(found.origin)
                    else (),
                )


def _pushes(function: Function) -> bool:
    """Whether what the function returns becomes an XCom of a task."""
    decorator = function.arguments.get("do_xcom_push") if function.decorator else None
    if decorator is not None and decorator.value.get(bool) is not True:
        return False
    if function.is_taskflow:
        return function.decorator not in DECIDING and not feeds_mapping(function)
    if _executes(function):
        return True
    tasks = [
        task for task in function.tasks if not task.taskflow and not task.name.startswith(("Branch", "ShortCircuit"))
    ]
    return any(not keeps_to_itself(task) and not task.own.open for task in tasks if task.own.get("python_callable"))


def _executes(function: Function) -> bool:
    """Whether it is the `execute` of an operator that the file defines."""
    scope = function.scope.parent
    owner = scope.node if scope is not None else None
    return (
        isinstance(owner, ast.ClassDef)
        and function.name == "execute"
        and function.module.classes.kind(owner) == "operator"
    )
