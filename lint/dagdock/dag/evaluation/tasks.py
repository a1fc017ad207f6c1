"""DAGs, groups and tasks made as Airflow's constructors, decorators and mappings make them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.graph import (
    Dag,
    GraphError,
    Group,
    Task,
    XCom,
    results_in,
)
from dagdock.dag.evaluation.methods import Methods
from dagdock.dag.evaluation.objects import DagFactory, GroupFactory, Opened, Partial, TaskFlow
from dagdock.dag.evaluation.values import (
    Class,
    External,
    Function,
    Host,
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


class Tasks(Methods):
    """Makes DAGs, groups and tasks."""

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

    def in_dag(self, dag: Dag) -> Opened:
        return Opened(self, dag)

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
        with Opened(self, group):
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
        if "task_id" not in arguments:
            return open_end or self.unknown_data("no task_id", node, frame)
        task_id = arguments["task_id"]
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
                found.update({key: value for key, value in defaults.items() if isinstance(key, str)})
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
        if not isinstance(value, (XCom, list, tuple, set, dict)):
            return  # as nearly all of them are
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


def _groups_around(group: Group | None) -> Iterator[Group]:
    while group is not None:
        yield group
        group = group.parent


def _without_number(text: str) -> str:
    """`name__3` without its `__3`."""
    head, mark, number = text.rpartition("__")
    return head if mark and number.isdigit() else text


def _number_after(text: str, base: str) -> int | None:
    number = text[len(base) + 2 :]
    return int(number) if text.startswith(f"{base}__") and number.isdigit() and len(number) < 9 else None
