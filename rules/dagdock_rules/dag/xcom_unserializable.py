from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Origin, Problem, Problems, Project, rule

from ._pushes import pushed, stored_elsewhere

# What a call gives, by the name of the call: the beginning and the end of it.
MADE: tuple[tuple[str, str], ...] = (
    ("psycopg2.connect()", "a database connection"),
    ("pymysql.connect()", "a database connection"),
    ("sqlite3.connect()", "a database connection"),
    ("snowflake.connector.connect()", "a database connection"),
    ("sqlalchemy.create_engine()", "a database engine"),
    ("sqlalchemy.create_engine().connect()", "a database connection"),
    ("builtins.open()", "an open file"),
    ("boto3.client()", "a client"),
    ("boto3.resource()", "a client"),
    ("boto3.Session()", "a session"),
    ("requests.Session()", "a session"),
    ("paramiko.SSHClient()", "a client"),
    ("pymongo.MongoClient()", "a client"),
    ("redis.Redis()", "a client"),
    ("google.cloud.storage.Client()", "a client"),
    ("google.cloud.bigquery.Client()", "a client"),
    ("threading.Lock()", "a lock"),
    ("PIL.Image.open()", "an image"),
    ("PIL.Image.new()", "an image"),
    ("matplotlib.pyplot.figure()", "a figure"),
    ("builtins.map()", "an iterator"),
    ("builtins.filter()", "an iterator"),
    ("builtins.zip()", "an iterator"),
    ("builtins.iter()", "an iterator"),
    ("builtins.enumerate()", "an iterator"),
    ("builtins.reversed()", "an iterator"),
    ("re.compile()", "a compiled pattern"),
    ("re.match()", "a match object"),
    ("re.search()", "a match object"),
)
ANSWERS = ("requests.get()", "requests.post()", "requests.put()", "requests.request()", "httpx.get()", "httpx.post()")
# Methods of Hooks that open something.
OPENS = {
    "get_conn": "a connection",
    "get_sqlalchemy_engine": "a database engine",
    "get_cursor": "a cursor",
    "get_client": "a client",
    "get_session": "a session",
}


@rule(
    "AF404",
    severity="error",
    since="0.1",
    lessons=["L44"],
    bad=[
        Bad(
            "from airflow.decorators import task\nfrom airflow.providers.postgres.hooks.postgres import PostgresHook\n"
            "\n\n@task\ndef connect():\n    return «PostgresHook('shop').get_conn()»\n"
        ),
        Bad(
            "import requests\nfrom airflow.decorators import task\n\n\n"
            "@task\ndef ask():\n    return «requests.get('https://example.org/rates')»\n"
        ),
    ],
    good=[
        "from airflow.decorators import task\n\n\n@task\ndef ids():\n    return list(map(int, ['1', '2']))\n",
        "import requests\nfrom airflow.decorators import task\n\n\n"
        "@task\ndef rate():\n    return requests.get('https://example.org/rates').json()['EUR']\n",
    ],
)
def xcom_unserializable(module: DagModule, project: Project) -> Problems:
    """A task returns or pushes something that cannot be written down.

    What goes to XCom is turned into JSON for Airflow's database. Connections, open files, iterators, functions and
    answers of services cannot be: the task fails when it is done with its work. Open them in the task that uses
    them, and hand on plain values. A function with `yield` is a generator: Airflow takes nothing from it.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
    """
    for value in pushed(module):
        what = _what(module, value.origin)
        if what is not None and not stored_elsewhere(module, project) and not _pickles(module, project):
            yield Problem(
                module.span(value.node),
                f"XCom cannot keep {what}, so the task fails here. "
                f"{'Return' if value.returned else 'Push'} a plain value, and open or make it where it is used",
            )

    if "yield" in module.source.text:
        yield from _generators(module)


def _generators(module: DagModule) -> Problems:
    """Tasks that `yield`: Airflow runs them to their end and takes nothing but Metadata of assets from them."""
    for function in module.functions:
        if not function.is_taskflow and not any(task.name == "PythonOperator" for task in function.tasks):
            continue
        yielded = [
            node
            for node in ast.walk(function.node)
            if isinstance(node, (ast.Yield, ast.YieldFrom)) and module.function_at(node) is function
        ]
        if yielded and "Metadata" not in module.source.text:
            yield Problem(
                module.span(yielded[0]),
                "a task hands on what it returns; what it yields is thrown away. Collect it in a list and return that",
            )


def _pickles(module: DagModule, project: Project) -> bool:
    return bool(project.variable_for(module, "AIRFLOW__CORE__ENABLE_XCOM_PICKLING"))


def _what(module: DagModule, origin: Origin) -> str | None:
    """What a value is that no JSON can hold; None where it may be anything."""
    name, node = origin.name, origin.node
    for made, what in MADE:
        if name == made:
            return what
    if name in ANSWERS:
        return "the answer of a service as a whole (its `.json()` or a part of it can be kept)"
    if name == "generator" and isinstance(node, ast.GeneratorExp):
        return "a generator"
    if isinstance(node, ast.Lambda):
        return "a function"
    if name.startswith("airflow.") and name.endswith("Hook()"):
        return "a Hook"
    hook = name.removesuffix("()").rpartition(".")
    if name.startswith("airflow.") and hook[0].endswith("Hook()") and name.endswith("()"):
        return OPENS.get(hook[2])
    if origin.method == "cursor" and origin.inputs and (_what(module, origin.inputs[0]) or "").endswith("connection"):
        return "a cursor"
    if origin.method in ("keys", "values", "items") and origin.inputs and origin.inputs[0].name == "dict":
        return f"a dict's `{origin.method}()` (a `list(…)` of it can be kept)"
    if isinstance(node, ast.Call) and (made_of := module.classes.definition(node.func)) and _is_plain(made_of):
        return f"an object of the class `{made_of.name}`"
    return None


def _is_plain(made_of: ast.ClassDef) -> bool:
    """Whether a class is no dataclass, no subclass of something else, and says nothing of how to write it down."""
    plain = all(isinstance(base, ast.Name) and base.id == "object" for base in made_of.bases)
    methods = {part.name for part in made_of.body if isinstance(part, ast.FunctionDef)}
    return plain and not made_of.decorator_list and not made_of.keywords and not methods & {"serialize", "__new__"}
