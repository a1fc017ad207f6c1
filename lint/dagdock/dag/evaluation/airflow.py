"""What Airflow's own names do when a file calls them: DAGs, operators, groups, TaskFlow, mapping, dependencies."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from dagdock.dag.classes import is_foreign, kind_of_import
from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.graph import (
    NODES,
    Dag,
    GraphError,
    Group,
    Label,
    SetupTeardown,
    Task,
    XCom,
    results_in,
)
from dagdock.dag.evaluation.methods import Methods
from dagdock.dag.evaluation.state import describe
from dagdock.dag.evaluation.values import (
    Class,
    External,
    Function,
    Host,
    Instance,
    Unknown,
    Value,
    Wrapper,
)
from dagdock.dag.names import airflow_name

_DAG_PARAMETERS = ("dag_id", "description", "schedule", "schedule_interval", "timetable", "start_date", "end_date")
_GROUP_PARAMETERS = {
    2: ("group_id", "prefix_group_id", "parent_group", "dag", "default_args", "tooltip"),
    3: ("group_id", "group_display_name", "prefix_group_id", "parent_group", "dag", "default_args", "tooltip"),
}
# Arguments of every operator in which results of other tasks do nothing.
_NOT_TEMPLATED = frozenset(
    "dag task_group default_args task_id trigger_rule retries retry_delay pool queue priority_weight owner email"
    " outlets inlets python_callable on_failure_callback on_success_callback on_retry_callback on_execute_callback"
    " start_date end_date params do_xcom_push".split()
)
_RENAMED_RULES = {"dummy": "always", "none_failed_or_skipped": "none_failed_min_one_success"}


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


class Airflow(Methods):
    """Airflow's names."""

    def airflow_call(
        self, path: str, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        """Call something from outside that the standard library has no part in."""
        kind = kind_of_import(path)
        name = airflow_name(path)
        if kind == "dag":
            return self.make_dag(External(path), args, kwargs, node, frame)
        if kind == "group":
            return self._group_from_outside(path, args, kwargs, node, frame)
        if kind == "operator" or ("task_id" in kwargs and _may_be_operator(path, name)):
            return self.make_task(External(path), args, kwargs, node, frame)
        if name is not None:
            handler = _NAMES.get(name)
            if handler is not None:
                return handler(self, args, kwargs, node, frame)
            if name == "task" or name.startswith("task."):
                return self._task_decorator(f"@{name}", args, kwargs, node, frame)
        return self._foreign(path, args, kwargs, node, frame)

    # DAGs.

    def make_dag(self, cls: Value, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Dag:
        arguments = {**dict(zip(_DAG_PARAMETERS, args)), **kwargs}  # noqa: B905 - as many as there are
        open_end = arguments.pop("**", None)
        default = open_end or self.unknown_data("no dag_id", node, frame)
        dag = Dag(arguments.get("dag_id", default), arguments, self.place(node, frame), self.doubt)
        dag.source = cls
        defaults = arguments.get("default_args")
        if isinstance(defaults, dict):
            dag.default_args = self._copied(defaults)
        if isinstance(dag.dag_id, (XCom, Task)) or not isinstance(dag.dag_id, (str, Unknown)):
            dag.dag_id = self.unknown_data("the dag_id", node, frame)
        if self.doubt:
            dag.doubt(self.doubt)
        if isinstance(cls, External) and airflow_name(cls.path) is None:
            dag.doubt(self.unknown_value(f"{cls.path} may add tasks of its own", node, frame))
        self.dags.append(dag)
        return dag

    def _copied(self, value: dict[Value, Value]) -> dict[Value, Value]:
        copied = dict(value)
        if taint := self.taint_of(value):
            self.taint(copied, taint)
        if (display := self.displays.get(id(value))) is not None:
            self.displays[id(copied)] = (copied, display[1], display[2])
        return copied

    def call_dag_factory(
        self, factory: DagFactory, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Dag:
        settings = dict(factory.kwargs)
        given = list(factory.args)
        if not given and "dag_id" not in settings:
            settings["dag_id"] = factory.function.name
        elif given and given[0] == "":
            given[0] = factory.function.name
        dag = self.make_dag(External("airflow.DAG"), given, settings, factory.node, frame)
        parameters = factory.function.node.args
        names = [one.arg for one in (*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs)]
        values = {one: self.unknown_data(f"the parameter {one} of the DAG", node, frame) for one in names}
        with self.in_dag(dag):
            self.call(factory.function, [], values, node, frame)
        return dag

    def in_dag(self, dag: Dag) -> _Opened:
        return _Opened(self, dag)

    # Groups.

    def make_group(
        self,
        args: list[Value],
        kwargs: dict[str, Value],
        node: ast.AST,
        frame: Frame,
        *,
        suffixed: bool = False,
        mapped: list[Task] | None = None,
    ) -> Value:
        arguments = {**dict(zip(_GROUP_PARAMETERS[min(self.graph.major, 3)], args)), **kwargs}  # noqa: B905
        open_end = arguments.pop("**", None)
        group_id = arguments.get("group_id", open_end or self.unknown_data("no group_id", node, frame))
        if not isinstance(group_id, (str, Unknown)):
            group_id = self.unknown_data("the group_id", node, frame)
        dag = arguments.get("dag")
        parent = arguments.get("parent_group")
        if isinstance(dag, Unknown) or isinstance(parent, Unknown):
            why: Unknown = dag if isinstance(dag, Unknown) else parent  # type: ignore[assignment]
            self.doubt_all(why)
            return why
        if not isinstance(parent, Group):
            parent = self.graph.group_in(dag if isinstance(dag, Dag) else self.graph.current_dag)
        if parent is None:
            self.graph_error(GraphError("no-dag", "a task group without a DAG"), node, frame)
            return self.unknown_value("a task group without a DAG", node, frame)
        dag = parent.dag
        prefixes = self.truth(arguments.get("prefix_group_id", True))
        suffixed = suffixed or self.truth(arguments.get("add_suffix_on_collision", False)) is True
        group = Group(group_id, parent, dag, self.place(node, frame), prefixes=prefixes is not False)
        group.mapped = mapped
        if suffixed and isinstance(group_id, str):
            self._suffix(group, dag)
        full = group.group_id
        if isinstance(full, Unknown):
            dag.doubt(full)
        elif full in dag.used_ids or full in dag.by_id:
            self.graph_error(GraphError("duplicate-group-id", f"group id {full!r} is used twice"), node, frame, group)
        else:
            dag.used_ids.add(full)
        if self.doubt:
            dag.doubt(self.doubt)
        own = arguments.get("default_args")
        group.default_args = {**(parent.default_args or {}), **(own if isinstance(own, dict) else {})}
        if own and not isinstance(own, dict):
            group.default_args = {}
        parent.children.append(group)
        return group

    def _suffix(self, group: Group, dag: Dag) -> None:
        """The first free one of `name`, `name__1`, `name__2`, … as Airflow looks for it."""
        own = str(group.own_id)
        # Airflow 2 compares without the groups around it.
        wanted = own if self.graph.major < 3 else group.group_id
        if wanted not in dag.used_ids:
            return
        base = _without_number(own)
        numbers = [number for used in dag.used_ids if (number := _number_after(used, base)) is not None]
        group.own_id = f"{base}__{max(numbers) + 1}" if numbers else f"{own}__1"

    def _group_from_outside(
        self, path: str, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        group = self.make_group(args, kwargs, node, frame)
        if airflow_name(path) is None and isinstance(group, Group):
            group.dag.doubt(self.unknown_value(f"{path} makes tasks of its own", node, frame))
        return group

    def call_group_factory(
        self,
        factory: GroupFactory,
        args: list[Value],
        kwargs: dict[str, Value],
        node: ast.AST,
        frame: Frame,
        mapped: list[Task] | None = None,
    ) -> Value:
        settings = {"group_id": factory.function.name, **factory.kwargs}
        group = self.make_group([], settings, node, frame, suffixed=True, mapped=mapped)
        if not isinstance(group, Group):
            return group
        with _Opened(self, group):
            result = self.call(factory.function, args, {**factory.given, **kwargs}, node, frame)
        if mapped:
            self.relate(group, list(mapped), node, frame, upstream=True)
        return group if result is None else result

    def expand_group(
        self, factory: GroupFactory, kwargs: dict[str, Value], node: ast.AST, frame: Frame, *, by_kwargs: bool = False
    ) -> Value:
        tasks = list(dict.fromkeys(results_in(list(kwargs.values()))))
        names = list(kwargs)
        if by_kwargs:
            parameters = factory.function.node.args
            names = [one.arg for one in (*parameters.args, *parameters.kwonlyargs) if one.arg not in factory.given]
        given: dict[str, Value] = {name: XCom(tasks, name, plain=False) for name in names}
        return self.call_group_factory(factory, [], given, node, frame, mapped=tasks)

    # Tasks.

    def make_task(self, cls: Value, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        path = cls.path if isinstance(cls, External) else cls.name
        task = Task(path, self.place(node, frame))
        if isinstance(cls, Class):
            task.cls = cls
        self._note_written(task, node, frame)
        if args and isinstance(cls, External) and airflow_name(path) is not None:
            self.graph_error(GraphError("positional-argument", f"{path} takes keyword arguments only"), node, frame)
        init = cls.find("__init__") if isinstance(cls, Class) else None
        if isinstance(init, Function):
            self.depth += 1
            try:
                self.call(init, [task, *args], self._filled(init, kwargs), node, frame)
            finally:
                self.depth -= 1
            if task.task_id is None:
                self._place(
                    task, {"**": self.unknown_value(f"{path} has an __init__ of its own", node, frame)}, node, frame
                )
        else:
            self.init_task(task, kwargs, node, frame)
        self._depend(task, cls, kwargs, node, frame)
        return task

    def init_task(self, task: Task, kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> None:
        """What the `__init__` of Airflow's own operators does."""
        if task.task_id is None:
            self._place(task, kwargs, node, frame)

    def _place(self, task: Task, kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> None:
        arguments = self._effective(kwargs)
        open_end = arguments.pop("**", None)
        task.arguments = arguments
        task.own_id = self._id_of(arguments, open_end, node, frame)
        self._note_rule(task, arguments)
        callable_ = arguments.get("python_callable")
        if isinstance(callable_, Function):
            task.function = callable_
        dag, group = arguments.get("dag"), arguments.get("task_group")
        for given in (dag, group):
            if isinstance(given, Unknown):
                self.doubt_all(given)
                task.task_id = task.own_id
                return
        if isinstance(dag, DagFactory):
            dag = None
        self.put(task, dag if isinstance(dag, Dag) else None, group if isinstance(group, Group) else None, node, frame)
        subdag = arguments.get("subdag")
        if isinstance(subdag, Dag):
            self.collected[id(subdag)] = subdag

    def put(self, task: Task, dag: Dag | None, group: Group | None, node: ast.AST, frame: Frame) -> None:
        try:
            self.graph.place_task(task, dag, group)
        except GraphError as error:
            self.graph_error(error, node, frame, task)

    def _note_rule(self, task: Task, arguments: dict[str, Value]) -> None:
        rule = arguments.get("trigger_rule", "all_success")
        task.trigger_rule = _RENAMED_RULES.get(rule, rule) if isinstance(rule, str) else rule

    def _id_of(self, arguments: dict[str, Value], open_end: Value, node: ast.AST, frame: Frame) -> Value:
        task_id = arguments.get("task_id", open_end or self.unknown_data("no task_id", node, frame))
        if isinstance(task_id, (str, Unknown)):
            return task_id
        return self.unknown_data("the task_id", node, frame)

    def _effective(self, kwargs: dict[str, Value]) -> dict[str, Value]:
        """The arguments with those of `default_args`: of the DAG, the group, and given here, the last first."""
        dag = kwargs.get("dag")
        if not isinstance(dag, Dag):
            dag = self.graph.current_dag
        group = kwargs.get("task_group")
        if not isinstance(group, Group):
            group = self.graph.group_in(dag) if dag else None
        found: dict[str, Value] = {}
        for defaults in (
            dag.default_args if dag else None,
            group.default_args if group else None,
            kwargs.get("default_args"),
        ):
            if isinstance(defaults, dict):
                found.update((key, value) for key, value in defaults.items() if isinstance(key, str))
        found.update(kwargs)
        return found

    def _filled(self, init: Function, kwargs: dict[str, Value]) -> dict[str, Value]:
        """The arguments of an operator's own `__init__`: `default_args` fill in those it names."""
        effective = self._effective(kwargs)
        arguments = init.node.args
        names = {one.arg for one in (*arguments.args, *arguments.kwonlyargs)}
        return {**{name: effective[name] for name in names if name in effective and name != "self"}, **kwargs}

    def _note_written(self, task: Task, node: ast.AST, frame: Frame) -> None:
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg is not None:
                    task.written[keyword.arg] = (frame.module, keyword.value)

    def _depend(
        self, task: Task, cls: Value, kwargs: dict[str, Value], node: ast.AST, frame: Frame, *, mapped: bool = False
    ) -> None:
        """The task runs after those whose results it is given in fields that are templates."""
        fields = self._template_fields(cls)
        for name, value in kwargs.items():
            if name in _NOT_TEMPLATED or (fields is not None and name not in fields and not mapped):
                continue
            self._depend_on(task, value, node, frame)
        if fields:
            for name in fields:
                self._depend_on(task, task.attributes.get(name), node, frame)

    def _depend_on(self, task: Task, value: Value, node: ast.AST, frame: Frame) -> None:
        try:
            self.graph.depend_on_results(task, value)
        except GraphError as error:
            self.graph_error(error, node, frame, task)

    def _template_fields(self, cls: Value) -> frozenset[str] | None:
        """The fields of a class of the project that may hold results; None where all may."""
        if not isinstance(cls, Class):
            return None
        found = cls.find("template_fields")
        if isinstance(found, (list, tuple)) and all(isinstance(one, str) for one in found):
            return frozenset(found)
        if isinstance(found, External) and airflow_name(found.path) in ("BaseOperator", "BaseSensorOperator"):
            return frozenset()
        return None

    # TaskFlow.

    def _task_decorator(
        self, operator: str, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        if args and isinstance(args[0], (Function, Wrapper)):
            return TaskFlow(args[0], operator, {})
        written = {
            keyword.arg: (frame.module, keyword.value)
            for keyword in (node.keywords if isinstance(node, ast.Call) else [])
            if keyword.arg
        }

        def decorate(given: list[Value], _: dict[str, Value], at: ast.AST) -> Value:
            if not given or not isinstance(given[0], Function):
                return self.unknown_value(operator, at, frame)
            flow = TaskFlow(given[0], operator, kwargs)
            flow.written = written
            return flow

        return Host(operator, decorate)

    def call_taskflow(
        self, flow: TaskFlow, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        task = self._taskflow_task(flow, node, frame)
        for value in (*args, *kwargs.values(), *flow.op_kwargs.values()):
            self._depend_on(task, value, node, frame)
        task.arguments["op_args"] = args
        task.arguments["op_kwargs"] = {**flow.op_kwargs, **kwargs}
        return XCom([task])

    def expand_taskflow(self, flow: TaskFlow, kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        task = self._taskflow_task(flow, node, frame, mapped=True)
        for value in (*kwargs.values(), *flow.op_kwargs.values()):
            self._depend_on(task, value, node, frame)
        task.arguments["op_kwargs"] = dict(flow.op_kwargs)
        task.arguments["expand"] = kwargs
        return XCom([task])

    def _taskflow_task(self, flow: TaskFlow, node: ast.AST, frame: Frame, *, mapped: bool = False) -> Task:
        task = Task(flow.operator, self.place(node, frame))
        task.mapped = mapped
        task.function = flow.function
        task.is_setup, task.is_teardown = flow.is_setup, flow.is_teardown
        task.written = dict(flow.written)
        kwargs = {"task_id": flow.name, **flow.kwargs}
        if flow.dag is not None:
            kwargs.setdefault("dag", flow.dag)
        arguments = self._effective(kwargs)
        open_end = arguments.pop("**", None)
        task.arguments = arguments
        own_id = self._id_of(arguments, open_end if "task_id" not in flow.kwargs else None, node, frame)
        given_dag, given_group = arguments.get("dag"), arguments.get("task_group")
        dag = given_dag if isinstance(given_dag, Dag) else self.graph.current_dag
        group = given_group if isinstance(given_group, Group) else self.graph.group_in(dag) if dag else None
        task.own_id = self._unique_id(own_id, dag, group)
        self._note_rule(task, arguments)
        if flow.is_teardown:
            task.trigger_rule = "all_done_setup_success"
        for given in (given_dag, given_group):
            if isinstance(given, Unknown):
                self.doubt_all(given)
        self.put(task, dag, group, node, frame)
        nested = mapped and any(one.mapped is not None for one in _groups_around(task.group))
        if nested and self.graph.major < 3:
            self.graph_error(GraphError("nested-mapping", "a mapped task in a mapped group"), node, frame, task)
        for value in flow.kwargs.values():
            self._depend_on(task, value, node, frame)
        return task

    def _unique_id(self, own_id: Value, dag: Dag | None, group: Group | None) -> Value:
        """The id that a TaskFlow call gets: with `__1`, `__2`, … where it is taken."""
        if dag is None or not isinstance(own_id, str):
            return own_id
        full = group.child_id(own_id) if group else own_id
        if isinstance(full, Unknown) or full not in dag.by_id:
            return own_id
        prefix = _without_number(full)
        numbers = [number for used in dag.by_id if (number := _number_after(used, prefix)) is not None]
        return f"{_without_number(own_id)}__{max([*numbers, 0]) + 1}"

    # Mapping of operators.

    def make_partial(
        self, cls: Value, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Partial:
        dag, group = kwargs.get("dag"), kwargs.get("task_group")
        dag = dag if isinstance(dag, Dag) else self.graph.current_dag
        group = group if isinstance(group, Group) else self.graph.group_in(dag) if dag else None
        partial = Partial(cls, kwargs, node, dag, group)
        if isinstance(node, ast.Call):
            partial.written = {one.arg: (frame.module, one.value) for one in node.keywords if one.arg}
        return partial

    def expand(self, partial: Partial, kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        cls = partial.cls
        task = Task(cls.path if isinstance(cls, External) else cls.name, self.place(node, frame))
        task.mapped = True
        if isinstance(cls, Class):
            task.cls = cls
        task.written = dict(partial.written)
        self._note_written(task, node, frame)
        arguments = self._effective(partial.kwargs)
        open_end = arguments.pop("**", None)
        task.arguments = {**arguments, "expand": kwargs}
        task.own_id = self._id_of(arguments, open_end, node, frame)
        self._note_rule(task, arguments)
        self.put(task, partial.dag, partial.group, node, frame)
        self._depend(task, cls, kwargs, node, frame, mapped=True)
        self._depend(task, cls, partial.kwargs, node, frame)
        return task

    # Dependencies by function.

    def _chain(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        for up, down in pairwise(args):
            if isinstance(up, (*NODES, Unknown)):
                self.relate(up, down, node, frame, upstream=False)
            elif isinstance(down, (*NODES, Unknown)):
                self.relate(down, up, node, frame, upstream=True)
            elif isinstance(up, (list, tuple)) and isinstance(down, (list, tuple)):
                taint = self.taint_of(up) or self.taint_of(down)
                if len(up) != len(down) and taint is None:
                    message = f"chain() of lists of {len(up)} and {len(down)} tasks"
                    self.graph_error(GraphError("chain-lengths", message), node, frame, up, down)
                for one, other in zip(up, down, strict=False):
                    self.relate(one, other, node, frame, upstream=False)
                if taint:
                    self.relate(taint, [*up, *down], node, frame, upstream=False)
            else:
                message = f"chain() of {describe(up)} and {describe(down)}"
                self.graph_error(GraphError("not-a-task", message), node, frame, up, down)
        self._open_end(kwargs)
        return None

    def _chain_linear(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        for up, down in pairwise(args):
            ups = up if isinstance(up, (list, tuple)) else [up]
            if taint := self.taint_of(up):
                ups = [*ups, taint]
            for one in ups:
                self.relate(one, down, node, frame, upstream=False)
        self._open_end(kwargs)
        return None

    def _cross(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        names = dict(zip(("from_tasks", "to_tasks"), args))  # noqa: B905
        names.update(kwargs)
        ups = names.get("from_tasks")
        for one in ups if isinstance(ups, (list, tuple)) else [ups]:
            self.relate(one, names.get("to_tasks"), node, frame, upstream=False)
        if taint := self.taint_of(ups):
            self.relate(taint, names.get("to_tasks"), node, frame, upstream=False)
        self._open_end(kwargs)
        return None

    def _open_end(self, kwargs: dict[str, Value]) -> None:
        """Something unknown was given as `*tasks`."""
        if isinstance(kwargs.get("**"), Unknown) and self.graph.current_dag:
            self.graph.current_dag.doubt(kwargs["**"])

    # Setup and teardown.

    def as_setup(self, node: Value) -> Value:
        for task in _tasks(node):
            task.is_setup = True
        return node

    def as_teardown(self, value: Value, kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        for task in _tasks(value):
            task.is_teardown = True
            task.trigger_rule = "all_done_setup_success"
            setups = kwargs.get("setups")
            if setups is None:
                continue
            for setup in setups if isinstance(setups, (list, tuple)) else [setups]:
                for one in _tasks(setup):
                    one.is_setup = True
                self.relate(setup, task, node, frame, upstream=False)
        return value

    def setup_context(self, value: Value) -> SetupTeardown | None:
        """The context of `with setup_task:`; None where the value is no setup or teardown."""
        tasks = [task for one in (value if isinstance(value, list) else [value]) for task in _tasks(one)]
        if not tasks or not (tasks[0].is_setup or tasks[0].is_teardown):
            return None
        return SetupTeardown(self.graph, tasks)

    # What is not Airflow's.

    def _foreign(self, path: str, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        self.foreign_calls += 1
        last = path.rpartition(".")[2]
        if last[:1].isupper():
            if is_foreign(path):
                self._may_touch(path, args, kwargs, node, frame, around=False)
            return Made(path, args, kwargs, node)
        if is_foreign(path):
            self._may_touch(path, args, kwargs, node, frame, around=not self.in_argument)
            return self.unknown_value(f"{path}()", node, frame, is_outside=True)
        return self.unknown_data(f"{path}()", node, frame)

    def _may_touch(
        self, path: str, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame, *, around: bool
    ) -> None:
        """Code that is not there to be read may add tasks to the DAGs it can reach."""
        why = self.unknown_value(f"{path}() is not part of the project", node, frame)
        dags = {id(dag): dag for value in (*args, *kwargs.values()) for dag in dags_in(value)}
        current = self.graph.current_dag
        if current is not None and around:
            dags[id(current)] = current
        for dag in dags.values():
            dag.doubt(why)
        # Outside a DAG it may make one.
        makes_dag = current is None and ("dag" in path.lower().rpartition(".")[2] or "dag_id" in kwargs)
        if makes_dag and not any(one.line == why.line for one in self.unknown):
            self.unknown.append(why)

    # Other names of Airflow.

    def _variable(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        name = args[0] if args else kwargs.get("key")
        defaults = [kwargs[one] for one in ("default_var", "default") if one in kwargs]
        if len(args) > 1:
            defaults.append(args[1])
        if not defaults:
            self.foreign_calls += 1
            what = f"the Variable {name}" if isinstance(name, str) else "a Variable"
            return self.unknown_data(what, node, frame)
        self.assume(f"the Variable {name} is not set", node, frame)
        return defaults[0]

    def _label(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        return Label(args[0] if args else kwargs.get("label"))

    def _xcom_arg(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        task = args[0] if args else kwargs.get("operator")
        if isinstance(task, Task):
            return XCom([task], args[1] if len(args) > 1 else kwargs.get("key", "return_value"))
        return self.unknown_value("a result", node, frame)

    def _dag_decorator(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        if args and isinstance(args[0], Function):
            return DagFactory(args[0], [], {}, node)

        def decorate(given: list[Value], _: dict[str, Value], at: ast.AST) -> Value:
            if not given or not isinstance(given[0], Function):
                return self.unknown_value("@dag", at, frame)
            return DagFactory(given[0], args, kwargs, node)

        return Host("@dag", decorate)

    def _group_decorator(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        if args and isinstance(args[0], Function):
            return GroupFactory(args[0], {})
        settings = {**({"group_id": args[0]} if args else {}), **kwargs}

        def decorate(given: list[Value], _: dict[str, Value], at: ast.AST) -> Value:
            if not given or not isinstance(given[0], Function):
                return self.unknown_value("@task_group", at, frame)
            return GroupFactory(given[0], settings)

        return Host("@task_group", decorate)

    def _setup_decorator(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        return self._marked(args, "is_setup", node, frame)

    def _teardown_decorator(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        if args:
            return self._marked(args, "is_teardown", node, frame)
        return Host("@teardown", lambda given, _, at: self._marked(given, "is_teardown", at, frame))

    def _marked(self, args: list[Value], mark: str, node: ast.AST, frame: Frame) -> Value:
        flow = args[0] if args else None
        if isinstance(flow, Function):
            flow = TaskFlow(flow, "@task", {})
        if isinstance(flow, TaskFlow):
            setattr(flow, mark, True)
            return flow
        return self.unknown_value(f"@{mark[3:]}", node, frame)

    def _asset_decorator(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        """`@asset` makes a DAG of one task, both with the asset's name."""

        def decorate(given: list[Value], _: dict[str, Value], at: ast.AST) -> Value:
            if not given or not isinstance(given[0], Function):
                return self.unknown_value("@asset", at, frame)
            name = kwargs.get("name") or kwargs.get("dag_id") or given[0].name
            dag = self.make_dag(External("airflow.sdk.DAG"), [name], {**kwargs, "dag_id": name}, node, frame)
            dag.arguments.pop("name", None)
            self.collected[id(dag)] = dag
            task = Task("airflow.sdk.asset", self.place(node, frame))
            task.function = given[0]
            task.own_id = given[0].name if kwargs.get("outlets") else name
            self.put(task, dag, dag.root, node, frame)
            return Made("airflow.sdk.Asset", [name], {}, node)

        return Host("@asset", decorate)

    def _wrapped_context(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        return args[0] if args else kwargs.get("tasks", [])

    def _current_dag(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        return self.graph.current_dag

    def _venv(self, args: list[Value], kwargs: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        self.assume("virtualenv is installed", node, frame)
        return True


class _Opened:
    """The context of a DAG or group, open for a `with` block."""

    def __init__(self, run: Airflow, opened: Dag | Group) -> None:
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


def _groups_around(group: Group | None) -> Iterator[Group]:
    while group is not None:
        yield group
        group = group.parent


def _tasks(value: Value) -> list[Task]:
    if isinstance(value, Task):
        return [value]
    return value.tasks if isinstance(value, XCom) else []


def dags_in(value: Value, depth: int = 0) -> Iterator[Dag]:
    """The DAGs that whoever gets a value can reach."""
    if isinstance(value, Dag):
        yield value
    elif isinstance(value, Group):
        yield value.dag
    elif isinstance(value, (Task, XCom)):
        yield from (task.dag for task in _tasks(value) if task.dag)
    elif depth < 4 and isinstance(value, (list, tuple)):
        for one in value[:1000]:
            yield from dags_in(one, depth + 1)
    elif depth < 4 and isinstance(value, (dict, Instance)):
        held = value.attributes if isinstance(value, Instance) else value
        for one in list(held.values())[:1000]:
            yield from dags_in(one, depth + 1)


def _without_number(text: str) -> str:
    """`name__3` without its `__3`."""
    head, mark, number = text.rpartition("__")
    return head if mark and number.isdigit() else text


def _number_after(text: str, base: str) -> int | None:
    number = text[len(base) + 2 :]
    return int(number) if text.startswith(f"{base}__") and number.isdigit() and len(number) < 9 else None


def _may_be_operator(path: str, name: str | None) -> bool:
    """Whether something from outside that is given a task_id makes a task."""
    if name is not None:
        return name[:1].isupper() and any(part in path for part in (".operators.", ".sensors.", ".transfers."))
    return is_foreign(path) and path.rpartition(".")[2][:1].isupper()


_Handler = Callable[[Airflow, list[Value], dict[str, Value], ast.AST, Frame], Value]
_NAMES: dict[str, _Handler] = {
    "is_venv_installed": Airflow._venv,
    "DagContext.get_current_dag": Airflow._current_dag,
    "DagContext.get_current": Airflow._current_dag,
    "EdgeModifier": Airflow._label,
    "Label": Airflow._label,
    "Variable.get": Airflow._variable,
    "XComArg": Airflow._xcom_arg,
    "asset": Airflow._asset_decorator,
    "asset.multi": Airflow._asset_decorator,
    "chain": Airflow._chain,
    "chain_linear": Airflow._chain_linear,
    "context_wrapper": Airflow._wrapped_context,
    "cross_downstream": Airflow._cross,
    "dag": Airflow._dag_decorator,
    "setup": Airflow._setup_decorator,
    "task_group": Airflow._group_decorator,
    "teardown": Airflow._teardown_decorator,
}
