"""What Airflow's own names do when a file calls them, and what code from outside may do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import pairwise

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
)
from dagdock.dag.evaluation.objects import DagFactory, GroupFactory, Made, TaskFlow
from dagdock.dag.evaluation.state import describe
from dagdock.dag.evaluation.tasks import Tasks
from dagdock.dag.evaluation.values import (
    External,
    Function,
    Host,
    Instance,
    Unknown,
    Value,
)
from dagdock.dag.names import airflow_name


class Airflow(Tasks):
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
            task.own_id = given[0].name
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
    "multi": Airflow._asset_decorator,
    "chain": Airflow._chain,
    "chain_linear": Airflow._chain_linear,
    "context_wrapper": Airflow._wrapped_context,
    "cross_downstream": Airflow._cross,
    "dag": Airflow._dag_decorator,
    "setup": Airflow._setup_decorator,
    "task_group": Airflow._group_decorator,
    "teardown": Airflow._teardown_decorator,
}
