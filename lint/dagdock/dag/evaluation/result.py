"""What a DAG file makes, as far as it can be known without running it: the model that rules and pictures look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from dagdock.dag.evaluation.graph import Dag, Group, Task
from dagdock.dag.evaluation.values import Class, Unknown, Value
from dagdock.remembered import cached_property

if TYPE_CHECKING:
    from dagdock.dag.module import DagModule
    from dagdock.text import Span

T = TypeVar("T")


class Doubt:
    """Something that is not known: the line, the file where it is not the DAG file itself, and why in a few words."""

    __slots__ = ("line", "path", "reason")

    def __init__(self, line: int, reason: str, path: str | None = None) -> None:
        self.line = line
        self.reason = reason
        self.path = path

    def __repr__(self) -> str:
        return f"<line {self.line}: {self.reason}>"


class BuildError:
    """Why Airflow refuses to load the file. `kind` is one of `duplicate-task-id`, `duplicate-group-id`,
    `list-to-list`, `not-a-task`, `chain-lengths`, `no-dag`, `two-dags`, `two-groups`, `nested-mapping`,
    `positional-argument`, `raises`."""

    __slots__ = ("kind", "line", "message", "module", "node")

    def __init__(self, kind: str, line: int, message: str, node: ast.AST | None, module: DagModule | None) -> None:
        self.kind = kind
        self.line = line
        self.message = message
        self.node = node
        """The expression or call, where it is known, and the module that it stands in."""
        self.module = module

    def __repr__(self) -> str:
        return f"<{self.kind} in line {self.line}: {self.message}>"


class BuiltArgument:
    """An argument of a task as it counts in the end. `node` is the expression where it is written, if that is seen."""

    __slots__ = ("inherited", "module", "name", "node", "value")

    def __init__(
        self, name: str, value: Value, module: DagModule | None, node: ast.expr | None, *, inherited: bool
    ) -> None:
        self.name = name
        self.value = value
        self.module = module
        self.node = node
        self.inherited = inherited
        """Whether it comes from `default_args`."""

    @property
    def known(self) -> bool:
        return not isinstance(self.value, Unknown)

    def get(self, kind: type[T]) -> T | None:
        """The value where it is of this type (True is no int), else None."""
        if isinstance(self.value, kind) and not (isinstance(self.value, bool) and kind is not bool):
            return self.value
        return None

    @property
    def span(self) -> Span | None:
        return self.module.span(self.node) if self.module is not None and self.node is not None else None


class BuiltTask:
    """One task of one DAG. Tasks that a loop makes are one object each."""

    def __init__(self, dag: BuiltDag, task: Task) -> None:
        self.dag = dag
        self._task = task
        self.upstream: list[BuiltTask] = []
        """The tasks directly before it."""
        self.downstream: list[BuiltTask] = []

    @property
    def task_id(self) -> str | None:
        """With the prefixes of its groups; None where it is not known."""
        return self._task.task_id if isinstance(self._task.task_id, str) else None

    @property
    def own_id(self) -> str | None:
        """Without the prefixes."""
        return self._task.own_id if isinstance(self._task.own_id, str) else None

    @property
    def operator(self) -> str:
        """The class by its import, or `@task`, `@task.branch`; a class of the project by its bare name."""
        return self._task.operator

    @property
    def operator_name(self) -> str:
        """As the contract shows it: the bare class name, or the decorator."""
        return self.operator if self.operator.startswith("@") else self.operator.rpartition(".")[2]

    @property
    def bases(self) -> list[str]:
        """For a class of the project the imported classes that it is made from."""
        cls = self._task.cls
        return [one.path for one in cls.lineage() if hasattr(one, "path")] if isinstance(cls, Class) else []

    @property
    def taskflow(self) -> bool:
        return self.operator.startswith("@")

    @property
    def mapped(self) -> bool:
        return self._task.mapped

    @property
    def group(self) -> str | None:
        """The full id of the innermost group; None outside groups and where it is not known."""
        group = self._task.group.group_id if self._task.group else None
        return group if isinstance(group, str) else None

    @property
    def trigger_rule(self) -> str | None:
        """None where it is not known."""
        rule = self._task.trigger_rule
        return str(rule) if isinstance(rule, str) else None

    @property
    def is_setup(self) -> bool:
        return self._task.is_setup

    @property
    def is_teardown(self) -> bool:
        return self._task.is_teardown

    @property
    def possible(self) -> bool:
        """Whether it is not known if the task is made at all."""
        return self._task.possible is not None

    @property
    def callable(self) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
        """The function that it runs: the TaskFlow function or `python_callable`."""
        node = getattr(self._task.function, "node", None)
        return node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) else None

    @property
    def callable_module(self) -> DagModule | None:
        """The module that this function stands in."""
        frame = getattr(self._task.function, "frame", None)
        return frame.module if frame is not None else None

    @property
    def node(self) -> ast.AST:
        """The call that makes it."""
        return self._task.place.node

    @property
    def module(self) -> DagModule | None:
        """The module that the call stands in: mostly the DAG file, else a helper's."""
        return self._task.place.module

    @property
    def line(self) -> int:
        return self._task.place.line

    @property
    def loops(self) -> Sequence[ast.AST]:
        """The loops and comprehensions that ran around the call, outermost first, also those in other functions."""
        return self._task.place.loops

    @cached_property
    def arguments(self) -> dict[str, BuiltArgument]:
        """By name; those of `default_args` of the task, its groups and its DAG too."""
        task = self._task
        return {name: self._argument(name, value) for name, value in task.arguments.items() if isinstance(name, str)}

    def _argument(self, name: str, value: Value) -> BuiltArgument:
        module, node = self._task.written.get(name, (None, None))
        inherited = False
        if node is None:
            module, node = self.dag.default_place(self._task, name)
            inherited = node is not None
        return BuiltArgument(name, value, module, node, inherited=inherited)

    def is_before(self, other: BuiltTask) -> bool:
        """Whether the other runs after it, directly or not."""
        waiting, seen = [self], {id(self)}
        for task in waiting:
            for below in task.downstream:
                if below is other:
                    return True
                if id(below) not in seen:
                    seen.add(id(below))
                    waiting.append(below)
        return False

    def __repr__(self) -> str:
        return f"<built task {self.task_id}>"


