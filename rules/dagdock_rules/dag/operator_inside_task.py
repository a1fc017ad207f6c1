from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Function, Problem, Problems, Related, rule


@rule(
    "AF335",
    severity="warning",
    since="0.1",
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow.decorators import dag, task\n"
            "from airflow.operators.bash import BashOperator\n\n\n"
            "@task\ndef load():\n    «BashOperator»(task_id='copy', bash_command='cp /in/* /out')\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n    load()\n\n\n"
            "sales()\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.decorators import dag\n"
        "from airflow.operators.bash import BashOperator\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n"
        "    BashOperator(task_id='copy', bash_command='cp /in/* /out')\n\n\nsales()\n",
    ],
)
def operator_inside_task(module: DagModule) -> Problems:
    """An operator is made inside a running task.

    When the task runs the DAG is long finished, so the operator never becomes a task and does nothing. Where its
    `execute` is called by hand it does its work, but without retries, rendered templates, timeouts or a place in the
    graph. Make it a task of its own, or use the hook below it.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/operators.html
    """
    if not module.imports_airflow:
        return
    if not any(map(_is_task, module.functions)):
        return
    for call in module.calls():
        name = call.airflow
        if name is None or "." in name or module.classes.of(call.node.func) != "operator" or call.runs_at != "task":
            continue
        function = call.function
        if function is None or not _is_task(function):
            continue
        executed = _is_executed(module, call.node)
        if executed is None:
            continue
        if executed and name in NOTHING:
            continue
        hook = "" if name.startswith(_WITHOUT_HOOK) else ", or use its hook"
        hook = _INSTEAD.get(name, hook)
        mapped = ", one for each round with `.expand(…)`" if executed and _is_repeated(module, call.node) else ""
        yield Problem(
            module.span(call.node.func),
            (
                f"`{name}` is executed by hand inside a task: its templates are not rendered, it has no retries of its "
                f"own, and Airflow 2.10 and later warn of it. Make it a task of its own{mapped}{hook}"
                if executed
                else f"`{name}` is made while a task runs, so it never becomes a task and does nothing. Make it "
                f"outside of the function{hook}"
            ),
            severity="info" if executed else "warning",
            related=[Related(function, "the function that the task runs")],
        )


# Operators that ask nobody but Airflow, or whose hooks do much less than they do.
_WITHOUT_HOOK = (
    "Branch", "Docker", "Dummy", "Eks", "Empty", "GKE", "Kubernetes", "Python", "ShortCircuit", "TriggerDagRun",
)  # fmt: skip
_INSTEAD = {
    "BashOperator": ", or use `subprocess.run`",
    "EmailOperator": ", or call `send_email` (`airflow.utils.email`)",
}
NOTHING = ("DummyOperator", "EmptyOperator")  # executing them does nothing, and harms nothing


def _is_repeated(module: DagModule, node: ast.AST) -> bool:
    """Whether it stands in a loop of its function."""
    for above in module.names.ancestors(node):
        if isinstance(above, (ast.For, ast.AsyncFor)):
            return True
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return False
    return False


def _is_task(function: Function) -> bool:
    """Whether it is what a task runs, and not a callback or a method of an operator."""
    return function.is_taskflow or bool(function.tasks)


def _is_executed(module: DagModule, call: ast.Call) -> bool | None:
    """Whether `execute` is called on the operator; None where it goes somewhere else."""
    parent = module.parent(call)
    if isinstance(parent, ast.Attribute):
        return True if parent.attr in ("execute", "pre_execute", "run", "dry_run") else None
    if isinstance(parent, ast.Expr):
        return False
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        loads = [
            load
            for load in module.names.loads.get(parent.targets[0].id, ())
            if any(binding.node is parent for binding in module.names.bindings(parent.targets[0].id, load))
        ]
        if not loads:
            return False
        above = [module.parent(load) for load in loads]
        if any(isinstance(one, ast.Attribute) and one.attr == "execute" for one in above):
            return True
        # Dependencies between them change nothing.
        return False if all(isinstance(one, (ast.BinOp, ast.Expr)) for one in above) else None
    return False if isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.RShift, ast.LShift)) else None
