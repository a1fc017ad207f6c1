"""Functions of a DAG file and when their bodies run: while the file is parsed, or in a task."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from dagdock.dag.classes import is_foreign
from dagdock.dag.names import FunctionNode, Scope, airflow_name
from dagdock.remembered import cached_property
from dagdock.text import Span, Text

if TYPE_CHECKING:
    from dagdock.dag.flow import Return
    from dagdock.dag.model import Arguments, Task
    from dagdock.dag.module import DagModule

RunsAt = Literal["parse", "task", "unknown"]

MAX_DEPTH = 30
# fmt: off
# Arguments and keys whose functions run in a worker or scheduler, not while the file is parsed.
_LATER = frozenset((
    "python_callable", "on_execute_callback", "on_failure_callback", "on_retry_callback", "on_skipped_callback",
    "on_success_callback", "sla_miss_callback", "user_defined_filters", "user_defined_macros",
))
# What an operator does when it runs.
_TASK_METHODS = frozenset((
    "choose_branch", "dry_run", "execute", "execute_callable", "execute_complete", "on_kill", "poke", "post_execute",
    "pre_execute", "prepare_template", "render_template_fields", "resume_execution", "run",
))
# Builtins that call at once (or as soon as they are looped over) what they are given.
_CALLING = frozenset((
    "builtins.filter", "builtins.map", "builtins.max", "builtins.min", "builtins.sorted", "functools.reduce",
    "functools.lru_cache", "functools.cache",
))
# Decorators of other libraries that only do something around the call.
_CALLING_AT_ONCE = ("backoff.", "cachetools.", "deprecated.", "retry.", "retrying.", "tenacity.", "typeguard.")
# fmt: on


class Function:
    """A `def` or `lambda`.

    `runs_at` says when the body runs: `parse` (module level calls it, `@dag` or `@task_group` body), `task`
    (`@task`, a python_callable, a callback, `execute` of an operator), else `unknown`. `calls` are the calls of it
    in this file, `escapes` says that it may also be called in ways that cannot be seen.
    """

    def __init__(self, module: DagModule, node: FunctionNode) -> None:
        self.module = module
        self.node = node
        self.scope: Scope = module.names.inner[node]
        self._uses: Uses | None = None

    @property
    def name(self) -> Text:
        """The function's name where it is written (`<lambda>` for a lambda)."""
        if isinstance(self.node, ast.Lambda):
            whole = self.module.span(self.node)
            return Text("<lambda>", Span(whole.source, whole.start, whole.start + len("lambda")))
        return self.module.definition_name(self.node)

    @property
    def span(self) -> Span:
        return self.name.span

    @cached_property
    def decorator_node(self) -> ast.expr | None:
        """The Airflow decorator on it, as it is written (of `@setup` and `@task` the latter)."""
        found: ast.expr | None = None
        if not isinstance(self.node, ast.Lambda):
            for decorator in self.node.decorator_list:
                name = _airflow_decorator(self.module, decorator)
                if name and (found is None or name not in ("setup", "teardown")):
                    found = decorator
        return found

    @cached_property
    def decorator(self) -> str | None:
        """`task`, `task.branch`, `dag`, `task_group` …: the Airflow decorator on it, if any."""
        node = self.decorator_node
        return _airflow_decorator(self.module, node) if node else None

    @property
    def is_taskflow(self) -> bool:
        """Whether calling it makes a task."""
        name = self.decorator
        return name is not None and (name in ("task", "setup", "teardown") or name.startswith("task."))

    @property
    def arguments(self) -> Arguments:
        """What the Airflow decorator is given."""
        from dagdock.dag.model import Arguments

        node = self.decorator_node
        return Arguments.of(self.module, node if isinstance(node, ast.Call) else None)

    def parameter(self, argument: int | str) -> str | None:
        """The name of the parameter that takes an argument, by position or keyword."""
        arguments = self.node.args
        plain = [parameter.arg for parameter in (*arguments.posonlyargs, *arguments.args)]
        if isinstance(argument, int):
            return plain[argument] if argument < len(plain) else None
        return argument if argument in (*plain, *(parameter.arg for parameter in arguments.kwonlyargs)) else None

    @property
    def runs_at(self) -> RunsAt:
        return self.uses.runs_at

    @property
    def calls(self) -> list[ast.Call]:
        return self.uses.calls

    @property
    def escapes(self) -> bool:
        return self.uses.escapes

    @property
    def uses(self) -> Uses:
        if self._uses is None:
            self._uses = Uses()  # seen by calls of the function in its own body
            self._uses = _uses(self)
        return self._uses

    @property
    def tasks(self) -> list[Task]:
        """The tasks that run it: TaskFlow calls, and operators whose `python_callable` it is."""
        return self.module.tasks_of.get(self, [])

    @property
    def returns(self) -> list[Return]:
        """What it returns, without bare `return`; nested functions do not count."""
        return self.module.returns_of(self.node)

    def __repr__(self) -> str:
        return f"<function {self.name}>"


