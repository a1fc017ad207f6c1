from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from posixpath import basename
from typing import NamedTuple

from dagdock.api import Bad, DagModule, Problem, Problems, rule

from ._intent import is_for_show, is_template
from ._secrets import HOLE, all_text, named, texts

# What environments are called, and which one it is.
ENVIRONMENTS = {
    "prod": "prod", "prd": "prod", "production": "prod", "preprod": "preprod", "uat": "uat", "qa": "qa",
    "dev": "dev", "development": "dev", "staging": "staging", "stg": "staging",
}  # fmt: skip
# In buckets and ids of Connections staging is mostly a step on the data's way.
STEPS = ("staging",)
BUCKETS = ("s3", "s3a", "s3n", "gs", "abfs", "abfss", "wasb", "wasbs")
# Public services that are called so.
PUBLIC = ("dev.azure.com", "dev.to", "dev.mysql.com", "dev.socrata.com", "dev.virtualearth.net", "dev.twitch.tv")
HOSTS = frozenset(
    (
        "bootstrap_servers", "db_host", "endpoint", "endpoint_url", "host", "hostname", "remote_host", "server",
        "ssh_host",
    )
)  # fmt: skip
PROJECTS = ("gcp_project", "google_cloud_project")
# What a value is given to that another one may take the place of.
_DEFAULTS = ("Param", "env", "get", "getenv", "setdefault")

ENDS = "so a test run uses it, too. If you have more than one environment,"


@rule(
    "AF510",
    severity="info",
    since="0.1",
    lessons=["L59"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    SQLExecuteQueryOperator(task_id='load', conn_id=«'warehouse_prod'», sql='CALL load()')\n"
        ),
        Bad(
            "from datetime import datetime\nimport requests\nfrom airflow.decorators import dag, task\n\n"
            "ORDERS = «'https://orders.prod.example.com/api'»\n\n\n"
            "@task\ndef load():\n    print(requests.get(ORDERS, timeout=60).status_code)\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    load()\n\n\nsales()\n"
        ),
    ],
    good=[
        "import os\nfrom datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator\n\n"
        "BUCKET = os.environ.get('BUCKET', 's3://shop-dev')\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    SQLExecuteQueryOperator(task_id='load', conn_id='warehouse', sql='CALL load()')\n",
        "import os\nfrom datetime import datetime\nfrom airflow import DAG\n\n"
        "HOSTS = {'dev': 'https://dev.example.com', 'prod': 'https://prod.example.com'}\n"
        "HOST = HOSTS[os.environ['STAGE']]\ndag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n",
    ],
)
def environment_baked_in(module: DagModule) -> Problems:
    """The DAG names one environment: its Connection, its host, its bucket, its account or its project.

    The same file runs on a laptop, in tests and in production. What differs there belongs to the deployment: a
    Connection that has the same id everywhere, a Variable or an environment variable. With the name of one environment
    in the code, a run elsewhere fails, or a trial run works on live data. Files that choose among several environments
    themselves are left alone.

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#testing-a-dag
    https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html
    """
    if not module.is_dag_file:
        return
    named_ones = [*_addresses(module), *_given(module)]
    if not named_ones or not _may_hold().search(all_text(module)):
        return
    found: dict[str, Found] = {}
    own = _environment(
        " ".join([basename(module.source.path), *(dag.dag_id.get(str) or "" for dag in module.dags)]).lower()
    )
    for one in named_ones:
        if one.environment and one.environment == own:
            continue  # a DAG for that environment, as its name says
        if not _is_choice(module, one.node) and not _is_documentation(module, one.node):
            found.setdefault(one.what, one)
    chooses = len({one.environment for one in found.values() if one.environment}) > 1
    # A number says of itself nothing about environments: several are as often several places of the same one.
    several = len([one for one in found.values() if one.environment is None and one.what.isdigit()]) > 1
    for one in found.values():
        is_number = one.what.isdigit()
        if is_number and (
            several or is_for_show(module.source.path) or is_template(module) or _asks_for_environment(module)
        ):
            continue
        if not (chooses and one.environment):
            yield Problem(module.span(one.node), f"{one.said}, {ENDS} {one.remedy}")


