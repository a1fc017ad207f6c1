from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Function, Problem, Problems, rule


@rule(
    "AF316",
    severity="warning",
    since="0.1",
    lessons=["L56"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n"
            "    @task\n    def extract():\n        ...\n\n    @task\n    def «load»():\n        ...\n\n"
            "    extract()\n\n\nsales()\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n@task\ndef load():\n"
            "    ...\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef «sales»():\n    load()\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n"
        "    @task\n    def extract():\n        ...\n\n    extract()\n\n\nsales()\n",
        "from airflow.decorators import task\n\n\n@task\ndef load():\n    ...\n",
    ],
)
def taskflow_not_called(module: DagModule) -> Problems:
    """A function with `@task` or `@dag` is never called.

    Decorated functions become tasks and DAGs when they are called. Without the call the DAG silently lacks the task,
    or the file makes no DAG at all.

    https://airflow.apache.org/docs/apache-airflow/stable/tutorial/taskflow.html
    """
    if not module.dags:
        return
    exported = "__all__" in module.names.root.bindings
    for function in module.functions:
        if function.decorator is None or function.calls or function.escapes:
            continue
        name = function.name
        if _is_used(module, name):
            continue
        # A line that names the function and does nothing else is where the call was meant to be.
        mention = next(iter(_mentions(module, name)), None)
        place = module.span(mention) if mention else name.span
        named = f"`{name}` is named here and not called" if mention else f"`{name}` is never called"
        if function.decorator == "dag" and not exported and _is_outermost(function) and not _needs_arguments(function):
            where = "" if mention else " at its end"
            yield Problem(place, f"{named}, so this file makes no such DAG. Add `{name}()`{where}")
        elif function.is_taskflow and _is_inside_dag(module, function):
            yield Problem(place, f"{named}, so the DAG has no such task. Call it, or take it out")


def _mentions(module: DagModule, name: str) -> list[ast.Name]:
    return module.names.loads.get(name, [])


def _is_used(module: DagModule, name: str) -> bool:
    """Whether a function is mentioned anywhere, but for a line that names it and does nothing else."""
    mentions = [*_mentions(module, name), *module.names.attributes.get(name, ())]
    return any(not isinstance(module.parent(mention), ast.Expr) for mention in mentions)


def _is_outermost(function: Function) -> bool:
    return function.scope.parent is not None and function.scope.parent.kind == "module"


def _is_inside_dag(module: DagModule, function: Function) -> bool:
    """Whether the function stands in a DAG's body, where no other file can call it."""
    for above in module.names.ancestors(function.node):
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return module.function_of(above).decorator in ("dag", "task_group")
        if isinstance(above, (ast.If, ast.Try, ast.ClassDef)):
            return False
        if isinstance(above, ast.With) and any(module.classes.of(_called(item)) == "dag" for item in above.items):
            return True
    return False


def _called(item: ast.withitem) -> ast.expr:
    return item.context_expr.func if isinstance(item.context_expr, ast.Call) else item.context_expr


def _needs_arguments(function: Function) -> bool:
    """Whether a call must give something: then the function makes DAGs for other files."""
    given = function.node.args
    return len(given.posonlyargs + given.args) > len(given.defaults) or None in given.kw_defaults
