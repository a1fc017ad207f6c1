"""DAGs, tasks and groups as Airflow's parser would build them, and the dependencies between them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dagdock.dag.evaluation.values import Exhausted, Unknown, Value

if TYPE_CHECKING:
    from dagdock.dag.module import DagModule


MAX_EDGES = 200_000


class GraphError(Exception):
    """What Airflow would refuse while it loads the file. `kind` is a name for it that rules can ask for."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


Fault = tuple[str, int, str, ast.AST | None, "DagModule | None"]
"""What Airflow would refuse: the kind, the line, a message, and the expression with its module, where it is known."""


class Place:
    """Where something was made: the node, its module, and the loops that ran around it, outermost first."""

    __slots__ = ("loops", "module", "node", "path")

    def __init__(self, node: ast.AST, module: DagModule | None, path: str, loops: tuple[ast.AST, ...]) -> None:
        self.node = node
        self.module = module
        self.path = path
        self.loops = loops

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", 1)


class Dag:
    """A DAG that the file makes."""

    __slots__ = (
        "arguments",
        "by_id",
        "dag_id",
        "default_args",
        "doubts",
        "errors",
        "extra",
        "place",
        "possible",
        "root",
        "source",
        "tasks",
        "used_ids",
    )

    def __init__(self, dag_id: Value, arguments: dict[str, Value], place: Place, possible: Unknown | None) -> None:
        self.dag_id = dag_id
        self.arguments = arguments
        self.default_args: Value = arguments.get("default_args") or {}
        self.place = place
        self.possible = possible
        """Why it is not known whether the DAG is made at all."""
        self.tasks: list[Task] = []
        self.by_id: dict[str, Task] = {}
        self.used_ids: set[str] = set()
        self.doubts: list[Unknown] = []
        self.errors: list[Fault] = []
        self.extra = 0
        """Tasks that loops make beyond those that were followed."""
        self.root = Group(None, None, self, place)
        self.source: Value = None

    def doubt(self, why: Unknown) -> None:
        if not any(one.line == why.line and one.reason == why.reason and one.path == why.path for one in self.doubts):
            self.doubts.append(why)


class Group:
    """A TaskGroup; every DAG has a root group without an id."""

    __slots__ = (
        "children",
        "dag",
        "default_args",
        "mapped",
        "own_id",
        "parent",
        "place",
        "prefixes",
        "upstream_tasks",
    )

    def __init__(self, own_id: Value, parent: Group | None, dag: Dag, place: Place, *, prefixes: bool = True) -> None:
        self.own_id = own_id
        self.parent = parent
        self.dag = dag
        self.place = place
        self.prefixes = prefixes
        self.default_args: Value = {}
        self.children: list[Task | Group] = []
        self.mapped: list[Task] | None = None
        """For a group that is expanded: the tasks whose results it is expanded over."""
        self.upstream_tasks: list[Task] = []

    @property
    def group_id(self) -> Value:
        """The id with those of the groups around it; None for a root, an Unknown where a part is."""
        return self.own_id if self.parent is None else self.parent.child_id(self.own_id)

    def child_id(self, label: Value) -> Value:
        if not self.prefixes or self.own_id is None:
            return label
        own = self.group_id
        if isinstance(own, Unknown):
            return own
        return label if isinstance(label, Unknown) else f"{own}.{label}"

    def all_tasks(self) -> Iterator[Task]:
        for child in self.children:
            if isinstance(child, Task):
                yield child
            else:
                yield from child.all_tasks()

    def roots(self) -> list[Task]:
        inside = list(self.all_tasks())
        own = set(inside)
        return [task for task in inside if not _meet(own, task.upstream)]

    def leaves(self) -> list[Task]:
        inside = list(self.all_tasks())
        own = set(inside)
        found: list[Task] = []
        for task in inside:
            if not _meet(own, task.downstream):
                found += _before_teardown(task, own, 0) if task.is_teardown else [task]
        return found


def _meet(own: set[Task], others: dict[Task, Unknown | None]) -> bool:
    """Whether some task is in both; the smaller side is gone through."""
    small, large = (own, others) if len(own) < len(others) else (others, own)
    return any(task in large for task in small)


def _before_teardown(task: Task, own: set[Task], depth: int) -> Iterator[Task]:
    """A teardown is no leaf of its group; what runs before it is."""
    for above in task.upstream:
        if above not in own or depth > 100:
            continue
        if above.is_teardown:
            yield from _before_teardown(above, own, depth + 1)
        elif task.is_teardown and above.is_setup:
            continue
        elif not any(below in own and below is not task and not below.is_teardown for below in above.downstream):
            yield above


