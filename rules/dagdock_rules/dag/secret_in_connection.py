from __future__ import annotations

import ast
import json
from collections.abc import Mapping

from dagdock.api import Bad, DagModule, Problem, Problems, rule

from ..secrets import is_filled_in, is_placeholder, is_secret_name

# The parameters of Connection, in their order.
POSITIONAL = ("conn_id", "conn_type", "description", "host", "login", "password", "schema", "port", "extra", "uri")


@rule(
    "AF502",
    severity="error",
    since="0.1",
    security=8.5,
    lessons=["L40"],
    tags=["security"],
    words=["Connection"],
    bad=[
        Bad(
            "from airflow import DAG\nfrom airflow.models import Connection\n\n"
            "shop = Connection(conn_id='shop', conn_type='postgres', login='etl', password=«'k3Jd92prod'»)\ndag "
            "= DAG('sales')\n"
        ),
    ],
    good=[
        "import os\nfrom airflow import DAG\nfrom airflow.models import Connection\n\n"
        "shop = Connection(conn_id='shop', conn_type='postgres', login='etl', password=os.environ['PW'])\ndag = "
        "DAG('sales')\n",
    ],
)
def secret_in_connection(module: DagModule) -> Problems:
    """A Connection is made in code, with its password written out.

    A DAG file is in the repository, and Airflow shows it to everyone who may look at its pages. Create the Connection
    in Airflow, in the environment (`AIRFLOW_CONN_…`) or in a secrets backend, and name only its conn_id in code.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html
    """
    for call in module.calls():
        if call.airflow != "Connection":
            continue
        given = dict(zip(POSITIONAL, call.node.args, strict=False))
        given |= {keyword.arg: keyword.value for keyword in call.node.keywords if keyword.arg}
        for name, node in given.items():
            value = module.value(node)
            text = value.get(str)
            if name == "password" and text and not is_placeholder(text) and not is_filled_in(text):
                yield Problem(
                    value,
                    "this password stands here for everyone who can read the DAG. Create the Connection in Airflow or "
                    "in `AIRFLOW_CONN_…`, and change the password",
                )
            elif name == "extra" and (key := _secret_key(module, node)):
                yield Problem(
                    module.span(node),
                    f"`{key}` stands here for everyone who can read the DAG. Create the Connection in Airflow or in "
                    "`AIRFLOW_CONN_…`, and change the secret",
                )


def _secret_key(module: DagModule, node: ast.expr) -> str | None:
    """The key of `extra` that holds a secret, where there is one."""
    if isinstance(node, ast.Call) and module.qualified(node.func) == "json.dumps" and node.args:
        node = node.args[0]
    extra = module.value(node)
    text = extra.get(str)
    if text is None:
        return _secret_entry(module.entries(node), module)
    try:
        found = json.loads(text)
    except ValueError:
        return None
    entries = found if isinstance(found, dict) else {}
    return next((str(key) for key, item in entries.items() if isinstance(item, str) and _is_secret(key, item)), None)


def _secret_entry(entries: Mapping[str, ast.expr], module: DagModule) -> str | None:
    for key, node in entries.items():
        item = module.value(node).get(str)
        if item is not None and _is_secret(key, item):
            return key
    return None


def _is_secret(key: str, item: str) -> bool:
    return len(item) > 3 and is_secret_name(key) and not is_placeholder(item) and not is_filled_in(item)
