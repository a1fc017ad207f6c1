from __future__ import annotations

import ast

from dagdock.api import Bad, Call, DagModule, Problem, Problems, rule

from ..secrets import is_secret_name, words_of
from ._variables import uses_of


@rule(
    "AF509",
    severity="info",
    since="0.1",
    security=3.0,
    lessons=["L41"],
    tags=["security"],
    words=["Variable"],
    bad=[
        Bad(
            "from airflow.decorators import task\nfrom airflow.models import Variable\n\n\n"
            "@task\ndef load():\n    connect(user='etl', password=Variable.get(«'shop_db_password'»))\n"
        ),
    ],
    good=[
        "from airflow.decorators import task\nfrom airflow.hooks.base import BaseHook\n\n\n"
        "@task\ndef load():\n    connect(user='etl', password=BaseHook.get_connection('shop_db').password)\n",
        "from airflow.decorators import task\nfrom airflow.models import Variable\n\n\n"
        "@task\ndef load():\n    return Variable.get('shop_key_path'), Variable.get('max_tokens')\n",
    ],
)
def secret_in_variable(module: DagModule) -> Problems:
    """A secret is kept in an Airflow Variable.

    Variables are meant for settings. A Connection holds what belongs together (address, user and password), hides its
    password on Airflow's pages, is tried out there with one click and can be exchanged without touching the code.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html
    """
    told: set[str] = set()
    for call in module.calls():
        if call.airflow != "Variable.get":
            continue
        given = [*call.node.args[:1], *(keyword.value for keyword in call.node.keywords if keyword.arg == "key")]
        key = module.value(given[0]) if given else None
        name = key.get(str) if key else None
        if key and name and name not in told and is_secret_name(name) and not _is_only_named(module, call):
            told.add(name)
            at_parse = call.runs_at == "parse"
            if at_parse and module.is_dag_file and "elsewhere" in uses_of(module, call.node):
                continue  # `top-level-variable-get` says the same of it
            remedy = '`BaseHook.get_connection("…").password`, or a Hook that takes its conn_id'
            if at_parse:  # where nobody should look up a Connection
                remedy = (
                    "`{{ conn.NAME.password }}` where an operator renders templates, or a Hook that takes its conn_id"
                )
            yield Problem(
                module.span(given[0]),
                f"`{name}` is kept as a Variable, which is meant for settings. A Connection is meant for secrets"
                f"{', and keeps the address and the login with it' if _is_of_login(name) else ''}: {remedy}",
            )


def _is_of_login(name: str) -> bool:
    """Whether a secret is one half of a login, as passwords are; tokens and keys may stand alone."""
    return any(word in name.lower() for word in ("pass", "pwd"))


def _is_only_named(module: DagModule, call: Call) -> bool:
    """Whether the value is the name of a secret that is kept elsewhere, as what it is assigned to says."""
    above = module.parent(call.node)
    names = (
        [target.id for target in above.targets if isinstance(target, ast.Name)] if isinstance(above, ast.Assign) else []
    )
    return any(words_of(name)[-1:] in (["name"], ["id"], ["path"], ["ref"], ["arn"]) for name in names)
