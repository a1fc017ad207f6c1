"""The nouns of Airflow as a file writes them: DAGs, tasks, groups, their arguments, and calls."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from dagdock.dag.displays import Entries, entries
from dagdock.dag.loops import Count, Loop, added, around, count
from dagdock.dag.names import airflow_name
from dagdock.dag.values import Known, Unknown, Value, evaluate_rounds
from dagdock.remembered import cached_property
from dagdock.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagdock.dag.functions import Function, RunsAt
    from dagdock.dag.module import DagModule

Given = Literal["keyword", "positional", "default_args"]
Form = Literal["with", "call", "decorator"]

MAX_IDS = 10_000
# The first parameters of DAG and @dag, the same in every version; what comes later moved between them.
DAG_POSITIONAL = ("dag_id", "description", "schedule")
# fmt: off
# Parameters of DAG that no operator has: in default_args they are ignored.
DAG_ONLY = frozenset((
    "access_control", "auto_register", "catchup", "concurrency", "dag_display_name", "dag_id", "dagrun_timeout",
    "default_args", "default_view", "description", "fail_fast", "fail_stop", "is_paused_upon_creation",
    "jinja_environment_kwargs", "max_active_runs", "max_active_tasks", "max_consecutive_failed_dag_runs",
    "orientation", "owner_links", "render_template_as_native_obj", "schedule", "schedule_interval",
    "sla_miss_callback", "tags", "template_searchpath", "template_undefined", "timetable",
    "user_defined_filters", "user_defined_macros",
))
# fmt: on


class Argument:
    """An argument as it takes effect: its name, where its value is written, and how it came to be given.

    `given` is `default_args` where a task inherits it from its own, its group's or its DAG's default_args. `node` is
    the expression of the value, `key` the keyword or dict key that names it (None for a positional argument).
    """

    __slots__ = ("given", "key", "module", "name", "node")

    def __init__(self, module: DagModule, name: str, node: ast.expr, given: Given, key: ast.AST | None = None) -> None:
        self.module = module
        self.name = name
        self.node = node
        self.given: Given = given
        self.key = key

    @property
    def value(self) -> Value:
        return self.module.value(self.node)

    @property
    def span(self) -> Span:
        """The value as it is written at this place."""
        return self.module.span(self.node)

    @property
    def whole(self) -> Span:
        """`name=value` or `"name": value`; just the value where it is given by position."""
        value = self.span
        return value if self.key is None else self.module.span(self.key).to(value)

    def __repr__(self) -> str:
        return f"<{self.name}={self.span.text[:40]} by {self.given}>"


class Arguments(dict[str, Argument]):
    """The arguments of a call by name; `open` says that more may be given out of sight (`**kwargs`)."""

    __slots__ = ("open",)

    def __init__(self) -> None:
        super().__init__()
        self.open = False

    @classmethod
    def of(cls, module: DagModule, call: ast.Call | None, positional: tuple[str, ...] = ()) -> Arguments:
        """What a call is given. Positional arguments beyond the named ones could be anything."""
        self = cls()
        if call is None:
            return self
        for name, node in zip(positional, call.args, strict=False):
            if not isinstance(node, ast.Starred):
                self[name] = Argument(module, name, node, "positional")
        self.open = len(call.args) > len(positional) or any(isinstance(node, ast.Starred) for node in call.args)
        for keyword in call.keywords:
            if keyword.arg is not None:
                self[keyword.arg] = Argument(module, keyword.arg, keyword.value, "keyword", keyword)
            else:
                self.take(module, entries(module, keyword.value), "keyword")
        return self

    def take(self, module: DagModule, more: Entries, given: Given) -> None:
        """Add what a dict gives, where it is not given already."""
        for name, node in more.items():
            if name not in self:
                self[name] = Argument(module, name, node, given, more.keys_at[name])
        self.open = self.open or more.open


class Call:
    """A call anywhere in the file.

    `name` is the called thing by its import (`airflow.models.Variable.get`, `requests.get`, `builtins.open`,
    `psycopg2.connect().cursor`), None where it is not known. `airflow` is the same without the module path for
    what comes from Airflow itself (`Variable.get`, `DAG`, `days_ago`, `task.branch`). `function` is the innermost
    function around it.
    """

    __slots__ = ("__dict__", "module", "node")

    def __init__(self, module: DagModule, node: ast.Call) -> None:
        self.module = module
        self.node = node

    @cached_property
    def name(self) -> str | None:
        return self.module.qualified(self.node.func)

    @property
    def airflow(self) -> str | None:
        return airflow_name(self.name)

    @property
    def function(self) -> Function | None:
        return self.module.function_at(self.node)

    @property
    def runs_at(self) -> RunsAt:
        return self.module.runs_at(self.node)

    @property
    def span(self) -> Span:
        return self.module.span(self.node)

    def __repr__(self) -> str:
        return f"<call {self.span!r}>"


class Dag:
    """A DAG that the file defines: `with DAG(...)`, `DAG(...)`, `@dag`, or a subclass of DAG.

    `arguments` holds what is given, by Airflow's parameter names; where `open` is true more may be given out of sight
    (`**kwargs`, a class whose signature is not known), so a missing argument means nothing then.
    `default_args` holds the entries of default_args; its `.open` says that there may be others.
    `span` is the called class or decorator.
    """

    kind = "dag"

    def __init__(self, module: DagModule, node: ast.expr, form: Form, function: Function | None = None) -> None:
        self.module = module
        self.node = node
        """The call `DAG(...)`, or the decorator as it is written."""
        self.form: Form = form
        self.function = function
        """The decorated function."""
        self.call: ast.Call | None = node if isinstance(node, ast.Call) else None
        """The call with the arguments; None for a bare `@dag`."""

    @cached_property
    def span(self) -> Span:
        return self.module.span(self.call.func if self.call else self.node)

    @cached_property
    def class_name(self) -> str | None:
        """The class or decorator by its import."""
        return self.module.classes.path(self.call.func if self.call else self.node)

    @cached_property
    def known_signature(self) -> bool:
        """Whether it is Airflow's own DAG, not a subclass with arguments of its own."""
        name = airflow_name(self.class_name)
        return name in ("DAG", "dag")

    @cached_property
    def arguments(self) -> Arguments:
        return Arguments.of(self.module, self.call, DAG_POSITIONAL if self.known_signature else ())

    @cached_property
    def open(self) -> bool:
        return self.arguments.open or not self.known_signature

    @cached_property
    def dag_id(self) -> Value:
        if argument := self.arguments.get("dag_id"):
            return argument.value
        if self.open:
            return Unknown("given out of sight", self.node, self.module)
        if self.function and not isinstance(self.function.node, ast.Lambda):
            return Known(str(self.function.name), self.function.node, self.module)
        return Unknown("no dag_id", self.node, self.module)

    @cached_property
    def default_args(self) -> Arguments:
        found = Arguments()
        if argument := self.arguments.get("default_args"):
            found.take(self.module, entries(self.module, argument.node), "default_args")
        else:
            found.open = self.open
        return found

    @property
    def schedule(self) -> Argument | None:
        """`schedule`, else `schedule_interval`, else `timetable`."""
        return next((self.arguments[name] for name in SCHEDULES if name in self.arguments), None)

    @property
    def start_date(self) -> Argument | None:
        """start_date of the DAG, else of its default_args."""
        return self.arguments.get("start_date") or self.default_args.get("start_date")

    @property
    def catchup(self) -> Argument | None:
        """catchup of the DAG (in default_args it has no effect)."""
        return self.arguments.get("catchup")

    @property
    def runs_at(self) -> RunsAt:
        """When the code that makes it runs: `parse`, or `unknown` in a function that nobody here calls."""
        return self.module.runs_at(self.node)

    @property
    def loops(self) -> list[Loop]:
        """The loops around it, outermost first (those inside its function only)."""
        return around(self.module, self.node)

    @cached_property
    def count(self) -> Count:
        """How many DAGs this place makes."""
        if self.function is None:
            return count(self.module, self.node)
        return added([count(self.module, call) for call in self.function.calls], unseen=self.function.escapes)

    @cached_property
    def tasks(self) -> list[Task]:
        """The tasks that are surely in it, in source order."""
        return self.module.tasks_of.get(self, [])

    @cached_property
    def unseen(self) -> list[ast.Call | Task]:
        """What may give it more tasks than `tasks`: calls of helpers from elsewhere, tasks whose DAG is not known."""
        found = [call for call, dag in self.module.unseen if dag is None or dag is self]
        return [*found, *self.module.tasks_of.get(None, ())]

    @cached_property
    def task_count(self) -> Count:
        """How many tasks it has; `high` is None where a loop is not known or something is `unseen`."""
        return added([task.count for task in self.tasks], unseen=bool(self.unseen))

    @property
    def groups(self) -> list[Group]:
        """The task groups that tasks of this DAG are in."""
        found: list[Group] = []
        for task in self.tasks:
            group = task.group
            while isinstance(group, Group):
                if group not in found:
                    found.append(group)
                group = group.parent
        return found

    def __repr__(self) -> str:
        return f"<dag {self.dag_id!r}>"


