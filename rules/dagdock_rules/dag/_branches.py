"""Which tasks a branch chooses from, and which are skipped then."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from dagdock.api import BuiltTask, DagModule

# Operators that choose by arguments, and those arguments.
BY_ARGUMENT = {
    "BranchDateTimeOperator": ("follow_task_ids_if_true", "follow_task_ids_if_false"),
    "BranchDayOfWeekOperator": ("follow_task_ids_if_true", "follow_task_ids_if_false"),
    "BranchSQLOperator": ("follow_task_ids_if_true", "follow_task_ids_if_false"),
}
BY_CALLABLE = (
    "BranchPythonOperator",
    "BranchPythonVirtualenvOperator",
    "BranchExternalPythonOperator",
    "@task.branch",
    "@task.branch_virtualenv",
    "@task.branch_external_python",
)
# Rules that let a task run although something before it was skipped.
RUNS_ANYWAY = frozenset(("all_done", "all_done_setup_success", "always", "dummy", "none_failed"))
NEEDS_ONE = frozenset(
    ("one_success", "one_done", "none_failed_min_one_success", "none_failed_or_skipped", "all_done_min_one_success")
)
NEEDS_ALL = frozenset(("all_success", "none_skipped"))


class Choice(NamedTuple):
    """Task ids that a branch may return together, and where that is written."""

    ids: tuple[str, ...]
    node: ast.expr
    module: DagModule


class Choices(NamedTuple):
    """What a branch may return; `complete` where it returns nothing else."""

    seen: list[Choice]
    complete: bool
    single: bool
    """Whether what is not seen is one task id too, not a list of several."""


def choices(task: BuiltTask) -> Choices | None:
    """What a task chooses from; None where it is no branch, or nothing of it can be seen."""
    name = task.operator_name
    if name in BY_CALLABLE:
        return _of_callable(task)
    if name not in BY_ARGUMENT:
        return None
    seen: list[Choice] = []
    for argument in BY_ARGUMENT[name]:
        given = task.arguments.get(argument)
        ids = _ids(given.value) if given is not None else None
        if given is None or ids is None or given.node is None or given.module is None:
            return None
        seen.append(Choice(ids, given.node, given.module))
    return Choices(seen, complete=True, single=True)


def _ids(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return tuple(value)
    return None


def _of_callable(task: BuiltTask) -> Choices | None:
    node, module = task.callable, task.callable_module
    if node is None or module is None:
        return None
    seen: list[Choice] = []
    complete = single = True
    for result in module.returns_of(node):
        for value in _alternatives(module, result.node):
            if isinstance(value, ast.Constant) and value.value is None:
                continue
            ids = _ids(module.value(value).get(object)) if module.value(value).known else None
            if ids is not None:
                seen.append(Choice(ids, value, module))
                continue
            complete = False
            single = single and isinstance(value, (ast.JoinedStr, ast.BinOp))
    return Choices(seen, complete, single)


def _alternatives(module: DagModule, node: ast.expr, depth: int = 0) -> Iterator[ast.expr]:
    """Each side of an `if … else …`, each value that a variable may have, each item that may be picked."""
    if isinstance(node, ast.IfExp):
        yield from _alternatives(module, node.body, depth)
        yield from _alternatives(module, node.orelse, depth)
        return
    if items := _picked_from(module, node):
        yield from items
        return
    if isinstance(node, ast.Name) and depth < 5:
        bindings = module.names.bindings(node.id, node)
        values = [one.value for one in bindings if one.kind == "assign" and one.value is not None]
        if len(values) == len(bindings) > 1 and not module.names.mutated(node.id, node):
            for value in values:
                yield from _alternatives(module, value, depth + 1)
            return
    yield node


def _picked_from(module: DagModule, node: ast.expr) -> list[ast.expr]:
    """The items of which an expression takes one: `random.choice(["a", "b"])`, `{"eu": "a"}[region]`, `….get(x, "b")`.

    Empty where that is something else, or where the items cannot all be seen.
    """
    default: list[ast.expr] = []
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, (ast.Constant, ast.Slice, ast.UnaryOp)):
        held = node.value
    elif isinstance(node, ast.Call) and module.qualified(node.func) == "random.choice" and len(node.args) == 1:
        held = node.args[0]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        held, default = node.func.value, node.args[1:]
        if not isinstance(_display(module, held), ast.Dict):
            return []
    else:
        return []
    shown = _display(module, held)
    if isinstance(shown, ast.Dict) and None not in shown.keys:
        return [*shown.values, *default]
    if isinstance(shown, (ast.List, ast.Tuple)) and not any(isinstance(one, ast.Starred) for one in shown.elts):
        return list(shown.elts)
    return []


def _display(module: DagModule, node: ast.expr) -> ast.expr:
    """The list or dict that a name stands for, where nothing changes it."""
    if isinstance(node, ast.Name) and not module.names.mutated(node.id, node):
        bindings = module.names.bindings(node.id, node)
        if len(bindings) == 1 and bindings[0].kind == "assign" and bindings[0].value is not None:
            return bindings[0].value
    return node


def is_truth(module: DagModule, node: ast.expr) -> bool:
    """Whether an expression is surely True or False."""
    if isinstance(node, ast.Compare):
        return True
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    if isinstance(node, ast.BoolOp):
        return all(is_truth(module, one) for one in node.values)
    if isinstance(node, ast.Call):
        return module.qualified(node.func) in ("builtins.bool", "builtins.any", "builtins.all", "os.path.exists")
    if isinstance(node, ast.Name):
        held = _display(module, node)
        return held is not node and not isinstance(held, ast.Name) and is_truth(module, held)
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def skipped(branch: BuiltTask, chosen: list[BuiltTask]) -> set[BuiltTask] | None:
    """The tasks that do not run when a branch chooses these and all else goes well; None where that is not known."""
    follow = set(chosen)
    waiting = list(chosen)
    for one in waiting:
        for below in one.downstream:
            if below not in follow:
                follow.add(below)
                waiting.append(below)
    out = {one for one in branch.downstream if one not in follow}
    for task in _in_order(branch):
        if task in out or not task.upstream:
            continue
        gone = sum(above in out for above in task.upstream)
        rule = task.trigger_rule
        if rule in NEEDS_ALL:
            skips = gone > 0
        elif rule in NEEDS_ONE:
            skips = gone == len(task.upstream)
        elif rule in RUNS_ANYWAY or not gone:
            skips = False
        else:
            return None
        if skips:
            out.add(task)
    return out


def _in_order(branch: BuiltTask) -> list[BuiltTask]:
    """The tasks after a branch, each behind all that is before it."""
    below = {branch}
    waiting = [branch]
    for one in waiting:
        for after in one.downstream:
            if after not in below:
                below.add(after)
                waiting.append(after)
    left = {task: sum(above in below for above in task.upstream) for task in waiting}
    ready = [branch]
    for one in ready:
        for after in one.downstream:
            left[after] -= 1
            if not left[after]:
                ready.append(after)
    return ready[1:]