class Task:
    """An operator, mapped operator or TaskFlow call."""

    __slots__ = (
        "arguments",
        "attributes",
        "cls",
        "dag",
        "downstream",
        "function",
        "group",
        "is_setup",
        "is_teardown",
        "mapped",
        "operator",
        "own_id",
        "place",
        "possible",
        "task_id",
        "trigger_rule",
        "upstream",
        "written",
    )

    def __init__(self, operator: str, place: Place) -> None:
        self.operator = operator
        """The class by its import, or `@task` and its kin."""
        self.place = place
        self.cls: Value = None
        """The class, where it is one of the project."""
        self.function: Value = None
        """What a TaskFlow task runs, or the `python_callable`."""
        self.own_id: Value = None
        self.task_id: Value = None
        self.dag: Dag | None = None
        self.group: Group | None = None
        self.mapped = False
        self.trigger_rule: Value = "all_success"
        self.is_setup = False
        self.is_teardown = False
        self.arguments: dict[str, Value] = {}
        self.written: dict[str, tuple[DagModule | None, ast.expr]] = {}
        """The expressions of its arguments, where they are written out."""
        self.attributes: dict[str, Value] = {}
        self.possible: Unknown | None = None
        self.upstream: dict[Task, Unknown | None] = {}
        """The tasks before it, and for each why it is not known whether it is."""
        self.downstream: dict[Task, Unknown | None] = {}

    def __repr__(self) -> str:
        return f"<task {self.task_id}>"


class XCom:
    """The result of tasks: what a TaskFlow call or `.output` gives."""

    __slots__ = ("key", "plain", "tasks")

    def __init__(self, tasks: Sequence[Task], key: Value = "return_value", *, plain: bool = True) -> None:
        self.tasks = list(tasks)
        self.key = key
        self.plain = plain

    @property
    def template(self) -> str | None:
        """What it becomes in a text."""
        task = self.tasks[0]
        dag_id = task.dag.dag_id if task.dag else None
        if not isinstance(task.task_id, str) or not isinstance(dag_id, str) or not self.plain:
            return None
        return f"{{{{ task_instance.xcom_pull(task_ids='{task.task_id}', dag_id='{dag_id}', key='{self.key}') }}}}"


class Label:
    """An edge's label, standing between tasks in `a >> Label("…") >> b`."""

    __slots__ = ("after", "before", "text")

    def __init__(self, text: Value) -> None:
        self.text = text
        self.before: list[Node] = []
        self.after: list[Node] = []


Node = Task | Group | XCom | Label
NODES = (Task, Group, XCom, Label)