SCHEDULES = ("schedule", "schedule_interval", "timetable")


class Group:
    """A TaskGroup: `with TaskGroup(...)`, or a `@task_group` function (as its calls make it)."""

    def __init__(self, module: DagModule, node: ast.expr, function: Function | None = None) -> None:
        self.module = module
        self.node = node
        """The call `TaskGroup(...)`, or the decorator as it is written."""
        self.function = function
        """The decorated function."""
        self.call: ast.Call | None = node if isinstance(node, ast.Call) else None

    @cached_property
    def span(self) -> Span:
        return self.module.span(self.call.func if self.call else self.node)

    @property
    def made_at(self) -> ast.AST:
        """Where the group is made: the call itself, or the one call of the decorated function."""
        called_once = self.function and len(self.function.calls) == 1 and not self.function.escapes
        return self.function.calls[0] if self.function and called_once else self.node

    @cached_property
    def arguments(self) -> Arguments:
        return Arguments.of(self.module, self.call, ("group_id",))

    @cached_property
    def group_id(self) -> Value:
        """As given, without the prefix of the groups around it."""
        if self.function and self.made_at is self.node:
            return Unknown("called more than once", self.node, self.module)
        if argument := self.arguments.get("group_id"):
            return argument.value
        if self.function and not self.arguments.open and not isinstance(self.function.node, ast.Lambda):
            return Known(str(self.function.name), self.function.node, self.module)
        return Unknown("given out of sight", self.node, self.module)

    @cached_property
    def parent(self) -> Group | Unknown | None:
        return self.module.places.group(self.made_at, self.arguments.get("parent_group"))

    @cached_property
    def prefix(self) -> Value:
        """What stands before the ids of its tasks, with the dot."""
        prefixed = self.arguments.get("prefix_group_id")
        if self.arguments.open or (prefixed and not prefixed.value.known):
            return Unknown("given out of sight", self.node, self.module)
        if prefixed and not prefixed.value.get(bool):
            return Known("", self.node, self.module)
        own = self.group_id
        above = self.parent.prefix if isinstance(self.parent, Group) else self.parent
        if isinstance(above, Unknown):
            return above
        if not isinstance(own, Known):
            return own
        return Known(f"{above.value if above else ''}{own.value}.", own.node, self.module)

    def __repr__(self) -> str:
        return f"<group {self.group_id!r}>"