def _asks_for_environment(module: DagModule) -> bool:
    """Whether something in the file is compared with the name of an environment, or one is asked for: `Env.prod`."""
    if any(name in ENVIRONMENTS for name in map(str.lower, module.names.attributes)):
        return True
    texts_compared = (
        one.value
        for node in module.names.parents
        if isinstance(node, ast.Compare)
        for one in (node.left, *node.comparators)
        if isinstance(one, ast.Constant)
    )
    return any(isinstance(text, str) and text.lower() in ENVIRONMENTS for text in texts_compared)


class Found(NamedTuple):
    """A name of one environment in the code; `environment` where a word says which one.

    Of those that share `what` the first is told.
    """

    what: str
    node: ast.expr
    environment: str | None
    said: str
    remedy: str


_SETTING = "take it from a Connection, a Variable or the environment (`os.environ`)"


def _addresses(module: DagModule) -> Iterator[Found]:
    for text, node in texts(module):
        if text[:1].isdigit() and ":" in text and _endpoints().fullmatch(text) and _is_private(text.partition(":")[0]):
            yield Found(text, node, None, f"the address `{text}` is fixed in the code", _SETTING)
        if ("arn:aws" in text or ".amazonaws.com/" in text) and (match := _arn().search(text)):
            said = f"the AWS account `{match['account']}` is fixed in the code"
            yield Found(match["account"], node, None, said, _SETTING)
        for match in _url().finditer(text) if "://" in text else ():
            host = match["host"].lower()
            if HOLE in host or "{" in host or ":" in (match["user"] or ""):
                continue  # put in later, or a password, which is worse
            if found := _host(host, node, is_bucket=match["scheme"].lower() in BUCKETS):
                yield found


def _given(module: DagModule) -> Iterator[Found]:
    """Hosts, buckets, projects and ids of Connections, by the names of the arguments or keys that they are given to."""
    for one in named(module, lambda name: name in HOSTS or name.endswith("conn_id") or _kind(name) is not None):
        value = one.value.lower()
        if HOLE in value or "{" in value or not _plain().fullmatch(value):
            continue
        if kind := _kind(one.name):
            environment = _environment(value)
            if environment and environment not in STEPS and environment != value:
                # One of a kind is told: where there are more, it is a list of what others deliver.
                yield Found(kind, one.node, environment, f"the {kind} `{one.value}` is fixed in the code", _SETTING)
        elif not one.name.endswith("conn_id"):
            found = _host(value.partition(":")[0], one.node, is_bucket=False)
            if found and ("." in value or found.environment):
                yield found
        elif (environment := _environment(value)) and environment not in STEPS:
            yield Found(
                value,
                one.node,
                environment,
                f"the Connection `{one.value}` is named after one environment",
                "give it an id that is the same in each, or make the id from an environment variable",
            )


def _kind(name: str) -> str | None:
    """What an argument, a key or a name says that it holds: a bucket, or a project of Google Cloud."""
    name = name.lower()
    if name.endswith(("bucket", "bucket_name")):
        return "bucket"
    return "project" if name.endswith("project_id") or name in PROJECTS else None


def _host(host: str, node: ast.expr, *, is_bucket: bool) -> Found | None:
    environment = None if host in PUBLIC else _environment(host if is_bucket else host.rpartition(".")[0] or host)
    if is_bucket:
        if environment is None or environment in STEPS:
            return None
        return Found(host, node, environment, f"the bucket `{host}` is fixed in the code", _SETTING)
    if environment or _service().search(host) or _is_private(host):
        return Found(host, node, environment, f"the host `{host}` is fixed in the code", _SETTING)
    return None


