"""A Python file parsed: its tree, what stands where, and the door to all that is known about it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dagdock.dag.flow import Origin
from dagdock.dag.functions import Function, RunsAt
from dagdock.dag.loops import Count, Loop
from dagdock.dag.model import Call, Dag, Group, Task
from dagdock.dag.values import Value
from dagdock.text import Source, Span


class Fault:
    """Why a file cannot be parsed, and where."""

    __slots__ = ("message", "span")

    def __init__(self, span: Span, message: str) -> None:
        self.span = span
        self.message = message


class DagModule:
    """A Python file. With a fault the tree is empty and so is everything else."""

    kind = "dag"
    source: Source
    tree: ast.Module
    faults: list[Fault]

    @property
    def is_dag_file(self) -> bool:
        """Whether it imports Airflow and makes DAGs or tasks (also `@task` functions for others to call)."""
        raise NotImplementedError

    @property
    def imports(self) -> dict[str, list[ast.alias]]:
        """Every imported module or name by its full path (`airflow.DAG`, `pandas`), with the places."""
        raise NotImplementedError

    @property
    def dags(self) -> list[Dag]:
        raise NotImplementedError

    @property
    def tasks(self) -> list[Task]:
        raise NotImplementedError

    @property
    def groups(self) -> list[Group]:
        raise NotImplementedError

    @property
    def functions(self) -> list[Function]:
        raise NotImplementedError

    def walk(self) -> Iterator[DagModule | Dag | Task]:
        """The module, its DAGs and its tasks: what a rule can look at."""
        yield self
        yield from self.dags
        yield from self.tasks

    def calls(self) -> Iterator[Call]:
        """Every call of the file, in source order."""
        raise NotImplementedError

    def span(self, node: ast.AST) -> Span:
        raise NotImplementedError

    def parent(self, node: ast.AST) -> ast.AST | None:
        raise NotImplementedError

    def qualified(self, node: ast.AST) -> str | None:
        """What a name, attribute chain or call stands for by its import, None where that is not sure.

        `pd.read_csv` → `pandas.read_csv`; the call itself → `pandas.read_csv()`; `hook.get_conn` where
        `hook = PostgresHook()` → `airflow…PostgresHook().get_conn`; builtins → `builtins.open`.
        """
        raise NotImplementedError

    def airflow(self, node: ast.AST) -> str | None:
        """The same without the module path, for names of Airflow alone: `Variable.get`, `DAG`, `days_ago`."""
        raise NotImplementedError

    def value(self, node: ast.expr) -> Value:
        """The constant that an expression comes to, or Unknown. Names are followed, calls of pure things folded."""
        raise NotImplementedError

    def entries(self, node: ast.expr) -> tuple[dict[str, ast.expr], bool]:
        """The text keys of a dict expression with the expressions of their values, and whether there may be more."""
        raise NotImplementedError

    def elements(self, node: ast.expr) -> list[ast.expr] | None:
        """The expressions in a list, tuple or set, where all can be seen."""
        raise NotImplementedError

    def origin(self, node: ast.expr) -> Origin:
        """Where a value comes from, followed through the assignments of its function."""
        raise NotImplementedError

    def runs_at(self, node: ast.AST) -> RunsAt:
        """When the code at a place runs."""
        raise NotImplementedError

    def function_at(self, node: ast.AST) -> Function | None:
        """The innermost function around a place."""
        raise NotImplementedError

    def function(self, node: ast.expr) -> Function | None:
        """The function of this file that an expression names (or is, for a lambda)."""
        raise NotImplementedError

    def loops(self, node: ast.AST) -> list[Loop]:
        """The loops and comprehensions around a place inside its function, outermost first."""
        raise NotImplementedError

    def count(self, node: ast.AST) -> Count:
        """How often a place runs while the file is parsed: its loops times those around the calls of its function."""
        raise NotImplementedError


def parse(source: Source) -> DagModule:
    """The module of a source. Never raises: what Python cannot parse is a fault, with its place."""
    raise NotImplementedError
