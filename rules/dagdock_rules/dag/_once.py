"""Remarks that hold for a whole project: made in one of its files, for all that are checked."""

from __future__ import annotations

from collections.abc import Callable

from dagdock.api import DagModule, Project


def others_like(
    module: DagModule, project: Project, word: str, says: Callable[[DagModule, Project], bool]
) -> int | None:
    """How many other files that are checked hold a word; None where the remark is another file's to make.

    That is the first file by path for which `says` is true.
    """
    path = project.path_of(module.source.whole)
    first, holders = project.once(("first with", word), lambda: _first(project, word, says))
    if first is not None and first != path:
        return None
    return len(holders - {path})


def _first(
    project: Project, word: str, says: Callable[[DagModule, Project], bool]
) -> tuple[str | None, frozenset[str | None]]:
    sought = word.encode()
    found: list[str] = []
    first = None
    for path in project.checked:
        if path.endswith(".py") and sought in (project.facts.read(path) or b""):
            found.append(path)
            if first is None:
                module = project.document(path)
                if isinstance(module, DagModule) and module.is_dag_file and says(module, project):
                    first = path
    return first, frozenset(found)


def and_elsewhere(others: int) -> str:
    """Words for the places that are not listed."""
    if not others:
        return ""
    return f", here and in {others:,} more file{'s' if others > 1 else ''}; `--airflow-version 3` shows each place"
