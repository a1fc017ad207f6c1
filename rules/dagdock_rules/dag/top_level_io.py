from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache, lru_cache

from dagdock.api import Bad, Call, DagModule, Problem, Problems, Project, Related, rule

from ._elsewhere import ReadModule, calls_elsewhere, calls_on_made, in_all_read

# Calls that take their time, by name, and what happens there.
FILE = "the reading of a file"
SLOW = {
    "an HTTP request": (
        "requests.get", "requests.post", "requests.put", "requests.patch", "requests.delete", "requests.head",
        "requests.request", "httpx.get", "httpx.post", "httpx.put", "httpx.request", "urllib.request.urlopen",
    ),
    "a download": ("urllib.request.urlretrieve", "wget.download", "git.Repo.clone_from"),
    "a connection to a database": (
        "psycopg2.connect", "psycopg.connect", "pymysql.connect", "pymssql.connect", "pyodbc.connect",
        "mysql.connector.connect", "MySQLdb.connect", "sqlite3.connect", "cx_Oracle.connect", "oracledb.connect",
        "snowflake.connector.connect", "clickhouse_connect.get_client", "vertica_python.connect",
        "teradatasql.connect", "trino.dbapi.connect", "databricks.sql.connect", "redshift_connector.connect",
        "sqlalchemy.create_engine().connect", "sqlalchemy.create_engine().begin",
    ),
    "a query": ("sqlalchemy.create_engine().execute", "pandas.read_gbq"),
    FILE: (
        "pandas.read_csv", "pandas.read_excel", "pandas.read_parquet", "pandas.read_json", "pandas.read_html",
        "pandas.read_pickle", "polars.read_csv", "polars.read_parquet",
    ),
    "the start of another program": (
        "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen",
        "subprocess.getoutput", "os.system", "os.popen",
    ),
    "a pause": ("time.sleep",),
    "the loading of a model": (
        "transformers.pipeline", "torch.load", "torch.hub.load", "joblib.load", "tensorflow.keras.models.load_model",
        "keras.models.load_model", "spacy.load", "mlflow.pyfunc.load_model", "mlflow.sklearn.load_model",
        "gensim.models.KeyedVectors.load", "xgboost.Booster().load_model",
    ),
    "a connection to a mail server": ("smtplib.SMTP", "smtplib.SMTP_SSL"),
    "an FTP connection": ("ftplib.FTP", "ftplib.FTP_TLS", "pysftp.Connection"),
    "an SSH connection": ("paramiko.SSHClient().connect", "paramiko.Transport().connect"),
    "a network connection": ("socket.create_connection",),
    "a question to Airflow's database": ("airflow.utils.session.create_session",),
    "the start of a Spark session": (
        "pyspark.sql.SparkSession.builder.getOrCreate", "pyspark.SparkContext", "pyspark.SparkContext.getOrCreate",
    ),
}  # fmt: skip
# Clients that do nothing when they are made: what is called on them goes out, at once or behind one of LAZY.
CLIENTS = {
    "an HTTP request": (
        "requests.Session()", "requests.session()", "httpx.Client()", "urllib3.PoolManager()",
    ),
    "a query": (
        "pymongo.MongoClient()", "redis.Redis()", "redis.StrictRedis()", "elasticsearch.Elasticsearch()",
    ),
    "a call of AWS": (
        "boto3.client()", "boto3.resource()", "boto3.Session().client()", "boto3.session.Session().client()",
        "boto3.Session().resource()", "boto3.session.Session().resource()",
    ),
    "a call of a secrets store": ("hvac.Client()",),
    "a question to Airflow's database": ("airflow.settings.Session()",),
}  # fmt: skip
LAZY = frozenset(
    (
        "Bucket", "Object", "Table", "Queue", "Topic", "get_paginator", "get_waiter", "get_available_subresources",
        "bucket", "blob", "dataset", "table", "mount", "update", "set_auth", "get_database", "get_collection",
        "collection", "document", "secret_path", "topic_path", "secret_version_path", "subscription_path",
        "queue_path", "common_project_path", "close", "get_table_name", "register_script", "pipeline", "pubsub",
    )
)  # fmt: skip
# Methods of a Hook that go to the system behind it, or at least look up its Connection.
HOOK_METHODS = (
    "bulk_", "check_", "copy_", "create_", "delete_", "download", "execute", "exists", "find", "get_", "insert_",
    "list_", "load_", "poke", "poll", "query", "read_", "run", "send", "test_connection", "upload", "wait_",
)  # fmt: skip

