"""What becomes an XCom: results of tasks, and what they push themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from dagdock.api import DagModule, Function, Origin, Project, Task, remembered

# TaskFlow functions whose result only decides what runs next.
DECIDING = ("task.branch", "task.branch_virtualenv", "task.branch_external_python", "task.short_circuit", "task.sensor")


class Pushed(NamedTuple):
    """A value that becomes an XCom."""

    node: ast.expr
    origin: Origin
    returned: bool
    """By `return`, not by `xcom_push`."""


@remembered
def pushed(module: DagModule) -> list[Pushed]:
    """Every value of the file that becomes an XCom of a task."""
    return list(_pushed(module))


def _pushed(module: DagModule) -> Iterator[Pushed]:
    for function in module.functions:
        if function.returns and pushes_result(function):
            for result in function.returns:
                yield Pushed(result.node, result.origin, True)
    for call in module.calls():
        if getattr(call.node.func, "attr", "") == "xcom_push":
            given = [keyword.value for keyword in call.node.keywords if keyword.arg == "value"] or call.node.args[1:2]
            for value in given:
                yield Pushed(value, module.origin(value), False)


def pushes_result(function: Function) -> bool:
    """Whether what the function returns becomes an XCom of a task."""
    decorator = function.arguments.get("do_xcom_push") if function.decorator else None
    if decorator is not None and decorator.value.get(bool) is not True:
        return False
    if function.is_taskflow:
        return function.decorator not in DECIDING and not feeds_mapping(function)
    if _executes(function):
        return True
    return any(
        not task.taskflow
        and not task.name.startswith(("Branch", "ShortCircuit"))
        and not task.name.endswith("Sensor")  # whether it is true is all that counts
        and not keeps_to_itself(task)
        and not task.own.open
        and "python_callable" in task.own
        for task in function.tasks
    )


def _executes(function: Function) -> bool:
    """Whether it is the `execute` of an operator that the file defines."""
    scope = function.scope.parent
    owner = scope.node if scope is not None else None
    return (
        isinstance(owner, ast.ClassDef)
        and function.name == "execute"
        and function.module.classes.kind(owner) == "operator"
    )


def keeps_to_itself(task: Task) -> bool:
    """Whether the task pushes nothing: do_xcom_push is off, or may be."""
    argument = task.arguments.get("do_xcom_push")
    return argument is not None and argument.value.get(bool) is not True


def stored_elsewhere(module: DagModule, project: Project) -> bool:
    """Whether Airflow is told to keep XComs in a place of their own, such as a bucket."""
    return bool(project.variable_for(module, "AIRFLOW__CORE__XCOM_BACKEND"))


def feeds_mapping(function: Function) -> bool:
    """Whether tasks are mapped over what a TaskFlow function returns: that has to be an XCom, and is no long list."""
    module = function.module
    for call in function.calls:
        places: list[ast.AST] = [call]
        above = module.parent(call)
        if isinstance(above, ast.Assign) and len(above.targets) == 1 and isinstance(above.targets[0], ast.Name):
            places += module.names.loads.get(above.targets[0].id, ())
        for place in places:
            for around in module.names.ancestors(place):
                if isinstance(around, ast.stmt):
                    break
                method = around.func if isinstance(around, ast.Call) else None
                if isinstance(method, ast.Attribute) and method.attr in ("expand", "expand_kwargs"):
                    return True
    return False