def _environment(name: str) -> str | None:
    """Which environment a name is of; None where it says none, or several."""
    found = {ENVIRONMENTS[word] for word in re.split(r"[^a-z0-9]+", name) if word in ENVIRONMENTS}
    return found.pop() if len(found) == 1 else None


def _is_private(host: str) -> bool:
    """Whether it is an address of a private network, but for those of the own machine."""
    parts = host.split(".")
    if len(parts) != 4 or not all(part.isdigit() and int(part) < 256 for part in parts):
        return False
    first, second = int(parts[0]), int(parts[1])
    return first == 10 or (first, second) == (192, 168) or (first == 172 and 18 <= second < 32)


def _is_documentation(module: DagModule, node: ast.AST) -> bool:
    """Whether a text is for people: `doc_md`, a description, or what a name of that kind holds."""
    for above in module.names.ancestors(node):
        names: list[str | None] = []
        if isinstance(above, ast.keyword):
            names = [above.arg]
        elif isinstance(above, ast.Assign):
            names = [getattr(target, "id", getattr(target, "attr", None)) for target in above.targets]
        if any(name and _for_people().search(name) for name in names):
            return True
        if isinstance(above, ast.stmt):
            return False
    return False


@cache
def _for_people() -> re.Pattern[str]:
    return re.compile(r"(?:^|_)docs?(?:_|$)|description|readme", re.I)


def _is_choice(module: DagModule, node: ast.AST) -> bool:
    """Whether another value may come in its place: a default, one side of a condition, one entry by environment."""
    inner = node
    for above in module.names.ancestors(node):
        if isinstance(above, (ast.If, ast.IfExp, ast.Compare, ast.BoolOp, ast.Match, ast.ExceptHandler, ast.arguments)):
            return True
        if isinstance(above, ast.Call) and inner is not above.func:
            function = above.func
            if (function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")) in _DEFAULTS:
                return True
        if isinstance(above, ast.Dict) and any(
            isinstance(key, ast.Constant) and str(key.value).lower() in ENVIRONMENTS for key in above.keys
        ):
            return True
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        inner = above
    return False


@cache
def _may_hold() -> re.Pattern[str]:
    """What there is in the texts of a file in which anything can be found."""
    return re.compile(
        r"://|arn:aws|\d\.\d|(?<![a-z])(?:pre)?(?:prod|prd|dev|uat|qa|staging|stg)(?![a-z])|production"
        r"|\.(?:com|net|cloud)\b",
        re.I,
    )


@cache
def _url() -> re.Pattern[str]:
    return re.compile(r"\b(?P<scheme>[a-z][a-z0-9+]{1,20})://(?:(?P<user>[^/@\s'\"]*)@)?(?P<host>[^/:\s?#'\"]+)", re.I)


@cache
def _arn() -> re.Pattern[str]:
    return re.compile(
        r"(?:\barn:aws[\w-]*:[a-z0-9-]+:[\w-]*:|\bsqs\.[a-z0-9-]+\.amazonaws\.com/)(?P<account>\d{12})[:/]"
    )


@cache
def _service() -> re.Pattern[str]:
    """Hosts of databases that belong to somebody: `shop.abc123.eu-west-1.rds.amazonaws.com`."""
    return re.compile(
        r"\.(?:rds|redshift|redshift-serverless|cache|docdb|es)\.amazonaws\.com$"
        r"|\.(?:snowflakecomputing\.com|database\.windows\.net|postgres\.database\.azure\.com|mongodb\.net)$"
        r"|\.(?:azuredatabricks\.net|cloud\.databricks\.com|servicebus\.windows\.net|confluent\.cloud)$"
    )


@cache
def _endpoints() -> re.Pattern[str]:
    """`10.12.0.31:9092,10.12.0.32:9092`."""
    return re.compile(r"\d+(?:\.\d+){3}:\d{2,5}(?:, ?\d+(?:\.\d+){3}:\d{2,5})*")


@cache
def _plain() -> re.Pattern[str]:
    return re.compile(r"[\w.:-]+")
