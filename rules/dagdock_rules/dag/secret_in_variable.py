from __future__ import annotations

import ast

from dagdock.api import Bad, Call, DagModule, Problem, Problems, Project, Span, remembered, rule

from ..secrets import is_secret_name, words_of
from ._once import others_like
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
def secret_in_variable(module: DagModule, project: Project) -> Problems:
    """A secret is kept in an Airflow Variable.

    Variables are meant for settings. A Connection holds what belongs together (address, user and password), hides its
    password on Airflow's pages, is tried out there with one click and can be exchanged without touching the code. A
    Variable that several DAG files read is told in the first of them.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html
    """
    for name, (call, place) in _kept(module).items():
        others = _others_with(name, module, project)
        if others is None:
            continue
        remedy = '`BaseHook.get_connection("…").password`, or a Hook that takes its conn_id'
        if call.runs_at == "parse":  # where nobody should look up a Connection
            uses = uses_of(module, call.node) if module.is_dag_file else set()
            remedy = "`{{ conn.NAME.password }}` where an operator renders templates, or a Hook that takes its conn_id"
            if uses == {"in a task"}:
                remedy = f'`BaseHook.get_connection("…").{_field(module, call)}` inside the function that uses it'
            elif uses == {"rendered"}:
                remedy = "`{{ conn.NAME.password }}` in place of this call"
        where = f" (here and in {others:,} more file{'s' if others > 1 else ''})" if others else ""
        yield Problem(
            place,
            f"`{name}` is kept as a Variable{where}, which is meant for settings. A Connection is meant for secrets"
            f"{', and keeps the address and the login with it' if _is_of_login(name) else ''}: {remedy}",
        )


def _others_with(name: str, module: DagModule, project: Project) -> int | None:
    return others_like(module, project, name, lambda other, _: name in _kept(other))


@remembered
def _kept(module: DagModule) -> dict[str, tuple[Call, Span]]:
    """The secrets that a file reads from Variables, by the names of these, each with its first place."""
    found: dict[str, tuple[Call, Span]] = {}
    for call in module.calls() if "Variable" in module.source.text else ():
        if call.airflow != "Variable.get":
            continue
        given = [*call.node.args[:1], *(keyword.value for keyword in call.node.keywords if keyword.arg == "key")]
        name = module.value(given[0]).get(str) if given else None
        if not name or name in found or not is_secret_name(name) or _is_only_named(module, call):
            continue
        # `top-level-variable-get` says the same of what is needed while the file is read.
        if call.runs_at != "parse" or not module.is_dag_file or "elsewhere" not in uses_of(module, call.node):
            found[name] = (call, module.span(given[0]))
    return found


def _field(module: DagModule, call: Call) -> str:
    """What of a Connection takes the place of the Variable: JSON goes into its extras."""
    above = module.parent(call.node)
    target = above.targets[0] if isinstance(above, ast.Assign) else None
    loads = module.names.loads.get(target.id, ()) if isinstance(target, ast.Name) else ()
    readers = [parent for one in (call.node, *loads) if isinstance(parent := module.parent(one), ast.Call)]
    is_json = any(keyword.arg == "deserialize_json" for keyword in call.node.keywords)
    return (
        "extra_dejson" if is_json or any(module.qualified(one.func) == "json.loads" for one in readers) else "password"
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