class Graph:
    """Sets dependencies as Airflow's operators do. `doubt` is why what happens now may not happen."""

    def __init__(self, major: int) -> None:
        self.major = major
        """The first number of the Airflow version."""
        self.doubt: Unknown | None = None
        self.context: list[Dag | Group] = []
        """The DAGs and groups whose `with` blocks are open."""
        self.setup_teardown: list[SetupTeardown] = []
        self.collects_work = False
        """Whether tasks made now are the work of the innermost setup; Airflow forgets to after an inner one."""
        self.edges = 0
        self.line = 1
        """Where in the file the latest dependency is set."""

    # Where a task that is made now belongs.

    @property
    def current_dag(self) -> Dag | None:
        for one in reversed(self.context):  # a loop of its own: this is asked for each task
            if isinstance(one, Dag):
                return one
        return None

    @property
    def current_group(self) -> Group | None:
        """The innermost open group, also where a DAG is opened inside it; the DAG's own where none is."""
        for one in reversed(self.context):
            if isinstance(one, Group):
                return one
        dag = self.current_dag
        return dag.root if dag else None

    def group_in(self, dag: Dag | None) -> Group | None:
        """The group that a task of a DAG is put into."""
        group = self.current_group
        if group is not None and group.own_id is None and dag is not None:
            return dag.root
        return group if group is not None else (dag.root if dag else None)

    def place_task(self, task: Task, dag: Dag | None, group: Group | None) -> None:
        """Put a task that has been made into its DAG and group. Raises GraphError where the id is taken."""
        task.possible = self.doubt
        dag = dag or self.current_dag
        group = group or self.group_in(dag)
        if group is not None and dag is None:
            dag = group.dag
        task.task_id = group.child_id(task.own_id) if group else task.own_id
        # Airflow does not count mapped tasks as work.
        if self.setup_teardown and self.collects_work and not task.mapped:
            self.setup_teardown[-1].work.append(task)
        if dag is None:
            return
        self.adopt(dag, task, group)

    def adopt(self, dag: Dag, task: Task, group: Group | None = None) -> None:
        """Make a task one of a DAG's."""
        group = group or self.group_in(dag) or dag.root
        task.dag = dag
        task.group = group
        if task not in group.children:
            group.children.append(task)
        dag.tasks.append(task)
        if self.doubt:
            dag.doubt(self.doubt)
            task.possible = self.doubt
        task_id = task.task_id
        if isinstance(task_id, Unknown):
            dag.doubt(task_id)
            return
        if task_id in dag.by_id or task_id in dag.used_ids:
            if self.doubt or dag.by_id.get(task_id) is None or dag.by_id[task_id].possible:
                return
            group.children.remove(task)
            dag.tasks.remove(task)
            raise GraphError("duplicate-task-id", f"task id {task_id!r} is used twice")
        dag.by_id[task_id] = task
        dag.used_ids.add(task_id)

    # Dependencies.

    def connect(self, up: Task, down: Task) -> None:
        if up.dag is None and down.dag is None:
            raise GraphError("no-dag", "tasks without a DAG are made dependent")
        if up.dag is None and down.dag is not None:
            self.adopt(down.dag, up, up.group)
        elif down.dag is None and up.dag is not None:
            self.adopt(up.dag, down, down.group)
        elif up.dag is not down.dag:
            raise GraphError("two-dags", "tasks of two DAGs are made dependent")
        if self.doubt and up.dag and (down not in up.downstream or up.downstream[down]):
            up.dag.doubt(self.doubt)
        self.edges += 1
        if self.edges > MAX_EDGES:
            raise Exhausted(f"more than {MAX_EDGES} dependencies", self.line)
        known = down in up.downstream and up.downstream[down] is None
        up.downstream[down] = None if known else self.doubt
        down.upstream[up] = None if known else self.doubt

    def downstream(self, node: Value, others: Value) -> None:
        """`node >> others`, `node.set_downstream(others)`."""
        self._relate(node, others, upstream=False)

    def upstream(self, node: Value, others: Value) -> None:
        self._relate(node, others, upstream=True)

    def _relate(self, node: Value, others: Value, *, upstream: bool) -> None:
        # An empty text is an empty sequence, too.
        listed = list(others) if isinstance(others, (list, tuple)) or others == "" else [others]
        if self._blur(node, listed):
            listed = [other for other in listed if not isinstance(other, Unknown)]
            if isinstance(node, Unknown):
                return
        for other in listed:
            if not isinstance(other, NODES):
                raise GraphError("not-a-task", f"{_kind_of(other)} stands where a task is needed")
        if isinstance(node, XCom):
            for task in node.tasks:
                self._relate_task(task, listed, upstream=upstream)
        elif isinstance(node, Task):
            self._relate_task(node, listed, upstream=upstream)
        elif isinstance(node, Group):
            self._relate_group(node, listed, upstream=upstream)
        elif isinstance(node, Label):
            self._relate_label(node, listed, upstream=upstream)
        else:
            raise GraphError("not-a-task", f"{_kind_of(node)} stands where a task is needed")

    def _blur(self, node: Value, others: Iterable[Value]) -> bool:
        """Where one side is unknown, the DAG of the other has dependencies that are not known."""
        unknown = [one for one in (node, *others) if isinstance(one, Unknown)]
        if not unknown:
            return False
        dags = {task.dag for one in (node, *others) for task in tasks_of(one) if task.dag}
        if not dags and self.current_dag:
            dags = {self.current_dag}
        for dag in dags:
            if dag:
                dag.doubt(unknown[0])
        return True

    def _relate_task(self, task: Task, others: Sequence[Node], *, upstream: bool) -> None:
        found: list[Task] = []
        for other in others:
            if isinstance(other, Group):
                if upstream:
                    pass
                else:
                    other.upstream_tasks.append(task)
                found += other.leaves() if upstream else other.roots()
            elif isinstance(other, Label):
                self._relate_label(other, [task], upstream=not upstream)
                found += flat(other.before if upstream else other.after, leaves=upstream)
            else:
                found += tasks_of(other)
        for other_task in found:
            if upstream:
                self.connect(other_task, task)
            else:
                self.connect(task, other_task)

    def _relate_group(self, group: Group, others: Sequence[Node], *, upstream: bool) -> None:
        if upstream:
            for other in others:
                if isinstance(other, (Task, XCom)):
                    group.upstream_tasks += tasks_of(other)
                elif isinstance(other, Label):
                    self._relate_label(other, [group], upstream=False)
            for task in group.roots():
                self._relate_task(task, others, upstream=True)
            return
        leaves = self._leaves(group)
        for other in others:
            if isinstance(other, Label):
                self._relate_label(other, [group], upstream=True)
        for task in leaves:
            self._relate_task(task, others, upstream=False)

    def _leaves(self, group: Group) -> list[Task]:
        """From Airflow 3 on, for an empty group what is before it."""
        found = group.leaves()
        current: Group | None = group
        while self.major >= 3 and not found and current is not None:
            found = current.leaves() or current.upstream_tasks
            current = current.parent
        return found

    def _relate_label(self, label: Label, others: Sequence[Node], *, upstream: bool) -> None:
        new = [other for other in others if not isinstance(other, Label)]
        (label.before if upstream else label.after).extend(new)
        if label.before and label.after:
            _widen(label)
        for node in list(label.after if upstream else label.before):
            self._relate(node, new, upstream=upstream)

    def depend_on_results(self, task: Task, value: Value) -> None:
        """Make a task dependent on the tasks whose results are in an argument's value."""
        for found in results_in(value):
            if found is not task:
                self.connect(found, task)


