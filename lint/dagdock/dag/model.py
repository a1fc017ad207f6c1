"""The nouns of Airflow as a file writes them: DAGs, tasks, groups, their arguments, and calls."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from dagdock.text import Span

if TYPE_CHECKING:
    from dagdock.dag.functions import Function, RunsAt
    from dagdock.dag.loops import Loop
    from dagdock.dag.module import DagModule
    from dagdock.dag.values import Unknown, Value

Given = Literal["keyword", "positional", "default_args"]


class Argument:
    """An argument as it takes effect: its name, where its value is written, and how it came to be given.

    `given` is `default_args` where a task inherits it from its own, its group's or its DAG's default_args.
    """

    __slots__ = ("given", "keyword", "module", "name", "node")

    def __init__(
        self, module: DagModule, name: str, node: ast.expr, given: Given, keyword: ast.keyword | None = None
    ) -> None:
        self.module = module
        self.name = name
        self.node = node
        self.given: Given = given
        self.keyword = keyword

    @property
    def value(self) -> Value:
        return self.module.value(self.node)

    @property
    def span(self) -> Span:
        """The value as it is written at this place."""
        return self.module.span(self.node)

    @property
    def whole(self) -> Span:
        """`name=value`, where it is given by keyword; else the value."""
        return self.module.span(self.keyword or self.node)


class Call:
    """A call anywhere in the file.

    `name` is the called thing by its import (`airflow.models.Variable.get`, `requests.get`, `builtins.open`,
    `psycopg2.connect().cursor`), None where it is not known. `airflow` is the same without the module path for
    what comes from Airflow itself (`Variable.get`, `DAG`, `days_ago`, `task.branch`). `function` is the innermost
    function around it.
    """

    __slots__ = ("function", "module", "node")

    def __init__(self, module: DagModule, node: ast.Call, function: Function | None) -> None:
        self.module = module
        self.node = node
        self.function = function

    @property
    def name(self) -> str | None:
        return self.module.qualified(self.node.func)

    @property
    def airflow(self) -> str | None:
        raise NotImplementedError

    @property
    def runs_at(self) -> RunsAt:
        raise NotImplementedError

    @property
    def span(self) -> Span:
        return self.module.span(self.node)


class Dag:
    """A DAG that the file defines: `with DAG(...)`, `DAG(...)`, `@dag`, or a subclass of DAG.

    `arguments` holds what is given, by Airflow's parameter names; where `open` is true more may be given out of sight
    (`**kwargs`, a class whose signature is not known), so a missing argument means nothing then.
    `default_args` holds the entries of default_args, `default_args_open` says that there may be others.
    `span` is the name of the called class or decorator.
    """

    kind = "dag"
    __slots__ = ("call", "form", "function", "module", "node", "open", "tasks")

    module: DagModule
    node: ast.Call | ast.expr
    call: ast.Call | None
    form: Literal["with", "call", "decorator"]
    function: Function | None
    open: bool
    tasks: list[Task]

    @property
    def span(self) -> Span:
        raise NotImplementedError

    @property
    def dag_id(self) -> Value:
        raise NotImplementedError

    @property
    def arguments(self) -> dict[str, Argument]:
        raise NotImplementedError

    @property
    def default_args(self) -> dict[str, Argument]:
        raise NotImplementedError

    @property
    def default_args_open(self) -> bool:
        raise NotImplementedError

    @property
    def schedule(self) -> Argument | None:
        """`schedule`, else `schedule_interval`, else `timetable`."""
        raise NotImplementedError

    @property
    def start_date(self) -> Argument | None:
        """start_date of the DAG, else of its default_args."""
        raise NotImplementedError

    @property
    def catchup(self) -> Argument | None:
        raise NotImplementedError

    @property
    def runs_at(self) -> RunsAt:
        """When the code that makes it runs: `parse`, or `unknown` in a function that nobody here calls."""
        raise NotImplementedError

    @property
    def loops(self) -> list[Loop]:
        """The loops around it, outermost first."""
        raise NotImplementedError


class Group:
    """A TaskGroup: `with TaskGroup(...)`, or the call of a `@task_group` function."""

    __slots__ = ("dag", "module", "node", "parent")

    module: DagModule
    node: ast.Call
    parent: Group | None

    @property
    def group_id(self) -> Value:
        raise NotImplementedError

    @property
    def span(self) -> Span:
        raise NotImplementedError


class Task:
    """A task that the file makes: an operator, a sensor or the call of a TaskFlow function.

    Operators built inside a running task are no tasks and not among them. `operator` is the class by its import
    (`airflow.operators.bash.BashOperator`; for TaskFlow the decorator, `airflow.decorators.task.branch`), `name`
    its last part. `arguments` is what takes effect, default_args included; where `open` is true more may be given
    out of sight. `mapped` means `.expand`. `dag` is None where it is in no DAG, Unknown where that cannot be seen.
    """

    kind = "dag"
    __slots__ = ("call", "function", "mapped", "module", "operator")

    module: DagModule
    call: ast.Call
    operator: str
    function: Function | None
    """The TaskFlow function or the function given as python_callable, where it is in this file."""
    mapped: bool

    @property
    def name(self) -> str:
        return self.operator.rpartition(".")[2]

    @property
    def span(self) -> Span:
        """The called name: `BashOperator`, `extract`."""
        raise NotImplementedError

    @property
    def task_id(self) -> Value:
        """As given, without group prefix."""
        raise NotImplementedError

    @property
    def full_id(self) -> Value:
        """With the prefix of its groups."""
        raise NotImplementedError

    @property
    def taskflow(self) -> bool:
        raise NotImplementedError

    @property
    def known_signature(self) -> bool:
        """Whether the class comes from Airflow or its providers, unchanged."""
        raise NotImplementedError

    @property
    def arguments(self) -> dict[str, Argument]:
        raise NotImplementedError

    @property
    def open(self) -> bool:
        raise NotImplementedError

    @property
    def dag(self) -> Dag | Unknown | None:
        raise NotImplementedError

    @property
    def group(self) -> Group | None:
        raise NotImplementedError

    @property
    def loops(self) -> list[Loop]:
        """The loops and comprehensions around it, outermost first (those inside its function only)."""
        raise NotImplementedError
