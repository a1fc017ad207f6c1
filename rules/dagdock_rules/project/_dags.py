"""The DAGs of the folder that Airflow reads, found by their ids without following every file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagdock.api import BuiltDag, DagModule, Project

MAX_FILES = 3000
MAX_FOLDERS = 500
# Where a file may say how a DAG is called: a text as dag_id, or in a constant that names one.
# Patterns that begin with plain letters are found many times faster; what must stand before them is looked at later.
CALLED = r"""DAG\(\s*["'](?P<id>[\w.\-]{1,250})["']"""
GIVEN = r"""dag_id\s*=\s*["'](?P<id>[\w.\-]{1,250})["']"""
CONSTANT = r"""DAG[A-Z_]*\s*=\s*["'](?P<id>[\w.\-]{1,250})["']"""
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
DECORATED = r"@dag\b[^@]*?\bdef\s+(?P<id>\w+)\s*\("


def dag_folder(path: str) -> tuple[str, bool]:
    """The folder that Airflow reads a file from: the nearest one called `dags` with all below it, else its own."""
    parts = path.split("/")[:-1]
    for end in range(len(parts), 0, -1):
        if parts[end - 1] == "dags":
            return "/".join(parts[:end]), True
    return dirname(path) or ".", False


def ids_beside(module: DagModule, project: Project) -> dict[str, list[str]]:
    """The ids that the Python files of the same DAG folder mention as DAGs, each with the paths."""
    path = project.path_of(module.source.whole)
    if path is None:
        return {}
    folder, deep = dag_folder(path)
    return project.once(("dag ids", folder), lambda: _ids_in(project, folder, deep=deep))


def _ids_in(project: Project, folder: str, *, deep: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    ignored = _ignored(project, folder)
    for count, path in enumerate(_python_files(project, folder, deep=deep)):
        if count >= MAX_FILES:
            break
        if any(re.search(pattern, path[len(folder) + 1 :]) for pattern in ignored):
            continue
        content = project.facts.read(path)
        if content is None or b"airflow" not in content or b"dag" not in content.lower():
            continue
        text = content.decode("utf-8", "replace")
        names = set(_ids(text))
        if "@dag" in text:
            names |= {match["id"] for match in re.finditer(DECORATED, text)}
        for name in names:
            found.setdefault(name, []).append(path)
    return found


def _ids(text: str) -> Iterator[str]:
    for pattern in (CALLED, GIVEN):
        for match in re.finditer(pattern, text):
            before = text[match.start() - 1 : match.start()]
            if not (before.isalnum() or before == "_"):
                yield match["id"]
    for match in re.finditer(CONSTANT, text):
        begin = text.rfind("\n", 0, match.start()) + 1
        if not text[begin : match.start()].strip(CAPITALS):
            yield match["id"]


def _python_files(project: Project, folder: str, *, deep: bool) -> Iterator[str]:
    waiting = [folder]
    for count, one in enumerate(waiting):
        if count >= MAX_FOLDERS:
            return
        folders = project.facts.folders(one)
        for name in project.facts.names(one):
            if name.endswith(".py") and name not in folders:
                yield name if one == "." else join(one, name)
        if deep:
            waiting += [join(one, name) for name in folders if not name.startswith((".", "__"))]


def _ignored(project: Project, folder: str) -> list[str]:
    """The patterns of `.airflowignore`; where one of them cannot be read, one that leaves every file out."""
    content = project.facts.read(".airflowignore" if folder == "." else join(folder, ".airflowignore"))
    patterns = [line.strip() for line in (content or b"").decode("utf-8", "replace").splitlines()]
    patterns = [line for line in patterns if line and not line.startswith("#")]
    try:
        for pattern in patterns:
            re.compile(pattern)
    except re.error:
        return [""]
    return patterns


def dags_called(dag_id: str, paths: list[str], project: Project) -> Iterator[tuple[str, BuiltDag]]:
    """The DAGs of that id that files surely make, with their paths."""
    from dagdock.api import DagModule

    for path in paths:
        document = project.document(path)
        if isinstance(document, DagModule):
            for dag in project.built(document).dags:
                if dag.dag_id == dag_id and not dag.possible and dag.module is document:
                    yield path, dag
