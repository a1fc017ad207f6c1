from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from dagdock.api import Bad, Call, DagModule, Problem, Problems, Project, rule

from ._elsewhere import ReadModule, in_all_read, is_in_init, makes_dags

# Clients that look for credentials or load their descriptions of services when they are made.
CLIENTS = {
    "boto3.client": "an AWS client", "boto3.resource": "an AWS client", "boto3.session.Session": "an AWS session",
    "boto3.Session": "an AWS session", "pymongo.MongoClient": "a MongoDB client", "redis.Redis": "a Redis client",
    "redis.StrictRedis": "a Redis client", "redis.from_url": "a Redis client",
    "redis.Redis.from_url": "a Redis client",
    "elasticsearch.Elasticsearch": "an Elasticsearch client", "sqlalchemy.create_engine": "a database engine",
    "sqlmodel.create_engine": "a database engine", "kafka.KafkaProducer": "a Kafka producer",
    "kafka.KafkaConsumer": "a Kafka consumer", "confluent_kafka.Producer": "a Kafka producer",
    "confluent_kafka.Consumer": "a Kafka consumer", "hvac.Client": "a Vault client",
    "openai.OpenAI": "an OpenAI client",
    "slack_sdk.WebClient": "a Slack client",
    "minio.Minio": "a MinIO client", "docker.from_env": "a Docker client",
    "docker.DockerClient": "a Docker client", "clickhouse_driver.Client": "a ClickHouse client",
    "influxdb_client.InfluxDBClient": "an InfluxDB client", "cassandra.cluster.Cluster": "a Cassandra client",
    "gspread.service_account": "a Google client", "tweepy.API": "a Twitter client", "tweepy.Client": "a Twitter client",
}  # fmt: skip
HOOK = "a Hook"
# Hooks that look up their Connection when they are made (tried with Airflow 2.10.5; all of Google's do).
LOOK_UP = frozenset(("SSHHook", "SFTPHook", "MongoHook", "AirbyteHook"))


@rule(
    "AF216",
    severity="warning",
    since="0.1",
    lessons=["L55", "L42"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow.decorators import dag, task\n"
            "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n"
            "hook = «PostgresHook('shop')»\n\n\n"
            "@task\ndef load():\n    hook.run('CALL load_sales()')\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    load()\n\n\nsales()\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n"
        "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n\n"
        "@task\ndef load():\n    hook = PostgresHook('shop')\n    hook.run('CALL load_sales()')\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    load()\n\n\nsales()\n",
    ],
)
def top_level_hook(module: DagModule, project: Project) -> Problems:
    """A Hook or a client is made while Airflow reads the file.

    Airflow reads the file about every 30 seconds, in the scheduler and again for each task. Making a client loads its
    library and often looks for credentials or connects at once; some Hooks look up their Connection. When that fails,
    all DAGs of the file are gone. Make it inside the function that uses it, and in an operator in `execute`. Modules
    that a DAG file imports are read with it.

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#top-level-python-code
    """
    if not module.is_dag_file:
        return
    yield from in_all_read(module, project, _in_module)


def _in_module(read: ReadModule, project: Project) -> Iterator[Problem]:
    module = read.module
    plain: list[tuple[Call, str]] = []
    for name, calls in module.calls_by_name.items():
        what = _made(name)
        if what is None or _is_asked(module, name):
            continue
        for call in calls:
            if call.runs_at != "parse" or _is_used_at_once(module, call.node):
                continue
            if what == HOOK and not _looks_up(name):
                if not _is_needed_now(module, call.node):
                    plain.append((call, name.rpartition(".")[2]))
                continue
            remedy, function = _remedy(module, call.node, read), call.function
            if is_in_init(call):
                remedy = "Make it in `execute`"
            elif function is not None and function.calls and not makes_dags(module, function):
                remedy = f"Call `{function.name}` inside the function that a task runs"
            done = f"`{name.rpartition('.')[2]}` looks up its Connection" if what == HOOK else f"this makes {what}"
            yield Problem(call, f"{done} each time {read.readings_at(call)}. {remedy}", related=read.related)
    if plain:
        yield _of_plain(plain, read)


