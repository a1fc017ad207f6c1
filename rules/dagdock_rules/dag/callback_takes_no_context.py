from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from dagdock.api import Argument, Bad, DagModule, Function, Problem, Problems, Project, Related, rule

# What Airflow calls with one value, by position.
CALLBACKS = (
    "on_execute_callback", "on_failure_callback", "on_retry_callback", "on_skipped_callback", "on_success_callback",
)  # fmt: skip
SLA = "sla_miss_callback"  # with these, by position
SLA_VALUES = "dag, task_list, blocking_task_list, slas, blocking_tis"


@rule(
    "AF341",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L50"],
    words=["_callback"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n\n"
            "def alert(**context):\n    print(context['task_instance'].task_id)\n\n\n"
            "default_args = {'on_failure_callback': «alert»}\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n\n"
            "def done():\n    print('all sales are there')\n\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, on_success_callback=«done»)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n\n"
        "def alert(context):\n    print(context['task_instance'].task_id)\n\n\n"
        "default_args = {'on_failure_callback': alert}\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n",
    ],
)
def callback_takes_no_context(module: DagModule, project: Project) -> Problems:
    """A callback does not take what Airflow calls it with.

    Airflow hands over one value, the context, by position: `callback(context)`. A function without a parameter, with
    `**context` alone or with two that must be given cannot be called like that. The error is in the log only, and
    nobody is told that the task failed. (The function of a PythonOperator is called another way, by the names of its
    parameters.) A `sla_miss_callback` gets five values.

    https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/logging-monitoring/callbacks.html
    """
    told: set[int] = set()
    for argument in _arguments(module):
        for node in _each(argument):
            function = _function(argument.module, node, project) if id(node) not in told else None
            count = 5 if argument.name == SLA else 1
            if function is None or _takes(function.node.args, count):
                continue
            told.add(id(node))
            name = "the function" if isinstance(function.node, ast.Lambda) else f"`{function.name}`"
            values = "one value, the context" if count == 1 else "five values"
            yield Problem(
                argument.module.span(node),
                f"Airflow calls {name} with {values}, by position, which it does not take: it fails whenever it is "
                f"due. Write {_written(function, 'context' if count == 1 else SLA_VALUES)}",
                related=[Related(function, "what it takes")],
            )


def _arguments(module: DagModule) -> Iterable[Argument]:
    given = [task.arguments for task in module.tasks]
    for dag in module.dags:
        given += [dag.arguments, dag.default_args]
    for arguments in given:
        for name in (*CALLBACKS, SLA):
            if name in arguments:
                yield arguments[name]


def _each(argument: Argument) -> Iterator[ast.expr]:
    """One callback, or those of a list."""
    node = argument.node
    yield from node.elts if isinstance(node, (ast.List, ast.Tuple)) else (node,)


def _function(module: DagModule, node: ast.expr, project: Project) -> Function | None:
    """The plain function that a name stands for, here or in another file; None for all else."""
    if isinstance(node, ast.Lambda):
        return module.function_of(node)
    path = module.qualified(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
    if path and "." in path and "()" not in path:
        found = project.imported_function(module, path)
    elif isinstance(node, ast.Name):
        bindings = module.names.bindings(node.id, node)  # no `partial` of one, so not `module.function`
        found = module.function_of(bindings[0].node) if len(bindings) == 1 and bindings[0].kind == "def" else None
    else:
        found = None
    if found is None or (found.scope.parent is not None and found.scope.parent.kind == "class"):
        return None
    return None if not isinstance(found.node, ast.Lambda) and found.node.decorator_list else found


def _takes(parameters: ast.arguments, count: int) -> bool:
    """Whether a function can be called with some values by position, and nothing else."""
    plain = len(parameters.posonlyargs) + len(parameters.args)
    return (
        plain - len(parameters.defaults) <= count
        and (count <= plain or parameters.vararg is not None)
        and all(default is not None for default in parameters.kw_defaults)
    )


def _written(function: Function, parameters: str) -> str:
    return (
        f"`lambda {parameters}: …`"
        if isinstance(function.node, ast.Lambda)
        else f"`def {function.name}({parameters}):`"
    )
