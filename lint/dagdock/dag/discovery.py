"""Finds the DAGs, task groups and tasks that a file makes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagdock.dag.classes import is_foreign
from dagdock.dag.model import Dag, Group, Task
from dagdock.dag.values import behind

if TYPE_CHECKING:
    from dagdock.dag.classes import ClassKind
    from dagdock.dag.functions import Function
    from dagdock.dag.module import DagModule

MAX_DEPTH = 20


def find_dags(module: DagModule) -> list[Dag]:
    """Every place that makes a DAG, in source order."""
    found: list[Dag] = []
    for call in _calls_of(module, "dag"):
        in_with = isinstance(module.names.parents.get(call), ast.withitem)
        found.append(Dag(module, call, "with" if in_with else "call"))
    found += [Dag(module, node, "decorator", function) for function, node in _decorated(module, "dag")]
    return sorted(found, key=lambda dag: (dag.node.lineno, dag.node.col_offset))


def find_groups(module: DagModule) -> list[Group]:
    """Every place that makes a task group, in source order."""
    found = [Group(module, call) for call in _calls_of(module, "group")]
    found += [Group(module, node, function) for function, node in _decorated(module, "task_group")]
    return sorted(found, key=lambda group: (group.node.lineno, group.node.col_offset))


def _calls_of(module: DagModule, kind: ClassKind) -> list[ast.Call]:
    return [
        call for call in module.names.calls if module.classes.of(call.func) == kind and module.runs_at(call) != "task"
    ]


def _decorated(module: DagModule, decorator: str) -> list[tuple[Function, ast.expr]]:
    return [
        (function, function.decorator_node)
        for function in module.functions
        if function.decorator == decorator and function.decorator_node
    ]


def find_tasks(module: DagModule) -> list[Task]:
    """Every place that makes a task, in source order."""
    found: list[Task] = []
    for call in module.names.calls:
        task = _task(module, call)
        if task and module.runs_at(call) != "task":
            found.append(task)
    return found


def _task(module: DagModule, call: ast.Call) -> Task | None:
    target, given, mapped = call.func, [call], False
    if isinstance(target, ast.Attribute):
        if target.attr not in ("expand", "expand_kwargs"):
            return _plain_task(module, call, target, given, mapped=False)
        target, given, mapped = target.value, [], True
    for _ in range(MAX_DEPTH):
        # `X.partial(…)` and `f.override(…)` may be kept under a name before they are called.
        made = behind(module, target, MAX_DEPTH)
        if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Attribute):
            break
        if made.func.attr not in ("partial", "override"):
            return None
        given.append(made)
        target = made.func.value
    return _plain_task(module, call, target, given, mapped=mapped)


def _plain_task(
    module: DagModule, call: ast.Call, target: ast.expr, given: list[ast.Call], *, mapped: bool
) -> Task | None:
    if module.classes.of(target) == "operator":
        path = module.classes.path(target)
        return Task(module, call, path or "", target, tuple(given), mapped=mapped) if path else None
    function = _taskflow(module, target)
    if function is None:
        return None
    # What a TaskFlow function is called with goes to the function, not to the operator.
    settings = [one for one in given if one is not call and _sets(one)]
    decorator = function.decorator_node
    if isinstance(decorator, ast.Call):
        settings.append(decorator)
    written = decorator.func if isinstance(decorator, ast.Call) else decorator
    operator = (module.qualified(written) if written else None) or "task"
    return Task(module, call, operator, target, tuple(settings), mapped=mapped, taskflow=function)


def _sets(call: ast.Call) -> bool:
    """`.override(…)` sets arguments of the operator, `.partial(…)` those of the function."""
    return isinstance(call.func, ast.Attribute) and call.func.attr == "override"


def _taskflow(module: DagModule, target: ast.expr) -> Function | None:
    function = module.function(target)
    return function if function and function.is_taskflow else None


def find_unseen(module: DagModule) -> list[tuple[ast.Call, Dag | None]]:
    """Calls that may add tasks to a DAG out of sight: helpers from other files, with the DAG that they work on.

    None stands for any DAG of the file. Calls of Airflow, of the standard library and of methods are no such helpers,
    nor is what only makes a value for an operator's argument.
    """
    tasks = {task.call for task in module.tasks}
    found: list[tuple[ast.Call, Dag | None]] = []
    for call in module.names.calls:
        if call in tasks or _is_harmless(module, call) or module.runs_at(call) == "task":
            continue
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        dag = next((dag for dag in map(module.places.meant, given) if isinstance(dag, Dag)), None)
        around = dag or module.places.dag_around(call)
        if isinstance(around, Dag) and (dag or not _is_argument(module, call)):
            found.append((call, around))
        elif around is not None and not isinstance(around, Dag) and not _is_argument(module, call):
            found.append((call, None))
    return found


def _is_harmless(module: DagModule, call: ast.Call) -> bool:
    path = module.qualified(call.func)
    if path is None:
        # A method of something unknown, or a function or class of this file, whose own calls are looked at. A
        # parameter may be anything.
        if isinstance(call.func, ast.Name):
            bindings = module.names.bindings(call.func.id, call.func)
            return bool(bindings) and all(binding.kind in ("def", "class") for binding in bindings)
        return True
    return not is_foreign(path)


def _is_argument(module: DagModule, call: ast.Call) -> bool:
    """Whether a call only makes a value for an operator's or a DAG's argument, or a loop's items."""
    inner: ast.AST = call
    for above in module.names.ancestors(call):
        if isinstance(above, ast.stmt):
            return isinstance(above, (ast.For, ast.AsyncFor, ast.If, ast.While)) and not isinstance(inner, ast.stmt)
        if isinstance(above, ast.Call) and inner is not above.func:
            return module.classes.of(above.func) is not None
        inner = above
    return False