class Counted:
    """A number that is exact, or at least so much."""

    __slots__ = ("at_least", "exact")

    def __init__(self, at_least: int, *, exact: bool) -> None:
        self.at_least = at_least
        self.exact = exact


class BuiltDag:
    """A DAG as Airflow would collect it from the file."""

    def __init__(self, dag: Dag, displays: dict[int, tuple[Value, ast.Dict, DagModule | None]], own_path: str) -> None:
        self._dag = dag
        self._displays = displays
        self.unknown = [Doubt(one.line, one.reason, None if one.path == own_path else one.path) for one in dag.doubts]
        """What is not known about it. Empty for one that is complete."""
        self.errors = [BuildError(*error) for error in dag.errors]
        self.tasks: list[BuiltTask] = [BuiltTask(self, task) for task in dag.tasks]
        """In the order in which they are made."""
        by_task = {id(built._task): built for built in self.tasks}
        for built in self.tasks:
            built.downstream = [by_task[id(one)] for one in built._task.downstream if id(one) in by_task]
            built.upstream = [by_task[id(one)] for one in built._task.upstream if id(one) in by_task]

    @property
    def dag_id(self) -> str | None:
        return self._dag.dag_id if isinstance(self._dag.dag_id, str) else None

    @property
    def complete(self) -> bool:
        """Whether all tasks, mapped flags and dependencies are known exactly."""
        return not self.unknown and self.dag_id is not None

    @property
    def possible(self) -> bool:
        """Whether it is not known if the DAG is made at all."""
        return self._dag.possible is not None

    @property
    def node(self) -> ast.AST:
        """The call or decorator that makes it."""
        return self._dag.place.node

    @property
    def module(self) -> DagModule | None:
        return self._dag.place.module

    @property
    def line(self) -> int:
        return self._dag.place.line

    @property
    def loops(self) -> Sequence[ast.AST]:
        """The loops that ran around the call."""
        return self._dag.place.loops

    @property
    def arguments(self) -> dict[str, Value]:
        """The values of its arguments; Unknown where one is not known."""
        return self._dag.arguments

    @cached_property
    def by_id(self) -> dict[str, BuiltTask]:
        return {task.task_id: task for task in self.tasks if task.task_id is not None}

    @cached_property
    def groups(self) -> list[str]:
        """The full ids of its task groups, outer ones first."""
        return [group_id for group in _groups(self._dag.root) if isinstance(group_id := group.group_id, str)]

    def edges(self) -> Iterator[tuple[BuiltTask, BuiltTask]]:
        """Every direct dependency: upstream and downstream task."""
        for task in self.tasks:
            for below in task.downstream:
                yield task, below

    @property
    def task_count(self) -> Counted:
        sure = sum(not task.possible for task in self.tasks)
        return Counted(sure + self._dag.extra, exact=self.complete)

    @property
    def edge_count(self) -> Counted:
        sure = sum(why is None for task in self._dag.tasks for why in task.downstream.values())
        return Counted(sure, exact=self.complete)

    def default_place(self, task: Task, name: str) -> tuple[DagModule | None, ast.expr | None]:
        """Where an argument stands in the `default_args` that a task gets it from."""
        holders: list[Value] = [task.arguments.get("default_args")]
        group = task.group
        while group is not None:
            holders.append(group.default_args)
            group = group.parent
        holders.append(self._dag.default_args)
        for holder in holders:
            found = self._displays.get(id(holder))
            if found is None or not isinstance(holder, dict) or name not in holder:
                continue
            for key, value in zip(found[1].keys, found[1].values, strict=True):
                if isinstance(key, ast.Constant) and key.value == name:
                    return found[2], value
        return None, None

    def __repr__(self) -> str:
        return f"<built DAG {self.dag_id}>"


class BuiltFile:
    """All that a DAG file makes."""

    def __init__(
        self, dags: list[BuiltDag], unknown: list[Doubt], assumed: list[Doubt], errors: list[BuildError]
    ) -> None:
        self.dags = dags
        self.unknown = unknown
        """What is not known about the file as a whole: whether there are more DAGs, what stopped the work."""
        self.assumed = assumed
        """Defaults that were taken for what is set elsewhere (environment variables, Variables of Airflow)."""
        self.errors = errors
        """Why Airflow would not load the file."""


def _groups(group: Group) -> Iterator[Group]:
    for child in group.children:
        if isinstance(child, Group):
            yield child
            yield from _groups(child)
