"""Remarks that hold for a whole project: made in one of its files, for all that are checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from dagdock.api import DagModule, Project


def others_like(
    module: DagModule, project: Project, word: str, says: Callable[[DagModule, Project], bool]
) -> int | None:
    """In how many other files that are checked the same is to be said; None where the remark is another file's to make.

    That is the first file by path for which `says` is true. Only files that hold the word are looked into.
    """
    if not is_first(module, project, word, says):
        return None
    path = project.path_of(module.source.whole)
    return project.once(("all with", word), lambda: sum(one != path for one in _with_word(project, word, says)))


def is_first(module: DagModule, project: Project, word: str, says: Callable[[DagModule, Project], bool]) -> bool:
    """Whether no file before this one, by its path, holds the word and is one for which `says` is true."""
    first = project.once(("first with", word), lambda: next(_with_word(project, word, says), None))
    return first is None or first == project.path_of(module.source.whole)


def with_text(project: Project, pattern: re.Pattern[bytes]) -> Iterator[str]:
    """The Python files that are checked and hold such a text; none of them is parsed for that."""
    for path in project.checked:
        if path.endswith(".py") and pattern.search(project.facts.read(path) or b""):
            yield path


def _with_word(project: Project, word: str, says: Callable[[DagModule, Project], bool]) -> Iterator[str]:
    """The files that are checked, hold a word, and of which `says` is true."""
    for path in with_text(project, re.compile(re.escape(word.encode()))):
        module = project.document(path)
        if isinstance(module, DagModule) and module.is_dag_file and says(module, project):
            yield path


def and_elsewhere(others: int) -> str:
    """Words for the places that are not listed."""
    if not others:
        return ""
    files = f"{others:,} more file{'s' if others > 1 else ''}"
    return f", here and in {files}; `dagdock check --airflow-version 3` shows each place"
