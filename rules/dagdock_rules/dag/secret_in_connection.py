from __future__ import annotations

import json

from dagdock.api import Bad, DagModule, Known, Problem, Problems, rule

from ..secrets import is_filled_in, is_placeholder, is_secret_name


@rule(
    "AF502",
    severity="error",
    since="0.1",
    security=8.5,
    lessons=["L40"],
    tags=["security"],
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
        for keyword in call.node.keywords:
            value = module.value(keyword.value)
            text = value.get(str)
            if keyword.arg == "password" and text and not is_placeholder(text) and not is_filled_in(text):
                yield Problem(
                    value,
                    "this password stands here for everyone who can read the DAG. Create the Connection in "
                    "Airflow or in "
                    "`AIRFLOW_CONN_…`, and change the password",
                )
            elif keyword.arg == "extra" and isinstance(value, Known) and (name := _secret_key(value, text)):
                yield Problem(
                    module.span(keyword.value),
                    f"`{name}` stands here for everyone who can read the DAG. Create the Connection in Airflow or in "
                    "`AIRFLOW_CONN_…`, and change the secret",
                )


def _secret_key(value: Known, text: str | None) -> str | None:
    """The key of `extra` that holds a secret, where there is one."""
    extra = value.value
    if text is not None:
        try:
            extra = json.loads(text)
        except ValueError:
            return None
    if not isinstance(extra, dict):
        return None
    for key, item in extra.items():
        literal = isinstance(key, str) and isinstance(item, str) and len(item) > 3
        if literal and is_secret_name(key) and not is_placeholder(item) and not is_filled_in(item):
            return str(key)
    return None
