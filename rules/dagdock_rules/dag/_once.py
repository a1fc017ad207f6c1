"""Remarks that hold for a whole project: made in one of its files, for all that are checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dagdock.api import DagModule, Project


def others_like(
    module: DagModule, project: Project, word: str, says: Callable[[DagModule, Project], bool]
) -> int | None:
    """In how many other files that are checked the same is to be said; None where the remark is another file's to make.

    That is the first file by path for which `says` is true. Only files that hold the word are looked into.
    """
    path = project.path_of(module.source.whole)
    first = project.once(("first with", word), lambda: next(with_word(project, word, says), None))
    if first is not None and first != path:
        return None
    return project.once(("all with", word), lambda: sum(one != path for one in with_word(project, word, says)))


def with_word(project: Project, word: str, says: Callable[[DagModule, Project], bool]) -> Iterator[str]:
    """The files that are checked, hold a word, and of which `says` is true."""
    sought = word.encode()
    for path in project.checked:
        if path.endswith(".py") and sought in (project.facts.read(path) or b""):
            module = project.document(path)
            if isinstance(module, DagModule) and module.is_dag_file and says(module, project):
                yield path


def and_elsewhere(others: int) -> str:
    """Words for the places that are not listed."""
    if not others:
        return ""
    files = f"{others:,} more file{'s' if others > 1 else ''}"
    return f", here and in {files}; `dagdock check --airflow-version 3` shows each place"