class Uses:
    """How a function is used in its file."""

    __slots__ = ("calls", "escapes", "moments")

    def __init__(self) -> None:
        self.calls: list[ast.Call] = []
        self.escapes = False
        self.moments: set[RunsAt] = set()

    @property
    def runs_at(self) -> RunsAt:
        if "parse" in self.moments:
            return "parse"
        return "task" if self.moments == {"task"} else "unknown"


def runs_at(module: DagModule, node: ast.AST) -> RunsAt:
    """When the code at a place runs."""
    scope: Scope | None = module.names.scopes[node]
    while scope is not None and scope.kind != "function":
        scope = scope.parent
    if scope is not None:
        return module.function_of(scope.node).runs_at
    return "unknown" if _guarded(module, node) else "parse"


def _guarded(module: DagModule, node: ast.AST) -> bool:
    """Whether a place at module level stands in `if __name__ == "__main__"` or `if TYPE_CHECKING`."""
    if not module.may_be_guarded:
        return False
    parents = module.names.parents
    inner, above = node, parents.get(node)
    while above is not None:  # asked for each call of a file: `ancestors` would take twice as long
        if isinstance(above, ast.If) and any(inner is statement for statement in above.body):
            test = above.test
            if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__":
                return True
            if module.qualified(test) in ("typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"):
                return True
        inner, above = above, parents.get(above)
    return False


def _airflow_decorator(module: DagModule, decorator: ast.expr) -> str | None:
    name = airflow_name(module.qualified(decorator.func if isinstance(decorator, ast.Call) else decorator))
    if name and name.startswith("DAG()."):
        name = name.removeprefix("DAG().")  # `@dag.task`, with the DAG at hand
    if name in ("dag", "task_group", "setup", "teardown", "asset", "asset.multi", "task"):
        return name
    return name if name and name.startswith("task.") else None


def _uses(function: Function) -> Uses:
    module, node, uses = function.module, function.node, Uses()
    decorator = function.decorator
    if isinstance(node, ast.Lambda):
        _use(module, node, uses, 0)
    elif function.scope.parent is not None and function.scope.parent.kind == "class":
        _method_uses(function, function.scope.parent, uses)
    else:
        for load in module.names.loads.get(node.name, ()):
            if any(binding.node is node for binding in module.names.bindings(node.name, load)):
                _use(module, load, uses, 0)
    if decorator in ("dag", "task_group"):
        uses.moments = {"parse"}
    elif decorator is not None:
        uses.moments = {"task"}
    elif "parse" in uses.moments and _is_kept(module, node):
        uses.moments = {"unknown"}
    return uses


def _is_kept(module: DagModule, node: FunctionNode) -> bool:
    """Whether a decorator from elsewhere may keep a function for later, as `@aql.dataframe` does for a task."""
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    paths = [module.qualified(one.func if isinstance(one, ast.Call) else one) for one in decorators]
    return any(path is not None and is_foreign(path) and not path.startswith(_CALLING_AT_ONCE) for path in paths)


def _method_uses(function: Function, scope: Scope, uses: Uses) -> None:
    module = function.module
    owner = scope.node
    assert isinstance(owner, ast.ClassDef) and not isinstance(function.node, ast.Lambda)
    name = function.node.name
    is_operator = module.classes.kind(owner) == "operator"
    if is_operator and name in _TASK_METHODS:
        uses.moments.add("task")
        return
    if name == "__init__":
        for load in module.names.loads.get(owner.name, ()):
            if any(binding.node is owner for binding in module.names.bindings(owner.name, load)):
                _use(module, load, uses, 0)
        if is_operator:
            uses.moments = {"parse"}
        return
    for attribute in module.names.attributes.get(name, ()):
        mine = _receiver_is(module, attribute.value, owner)
        if mine:
            _use(module, attribute, uses, 0)
        elif mine is None:
            uses.escapes = True
            uses.moments.add("unknown")


def _receiver_is(module: DagModule, receiver: ast.expr, owner: ast.ClassDef) -> bool | None:
    """Whether a method is looked up on (an instance of) a class of this file, None where that cannot be seen."""
    names = module.names
    if isinstance(receiver, ast.Name) and receiver.id in ("self", "cls"):
        scope: Scope | None = names.scopes[receiver]
        while scope is not None and scope.kind != "class":
            scope = scope.parent
        return scope is not None and (scope.node is owner or None)
    if isinstance(receiver, ast.Call):
        receiver = receiver.func
    if not isinstance(receiver, ast.Name):
        return False if module.qualified(receiver) else None
    found: set[bool | None] = set()
    for binding in names.bindings(receiver.id, receiver):
        if binding.node is owner:
            found.add(True)
        elif binding.path:
            found.add(False)
        elif isinstance(binding.value, ast.Call) and isinstance(binding.value.func, ast.Name):
            made = names.bindings(binding.value.func.id, binding.value.func)
            found.add(any(maker.node is owner for maker in made))
        else:
            found.add(None)
    return found.pop() if len(found) == 1 else None


