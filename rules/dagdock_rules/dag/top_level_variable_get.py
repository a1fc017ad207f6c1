from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from dagdock.api import (
    Bad,
    Call,
    DagModule,
    Fix,
    Problem,
    Problems,
    Project,
    Related,
    replace_expressions,
    rule,
)

from ..secrets import is_secret_name
from ._elsewhere import ReadModule, calls_elsewhere, in_all_read, is_in_init
from ._variables import is_rendered, is_set_in_environment, uses_of


@rule(
    "AF203",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L41", "L42"],
    aliases=["ruff:AIR003", "dagruff:AIRFLINT003", "airflint:use-jinja-variable-get"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.models import Variable\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    BashOperator(task_id='load', bash_command=«Variable.get('load_command')»)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    BashOperator(task_id='load', bash_command='{{ var.value.load_command }}')\n",
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.models import Variable\n\n"
            "BUCKET = «Variable.get('bucket')»\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n"
        ),
    ],
    good=[
        "from airflow.decorators import task\nfrom airflow.models import Variable\n\n\n"
        "@task\ndef load():\n    return Variable.get('bucket')\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.models import Variable\n"
        "from airflow.operators.python import PythonOperator\n\n\n"
        "def load():\n    print(Variable.get('bucket'))\n\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    PythonOperator(task_id='load', python_callable=load)\n",
    ],
)
def top_level_variable_get(module: DagModule, project: Project) -> Problems:
    """A Variable is read while Airflow reads the file, not when a task runs.

    Airflow reads each DAG file about every 30 seconds, and every `Variable.get` outside of a task is then a question to
    its database; when the Variable is missing, all DAGs of the file vanish. In an operator's argument a template does
    it when the task runs: `"{{ var.value.NAME }}"`. In Python code, move the call into the function that the task runs.
    What is needed while the file is read, such as a pool or a schedule, may come from the environment: Airflow looks
    for `AIRFLOW_VAR_NAME` there before it asks its database, and a project that sets it is left alone. The same holds
    for modules that a DAG file imports: their lines run with it.

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#airflow-variables
    """
    if not module.is_dag_file:
        return
    yield from in_all_read(module, project, _in_module)


def _in_module(read: ReadModule, project: Project) -> Iterator[Problem]:
    module = read.module
    alike: dict[tuple[object, str, object], list[tuple[Call, Fix | None]]] = {}
    for call in module.calls() if "Variable" in module.source.text else ():
        if call.airflow == "Variable.get" and call.runs_at == "parse":
            name = _key(module, call.node)
            if name and is_set_in_environment(project, name):
                continue
            remedy = _remedy(module, call.node, name) if read.is_own else _remedy_for_all(module, call.node, name)
            remedy = "Read it in `execute`" if is_in_init(call) else remedy
            fix = _fix(module, call)
            alike.setdefault((name or call.node, remedy, call.node if fix else None), []).append((call, fix))
    for (_, remedy, _), ((call, fix), *more) in alike.items():
        again = f" ({len(more)} more time{'s' if len(more) > 1 else ''} in this file)" if more else ""
        yield Problem(
            call,
            f"this asks Airflow's database each time {read.readings_at(call)}{again}. {remedy}",
            fix=fix,
            related=[*read.related, *(Related(one, "the same Variable") for one, _ in more)],
        )
    told: set[ast.AST] = set()
    for outer, inner in calls_elsewhere(module, project):
        if inner.node not in told and outer.node not in told and inner.airflow == "Variable.get":
            name = _key(inner.module, inner.node)
            if name:
                told.add(inner.node)  # it is the same for all who call
            name = name or _handed_on(outer, inner)
            if name and is_set_in_environment(project, name):
                continue
            told.add(outer.node)
            yield Problem(
                outer,
                f"this function reads {f'the Variable `{name}`' if name else 'a Variable'}, so Airflow's database is "
                f"asked each time {read.readings_at(outer)}. "
                + ("Call it in `execute`" if is_in_init(outer) else _remedy_elsewhere(outer, inner, name)),
                related=[Related(inner, "it is read here"), *read.related],
            )


