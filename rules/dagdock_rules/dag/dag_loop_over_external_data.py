from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from dagdock.api import Bad, DagModule, Loop, Origin, Problem, Problems, Project, Related, rule

from ._variables import is_set_in_environment

FOLDER = "the files in a folder"
FILE = "a file elsewhere"
# Calls that open or read a file.
_OPENING = (
    "builtins.open()", "pathlib.Path().open()", "pathlib.Path().read_text()", "pathlib.Path().read_bytes()",
    "io.open()", "pandas.read_csv()", "pandas.read_excel()", "pandas.read_json()", "pandas.read_parquet()",
)  # fmt: skip
# What a loop may run over that is decided elsewhere: the beginning of the call's name, and what to call it.
SOURCES = (
    ("requests.", "an HTTP call"),
    ("httpx.", "an HTTP call"),
    ("urllib.request.urlopen", "an HTTP call"),
    ("urllib3.", "an HTTP call"),
    ("psycopg2.", "a database"),
    ("psycopg.", "a database"),
    ("pymysql.", "a database"),
    ("mysql.connector.", "a database"),
    ("pyodbc.", "a database"),
    ("pymongo.", "a database"),
    ("redis.", "a database"),
    ("sqlalchemy.create_engine", "a database"),
    ("snowflake.", "a database"),
    ("pandas.read_sql", "a database"),
    ("pandas.read_gbq", "a database"),
    ("airflow.settings.Session", "Airflow's own database"),
    ("airflow.utils.session.create_session", "Airflow's own database"),
    ("boto3.", "a cloud service"),
    ("google.cloud.", "a cloud service"),
    ("azure.", "a cloud service"),
    ("os.listdir", FOLDER),
    ("os.scandir", FOLDER),
    ("os.walk", FOLDER),
    ("glob.", FOLDER),
    ("pathlib.Path().glob", FOLDER),
    ("pathlib.Path().rglob", FOLDER),
    ("pathlib.Path().iterdir", FOLDER),
)
# Methods that only queries have.
ASKING = ("fetchall", "get_pandas_df", "get_records")
MAX_DEPTH = 3
# What is often only a setting, such as the name of an environment, and what hands on what it is given.
SETTINGS = ("a Variable", "a Connection")
PASSING = ("ast.", "builtins.", "collections.", "copy.", "itertools.", "json.", "re.", "str", "yaml.")
# Words in a path that say that the folder is deployed together with the DAGs.
OWN_FOLDERS = ("dags", "plugins", "include", "opt/airflow", "local/airflow", "home/airflow")
# Folders there that fill up while Airflow runs.
RUNTIME_FOLDERS = ("/airflow/logs/", "/airflow/data/", "/airflow/tmp/", "/airflow/output/")