_MOST_CALLERS = 5
_MOST_NAMES = 3
DEPLOYED = "Keep the answer in a file that is deployed with the DAGs, and have a task or CI refresh that"


@rule(
    "AF204",
    severity="warning",
    since="0.1",
    lessons=["L42", "L55"],
    aliases=["dagruff:BP001", "conformdag:module-scope-io"],
    bad=[
        Bad(
            "from datetime import datetime\nimport requests\nfrom airflow import DAG\n\n"
            "shops = «requests.get('https://api.example.org/shops')».json()\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n"
        ),
    ],
    good=[
        "from datetime import datetime\nimport requests\nfrom airflow.decorators import dag, task\n\n\n"
        "@task\ndef shops():\n    return len(requests.get('https://api.example.org/shops').json())\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    shops()\n\n\nsales()\n",
    ],
)
def top_level_io(module: DagModule, project: Project) -> Problems:
    """The network, a database or another program is asked while Airflow reads the file.

    Airflow reads each DAG file about every 30 seconds, and again for each task that it starts. What stands outside of
    a task runs each time: it slows down all DAGs, presses on the system behind it, and when that does not answer, the
    DAGs of the file are gone. Move it into the function that a task runs. The lines of modules that a DAG file imports
    run with it.

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#top-level-python-code
    """
    if not module.is_dag_file:
        return
    yield from in_all_read(module, project, _in_module)


def _in_module(read: ReadModule, project: Project) -> Iterator[Problem]:
    module = read.module
    shown: set[tuple[str, str]] = set()
    named = [*module.calls_by_name.items(), *((name, [call]) for name, call in calls_on_made(module))]
    for name, calls in named:
        what = _what(name)
        if what is None or name.endswith("ook().get_connection"):
            continue
        for call in calls:
            text = ast.dump(call.node)
            if (name, text) not in shown and call.runs_at == "parse":
                shown.add((name, text))
                remedy = _remedy(what, module, call.node, "Move it into")
                yield Problem(
                    call,
                    f"{what} happens here each time {read.readings}. {remedy}",
                    severity="info" if what == FILE else None,
                    related=read.related,
                )
    told: set[ast.AST] = set()
    elsewhere: dict[str | None, list[tuple[Call, Call, str]]] = {}
    for outer, inner in calls_elsewhere(module, project):
        if outer.node not in told and (what := _what(inner.name or "")):
            told.add(outer.node)
            elsewhere.setdefault(outer.name, []).append((outer, inner, what))
    for (outer, inner, what), *more in elsewhere.values():
        again = f", and {len(more)} more of this file," if more else ""
        yield Problem(
            outer,
            f"{what} happens in this call{again} each time {read.readings}. "
            + _remedy(what, module, outer.node, "Call it in"),
            severity="info" if what == FILE else None,
            related=[Related(inner, "it happens here"), *read.related],
        )


@lru_cache(maxsize=4096)
def _decides(module: DagModule, call: ast.Call) -> bool:
    """Whether what a call gives is needed while the file is read: a loop that makes DAGs or tasks runs over it, also by
    way of functions of the file, or code at the top reads the name that it gets."""
    loads = _loads(module, _outermost(module, call))
    for _ in range(_MOST_NAMES):
        read = [load for load in loads if module.runs_at(load) == "parse" and not _is_handed_over(module, load)]
        if not read:
            break
        if not all(_gives_another_name(module, load) for load in read):
            return True
        loads = [later for load in read for later in _loads(module, load)]
    counts = [*(dag.count for dag in module.dags), *(task.count for task in module.tasks)]
    loops = [loop for count in counts for loop in count.loops]
    return any(step.node is call for loop in loops if loop.origin for step in loop.origin.walk())


def _remedy(what: str, module: DagModule, call: ast.Call, how: str) -> str:
    if not _decides(module, call):
        return _moved(module, call, how)
    if what != FILE:
        return DEPLOYED
    if module.is_dag_file:
        return "Keep what decides on the tasks in a small file that is quickly read (YAML, JSON)"
    return "Read it in the function that needs it, which can keep it for the next time (`functools.cache`)"


def _moved(module: DagModule, call: ast.Call, how: str) -> str:
    """The remedy where nobody needs the answer at once; an operator cannot ask for the value of its argument."""
    argument = module.parent(call)
    while isinstance(argument, ast.expr):
        argument = module.parent(argument)
    for task in module.tasks:
        if not task.taskflow and any(argument in one.keywords for one in task.given):
            return "Let the operator get it when the task runs: by a template, a Connection, or an earlier task (XCom)"
    if isinstance(argument, ast.keyword):
        return "Let the task get it when it runs"
    if isinstance(argument, ast.Assign) and _only_gives(call) and _gets_unread_name(module, argument):
        return "Nothing reads what it gives: delete the line"
    return f"{how} the function that a task runs"


