from __future__ import annotations

from dagdock.api import Bad, DagModule, Loop, Origin, Problem, Problems, Related, rule

# What a loop may run over that is decided elsewhere: the beginning of the call's name, and what to call it.
SOURCES = (
    ("requests.", "an HTTP call"),
    ("httpx.", "an HTTP call"),
    ("urllib.request.urlopen", "an HTTP call"),
    ("psycopg2.", "a database"),
    ("pymysql.", "a database"),
    ("pymongo.", "a database"),
    ("sqlalchemy.", "a database"),
    ("snowflake.", "a database"),
    ("pandas.read_sql", "a database"),
    ("boto3.", "a cloud service"),
    ("google.cloud.", "a cloud service"),
    ("os.listdir", "the files in a folder"),
    ("os.scandir", "the files in a folder"),
    ("os.walk", "the files in a folder"),
    ("glob.", "the files in a folder"),
    ("pathlib.Path().glob", "the files in a folder"),
    ("pathlib.Path().rglob", "the files in a folder"),
    ("pathlib.Path().iterdir", "the files in a folder"),
)


@rule(
    "AF202",
    severity="error",
    since="0.1",
    lessons=["L43", "L42"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.models import Variable\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "shops = Variable.get('shops', deserialize_json=True)\n"
            "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for shop in «shops»:\n        BashOperator(task_id=f'export_{shop}', bash_command='true')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    for shop in ['berlin', 'paris']:\n        BashOperator(task_id=f'export_{shop}', bash_command='true')\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.models import Variable\n"
        "from airflow.operators.python import PythonOperator\n\n\n"
        "def export():\n    for shop in Variable.get('shops', deserialize_json=True):\n        print(shop)\n\n\n"
        "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    PythonOperator(task_id='export', python_callable=export)\n",
    ],
)
def dag_loop_over_external_data(module: DagModule) -> Problems:
    """A loop makes tasks or DAGs from data that comes from outside while the file is read.

    Airflow reads the file every few seconds: each time the database, service or Variable is asked. When the answer
    changes between two readings, tasks appear and vanish under running DAG runs, and when it fails, all DAGs of the
    file are gone. Fetch the data in a task and map over it (`.expand`), or keep the list in the file.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html
    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#top-level-python-code
    """
    told: set[int] = set()
    made = [(loop, "tasks") for task in module.tasks for loop in task.loops]
    made += [(loop, "DAGs") for dag in module.dags if dag.runs_at == "parse" for loop in dag.loops]
    for loop, what in made:
        if id(loop.node) in told or module.runs_at(loop.iterable or loop.node) == "task":
            continue
        told.add(id(loop.node))
        if found := _external(loop):
            origin, source = found
            elsewhere = not loop.span.holds(origin)
            yield Problem(
                loop,
                f"which {what} there are is decided by {source} each time the file is read. Fetch it in a task "
                "and map over "
                "it with `.expand`, or keep the list in the file",
                severity="info" if source == "the files in a folder" else "warning",
                related=[Related(origin, "the data comes from here")] if elsewhere else (),
            )


def _external(loop: Loop) -> tuple[Origin, str] | None:
    for step in loop.origin.walk() if loop.origin else ():
        name = step.name
        if name.startswith("airflow.") and name.endswith("Variable.get()"):
            return step, "a Variable"
        if name.startswith("airflow.") and "Hook()." in name and not name.endswith("()"):
            continue
        if name.startswith("airflow.") and "Hook()." in name:
            return step, "a Hook"
        for start, source in SOURCES:
            if name.startswith(start) and name.endswith("()"):
                return step, source
    return None
