"""Which XComs a task pulls, and which ones it is known to push."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from dagdock.api import BuiltDag, BuiltTask, DagModule, Project, Span

from ._graph import complete_dags
from ._pushes import DECIDING

Fault = TypeVar("Fault")

# Operators that push nothing but what they return.
PLAIN = frozenset(("BashOperator", "DummyOperator", "EmptyOperator"))
PYTHON = ("PythonOperator", "@task")
IN_TEMPLATE = r"\.xcom_pull\s*\((?P<given>[^(){}]*(?:\([^(){}]*\)[^(){}]*)*)\)"


class Pull(NamedTuple):
    """One `xcom_pull`: from which tasks and under which key, None where that is not known."""

    task_ids: tuple[str, ...] | None
    key: str | None
    elsewhere: bool
    """From another DAG or another run."""
    place: tuple[DagModule, int, int]
    """The module, and where in its text the task ids stand, or the whole call."""

    @property
    def span(self) -> Span:
        module, start, end = self.place
        return module.source.span(start, end)

    @property
    def module(self) -> DagModule:
        return self.place[0]


def wrong_pulls(
    module: DagModule, project: Project, fault_of: Callable[[BuiltDag, BuiltTask, Pull], Fault | None]
) -> Iterator[tuple[Pull, Fault]]:
    """The pulls of a file that are wrong in every DAG and task that makes them, with what is wrong in the first.

    A function may serve several tasks and DAGs: what is wrong for one of them may be meant for another.
    """
    found: dict[Pull, list[Fault | None]] = {}
    for dag in complete_dags(module, project):
        for task in dag.tasks:
            for pull in pulls(task):
                if pull.module is module:
                    found.setdefault(pull, []).append(fault_of(dag, task, pull))
    for pull, faults in found.items():
        if faults[0] is not None and None not in faults:
            yield pull, faults[0]


def pulls(task: BuiltTask) -> Iterator[Pull]:
    """What a task pulls in its templates and in the function that it runs."""
    for argument in task.arguments.values():
        if argument.node is not None and argument.module is not None and not argument.inherited:
            yield from _in_templates(argument.module, argument.node)
    node, module = task.callable, task.callable_module
    if node is not None and module is not None:
        function = module.function_of(node)
        for call in module.calls():
            if getattr(call.node.func, "attr", "") == "xcom_pull" and call.function is function:
                found = _of_call(module, call.node)
                if found is not None:
                    yield found


def _in_templates(module: DagModule, written: ast.expr) -> Iterator[Pull]:
    for node in ast.walk(written):
        text = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(text, str) or "xcom_pull" not in text:
            continue
        whole = module.span(node)
        for match in re.finditer(IN_TEMPLATE, text):
            try:
                call = ast.parse(f"f({match['given'].strip()})", mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            if isinstance(call, ast.Call):
                start, end = whole.start, whole.end
                if text in whole.text:
                    start += whole.text.index(text) + match.start("given")
                    end = start + len(match["given"])
                found = _pull(module, call, literal=True)
                if found is not None:
                    yield Pull(*found, (module, start, end))


def _of_call(module: DagModule, call: ast.Call) -> Pull | None:
    found = _pull(module, call, literal=False)
    if found is None:
        return None
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "task_ids")]
    span = module.span(given[0] if given else call)
    return Pull(*found, (module, span.start, span.end))


def _pull(
    module: DagModule, call: ast.Call, *, literal: bool
) -> tuple[tuple[str, ...] | None, str | None, bool] | None:
    """The tasks, the key, and whether it is from elsewhere; None for a call that cannot be read."""
    if any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords):
        return None
    given = dict(zip(("task_ids", "dag_id", "key"), call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    values = {name: _value(module, node, literal=literal) for name, node in given.items()}
    ids = values.get("task_ids", values.get("task_id"))
    if isinstance(ids, str):
        task_ids: tuple[str, ...] | None = (ids,)
    elif isinstance(ids, (list, tuple)) and ids and all(isinstance(one, str) for one in ids):
        task_ids = tuple(ids)
    else:
        task_ids = None
    if task_ids is not None and any("{" in one for one in task_ids):
        task_ids = None
    key = values.get("key", "return_value")
    elsewhere = any(name in given for name in ("dag_id", "include_prior_dates", "run_id", "execution_date"))
    return task_ids, key if isinstance(key, str) else None, elsewhere


def _value(module: DagModule, node: ast.expr, *, literal: bool) -> object:
    if literal:  # parsed out of a template: no part of the file's tree
        try:
            found: object = ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None
        return found
    value = module.value(node)
    return value.value if value.known else None


def pushed_keys(task: BuiltTask) -> set[str] | None:
    """All keys that a task pushes; None where there may be others."""
    name = task.operator_name
    if any(_may_push(argument.name, argument.node) for argument in task.arguments.values()):
        return None
    if name in PLAIN:
        return None if "multiple_outputs" in task.arguments else {"return_value"}
    node, module = task.callable, task.callable_module
    if name not in PYTHON or node is None or module is None or task.bases:
        return None
    function = module.function_of(node)
    if function.decorator in DECIDING or (function.decorator is None and name == "@task"):
        return None
    keys = set() if _returns_nothing(task, node, module) else {"return_value"}
    for call in module.calls():
        if call.function is not function:
            continue
        if getattr(call.node.func, "attr", "") != "xcom_push":
            if _hands_context_on(call.node):
                return None
            continue
        given = [*call.node.args[:1], *(word.value for word in call.node.keywords if word.arg == "key")]
        key = module.value(given[0]).get(str) if given else None
        if key is None:
            return None
        keys.add(key)
    returned = _returned_keys(module, task)
    return None if returned is None else keys | returned


def _returns_nothing(task: BuiltTask, node: ast.AST, module: DagModule) -> bool:
    """Whether a task's function, which does something, ends without a result in any case."""
    if not isinstance(node, ast.FunctionDef) or len(node.decorator_list) != (task.operator_name == "@task"):
        return False  # one around it may return something of its own
    if all(isinstance(one, (ast.Pass, ast.Raise)) or _is_constant(one) for one in node.body):
        return False  # yet to be written
    for inner in _own_nodes(node):
        if isinstance(inner, (ast.Yield, ast.YieldFrom)):
            return False
        if isinstance(inner, ast.Return) and not (inner.value is None or _is_none(inner.value)):
            return False
    return True