class Task:
    """A task that the file makes: an operator, a sensor or the call of a TaskFlow function.

    Operators built inside a running task are no tasks and not among them. `operator` is the class by its import
    (`airflow.operators.bash.BashOperator`; for TaskFlow the decorator, `airflow.decorators.task.branch`), `name`
    its last part. `arguments` is what takes effect, default_args included; where `open` is true more may be given
    out of sight. `mapped` means `.expand`. `dag` is None where it is in no DAG, Unknown where that cannot be seen.
    """

    kind = "dag"

    def __init__(
        self,
        module: DagModule,
        call: ast.Call,
        operator: str,
        target: ast.expr,
        given: tuple[ast.Call, ...],
        *,
        mapped: bool = False,
        taskflow: Function | None = None,
    ) -> None:
        self.module = module
        self.call = call
        """The call that makes it (the outermost: `.expand()` of a mapped one)."""
        self.operator = operator
        self.target = target
        """The called name: `BashOperator`, `extract`."""
        self.given = given
        """The calls that carry arguments of the operator: itself, or `.partial()`, `.override()`, the decorator."""
        self.mapped = mapped
        self._taskflow = taskflow

    @property
    def name(self) -> str:
        return self.operator.rpartition(".")[2]

    @cached_property
    def span(self) -> Span:
        """The called name: `BashOperator`, `extract`."""
        return self.module.span(self.target)

    @property
    def taskflow(self) -> bool:
        """Whether it is the call of a `@task` function."""
        return self._taskflow is not None

    @cached_property
    def known_signature(self) -> bool:
        """Whether the class comes from Airflow or its providers, unchanged."""
        return airflow_name(self.operator) is not None

    @cached_property
    def own(self) -> Arguments:
        """What is written at the call itself, without any default_args."""
        found = Arguments()
        for call in self.given:
            for name, argument in (more := Arguments.of(self.module, call)).items():
                found.setdefault(name, argument)
            found.open = found.open or more.open
        return found

    @cached_property
    def arguments(self) -> Arguments:
        found = Arguments()
        found.update(self.own)
        found.open = self.own.open
        for default_args in self._default_args():
            for name, argument in default_args.items():
                if name not in found and name not in DAG_ONLY:
                    found[name] = argument
            found.open = found.open or default_args.open
        return found

    def _default_args(self) -> Iterable[Arguments]:
        unseen = Arguments()
        unseen.open = True
        group: Group | Unknown | None = self.group
        for own in (self.own, *(self._groups())):
            if argument := own.get("default_args"):
                found = Arguments()
                found.take(self.module, entries(self.module, argument.node), "default_args")
                yield found
        while isinstance(group, Group):
            group = group.parent
        if isinstance(group, Unknown) or isinstance(self.dag, Unknown):
            yield unseen
        if isinstance(self.dag, Dag):
            yield self.dag.default_args

    def _groups(self) -> Iterable[Arguments]:
        group = self.group
        while isinstance(group, Group):
            yield group.arguments
            group = group.parent

    @property
    def open(self) -> bool:
        return self.arguments.open

    @cached_property
    def task_id(self) -> Value:
        """As given, without group prefix; for TaskFlow the function's name where none is given."""
        if argument := self.own.get("task_id"):
            return argument.value
        if self.own.open:
            return Unknown("given out of sight", self.call, self.module)
        if self._taskflow is not None:
            return Known(str(self._taskflow.name), self._taskflow.node, self.module)
        return Unknown("no task_id", self.call, self.module)

    @cached_property
    def full_id(self) -> Value:
        """As Airflow knows it: with the prefix of its groups, and `__1` for the second call of a TaskFlow function."""
        own = self.task_id
        if not own.known or not isinstance(own.value, str):
            return own
        if isinstance(self.group, Unknown):
            return self.group
        prefix = self.group.prefix if self.group else None
        if isinstance(prefix, Unknown):
            return prefix
        whole = f"{prefix.value if prefix else ''}{own.value}"
        if self._taskflow is not None:
            if not self.count.exact or self.count.low != 1 or isinstance(self.dag, Unknown):
                return Unknown("called more than once", self.call, self.module)
            number = self.module.taskflow_ids[self.dag, self.group, own.value].index(self)
            whole += f"__{number}" if number else ""
        return Known(whole, own.node, self.module)

    @cached_property
    def function(self) -> Function | None:
        """The TaskFlow function, or the function of this file that is given as `python_callable`."""
        if self._taskflow is not None:
            return self._taskflow
        argument = self.own.get("python_callable")
        return self.module.function(argument.node) if argument else None

    @cached_property
    def dag(self) -> Dag | Unknown | None:
        return self.module.places.dag(self)

    @cached_property
    def group(self) -> Group | Unknown | None:
        """The innermost task group around it."""
        return self.module.places.group(self.call, self.own.get("task_group"))

    @cached_property
    def loops(self) -> list[Loop]:
        """The loops and comprehensions around it, outermost first (those inside its function only)."""
        return around(self.module, self.call)

    @cached_property
    def count(self) -> Count:
        """How many tasks this place makes in one DAG (in the file, where its DAG is not known)."""
        return count(self.module, self.call, self.dag.node if isinstance(self.dag, Dag) else None)

    @cached_property
    def full_ids(self) -> list[str] | None:
        """The ids of all the tasks that its loops make, in their order; None where one is not known.

        Only for places whose loops surely run through; TaskFlow calls get numbers of their own from Airflow.
        """
        argument = self.own.get("task_id")
        if self._taskflow is not None or argument is None or not self.count.exact or self.count.low < 1:
            return None
        loops = [loop for loop in self.loops if any(loop.node is other.node for other in self.count.loops)]
        prefix: Value | Unknown | None = self.group.prefix if isinstance(self.group, Group) else self.group
        if len(loops) != len(self.count.loops) or self.count.low > MAX_IDS or isinstance(prefix, Unknown):
            return None
        ids = evaluate_rounds(self.module, argument.node, loops)
        if ids is None or len(ids) != self.count.low:
            return None
        return [f"{prefix.value if prefix else ''}{one}" for one in ids]

    def __repr__(self) -> str:
        return f"<task {self.name} {self.task_id!r}>"