def _remedy(module: DagModule, call: ast.Call, name: str | None) -> str:
    """What to do instead, by what the value is used for."""
    uses = uses_of(module, call)
    if name and _is_set_here(module, name):
        return "The file sets it as well, so it has to stay a Variable: read it inside a task, and let that decide"
    if "elsewhere" in uses and _holds_login(module, call):
        return (
            "It holds a login: keep it in a Connection, and get that inside the task; until then read it from an "
            "environment variable (`os.environ`)"
        )
    if "elsewhere" in uses or _says_connection(module, call):
        return _at_once(name, _names_a_secret(module, call))
    shown = _template(module, call) if name else "{{ var.value.my_variable }}"
    if shown is None or uses == {"in a task"}:
        return "Read it inside the function that a task runs"
    key = _first_key(module, call)
    if key:
        shown = shown.removesuffix(" }}") + (f".{key} }}}}" if key.isidentifier() else f'["{key}"] }}}}')
    if uses == {"rendered"} and name:
        where = "where it is used" if key else "in place of this call"
        return f"Write the template `{shown}` {where}: Airflow fills that in when the task runs"
    return f"Read it inside the task, or in a templated argument: `{shown}`"


def _is_set_here(module: DagModule, name: str) -> bool:
    """Whether code of the file gives the Variable another value, so that it is no setting."""
    setters = (call for call in module.calls() if call.airflow in ("Variable.set", "Variable.delete"))
    return any(_key(module, call.node) == name for call in setters)


def _holds_login(module: DagModule, call: ast.Call) -> bool:
    """Whether the names around it say that the value is a secret, or the data of a connection."""
    above = module.parent(call)
    nodes = [*call.args[:1], *(above.targets if isinstance(above, ast.Assign) else ())]
    names = [getattr(node, "id", getattr(node, "attr", "")) for node in nodes]
    return any(name and (is_secret_name(name) or _connection_data().search(name)) for name in names)


@cache
def _connection_data() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|_)(?:conn(?:ection)?|driver|db|database)_?(?:info|data|params?|config|string|str|uri)$", re.I
    )


def _says_connection(module: DagModule, call: ast.Call) -> bool:
    """Whether the value is the id of a Connection, which only the newest operators render."""
    above = module.parent(call)
    return isinstance(above, ast.keyword) and (above.arg or "").endswith("conn_id")


def _first_key(module: DagModule, call: ast.Call) -> str | None:
    """What is taken out of the value first: `bucket` of `SETTINGS["bucket"]`."""
    parent = module.parent(call)
    nodes: list[ast.AST] = [call]
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        nodes = list(module.names.loads.get(parent.targets[0].id, ()))
    for node in nodes:
        above = module.parent(node)
        key = above.slice if isinstance(above, ast.Subscript) and above.value is node else None
        if isinstance(above, ast.Attribute) and above.attr == "get":
            taken = module.parent(above)
            key = taken.args[0] if isinstance(taken, ast.Call) and taken.func is above and taken.args else None
        if key is not None and (text := module.value(key).get(str)):
            return text
    return None


def _remedy_for_all(module: DagModule, call: ast.Call, name: str | None) -> str:
    """What to do in a module that DAGs import: they may use each name of it as they like."""
    is_named = isinstance(module.parent(call), (ast.Assign, ast.AnnAssign)) and module.function_at(call) is None
    if is_named or uses_of(module, call) != {"in a task"}:
        return _at_once(name, _names_a_secret(module, call))
    return "Read it inside the function that a task runs"


def _remedy_elsewhere(outer: Call, inner: Call, name: str | None) -> str:
    """What to do about a function of another file, by what it does with the value, or its caller with what it gives."""
    results = inner.function.returns if inner.function else []
    if not any(step.node is inner.node for result in results for step in result.origin.walk()):
        return _remedy(inner.module, inner.node, name)
    is_used = not isinstance(outer.module.parent(outer.node), ast.Expr)
    needed = is_used and "elsewhere" in uses_of(outer.module, outer.node)
    return _at_once(name) if needed else "Call it inside the task"