def _only_gives(call: ast.Call) -> bool:
    """Whether a call changes nothing outside, as its name says: `get_uri`."""
    return isinstance(call.func, ast.Attribute) and call.func.attr.startswith("get")


def _gets_unread_name(module: DagModule, assigned: ast.Assign) -> bool:
    names = [target.id if isinstance(target, ast.Name) else "" for target in assigned.targets]
    return all(name and not module.names.loads.get(name) for name in names)


def _outermost(module: DagModule, call: ast.Call) -> ast.Call:
    """The call at the top of the file that gives what a call deeper down gave, by way of functions called once."""
    for _ in range(_MOST_CALLERS):
        function = module.function_at(call)
        if function is None or len(function.calls) != 1:
            return call
        if not any(step.node is call for result in function.returns for step in result.origin.walk()):
            return call
        call = function.calls[0]
    return call


def _loads(module: DagModule, call: ast.expr) -> list[ast.Name]:
    """Where the name is read that gets what a call gives, or something out of that: `requests.get(…).json()`."""
    function = module.function_at(call)
    if function is not None and all(module.function_at(dag.node) is not function for dag in module.dags):
        return []  # what a function does with it is its own; one that makes DAGs needs it for them
    for above in module.names.ancestors(call):
        if isinstance(above, ast.Assign):
            names = [target.id for target in above.targets if isinstance(target, ast.Name)]
            loads = (load for name in names for load in module.names.loads.get(name, ()))
            return [load for load in loads if _is_of(module, load, above)]
        if not isinstance(above, (ast.Attribute, ast.Call, ast.Subscript, ast.keyword)):
            break
    return []


def _is_of(module: DagModule, load: ast.Name, assigned: ast.Assign) -> bool:
    return any(binding.node is assigned for binding in module.names.bindings(load.id, load))


def _is_handed_over(module: DagModule, node: ast.AST) -> bool:
    """Whether a value goes to a task, which could ask for it itself, or is only shown."""
    calls = {call for task in module.tasks for call in (task.call, *task.given)}
    return any(
        above in calls or (isinstance(above, ast.Call) and module.qualified(above.func) == "builtins.print")
        for above in module.names.ancestors(node)
    )


def _gives_another_name(module: DagModule, load: ast.Name) -> bool:
    """Whether all that is made of it is another name: `cursor = connection.cursor()`."""
    for above in module.names.ancestors(load):
        if isinstance(above, ast.Assign):
            return all(isinstance(target, ast.Name) for target in above.targets)
        if not isinstance(above, (ast.Attribute, ast.Call)) or load in getattr(above, "args", ()):
            return False
    return False


@lru_cache(maxsize=4096)
def _what(name: str) -> str | None:
    """What a call does that takes its time; None for all others."""
    if name in _slow():
        return _slow()[name]
    if name.startswith(("transformers.", "sentence_transformers.")) and name.endswith(".from_pretrained"):
        return "the loading of a model"
    if name.startswith("pandas.read_sql"):
        return "a query" if "(" not in name else None
    if name.startswith("airflow.") and "Hook()." in name:
        method = name.partition("Hook().")[2]
        return "a call through a Hook" if method.startswith(HOOK_METHODS) and "." not in method else None
    for what, clients in CLIENTS.items():
        for client in clients:
            if name.startswith(client + "."):
                return what if _goes_out(name[len(client) + 1 :]) else None
    for start, what in (("google.cloud.", "a call of Google Cloud"), ("azure.", "a call of Azure")):
        if name.startswith(start):
            client, made, rest = name.partition("().")
            return what if made and client.endswith("Client") and _goes_out(rest) else None
    if name.startswith("pyspark.sql.SparkSession.builder.") and name.endswith(").getOrCreate"):
        return "the start of a Spark session"
    return None


def _goes_out(path: str) -> bool:
    """Whether the first call of a chain on a client that is not lazy is the last one: `Bucket().objects.all`."""
    *before, last = [part.rpartition(".")[2] for part in path.split("()")]
    return last not in LAZY and all(part in LAZY for part in before)


@cache
def _slow() -> dict[str, str]:
    return {name: what for what, names in SLOW.items() for name in names}
