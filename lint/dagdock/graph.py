"""`dagdock graph`: what DAG files and Compose files describe, drawn or as JSON, without running anything."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dagdock.config import ConfigError, Finder
from dagdock.files import Gathering
from dagdock.project import AirflowVersion
from dagdock.project.documents import Broken
from dagdock.report.terminal import printable
from dagdock.result import Failure
from dagdock.workspace import Workspace

if TYPE_CHECKING:
    from dagdock.compose import ComposeFile
    from dagdock.project import Project
    from dagdock.views.graph_picture import Picture
    from dagdock.workspace import Target


class UsageError(Exception):
    """What was asked cannot be answered; the message says what to do."""


def graph_command(arguments: argparse.Namespace) -> int:
    """`dagdock graph [PATH…]`. Gives the exit status: 0, or 2 where something could not be read or asked for."""
    import gc

    gc.disable()  # all that is made is kept to the end
    failures: list[Failure] = []
    try:
        drawables = _Drawables(arguments, failures)
        if arguments.format == "json":
            _write_json(drawables)
        else:
            _draw(list(drawables.pictures()), arguments.format)
    except (ConfigError, UsageError) as problem:
        print(f"dagdock: {problem}", file=sys.stderr)
        return 2
    for failure in failures:
        print(f"dagdock: {printable(f'{failure.path}: {failure.message}')}", file=sys.stderr)
    if not drawables.found and not failures:
        print("dagdock: no DAG and no Compose file was found", file=sys.stderr)
    return 2 if failures else 0


class _Drawables:
    """The DAG and Compose files that paths lead to, one after another; what cannot be read is among the failures."""

    def __init__(self, arguments: argparse.Namespace, failures: list[Failure]) -> None:
        version = arguments.airflow_version
        if version is not None and AirflowVersion.parse(version) is None:
            raise UsageError(f"--airflow-version: `{version}` is no version; write one such as 2.10")
        self._workspace = Workspace(airflow_version=version)
        self._paths = _paths(arguments)
        self._failures = failures
        self.found = 0

    def as_json(self) -> Iterator[dict[str, Any]]:
        for project, document in self._documents():
            if document.kind == "compose":
                from dagdock.views.graph_compose import as_json

                yield as_json(project.merged(document))
            else:
                from dagdock.views.graph_dag_json import as_json as dag_as_json

                yield dag_as_json(document, project)

    def pictures(self) -> Iterator[Picture]:
        for project, document in self._documents():
            if document.kind == "compose":
                from dagdock.views.graph_compose import as_picture

                yield as_picture(project.merged(document))
            else:
                from dagdock.views.graph_dag_picture import as_pictures

                yield from as_pictures(document, project)

    def _documents(self) -> Iterator[tuple[Project, Any]]:
        """Each ComposeFile and DagModule with its project."""
        finder = Finder()
        gathering = Gathering(finder.of_folder)
        targets = [self._workspace.target(each.path, each.start) for each in gathering.gather(self._paths)]
        self._failures += gathering.failures
        parts: set[str] = set()  # files that are drawn with another one
        for target in sorted(targets, key=_bases_first):
            project = self._project(target, finder)
            document = self._document(target, project)
            if document is None:
                continue
            if document.kind == "compose":
                if not target.named and target.full in parts:
                    continue
                shown = [os.path.abspath(path) for path in _files_of(project.merged(document))]
                parts.update(path for path in shown if path != target.full)
            self.found += 1
            yield project, document

    def _project(self, target: Target, finder: Finder) -> Project:
        configured = finder.of_folder(os.path.dirname(target.full)).airflow_version
        return self._workspace.project(target.root, configured)

    def _document(self, target: Target, project: Project) -> Any:
        if reason := self._workspace.why_unreadable(target):
            self._failures.append(Failure(reason, self._workspace.shown(target)))
            return None
        name = os.path.basename(target.full).lower()
        if target.named and name.endswith((".yml", ".yaml")):
            project.take_for(target.path, "compose")
        elif target.named and name.endswith(".py"):
            project.take_for(target.path, "dag")
        found: Any = project.document(target.path)
        if isinstance(found, Broken):
            self._failures.append(Failure(found.message, self._workspace.shown(target)))
            return None
        if (
            found is not None
            and found.kind in ("compose", "dag")
            and (target.named or found.kind == "compose" or found.is_dag_file)
        ):
            return found
        if target.named and (found is None or found.kind != "dag"):
            told = " (see `dagdock layers`)" if found and found.kind == "dockerfile" else ""
            message = f"this is neither a DAG file nor a Compose file{told}"
            self._failures.append(Failure(message, self._workspace.shown(target)))
        return None


def _files_of(file: ComposeFile) -> list[str]:
    from dagdock.views.graph_compose import files_of

    return files_of(file)


def _bases_first(target: Target) -> tuple[str, bool, bool, str]:
    """In order of names, but a Compose file that is taken by itself before the ones that it is loaded with."""
    folder, name = os.path.split(target.full)
    is_yaml = name.endswith((".yml", ".yaml"))
    return folder, is_yaml, is_yaml and "override" in name, name


def _paths(arguments: argparse.Namespace) -> Sequence[str]:
    paths: list[str] = list(arguments.paths)
    if arguments.files_from is not None:
        try:
            paths += _lines(arguments.files_from)
        except OSError as problem:
            raise UsageError(f"--files-from {arguments.files_from}: {problem.strerror}") from None
    elif not paths:
        paths = ["."]
    if "" in paths:
        raise UsageError("a path is empty; an unset variable in a script, perhaps")
    return paths


def _lines(name: str) -> list[str]:
    """The paths that a file lists."""
    if name == "-":
        content = sys.stdin.buffer.read() if sys.stdin else b""
    else:
        with open(name, "rb") as file:
            content = file.read()
    return [line.rstrip("\r") for line in os.fsdecode(content).split("\n") if line.strip()]


def _write_json(drawables: _Drawables) -> None:
    """One object, written file by file: thousands of DAGs need not be held at once."""
    import json

    sys.stdout.write('{"version": 1, "files": [')
    for number, each in enumerate(drawables.as_json()):
        sys.stdout.write(f"{',' if number else ''}\n{json.dumps(each)}")
    sys.stdout.write("\n]}\n")


def _draw(pictures: Iterable[Picture], form: str) -> None:
    pictures = list(pictures)
    if form == "svg":
        from dagdock.views.graph_svg import as_svg

        print(as_svg(pictures), end="")
    elif form == "mermaid":
        from dagdock.views.graph_mermaid import as_mermaid

        print(as_mermaid(pictures), end="")
    elif form == "dot":
        from dagdock.views.graph_dot import as_dot

        print(as_dot(pictures), end="")
    else:
        from dagdock.report.terminal import Terminal, wants_color
        from dagdock.views.graph_text import show

        show(pictures, Terminal(sys.stdout, color=wants_color(sys.stdout)))
