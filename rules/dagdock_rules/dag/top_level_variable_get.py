from __future__ import annotations

import ast

from dagdock.api import (
    Bad,
    Call,
    DagModule,
    Fix,
    Problem,
    Problems,
    Project,
    Related,
    Task,
    replace_expressions,
    rule,
)

from ._elsewhere import calls_elsewhere
from ._operators import operator_of


@rule(
    "AF203",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L41", "L42"],
    aliases=["ruff:AIR003", "dagruff:AIRFLINT003", "airflint:use-jinja-variable-get"],
    words=["Variable"],
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

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#airflow-variables
    """
    if not module.is_dag_file:
        return
    for call in module.calls():
        if call.airflow == "Variable.get" and call.runs_at == "parse":
            yield Problem(
                call,
                "this asks Airflow's database each time the file is read, about every 30 seconds. "
                + (
                    "A fixed value or an environment variable (`os.environ`) costs nothing here"
                    if _is_setting(module, call.node)
                    else f"Read it inside the task, or in a templated argument: `{_shown(module, call.node)}`"
                ),
                fix=_fix(module, call),
            )
    told: set[ast.AST] = set()
    for outer, inner in calls_elsewhere(module, project):
        if outer.node not in told and inner.airflow == "Variable.get":
            told.add(outer.node)
            yield Problem(
                outer,
                "this function reads a Variable, so Airflow's database is asked each time the file is read, about "
                "every 30 seconds. Call it inside the task",
                related=[Related(inner, "it is read here")],
            )


def _shown(module: DagModule, call: ast.Call) -> str:
    """The template that reads the Variable: as it would be, or without a default that is not plain, or an example."""
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "key")]
    key = module.value(given[0]).get(str) if given else None
    plain = key if key and key.isidentifier() else "my_variable"
    return _template(module, call) or f"{{{{ var.value.{plain} }}}}"


def _is_setting(module: DagModule, call: ast.Call) -> bool:
    """Whether the value is one of the DAG's own, directly or by name: those are neither rendered nor run in a task."""
    if _in_dag(module, call):
        return True
    statement = next((above for above in module.names.ancestors(call) if isinstance(above, ast.stmt)), None)
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    target = statement.targets[0]
    return isinstance(target, ast.Name) and any(_in_dag(module, load) for load in module.names.loads.get(target.id, ()))


def _in_dag(module: DagModule, node: ast.AST) -> bool:
    """Whether a place is among the arguments of a DAG, or in what is given as default_args by name."""
    made = {dag.call for dag in module.dags if dag.call}
    for above in module.names.ancestors(node):
        if isinstance(above, ast.Call) and above in made:
            return True
        if isinstance(above, ast.stmt):
            values = {
                id(dag.arguments["default_args"].value.node) for dag in module.dags if "default_args" in dag.arguments
            }
            values |= {id(argument.node) for dag in module.dags for argument in dag.default_args.values()}
            return any(id(inner) in values for inner in (node, *_until(module, node, above)))
    return False


def _until(module: DagModule, node: ast.AST, end: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for above in module.names.ancestors(node):
        if above is end:
            break
        found.append(above)
    return found


def _fix(module: DagModule, call: Call) -> Fix | None:
    """A template, where the call is the whole value of a field that Airflow renders."""
    template = _template(module, call.node)
    owner = module.names.parents.get(call.node)
    if template is None or not isinstance(owner, ast.keyword):
        return None
    task = next((task for task in module.tasks if module.names.parents.get(owner) in task.given), None)
    if task is None or owner.arg is None or not _is_rendered(task, owner.arg):
        return None
    return Fix(
        f"Use the template {template}",
        lambda: replace_expressions(module, [(call.node, _quoted(module, template))]),
        "unsafe",
    )


def _is_rendered(task: Task, argument: str) -> bool:
    operator = operator_of(task)
    return operator is not None and not task.taskflow and argument in operator.fields()


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
        text = default.get(str)
        if text is None or any(sign in text for sign in "'\"\\\n{}"):
            return None
        return f'{{{{ {where}.get("{key}", "{text}") }}}}'
    return f"{{{{ {where}.{key} }}}}" if key.isidentifier() else f'{{{{ {where}.get("{key}") }}}}'


def _quoted(module: DagModule, template: str) -> str:
    """The template as a literal, with the quotes that the file uses where the template allows them."""
    double = module.source.text.count('"') > module.source.text.count("'")
    return f'"{template}"' if double and '"' not in template else f"'{template}'"
