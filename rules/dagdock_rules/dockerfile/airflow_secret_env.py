from __future__ import annotations

import re
from functools import cache

from dagdock.api import Bad, Env, Problem, Problems, rule

from ..secrets import is_placeholder, password_in_url


@rule(
    "DF706",
    severity="error",
    since="0.1",
    security=8.0,
    lessons=["L09", "L40", "L24"],
    tags=["airflow", "security"],
    bad=[
        Bad(
            "FROM apache/airflow:2.9.1\n"
            """ENV «AIRFLOW_CONN_SHOP='{"conn_type": "http", "login": "etl", "password": "k7Gq2mVx9T"}'»\n"""
        ),
    ],
    good=[
        "FROM apache/airflow:2.9.1\nENV AIRFLOW_CONN_SHOP=http://shop.example.com\n",
        "FROM apache/airflow:2.9.1\nARG CONN\nENV AIRFLOW_CONN_SHOP=$CONN\n",
        "FROM apache/airflow:2.9.1\nENV AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD='cat /run/secrets/conn'\n",
    ],
)
def airflow_secret_env(env: Env) -> Problems:
    """A connection with its password stands in an ENV of an Airflow image.

    ENV is part of the image: whoever can pull it reads the password with `docker inspect`, and so does every task.
    Hand the connection over when the container starts, or keep it in a secrets backend. What stands in a URL or
    under a name that says secret is reported by `secret-literal` and `secret-in-arg-or-env`.

    https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/index.html
    """
    for pair in env.pairs:
        name = str(pair.key)
        value = pair.value.literal if pair.value is not None else None
        if not value or not name.startswith("AIRFLOW_CONN_") or password_in_url(value):
            continue
        found = _password().search(value)
        if found and not is_placeholder(found[1]):
            yield Problem(
                pair,
                f"the password in `{name}` stays readable in the image. Hand the connection over when the container "
                "starts",
            )


@cache
def _password() -> re.Pattern[str]:
    return re.compile(r"""["'](?:password|passwd|secret_key|aws_secret_access_key)["']\s*:\s*["']([^"']+)["']""")