def _names_a_secret(module: DagModule, call: ast.Call) -> bool:
    """Whether the value is what a secret is called elsewhere: a default stands in the file, or it becomes a name."""
    given = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "default_var")]
    if any(module.value(node).get(str) for node in given):
        return True
    above = module.parent(call)
    targets = above.targets if isinstance(above, ast.Assign) else []
    return any(isinstance(target, ast.Name) and target.id.lower().endswith("_name") for target in targets)


def _at_once(name: str | None, names_a_secret: bool = False) -> str:
    """What to do where the value is needed while the file is read."""
    if name and is_secret_name(name) and not names_a_secret:
        return "It is a secret: keep it in a Connection, and get that inside the task"
    remedy = "Write a fixed value, or read an environment variable (`os.environ`)"
    if not name or not name.isidentifier():
        return remedy
    return f"{remedy}. Or set `AIRFLOW_VAR_{name.upper()}`: Airflow then reads it from there, and this line can stay"


def _handed_on(outer: Call, inner: Call) -> str | None:
    """The name of the Variable, where the function gets it as an argument."""
    key = inner.node.args[0] if inner.node.args else None
    if not isinstance(key, ast.Name) or inner.function is None:
        return None
    given = [node for at, node in enumerate(outer.node.args) if inner.function.parameter(at) == key.id]
    given += [keyword.value for keyword in outer.node.keywords if keyword.arg == key.id]
    return outer.module.value(given[0]).get(str) if given else None


def _key(module: DagModule, call: ast.Call) -> str | None:
    """The name of the Variable, where it is known."""
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "key")]
    return module.value(given[0]).get(str) if given else None


def _fix(module: DagModule, call: Call) -> Fix | None:
    """A template, where the call is the whole value of a field that Airflow renders."""
    template = _template(module, call.node)
    name = _key(module, call.node)
    if name and _is_set_here(module, name):
        return None
    if template is None or not is_rendered(module, call.node) or not _is_text(module, call.node):
        return None
    if _says_connection(module, call.node):
        return None
    return Fix(
        f"Use the template {template}",
        lambda: replace_expressions(module, [(call.node, _quoted(module, template))]),
        "unsafe",
    )


def _is_text(module: DagModule, call: ast.Call) -> bool:
    """Whether the call gives text in any case, as a template does."""
    defaults = [*call.args[1:2], *(one.value for one in call.keywords if one.arg in ("default", "default_var"))]
    return all(module.value(default).get(str) is not None for default in defaults)


def _template(module: DagModule, call: ast.Call) -> str | None:
    """`{{ var.value.name }}` for the call; None where the name or the default is not a plain literal."""
    names = ("key", "default_var", "deserialize_json")
    given = dict(zip(names, call.args, strict=False)) | {
        keyword.arg or "**": keyword.value for keyword in call.keywords
    }
    values = {name: module.value(node) for name, node in given.items()}
    if not set(given) <= {*names, "default"} or not all(value.known for value in values.values()):
        return None
    key = values["key"].get(str) if "key" in values else None
    if not key or not all(sign.isalnum() or sign in "_-." for sign in key):
        return None
    json = "deserialize_json" in values and values["deserialize_json"].get(bool)
    where = "var.json" if json else "var.value"
    default = values.get("default_var") or values.get("default")
    if default is not None:
        number = default.get(int)
        if number is not None and not isinstance(number, bool):
            return f'{{{{ {where}.get("{key}", {number}) }}}}'
        text = default.get(str)
        if text is None or any(sign in text for sign in "'\"\\\n{}"):
            return None
        return f'{{{{ {where}.get("{key}", "{text}") }}}}'
    return f"{{{{ {where}.{key} }}}}" if key.isidentifier() else f'{{{{ {where}.get("{key}") }}}}'


def _quoted(module: DagModule, template: str) -> str:
    """The template as a literal, with the quotes that the file uses where the template allows them."""
    double = module.source.text.count('"') > module.source.text.count("'")
    return f'"{template}"' if double and '"' not in template else f"'{template}'"
