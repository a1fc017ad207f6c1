"""Functions of a DAG file and when their bodies run: while the file is parsed, or in a task."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from dagdock.text import Span, Text

if TYPE_CHECKING:
    from dagdock.dag.flow import Return
    from dagdock.dag.model import Argument, Task
    from dagdock.dag.module import DagModule

RunsAt = Literal["parse", "task", "unknown"]


class Function:
    """A `def` or `lambda`.

    `runs_at` says when the body runs: `parse` (module level calls it, `@dag` or `@task_group` body), `task`
    (`@task`, a python_callable, a callback, `execute` of an operator), else `unknown`.
    """

    __slots__ = ("module", "node")

    def __init__(self, module: DagModule, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        self.module = module
        self.node = node

    @property
    def name(self) -> Text:
        """The function's name where it is written (`<lambda>` for a lambda)."""
        raise NotImplementedError

    @property
    def span(self) -> Span:
        return self.name.span

    @property
    def runs_at(self) -> RunsAt:
        raise NotImplementedError

    @property
    def decorator(self) -> str | None:
        """`task`, `task.branch`, `dag`, `task_group` …: the Airflow decorator on it, if any."""
        raise NotImplementedError

    @property
    def arguments(self) -> dict[str, Argument]:
        """What the Airflow decorator is given."""
        raise NotImplementedError

    @property
    def tasks(self) -> list[Task]:
        """The tasks that run it: TaskFlow calls, and operators whose `python_callable` it is."""
        raise NotImplementedError

    @property
    def returns(self) -> list[Return]:
        """What it returns or yields, without bare `return`; nested functions do not count."""
        raise NotImplementedError
