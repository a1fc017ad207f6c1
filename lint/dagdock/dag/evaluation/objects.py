"""What Airflow's names give before a task or DAG is made of it, and the open context of a DAG or group."""

from __future__ import annotations

import ast
from typing import Any

from dagdock.dag.evaluation.graph import Dag, Group
from dagdock.dag.evaluation.state import State
from dagdock.dag.evaluation.values import Value


class TaskFlow:
    """A function with `@task`, or one of its kin, around it."""

    __slots__ = ("dag", "function", "is_setup", "is_teardown", "kwargs", "op_kwargs", "operator", "written")

    def __init__(self, function: Value, operator: str, kwargs: dict[str, Value]) -> None:
        self.function = function
        self.operator = operator
        self.kwargs = kwargs
        self.op_kwargs: dict[str, Value] = {}
        self.written: dict[str, Any] = {}
        self.is_setup = False
        self.is_teardown = False
        self.dag: Dag | None = None

    def changed(self, **kwargs: Value) -> TaskFlow:
        other = TaskFlow(self.function, self.operator, {**self.kwargs, **kwargs})
        other.op_kwargs, other.written = dict(self.op_kwargs), dict(self.written)
        other.is_setup, other.is_teardown, other.dag = self.is_setup, self.is_teardown, self.dag
        return other

    @property
    def name(self) -> str:
        return str(getattr(self.function, "name", "task"))


class GroupFactory:
    """A function with `@task_group` around it."""

    __slots__ = ("function", "given", "kwargs")

    def __init__(self, function: Value, kwargs: dict[str, Value], given: dict[str, Value] | None = None) -> None:
        self.function = function
        self.kwargs = kwargs
        self.given = given or {}


class DagFactory:
    """A function with `@dag` around it."""

    __slots__ = ("args", "function", "kwargs", "node")

    def __init__(self, function: Value, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.node = node


class Partial:
    """`SomeOperator.partial(…)`, not yet expanded."""

    __slots__ = ("cls", "dag", "group", "kwargs", "node", "written")

    def __init__(
        self, cls: Value, kwargs: dict[str, Value], node: ast.AST, dag: Dag | None, group: Group | None
    ) -> None:
        self.cls = cls
        self.kwargs = kwargs
        self.node = node
        self.dag = dag
        self.group = group
        self.written: dict[str, Any] = {}


class Made:
    """An object of a class from outside, with what it was made of: `Dataset("…")`, `V1Volume(…)`."""

    __slots__ = ("args", "kwargs", "node", "path")

    def __init__(self, path: str, args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> None:
        self.path = path
        self.args = args
        self.kwargs = kwargs
        self.node = node

    def __repr__(self) -> str:
        return f"Made({self.path})"


class Opened:
    """The context of a DAG or group, open for a `with` block."""

    def __init__(self, run: State, opened: Dag | Group) -> None:
        self.run = run
        self.opened = opened

    def __enter__(self) -> None:
        self.run.graph.context.append(self.opened)

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.run.graph.context.pop()
        if (
            isinstance(self.opened, Dag)
            and self.run.truth(self.opened.arguments.get("auto_register", True)) is not False
        ):
            self.run.collected[id(self.opened)] = self.opened