def _of_plain(made: list[tuple[Call, str]], read: ReadModule) -> Problem:
    """What there is to say of Hooks that do little when they are made: once a file."""
    (call, hook), *more = made
    again = f", and {len(more)} more in this file," if more else ""
    if is_in_init(call):
        said = f"this makes the Hook `{hook}`{again} each time {read.readings_at(call)}"
        return Problem(call, f"{said}. Make it in `execute`, as Airflow's guide to operators says", severity="info")
    return Problem(
        call,
        f"this makes the Hook `{hook}`{again} each time {read.readings}, though only a running task can use it. "
        + _remedy(read.module, call.node, read),
        severity="info",
        related=read.related,
    )


def _is_needed_now(module: DagModule, call: ast.Call) -> bool:
    """Whether something else than an operator's argument takes it in while the file is read: a dict of `params`."""
    above = module.parent(call)
    target = above.targets[0] if isinstance(above, ast.Assign) else None
    if not isinstance(target, ast.Name):
        while isinstance(above, (ast.Dict, ast.List, ast.Tuple)):
            above = module.parent(above)
        return isinstance(above, ast.keyword)
    loads = module.names.loads.get(target.id, ())
    return any(module.runs_at(one) == "parse" and not isinstance(module.parent(one), ast.keyword) for one in loads)


def _looks_up(name: str) -> bool:
    return name.rpartition(".")[2] in LOOK_UP or name.startswith("airflow.providers.google.")


def _is_asked(module: DagModule, name: str) -> bool:
    """Whether something is called on it while the file is read: that is worse, and has a rule of its own."""
    return any(
        other.startswith(f"{name}().") and any(call.runs_at == "parse" for call in calls)
        for other, calls in module.calls_by_name.items()
    )


@lru_cache(maxsize=4096)
def _made(name: str) -> str | None:
    if name in CLIENTS:
        return CLIENTS[name]
    last = name.rpartition(".")[2]
    if "()" in name or not last[:1].isupper():
        return None
    if name.startswith("airflow.") and last.endswith("Hook"):
        return HOOK
    if name.startswith("google.cloud.") and last.endswith("Client"):
        return "a Google Cloud client"
    return "an Azure client" if name.startswith("azure.") and last.endswith("Client") else None


def _remedy(module: DagModule, call: ast.Call, read: ReadModule) -> str:
    above = module.parent(call)
    if isinstance(above, ast.arguments):
        return "Make `None` the default, and make it in the function"
    target = above.targets[0] if isinstance(above, ast.Assign) else None
    loads = module.names.loads.get(target.id, ()) if isinstance(target, ast.Name) else ()
    if read.is_own and isinstance(target, ast.Name) and not loads and "__all__" not in module.names.root.bindings:
        return "Nothing uses it: delete it"
    given = [parent for load in loads if isinstance(parent := module.parent(load), ast.keyword)]
    if not given or len(given) < len(loads):
        return "Make it inside the function that a task runs"
    ids = [one.value for one in call.keywords if one.arg and one.arg.endswith("conn_id")] + call.args[:1]
    if ids and all(one.arg == "ssh_hook" for one in given):
        return f"Give the operator the id of the Connection in its place: `ssh_conn_id={module.span(ids[0]).text}`"
    return "Give the operator the id of the Connection in its place"


def _is_used_at_once(module: DagModule, call: ast.Call) -> bool:
    """Whether something is called on it right here, or it is an argument: the call around it is what to look at."""
    above = module.parent(call)
    if isinstance(above, ast.Attribute):
        used = module.parent(above)
        return isinstance(used, ast.Call) and used.func is above
    return isinstance(above, (ast.Call, ast.keyword))
