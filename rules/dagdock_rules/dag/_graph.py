"""DAGs as Airflow builds them, for rules that must know all of their tasks and dependencies."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from dagdock.api import BuildError, BuiltDag, BuiltTask, DagModule, Project, Span, nearest

CHAINED = ("expand", "expand_kwargs", "override", "partial")


def complete_dags(module: DagModule, project: Project) -> Iterator[BuiltDag]:
    """The DAGs of a file of which all tasks and dependencies are known."""
    if module.imports_airflow:
        for dag in project.built(module).dags:
            if dag.complete and not dag.possible and not dag.errors:
                yield dag


def errors_of(module: DagModule, project: Project, *kinds: str) -> Iterator[BuildError]:
    """What Airflow refuses while it loads the file, once for each place."""
    told: set[ast.AST] = set()
    if module.imports_airflow:
        for error in project.built(module).errors:
            if error.kind in kinds and error.module is module and error.node is not None and error.node not in told:
                told.add(error.node)
                yield error


def place_of(task: BuiltTask, module: DagModule) -> Span | None:
    """Where a file makes a task, at the name that it calls; None where another file does."""
    if task.module is not module:
        return None
    called = task.node
    # `f.override(…)(…)`, `Operator.partial(…).expand(…)`: what is called in the end is `f` and `Operator`.
    while isinstance(called, ast.Call) or (isinstance(called, ast.Attribute) and called.attr in CHAINED):
        called = called.func if isinstance(called, ast.Call) else called.value
    return module.span(called)


def likely_task(wanted: str, dag: BuiltDag) -> str | None:
    """The task that was probably meant: the only one of that name in a group, else one of a similar name."""
    inside = [task_id for task_id in dag.by_id if task_id.endswith(f".{wanted}")]
    return inside[0] if len(inside) == 1 else nearest(wanted, list(dag.by_id))


def names(tasks: Iterable[BuiltTask], most: int = 4) -> str:
    """`a`, `b` and `c` for a message; of many only the first."""
    ids = [f"`{task.task_id}`" for task in tasks]
    if len(ids) > most:
        ids = [*ids[: most - 1], f"{len(ids) - most + 1} others"]
    return ids[0] if len(ids) == 1 else f"{', '.join(ids[:-1])} and {ids[-1]}"