def _use(module: DagModule, node: ast.expr, uses: Uses, depth: int) -> None:
    """Note what happens to a function at one place where it is mentioned."""
    parent = module.names.parents.get(node)
    if depth > MAX_DEPTH or parent is None:
        return _lost(module, node, uses)
    if isinstance(parent, ast.Call):
        if parent.func is node:
            uses.calls.append(parent)
            uses.moments.add(runs_at(module, parent))
            return None
        path = module.qualified(parent.func)
        if path in ("functools.partial", "functools.wraps", "functools.update_wrapper"):
            return _use(module, parent, uses, depth + 1)
        if path in _CALLING:
            uses.moments.add(runs_at(module, parent))
            uses.escapes = True
            return None
        made = _airflow_decorator(module, parent)
        if made:
            uses.moments.add("parse" if made in ("dag", "task_group") else "task")
            return None
        return _passed(module, parent, parent.args.index(node), uses, depth)
    if isinstance(parent, ast.keyword):
        return _given(module, parent, uses, depth)
    if isinstance(parent, ast.Dict):
        key = next((key for key, value in zip(parent.keys, parent.values, strict=True) if value is node), None)
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
        if name in _LATER:
            uses.moments.add("task")
            return None
        return _use(module, parent, uses, depth + 1)
    if isinstance(parent, (ast.List, ast.Tuple, ast.Set, ast.IfExp, ast.BoolOp, ast.Starred, ast.NamedExpr)):
        return _use(module, parent, uses, depth + 1)
    if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        if node is getattr(parent, "returns", None):
            return None
        if node not in parent.decorator_list:
            return _lost(module, node, uses)  # a base: who makes its classes' objects is not seen
        uses.moments.add(runs_at(module, parent))  # a decorator runs where it stands
        uses.escapes = True
        return None
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        return _alias(module, parent.targets[0], uses, depth)
    if isinstance(parent, ast.Return):
        return _returned(module, parent, uses, depth)
    if isinstance(parent, ast.Expr):
        return None
    if isinstance(parent, ast.Attribute):
        if parent.attr.startswith("__") or not isinstance(parent.ctx, ast.Load):
            return None
        call = module.names.parents.get(parent)
        if parent.attr in ("override", "partial", "expand", "expand_kwargs") and isinstance(call, ast.Call):
            return None if parent.attr.startswith("expand") else _use(module, call, uses, depth + 1)
    return _lost(module, node, uses)


def _lost(module: DagModule, node: ast.AST, uses: Uses) -> None:
    """The function goes where it cannot be followed; what a running task does with it happens in the task."""
    uses.escapes = True
    uses.moments.add("task" if runs_at(module, node) == "task" else "unknown")


def _given(module: DagModule, keyword: ast.keyword, uses: Uses, depth: int) -> None:
    """The function is the value of a keyword argument."""
    call = module.names.parents.get(keyword)
    if keyword.arg in _LATER:
        uses.moments.add("task")
    elif isinstance(call, ast.Call) and module.qualified(call.func) in _CALLING:
        uses.moments.add(runs_at(module, call))
        uses.escapes = True
    elif isinstance(call, ast.Call):
        _passed(module, call, keyword.arg, uses, depth)
    else:
        _lost(module, keyword, uses)


def _passed(module: DagModule, call: ast.Call, argument: int | str | None, uses: Uses, depth: int) -> None:
    """The function is an argument: operators keep theirs for later, functions of this file are looked into."""
    if module.classes.of(call.func) == "operator":
        uses.moments.add("task")
        return None
    receiver = module.function(call.func)
    parameter = receiver.parameter(argument) if receiver and argument is not None else None
    if receiver is None or parameter is None or receiver.is_taskflow or isinstance(call.func, ast.Attribute):
        return _lost(module, call, uses)
    for load in module.names.loads.get(parameter, ()):
        if any(binding.scope is receiver.scope for binding in module.names.bindings(parameter, load)):
            _use(module, load, uses, depth + 1)
    return None


def _alias(module: DagModule, target: ast.Name, uses: Uses, depth: int) -> None:
    for load in module.names.loads.get(target.id, ()):
        if any(binding.target is target for binding in module.names.bindings(target.id, load)):
            _use(module, load, uses, depth + 1)


def _returned(module: DagModule, statement: ast.Return, uses: Uses, depth: int) -> None:
    """The function is what another one returns: it is used as the results of that one's calls are."""
    maker = module.function_at(statement)
    if maker is None or maker.escapes or not maker.calls:
        return _lost(module, statement, uses)
    for call in maker.calls:
        _use(module, call, uses, depth + 1)
    return None