def _own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """What stands in a function, without what stands in functions and classes of its own."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def _is_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _may_push(name: str, node: ast.expr | None) -> bool:
    """Whether an argument may push by itself: a callback, or a template that does."""
    if name.endswith(("_callback", "_execute")):
        return True
    texts = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant)) if node is not None else ()
    return any(isinstance(text, str) and "xcom_push" in text for text in texts)


def _hands_context_on(call: ast.Call) -> bool:
    """Whether a helper gets the means to push for itself."""
    given = [*call.args, *(word.value for word in call.keywords)]
    return any(
        isinstance(one, (ast.Name, ast.Starred))
        and getattr(one.value if isinstance(one, ast.Starred) else one, "id", "")
        in ("ti", "task_instance", "context", "kwargs", "self", "ctx")
        for one in given
    ) or any(isinstance(one, ast.Subscript) and _text(one.slice) in ("ti", "task_instance") for one in given)


def _returned_keys(module: DagModule, task: BuiltTask) -> set[str] | None:
    """The keys of dicts that are pushed one by one (`multiple_outputs`)."""
    if task.operator_name != "@task":
        argument = task.arguments.get("multiple_outputs")
        return set() if argument is None else None
    node = task.callable
    if "multiple_outputs" not in task.arguments and not isinstance(node, ast.Lambda) and node and node.returns is None:
        return set()
    argument = task.arguments.get("multiple_outputs")
    if argument is not None and argument.get(bool) is False:
        return set()
    keys: set[str] = set()
    for result in module.returns_of(node) if node else ():
        entries = module.entries(result.node)
        if entries.open or not isinstance(result.node, ast.Dict):
            return None
        keys |= set(entries)
    return keys


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