@rule(
    "AF202",
    severity="warning",
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
def dag_loop_over_external_data(module: DagModule, project: Project) -> Problems:
    """A loop makes tasks or DAGs from data that comes from outside while the file is read.

    Airflow reads the file about every 30 seconds: each time the database, service or Variable is asked. When the answer
    changes between two readings, tasks appear and vanish under running DAG runs, and when it fails, all DAGs of the
    file are gone. Fetch the data in a task and map over it (`.expand`), or keep the list in the file.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html
    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#top-level-python-code
    """
    told: set[int] = set()
    asked: set[tuple[ast.AST, str]] = set()
    made = [(loop, "DAGs") for dag in module.dags for loop in dag.count.loops]
    made += [(loop, "tasks") for task in module.tasks for loop in task.count.loops]
    version = project.airflow_version(module.source.whole)
    can_map = version is None or version.at_least(2, 3) is not False
    for loop, what in made:
        if id(loop.node) in told or module.runs_at(loop.iterable or loop.node) == "task":
            continue
        told.add(id(loop.node))
        if found := _external(loop, module, project):
            origin, source = found
            if (origin.node, what) in asked:
                continue  # the same answer decides about several loops: it is told once
            asked.add((origin.node, what))
            kept = "number" if loop.iterable and module.qualified(loop.iterable) == "builtins.range()" else "list"
            remedy = f"Fetch it in a task and map over it with `.expand`, or keep the {kept} in the file"
            if what == "DAGs" or not can_map or _is_beyond_mapping(loop, module):
                remedy = f"Keep the {kept} in the file, or in one that is deployed with it"
            decides = "decide" if source == FOLDER else "decides"
            yield Problem(
                loop,
                f"{source}, asked each time the file is read, {decides} which {what} there are: when the answer "
                f"changes, {what} appear and vanish. {remedy}",
                severity="info" if source in (FOLDER, FILE) else "warning",
                related=[Related(origin, "the data comes from here")] if not loop.span.holds(origin) else (),
            )


def _is_beyond_mapping(loop: Loop, module: DagModule) -> bool:
    """Whether a loop makes more than one task a turn, or tasks that differ in what Airflow does not map over."""
    tasks = [task for task in module.tasks if any(each.node is loop.node for each in task.count.loops)]
    if len(tasks) != 1 or len(tasks[0].count.loops) > 1:
        return True
    return any(name in tasks[0].own for name in ("executor_config", "pool", "queue", "priority_weight"))


def _external(loop: Loop, module: DagModule, project: Project) -> tuple[Origin, str] | None:
    """The call outside whose answer the loop runs over, and what it asks."""
    steps = list(_steps(loop.origin, module, project, 0)) if loop.origin else []
    handed_in = _handed_in(loop.origin) if loop.origin else set()
    for step in steps:
        if not step.name.endswith("()"):
            continue
        source = _source(step)
        if source in SETTINGS and step in handed_in:
            continue  # it says where or how something is looked up, and is not itself the list
        if source in (FOLDER, FILE) and (_is_deployed_along(steps) or not any(_texts(steps))):
            return None  # it comes with the DAGs, or may do so
        if source == "a Connection" and any(isinstance(each.node, ast.JoinedStr) for each in steps):
            return None  # what is put into a command does not say how many words that has
        if source == "a Variable" and _is_set(step, project):
            continue  # it changes with the deployment only
        if source:
            return step, source
    return None


def _handed_in(origin: Origin) -> set[Origin]:
    """The steps that only go into a value as parts of texts or as arguments of calls that are not known."""
    direct: set[Origin] = set()
    waiting = [origin]
    while waiting:
        step = waiting.pop()
        if step not in direct:
            direct.add(step)
            waiting += _itself(step)
    return {step for step in origin.walk() if step not in direct}


def _itself(step: Origin) -> tuple[Origin, ...]:
    """What a step's value is made of, without what is only handed to an unknown call, or put into a text."""
    if step.name == 'f""':
        return ()
    if not isinstance(step.node, ast.Call) or step.name == "local()" or step.name.startswith(PASSING):
        return step.inputs
    if step.method in ("format", "join"):
        return step.inputs if step.method == "join" else ()
    given = len(step.node.args) + len(step.node.keywords)
    return step.inputs[: len(step.inputs) - given]  # what a method is called on


def _is_set(step: Origin, project: Project) -> bool:
    """Whether the project sets the environment variable that a Variable is taken from first."""
    given = step.node.args[:1] if isinstance(step.node, ast.Call) else []
    return any(
        isinstance(key, ast.Constant) and isinstance(key.value, str) and is_set_in_environment(project, key.value)
        for key in given
    )


def _steps(origin: Origin, module: DagModule, project: Project, depth: int) -> Iterator[Origin]:
    """What a value is made of, also by modules of the project: names of theirs, and what their functions return."""
    for step in origin.walk():
        yield step
        if "." not in step.name or depth >= MAX_DEPTH or step.name.startswith((".", "airflow.", "builtins.")):
            continue
        if step.name.endswith("()"):
            name = step.name.removesuffix("()")
            function = project.imported_function(module, name) if "()" not in name else None
            for result in function.returns if function else ():
                yield from _steps(result.origin, result.module, project, depth + 1)
        elif found := project.imported_value(module, step.name):
            owner, value = found
            yield from _steps(owner.origin(value), owner, project, depth + 1)


def _source(step: Origin) -> str | None:
    name = step.name
    if name.startswith("airflow."):
        if name.endswith("Variable.get()"):
            return "a Variable"
        if name.endswith(("Hook.get_connection()", "Connection.get_connection_from_secrets()", "sdk.Connection.get()")):
            return "a Connection"
        if "Hook()." in name:
            return "a Hook"
    if name.startswith("pandas.read_") and "sql" not in name and any("://" in text for text in _texts(step.walk())):
        return "a file on the network"
    if step.method in ASKING:
        return "a database"
    if name in _OPENING and any(text.startswith("/") for text in _texts(step.walk())):
        return FILE
    return next((source for start, source in SOURCES if name.startswith(start)), None)


def _is_deployed_along(steps: Iterable[Origin]) -> bool:
    """Whether a folder belongs to the DAGs: it is found from `__file__`, or its name says so."""
    steps = list(steps)
    by_place = any(isinstance(step.node, ast.Name) and step.node.id == "__file__" for step in steps)
    texts = [text.lower() for text in _texts(steps)]
    return by_place or any(
        word in text and not any(part in f"{text}/" for part in RUNTIME_FOLDERS)
        for text in texts
        for word in OWN_FOLDERS
    )


def _texts(steps: Iterable[Origin]) -> Iterator[str]:
    for step in steps:
        if isinstance(step.node, ast.Constant) and isinstance(step.node.value, str):
            yield step.node.value
        elif step.name.endswith("DAGS_FOLDER"):
            yield "dags"
