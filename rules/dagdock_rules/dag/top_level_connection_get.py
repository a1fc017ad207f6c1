from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from dagdock.api import Bad, Call, DagModule, Problem, Problems, Project, Related, rule

from ._elsewhere import ReadModule, calls_elsewhere, in_all_read, is_in_init, makes_dags
from ._variables import is_argument, uses_of

_READ = ("host", "login", "password", "port", "schema", "extra_dejson")


@rule(
    "AF206",
    severity="warning",
    since="0.1",
    lessons=["L41", "L42", "L55"],
    aliases=["pylint-airflow:W8300", "dagruff:BP001"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.hooks.base import BaseHook\n\n"
            "shop = «BaseHook.get_connection('shop')»\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n"
        "from airflow.hooks.base import BaseHook\n\n\n"
        "@task\ndef load():\n    shop = BaseHook.get_connection('shop')\n    print(shop.host)\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    load()\n\n\nsales()\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load --host {{ conn.shop.host }}')\n",
    ],
)
def top_level_connection_get(module: DagModule, project: Project) -> Problems:
    """A Connection is looked up while Airflow reads the file, not when a task runs.

    Airflow reads each DAG file about every 30 seconds, and each time asks its database or secrets store; where the
    Connection is missing, all DAGs of the file are gone. Look it up inside the task, or use a template:
    `"{{ conn.shop.host }}"`. Modules that a DAG file imports are read along with it.

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#top-level-python-code
    https://airflow.apache.org/docs/apache-airflow/stable/templates-ref.html
    """
    if not module.is_dag_file:
        return
    yield from in_all_read(module, project, _in_module)


def _in_module(read: ReadModule, project: Project) -> Iterator[Problem]:
    module = read.module
    for calls in module.calls_by_name.values():
        for call in calls if _looks_up(calls[0]) else ():
            if call.runs_at == "parse":
                yield Problem(
                    call,
                    f"this looks up a Connection each time {read.readings}. {_remedy(module, call)}",
                    related=read.related,
                )
    told: set[ast.AST] = set()
    for outer, inner in calls_elsewhere(module, project):
        if inner.node not in told and _looks_up(inner):
            told.add(inner.node)
            remedy = f"Call it {'in `execute`' if is_in_init(outer) else 'inside the function that a task runs'}"
            if is_argument(module, outer.node):
                remedy = f"Have a template such as `{_template(inner.module, inner)}` in its place"
            yield Problem(
                outer,
                f"this function looks up a Connection each time {read.readings_at(outer)}. {remedy}",
                related=[Related(inner, "it is looked up here"), *read.related],
            )


def _looks_up(call: Call) -> bool:
    """Whether a call looks up a Connection."""
    airflow = call.airflow
    return airflow is not None and (
        airflow.endswith(("Hook.get_connection", "Hook().get_connection"))
        or airflow == "Connection.get_connection_from_secrets"
        or (airflow == "Connection.get" and "airflow.sdk" in (call.name or ""))
    )


def _remedy(module: DagModule, call: Call) -> str:
    """Where to look it up instead, by what it is used for."""
    function = call.function
    if is_in_init(call):
        return "Do it in `execute`"
    if function is not None and function.calls and not makes_dags(module, function):
        return f"Call `{function.name}` inside the function that a task runs"
    uses = uses_of(module, call.node)
    if uses == {"in a task"}:
        return "Move this line into the function that a task runs"
    template = _template(module, call)
    if uses == {"rendered"}:
        return f"Use a template such as `{template}` in its place: Airflow fills that in when the task runs"
    return f"Do it inside the function that a task runs, or write `{template}` in an argument that is templated"


def _template(module: DagModule, call: Call) -> str:
    """A template for what is taken from the Connection: `{{ conn.shop.host }}`."""
    given = [*call.node.args[:1], *(word.value for word in call.node.keywords if word.arg == "conn_id")]
    text = (module.value(given[0]).get(str) if given else None) or "my_conn"
    found = f"conn.{text}" if text.isidentifier() else f"conn.get('{text}')"
    return f"{{{{ {found}.{_attribute(module, call.node)} }}}}"


def _attribute(module: DagModule, call: ast.Call) -> str:
    """What is read of the Connection first."""
    parent = module.parent(call)
    loads: Iterable[ast.AST] = [call]
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        loads = module.names.loads.get(parent.targets[0].id, ())
    read = (above.attr for load in loads if isinstance(above := module.parent(load), ast.Attribute))
    return next((name for name in read if name in _READ), "host")