def results_in(value: Value, depth: int = 0) -> Iterator[Task]:
    """The tasks whose results stand in a value, also inside lists and dicts."""
    if isinstance(value, XCom):
        yield from value.tasks
    elif depth < 12:
        if isinstance(value, (list, tuple, set)):
            for one in value:
                yield from results_in(one, depth + 1)
        elif isinstance(value, dict):
            for one in value.values():
                yield from results_in(one, depth + 1)


def tasks_of(node: Value) -> list[Task]:
    if isinstance(node, Task):
        return [node]
    if isinstance(node, XCom):
        return node.tasks
    return list(node.all_tasks()) if isinstance(node, Group) else []


def flat(nodes: Iterable[Node], *, leaves: bool) -> list[Task]:
    found: list[Task] = []
    for node in nodes:
        if isinstance(node, Group):
            found += node.leaves() if leaves else node.roots()
        else:
            found += tasks_of(node)
    return found


def _widen(label: Label) -> None:
    """A label between nodes of different groups stands between the groups as a whole."""
    homes = {id(node if isinstance(node, Group) else _home(node)) for node in (*label.before, *label.after)}
    if len(homes) != 1:
        for nodes in (label.before, label.after):
            nodes[:] = [node.group if isinstance(node, Task) and _in_group(node) else node for node in nodes]  # type: ignore[misc]


def _home(node: Node) -> Group | None:
    tasks = tasks_of(node)
    return tasks[0].group if tasks else None


def _in_group(task: Task) -> bool:
    return task.group is not None and task.group.own_id is not None


def _kind_of(value: Value) -> str:
    if value is None:
        return "None"
    if isinstance(value, (list, tuple)):
        return "a list in a list"
    return f"a {type(value).__name__.lower()}"


class SetupTeardown:
    """The `with` block of setup or teardown tasks: `work` is what is made in it."""

    __slots__ = ("graph", "setups", "teardowns", "work")

    def __init__(self, graph: Graph, tasks: Sequence[Task]) -> None:
        self.graph = graph
        self.work: list[Task] = []
        self.setups: list[Task] = []
        self.teardowns: list[Task] = []
        if tasks[0].is_teardown:
            self.teardowns = list(tasks)
            self.setups = _nearest(tasks[0], "upstream", "is_setup")
        else:
            self.setups = list(tasks)
            self.teardowns = _nearest(tasks[0], "downstream", "is_teardown")

    def open(self) -> None:
        self.graph.setup_teardown.append(self)
        self.graph.collects_work = True

    def close(self) -> None:
        """Put the work between the setups and the teardowns."""
        graph = self.graph
        work = [task for task in self.work if not task.is_setup and not task.is_teardown]
        if work:
            first = [task for task in work if not task.upstream] or work[:1]
            last = [task for task in work if not task.downstream] or work[-1:]
            for setup in self.setups:
                graph.downstream(setup, first)
            for teardown in self.teardowns:
                graph.upstream(teardown, last)
        graph.setup_teardown.pop()
        graph.collects_work = False
        if graph.setup_teardown:
            outer = graph.setup_teardown[-1]
            for one in outer.setups:
                graph.downstream(one, self.setups)
            for one in outer.teardowns:
                graph.upstream(one, self.teardowns)


def _nearest(task: Task, direction: str, what: str) -> list[Task]:
    """The nearest setups before a teardown, or teardowns behind a setup."""
    current: list[Task] = list(getattr(task, direction))
    seen = {task}
    while current:
        if found := [one for one in current if getattr(one, what)]:
            return found
        seen.update(current)
        current = [
            other
            for one in current
            for other in (*one.downstream, *one.upstream)
            if other is not task and other not in seen
        ]
    return []
