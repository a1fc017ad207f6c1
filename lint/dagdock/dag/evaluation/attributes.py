"""Attributes: what `value.name` is for each kind of value."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from dagdock.dag.evaluation.airflow import Airflow
from dagdock.dag.evaluation.files import FolderEntry, OpenFile, of_entry, of_open_file, of_path
from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.graph import Dag, GraphError, Group, Label, SetupTeardown, Task, XCom, tasks_of
from dagdock.dag.evaluation.objects import DagFactory, GroupFactory, Made, Partial, TaskFlow
from dagdock.dag.evaluation.plain import CONSTANTS
from dagdock.dag.evaluation.state import describe, is_mere_data
from dagdock.dag.evaluation.values import (
    MISSING,
    Bound,
    Class,
    External,
    Function,
    Host,
    Instance,
    ModuleValue,
    Raised,
    Stream,
    Super,
    Unknown,
    Value,
    Wrapper,
)
from dagdock.dag.names import airflow_name

_OTHER_NAMES = {"XCom": "BaseXCom", "ImportError": "ParseImportError"}
_RELATIONS = ("set_upstream", "set_downstream")


class Attributes(Airflow):
    """Looks up and sets attributes."""

    def attribute(self, value: Value, name: str, node: ast.AST, frame: Frame) -> Value:
        if isinstance(value, Unknown):
            return value
        found = self.find_attribute(value, name, node, frame)
        if found is not MISSING:
            return found
        if self.regions or name.startswith("__"):
            return self.unknown_value(f".{name} of {describe(value)}", node, frame)
        raise Raised(AttributeError, f"{describe(value)} has no attribute {name!r}", getattr(node, "lineno", 1))

    def find_attribute(self, value: Value, name: str, node: ast.AST, frame: Frame) -> Value:
        """An attribute; MISSING where there is surely none."""
        handler = _KINDS.get(type(value))
        if handler is None:
            return self.plain_attribute(value, name, node, frame)
        return handler(self, value, name, node, frame)

    def _of_external(self, value: External, name: str, node: ast.AST, frame: Frame) -> Value:
        path = f"{value.path}.{name}"
        if path in CONSTANTS:
            return CONSTANTS[path]
        if path.startswith("airflow.") and name.isupper():
            owner = airflow_name(value.path)
            if owner in ("TriggerRule", "WeightRule"):
                return name.lower()
        if path == "datetime.timezone.utc" or path in ("pendulum.UTC", "pytz.UTC", "pytz.utc", "datetime.UTC"):
            from datetime import timezone

            return timezone.utc
        if name in ("__name__", "__qualname__"):
            return self._name_of(value, node, frame)
        return External(path)

    def _name_of(self, value: External, node: ast.AST, frame: Frame) -> Value:
        """`__name__` of a class or function from outside, where it is the name that it is imported by."""
        name = value.path.rpartition(".")[2]
        is_operator = name.endswith(("Operator", "Sensor")) and name != "DummyOperator"
        if is_operator or value.path.startswith(("builtins.", "airflow.models.", "airflow.jobs.")):
            return _OTHER_NAMES.get(name, name)
        return self.unknown_data(f"{value.path}.__name__", node, frame)

    def _of_module(self, value: ModuleValue, name: str, node: ast.AST, frame: Frame) -> Value:
        found = value.frame.names.get(name, MISSING)
        if found is not MISSING:
            return found
        inner = self.import_module(f"{value.name}.{name}", 0, node, frame)
        if isinstance(inner, ModuleValue):
            return inner
        return self.unknown_value(f"{value.name}.{name}", node, frame)

    def import_module(self, name: str, level: int, node: ast.AST, frame: Frame) -> Value:
        """A module by its name: one of the project, run once, or something from outside."""
        raise NotImplementedError

    def _of_dag(self, value: Dag, name: str, node: ast.AST, frame: Frame) -> Value:
        if name == "dag_id":
            return value.dag_id
        if name == "default_args":
            return value.default_args
        if name == "task_group":
            return value.root
        if name in ("tasks", "task_ids", "task_dict", "roots", "leaves"):
            if value.doubts:
                return value.doubts[0]
            if name == "task_ids":
                return self.made([task.task_id for task in value.tasks])
            if name == "task_dict":
                return self.made(dict(value.by_id))
            if name == "tasks":
                return self.made(list(value.tasks))
            side = "upstream" if name == "roots" else "downstream"
            return self.made([task for task in value.tasks if not getattr(task, side)])
        if name in _DAG_METHODS:
            method = _DAG_METHODS[name]
            return Host(name, lambda args, kwargs, at: method(self, value, args, kwargs, at, frame))
        if name == "task":
            return DagTask(value)
        if name == "task_count":
            return value.doubts[0] if value.doubts else len(value.tasks)
        if name in value.arguments:
            return value.arguments[name]
        if isinstance(value.source, Class):
            found = value.source.find(name)
            if isinstance(found, Function):
                return Bound(found, (value,))
        return self.unknown_value(f".{name} of a DAG", node, frame)

    def _task_of_dag(self, dag: Dag, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        name = args[0] if args else kwargs.get("task_id")
        if isinstance(name, str) and name in dag.by_id:
            return dag.by_id[name]
        if isinstance(name, str) and not dag.doubts:
            raise Raised(External("airflow.exceptions.TaskNotFound"), f"no task {name!r}", getattr(node, "lineno", 1))
        return (
            name
            if isinstance(name, Unknown)
            else dag.doubts[0]
            if dag.doubts
            else self.unknown_value("a task", node, frame)
        )

    def _has_task(self, dag: Dag, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        name = args[0] if args else kwargs.get("task_id")
        if isinstance(name, str) and not dag.doubts:
            return name in dag.by_id
        return self.unknown_data("whether a task is there", node, frame)

    def _add_task(self, dag: Dag, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        given = args[0] if args else kwargs.get("task", kwargs.get("tasks"))
        tasks = self.items(given, node) if isinstance(given, (list, tuple)) else [given]
        for task in tasks or [self.unknown_value("a task", node, frame)]:
            if isinstance(task, XCom):
                task = task.tasks[0]
            if isinstance(task, Task):
                if task.dag is dag:
                    continue
                try:
                    if task.dag is not None:
                        raise GraphError("two-dags", "a task is put into two DAGs")
                    self.graph.adopt(dag, task, task.group)
                except GraphError as error:
                    self.graph_error(error, node, frame, task)
            else:
                dag.doubt(task if isinstance(task, Unknown) else self.unknown_value("a task", node, frame))
        return None

    def _set_dependency(
        self, dag: Dag, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        names = [*args, *kwargs.values()]
        tasks = [dag.by_id.get(name) if isinstance(name, str) else None for name in names]
        if len(tasks) == 2 and all(tasks):
            self.relate(tasks[0], tasks[1], node, frame, upstream=False)
        else:
            dag.doubt(self.unknown_value("set_dependency()", node, frame))
        return None

    def _harmless(self, dag: Dag, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        return self.unknown_data("what the DAG says when it runs", node, frame)

    def _of_task(self, value: Task, name: str, node: ast.AST, frame: Frame) -> Value:
        if name in value.attributes:
            return value.attributes[name]
        if name in ("task_id", "node_id"):
            return value.task_id
        if name in ("dag", "task_group", "trigger_rule", "is_setup", "is_teardown"):
            return {
                "dag": value.dag,
                "task_group": value.group,
                "trigger_rule": value.trigger_rule,
                "is_setup": value.is_setup,
                "is_teardown": value.is_teardown,
            }[name]
        if name == "output":
            return XCom([value])
        if name == "label":
            return value.own_id
        if name == "dag_id":
            return value.dag.dag_id if value.dag else self.unknown_data("the dag_id", node, frame)
        if name in ("upstream_list", "downstream_list", "upstream_task_ids", "downstream_task_ids"):
            side = value.upstream if name.startswith("up") else value.downstream
            if value.dag and value.dag.doubts:
                return value.dag.doubts[0]
            return self.made(list(side) if name.endswith("list") else {task.task_id for task in side})
        if name in ("roots", "leaves"):
            return [value]
        if name == "task_type":
            return value.operator.rpartition(".")[2]
        common = self._of_node(value, name, node, frame)
        if common is not MISSING:
            return common
        if value.cls is not None:
            found = self._of_class_for(value, value.cls, name, node, frame)
            if found is not MISSING:
                return found
        if name == "log":
            return self.unknown_data("a log", node, frame)
        # What an operator keeps of a list or dict it may have changed.
        if isinstance(value.arguments.get(name), (str, int, float)):
            return value.arguments[name]
        if name in value.arguments and is_mere_data(value.arguments[name]):
            return self.unknown_data(f".{name} of a task", node, frame)
        return self.unknown_value(f".{name} of a task", node, frame)

    def _of_node(self, value: Value, name: str, node: ast.AST, frame: Frame) -> Value:
        """What tasks, results, groups and labels have in common."""
        if name in _RELATIONS:
            upstream = name == "set_upstream"

            def relate(args: list[Value], kwargs: dict[str, Value], at: ast.AST) -> Value:
                others = args[0] if args else next((kwargs[one] for one in kwargs if one != "edge_modifier"), None)
                self.relate(value, others, at, frame, upstream=upstream)
                return None

            return Host(name, relate)
        if name == "as_setup":
            return Host(name, lambda args, kwargs, at: self.as_setup(value))
        if name == "as_teardown":
            return Host(name, lambda args, kwargs, at: self.as_teardown(value, kwargs, at, frame))
        return MISSING

    def _of_group(self, value: Group, name: str, node: ast.AST, frame: Frame) -> Value:
        if name == "group_id":
            return value.group_id
        if name == "label":
            return value.own_id
        if name in ("dag", "default_args", "prefix_group_id", "parent_group", "task_group"):
            return {
                "dag": value.dag,
                "default_args": value.default_args,
                "prefix_group_id": value.prefixes,
                "parent_group": value.parent,
                "task_group": value.parent,
            }[name]
        if name == "children":
            return {(child.task_id if isinstance(child, Task) else child.group_id): child for child in value.children}
        if name in ("roots", "leaves", "get_roots", "get_leaves"):
            found = value.roots() if name.endswith("roots") else value.leaves()
            return Host(name, lambda args, kwargs, at: list(found)) if name.startswith("get") else found
        if name == "child_id":
            return Host(name, lambda args, kwargs, at: value.child_id(args[0]) if args else MISSING)
        if name == "get_child_by_label":
            return Host(name, lambda args, kwargs, at: self.item(value, args[0] if args else None, at, frame))
        if name == "add":
            return Host(name, lambda args, kwargs, at: self._add_to_group(value, args, at, frame))
        common = self._of_node(value, name, node, frame)
        return self.unknown_value(f".{name} of a task group", node, frame) if common is MISSING else common

    def _add_to_group(self, group: Group, args: list[Value], node: ast.AST, frame: Frame) -> Value:
        for value in args:
            if isinstance(value, Task) and value.group in (None, group):
                value.group = group
                if value not in group.children:
                    group.children.append(value)
                continue
            if isinstance(value, Task) and value.group not in (None, group):
                message = "a task is put into two groups"
                self.graph_error(GraphError("two-groups", message), node, frame, value)
                continue
            group.dag.doubt(self.unknown_value("add() of a task group", node, frame))
        return args[0] if args else None

    def _of_xcom(self, value: XCom, name: str, node: ast.AST, frame: Frame) -> Value:
        if name == "operator" and value.tasks:
            return value.tasks[0]
        if name == "key":
            return value.key
        if name == "map":
            return Host(name, lambda args, kwargs, at: XCom(value.tasks, plain=False))
        if name in ("zip", "concat"):
            return Host(
                name,
                lambda args, kwargs, at: XCom(
                    [task for one in (value, *args) if isinstance(one, XCom) for task in one.tasks], plain=False
                ),
            )
        if name in ("is_setup", "is_teardown") and value.tasks:
            return getattr(value.tasks[0], name)
        if name in ("roots", "leaves"):
            return list(value.tasks)
        common = self._of_node(value, name, node, frame)
        return common if common is not MISSING else self.unknown_value(f".{name} of a result", node, frame)

    def _of_label(self, value: Label, name: str, node: ast.AST, frame: Frame) -> Value:
        if name == "label":
            return value.text
        return self._of_node(value, name, node, frame)

    def _of_taskflow(self, value: TaskFlow, name: str, node: ast.AST, frame: Frame) -> Value:
        if name == "override":

            def override(args: list[Value], kwargs: dict[str, Value], at: ast.AST) -> Value:
                other = value.changed(**kwargs)
                if isinstance(at, ast.Call):
                    other.written.update({one.arg: (frame.module, one.value) for one in at.keywords if one.arg})
                return other

            return Host(name, override)
        if name == "partial":

            def partial(args: list[Value], kwargs: dict[str, Value], at: ast.AST) -> Value:
                other = value.changed()
                other.op_kwargs.update(kwargs)
                return other

            return Host(name, partial)
        if name in ("expand", "expand_kwargs"):

            def expand(args: list[Value], kwargs: dict[str, Value], at: ast.AST) -> Value:
                return self.expand_taskflow(value, kwargs or _numbered(args), at, frame)

            return Host(name, expand)
        if name in ("function", "__wrapped__"):
            return value.function
        if name in ("__name__", "__doc__") and isinstance(value.function, Function):
            return self.attribute(value.function, name, node, frame)
        if name in _RELATIONS:
            return Host(
                name, lambda args, kwargs, at: self.relate(value, args[0] if args else None, at, frame, upstream=True)
            )
        return self.unknown_value(f".{name} of a task function", node, frame)

    def _of_group_factory(self, value: GroupFactory, name: str, node: ast.AST, frame: Frame) -> Value:
        if name == "override":
            return Host(
                name, lambda args, kwargs, at: GroupFactory(value.function, {**value.kwargs, **kwargs}, value.given)
            )
        if name == "partial":
            return Host(
                name, lambda args, kwargs, at: GroupFactory(value.function, value.kwargs, {**value.given, **kwargs})
            )
        if name == "expand":
            return Host(name, lambda args, kwargs, at: self.expand_group(value, kwargs, at, frame))
        if name == "expand_kwargs":
            return Host(
                name,
                lambda args, kwargs, at: self.expand_group(
                    value,
                    _numbered([*args, *kwargs.values()]),
                    at,
                    frame,
                    by_kwargs=True,
                ),
            )
        return self.unknown_value(f".{name} of a task group function", node, frame)

    def _of_dag_factory(self, value: DagFactory, name: str, node: ast.AST, frame: Frame) -> Value:
        return self.attribute(value.function, name, node, frame)

    def _of_partial(self, value: Partial, name: str, node: ast.AST, frame: Frame) -> Value:
        if name in ("expand", "expand_kwargs"):

            def expand(args: list[Value], kwargs: dict[str, Value], at: ast.AST) -> Value:
                return self.expand(value, kwargs or _numbered(args), at, frame)

            return Host(name, expand)
        return self.unknown_value(f".{name} of a partial operator", node, frame)

    def _of_made(self, value: Made, name: str, node: ast.AST, frame: Frame) -> Value:
        if name in value.kwargs:
            return value.kwargs[name]
        found = self.unknown_data(f".{name} of {value.path}", node, frame)

        def call(args: list[Value], kwargs: dict[str, Value], at: ast.AST) -> Value:
            return self.airflow_call(f"{value.path}().{name}", args, kwargs, at, frame)

        return Host(f"{value.path}().{name}", call) if isinstance(node, ast.Attribute) else found

    def _of_function(self, value: Function, name: str, node: ast.AST, frame: Frame) -> Value:
        if name in value.attributes:
            return value.attributes[name]
        if name in ("__name__", "__qualname__"):
            return value.wrapped.name if value.wrapped else value.name
        if name == "__doc__":
            return None if isinstance(value.node, ast.Lambda) else ast.get_docstring(value.node, clean=False)
        if name == "__wrapped__" and value.wrapped:
            return value.wrapped
        return MISSING

    def _of_instance(self, value: Instance, name: str, node: ast.AST, frame: Frame) -> Value:
        if name in value.attributes:
            return value.attributes[name]
        if name == "__class__":
            return value.cls
        if name == "__dict__":
            return value.attributes
        found = self._of_class_for(value, value.cls, name, node, frame)
        if found is MISSING:
            method = value.cls.find("__getattr__")
            if isinstance(method, Function):
                return self.call(method, [value, name], {}, node, frame)
            if name == "_replace":
                return Host(name, lambda args, kwargs, at: self._replaced(value, kwargs))
            if name in ("_asdict", "dict", "model_dump"):
                return Host(name, lambda args, kwargs, at: self.made(dict(value.attributes)))
        return found

    def _replaced(self, value: Instance, kwargs: dict[str, Value]) -> Instance:
        other = Instance(value.cls)
        other.attributes = {**value.attributes, **kwargs}
        return other

    def _of_class_for(self, receiver: Value, cls: Class, name: str, node: ast.AST, frame: Frame) -> Value:
        """A method or value of a class, for one of its objects."""
        found = cls.find(name)
        return self.bound(found, receiver, cls, name, node, frame)

    def bound(self, found: Value, receiver: Value, cls: Value, name: str, node: ast.AST, frame: Frame) -> Value:
        if isinstance(found, Function):
            return Bound(found, (receiver,))
        if isinstance(found, Wrapper):
            if found.kind == "property":
                return self.call(found.function, [receiver], {}, node, frame)
            if found.kind == "classmethod":
                return Bound(found.function, (cls,))
            return found.function if found.kind == "staticmethod" else Bound(found, (receiver,))
        if isinstance(found, External):
            # In a base class that is not here to be read.
            if isinstance(receiver, Task):
                return MISSING
            return self.unknown_value(f".{name} of {found.path}", node, frame)
        return found

    def _of_class(self, value: Class, name: str, node: ast.AST, frame: Frame) -> Value:
        if name == "__name__":
            return value.name
        found = value.find(name)
        if name == "partial" and not isinstance(found, (Function, Wrapper)) and self.is_operator(value):
            return Host(name, lambda args, kwargs, at: self.make_partial(value, args, kwargs, at, frame))
        if name == "__members__":
            return {key: one for key, one in value.names.items() if isinstance(one, Instance) and one.cls is value}
        if isinstance(found, Wrapper):
            if found.kind == "classmethod":
                return Bound(found.function, (value,))
            return found.function if found.kind != "property" else self.unknown_value(f".{name}", node, frame)
        if isinstance(found, External):
            return self.unknown_value(f".{name} of {found.path}", node, frame)
        return found

    def is_operator(self, cls: Class) -> bool:
        raise NotImplementedError

    def _of_super(self, value: Super, name: str, node: ast.AST, frame: Frame) -> Value:
        receiver = value.receiver
        cls = (
            receiver.cls
            if isinstance(receiver, (Instance, Task))
            else receiver.source
            if isinstance(receiver, Dag)
            else value.cls
        )
        lineage = list(cls.lineage()) if isinstance(cls, Class) else list(value.cls.lineage())
        place = next((number for number, one in enumerate(lineage) if one is value.cls), 0)
        for one in lineage[place + 1 :]:
            if isinstance(one, Class):
                if name in one.names:
                    found = one.names[name]
                    if name == "__init__" and isinstance(receiver, Task) and isinstance(found, Function):
                        return self._own_init(found, receiver, frame)
                    return self.bound(found, receiver, cls, name, node, frame)
            elif name == "__init__":
                return Host(name, lambda args, kwargs, at: self.outer_init(receiver, args, kwargs, at, frame))
            else:
                return self.unknown_value(f".{name} of {describe(one)}", node, frame)
        if name in ("__init__", "__new__", "__init_subclass__"):
            return Host(name, lambda args, kwargs, at: None)
        return MISSING

    def _own_init(self, init: Function, task: Task, frame: Frame) -> Host:
        def run(args: list[Value], kwargs: dict[str, Value], node: ast.AST) -> Value:
            return self.call(init, [task, *args], self._filled(init, kwargs), node, frame)

        return Host("__init__", run)

    def outer_init(
        self, receiver: Value, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        """`super().__init__(…)` of a class whose base is not part of the project."""
        raise NotImplementedError

    # Setting.

    def set_attribute(self, holder: Value, name: str, value: Value, node: ast.AST, frame: Frame) -> None:
        if isinstance(holder, Instance):
            if (
                self.regions
                and id(holder) not in self.regions[-1].fresh
                and not self.same(holder.attributes.get(name), value)
            ):
                value = self.regions[-1].why
            setter = holder.cls.find("__setattr__")
            if isinstance(setter, Function):
                self.call(setter, [holder, name, value], {}, node, frame)
            else:
                holder.attributes[name] = value
        elif isinstance(holder, Class):
            holder.names[name] = value
        elif isinstance(holder, Function):
            holder.attributes[name] = value
        elif isinstance(holder, Task):
            self._set_of_task(holder, name, value, node, frame)
        elif isinstance(holder, XCom) and holder.tasks:
            self._set_of_task(holder.tasks[0], name, value, node, frame)
        elif isinstance(holder, Dag):
            if name in ("dag_id", "_dag_id"):
                holder.dag_id = value if isinstance(value, (str, Unknown)) else self.unknown_data("dag_id", node, frame)
            elif name == "default_args":
                holder.default_args = value
            holder.arguments[name] = value if not self.regions else self.regions[-1].why
        elif isinstance(holder, ModuleValue):
            holder.frame.names[name] = value
        elif isinstance(holder, Unknown):
            self.escape(value, holder)

    def _set_of_task(self, task: Task, name: str, value: Value, node: ast.AST, frame: Frame) -> None:
        if name == "trigger_rule":
            task.trigger_rule = value
        elif name in ("is_setup", "is_teardown") and self.truth(value) is not None:
            setattr(task, name, self.truth(value))
        elif name == "dag" and task.dag is None and isinstance(value, Dag):
            if task.task_id is not None:
                self._add_task(value, [task], {}, node, frame)
        elif name == "task_id" and task.task_id is not None:
            if task.dag is not None:
                if value != task.task_id:
                    task.dag.doubt(self.unknown_value("a task that gets another id", node, frame))
            elif isinstance(value, (str, Unknown)):
                task.own_id = task.task_id = value
        elif name == "task_group" and isinstance(value, Group):
            task.group = value
        task.attributes[name] = value
        if task.task_id is not None and task.dag is not None:
            fields = self._template_fields(task.cls)
            if fields is None or name in fields:
                self._depend_on(task, value, node, frame)


def _numbered(values: list[Value]) -> dict[str, Value]:
    return {str(number): value for number, value in enumerate(values)}


class DagTask:
    """`dag.task`: the decorators of TaskFlow for one DAG."""

    __slots__ = ("dag", "name")

    def __init__(self, dag: Dag, name: str = "@task") -> None:
        self.dag = dag
        self.name = name


def _of_dag_task(run: Attributes, value: DagTask, name: str, node: ast.AST, frame: Frame) -> Value:
    return DagTask(value.dag, f"{value.name}.{name}")


def _of_path(run: Attributes, value: PurePosixPath, name: str, node: ast.AST, frame: Frame) -> Value:
    found = of_path(run, value, name, node, frame)  # type: ignore[arg-type]
    return run.plain_attribute(value, name, node, frame) if found is None else found


def _of_setup(run: Attributes, value: SetupTeardown, name: str, node: ast.AST, frame: Frame) -> Value:
    def add(args: list[Value], kwargs: dict[str, Value], at: ast.AST) -> Value:
        for one in (*args, *kwargs.values()):
            value.work += tasks_of(one)
        return None

    return Host(name, add) if name == "add_task" else run.unknown_value(f".{name} of a setup's context", node, frame)


def _of_stream(run: Attributes, value: Stream, name: str, node: ast.AST, frame: Frame) -> Value:
    return run.unknown_data(f".{name} of an iterator", node, frame)


def _of_wrapper(run: Attributes, value: Wrapper, name: str, node: ast.AST, frame: Frame) -> Value:
    if value.kind == "property" and name in ("setter", "getter", "deleter"):
        return Host(name, lambda args, kwargs, at: value)
    return run.attribute(value.function, name, node, frame)


def _of_bound(run: Attributes, value: Bound, name: str, node: ast.AST, frame: Frame) -> Value:
    if name in ("__name__", "__doc__", "__func__"):
        return value.function if name == "__func__" else run.attribute(value.function, name, node, frame)
    return run.unknown_value(f".{name} of a method", node, frame)


def _of_host(run: Attributes, value: Host, name: str, node: ast.AST, frame: Frame) -> Value:
    return value.name if name == "__name__" else run.unknown_value(f".{name} of {value.name}", node, frame)


_Kind = Callable[[Any, Any, str, ast.AST, Frame], Value]
_KINDS: dict[type, _Kind] = {
    Bound: _of_bound,
    Class: Attributes._of_class,
    Dag: Attributes._of_dag,
    DagFactory: Attributes._of_dag_factory,
    External: Attributes._of_external,
    Function: Attributes._of_function,
    Group: Attributes._of_group,
    GroupFactory: Attributes._of_group_factory,
    Host: _of_host,
    Instance: Attributes._of_instance,
    Label: Attributes._of_label,
    Made: Attributes._of_made,
    ModuleValue: Attributes._of_module,
    FolderEntry: of_entry,
    OpenFile: of_open_file,
    PurePosixPath: _of_path,
    Partial: Attributes._of_partial,
    SetupTeardown: _of_setup,
    Stream: _of_stream,
    Super: Attributes._of_super,
    Task: Attributes._of_task,
    TaskFlow: Attributes._of_taskflow,
    Wrapper: _of_wrapper,
    XCom: Attributes._of_xcom,
    DagTask: _of_dag_task,
}
_DAG_METHODS: dict[str, Callable[..., Value]] = {
    "add_task": Attributes._add_task,
    "add_tasks": Attributes._add_task,
    "cli": Attributes._harmless,
    "get_task": Attributes._task_of_dag,
    "has_task": Attributes._has_task,
    "param": Attributes._harmless,
    "set_dependency": Attributes._set_dependency,
    "test": Attributes._harmless,
    "validate": Attributes._harmless,
}
