"""Which DAG and which task group a place belongs to: contexts, decorated functions, helpers by their callers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagdock.dag.classes import is_foreign
from dagdock.dag.functions import Function
from dagdock.dag.model import Argument, Dag, Group, Task
from dagdock.dag.values import Unknown

if TYPE_CHECKING:
    from dagdock.dag.module import DagModule

MAX_DEPTH = 10


class Places:
    """Looks up the DAG and the group of places in one module."""

    def __init__(self, module: DagModule) -> None:
        self.module = module
        self._dags: dict[ast.AST, Dag] = {dag.node: dag for dag in module.dags}
        self._groups: dict[ast.AST, Group] = {group.node: group for group in module.groups}
        self._around: dict[ast.AST, Dag | Group | Unknown | None] = {}

    def dag(self, task: Task) -> Dag | Unknown | None:
        """The DAG of a task: its `dag=`, else the context around it, else (perhaps) that of its neighbours."""
        argument = task.own.get("dag")
        if argument and not (isinstance(argument.node, ast.Constant) and argument.node.value is None):
            return self.meant(argument.node) or Unknown("not a DAG of this file", argument.node, self.module)
        if task.taskflow and (of := self._decorated_by(task.function)):
            return of
        if group := task.own.get("task_group"):
            return Unknown("in a group given by name", group.node, self.module)
        found = self.dag_around(task.call)
        if found is None and (task.own.open or "default_args" in task.own):
            return Unknown("given out of sight", task.call, self.module)
        if found is None and not isinstance(self.module.names.parents.get(task.call), ast.Expr):
            # `dag >> task` and `task >> other` hand the DAG on.
            return Unknown("may get its DAG from a dependency", task.call, self.module)
        return found

    def dag_around(self, node: ast.AST) -> Dag | Unknown | None:
        found = self._context(node, 0)
        while isinstance(found, Group):
            given = found.arguments.get("dag")
            if given:
                return self.meant(given.node) or Unknown("not a DAG of this file", given.node, self.module)
            found = self._context(found.made_at, 0)
        return found

    def group(self, node: ast.AST, given: Argument | None = None) -> Group | Unknown | None:
        """The innermost group around a place; `given` is an argument that names one."""
        if given and not (isinstance(given.node, ast.Constant) and given.node.value is None):
            return self._group_meant(given.node) or Unknown("not a group of this file", given.node, self.module)
        found = self._context(node, 0)
        return None if isinstance(found, Dag) else found

    def meant(self, node: ast.expr) -> Dag | Unknown | None:
        """The DAG that an expression stands for, None where it is none of this file."""
        for _ in range(MAX_DEPTH):
            if node in self._dags:
                return self._dags[node]
            if isinstance(node, ast.NamedExpr):
                node = node.value
                continue
            if isinstance(node, ast.Call):
                function = self.module.function(node.func)
                if function is None or function.decorator:
                    return self._of_function(function) if function else None
                # A helper that makes one DAG for one caller.
                if len(function.returns) != 1 or len(function.calls) != 1 or function.escapes:
                    return None
                node = function.returns[0].node
                continue
            if not isinstance(node, ast.Name):
                return None
            bindings = self.module.names.bindings(node.id, node)
            if len(bindings) != 1:
                found = [self.meant(one.value) if one.value else None for one in bindings]
                return found[0] if found and all(one is found[0] for one in found) else None
            if bindings[0].kind not in ("assign", "with") or bindings[0].value is None:
                return None
            node = bindings[0].value
        return None

    def _decorated_by(self, function: Function | None) -> Dag | Unknown | None:
        """The DAG whose own decorator, `@dag.task`, is on a function."""
        node = function.decorator_node if function else None
        node = node.func if isinstance(node, ast.Call) else node
        while isinstance(node, ast.Attribute):
            node = node.value
            if found := self.meant(node):
                return found
        return None

    def _group_meant(self, node: ast.expr) -> Group | None:
        for _ in range(MAX_DEPTH):
            if node in self._groups:
                return self._groups[node]
            if not isinstance(node, ast.Name):
                return None
            bindings = self.module.names.bindings(node.id, node)
            if len(bindings) != 1 or bindings[0].kind not in ("assign", "with") or bindings[0].value is None:
                return None
            node = bindings[0].value
        return None

    def _context(self, node: ast.AST, depth: int) -> Dag | Group | Unknown | None:
        """The innermost DAG or group whose context a place runs in."""
        names = self.module.names
        inner = node
        doubt: Unknown | None = None
        for above in names.ancestors(node):
            if isinstance(above, (ast.With, ast.AsyncWith)):
                # An item sees the items before it as its context, the body sees all of them.
                for item in reversed(above.items[: above.items.index(inner)] if inner in above.items else above.items):
                    found = self.meant(item.context_expr) or self._group_meant(item.context_expr)
                    if found:
                        return found
                    if doubt is None and self._may_be_dag(item.context_expr):
                        doubt = Unknown("in a context that may be a DAG", item.context_expr, self.module)
            elif isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)) and isinstance(inner, ast.stmt):
                return doubt or self._in_function(self.module.function_of(above), depth)
            elif isinstance(above, ast.Lambda) and inner is above.body:
                return Unknown("in a lambda", above, self.module)
            inner = above
        return doubt

    def _may_be_dag(self, node: ast.expr) -> bool:
        """Whether a context manager that is no DAG of this file may be one: made by a helper, given by a caller."""
        path = self.module.qualified(node)
        if path is not None:
            return is_foreign(path)
        if isinstance(node, ast.Name):
            bindings = self.module.names.bindings(node.id, node)
            made = [binding.value for binding in bindings if isinstance(binding.value, ast.Call)]
            return any(binding.kind == "parameter" for binding in bindings) or any(map(self._may_be_dag, made))
        function = self.module.function(node.func) if isinstance(node, ast.Call) else None
        return function is not None and not function.is_taskflow

    def _of_function(self, function: Function) -> Dag | None:
        return self._dags.get(function.decorator_node) if function.decorator_node else None

    def _in_function(self, function: Function, depth: int) -> Dag | Group | Unknown | None:
        if function.decorator == "dag":
            return self._of_function(function)
        if function.decorator == "task_group":
            node = function.decorator_node
            return self._groups.get(node) if node else None
        if function.node not in self._around:
            self._around[function.node] = Unknown("in a function that calls itself", function.node, self.module)
            self._around[function.node] = self._callers(function, depth)
        return self._around[function.node]

    def _callers(self, function: Function, depth: int) -> Dag | Group | Unknown | None:
        """What all callers of a helper have around them, where it is the same."""
        unknown = Unknown("in a function called from elsewhere", function.node, self.module)
        if function.escapes or not function.calls or depth > MAX_DEPTH:
            return unknown
        found = [self._context(call, depth + 1) for call in function.calls]
        return found[0] if all(one is found[0] for one in found) else unknown
