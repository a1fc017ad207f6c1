"""The files of a run: what is to be checked, and the projects that hold it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from dagdock.disk import shown, why_unreadable
from dagdock.facts import Disk, Facts, Memory, Overlay
from dagdock.project import Project, find_root


class Target:
    """A file to check: its project's root, its path below it, and its full path (which decides the configuration).

    `named` says that the user named it rather than a folder above it; `below` is its path below that folder.
    """

    __slots__ = ("below", "full", "named", "path", "root")

    def __init__(self, root: str, path: str, full: str, named: bool = True, below: str = "") -> None:
        self.root = root
        self.path = path
        self.full = full
        self.named = named
        self.below = below


class Workspace:
    """The projects of a run, one for each root; with files in another state than on disk where there are such."""

    def __init__(
        self,
        facts: Mapping[str, Facts] | None = None,
        *,
        airflow_version: str | None = None,
        open_root: Callable[[str], Facts] = Disk,
    ) -> None:
        """`open_root` makes the facts of a root that `facts` does not give."""
        self._facts: dict[str, Facts] = dict(facts or {})
        self._open_root = open_root
        self._airflow_version = airflow_version
        self._projects: dict[tuple[str, str | None], Project] = {}
        self._roots: dict[str, str] = {}
        self._checked: dict[str, set[str]] = {}

    @classmethod
    def in_memory(cls, files: Mapping[str, str | bytes], *, airflow_version: str | None = None) -> Workspace:
        return cls({"": Memory(files)}, airflow_version=airflow_version)

    def with_files(self, files: Mapping[str, Mapping[str, bytes]]) -> Workspace:
        """The same workspace with other contents, by root and path; documents are parsed anew."""
        facts = {root: Overlay(self.facts(root), changed) for root, changed in files.items()}
        workspace = Workspace({**self._facts, **facts}, airflow_version=self._airflow_version)
        workspace._checked = self._checked
        return workspace

    def at(self, facts: Mapping[str, Facts]) -> Workspace:
        """A workspace with other facts, for the same Airflow."""
        return Workspace(facts, airflow_version=self._airflow_version)

    def target(self, path: str, start: str | None = None) -> Target:
        """The target for an absolute path that was found below `start` (itself where the user named it)."""
        start = start or path
        if start not in self._roots:
            self._roots[start] = find_root(start)
        root = self._roots[start]
        relative = os.path.relpath(path, root).replace(os.sep, "/")
        self._checked.setdefault(root, set()).add(relative)
        below = "" if start == path else os.path.relpath(path, start).replace(os.sep, "/")
        return Target(root, relative, path, named=start == path, below=below)

    def shown(self, target: Target) -> str:
        """The name of a target as the user sees it."""
        return shown(target.full) if self.facts(target.root).root else target.path

    def why_unreadable(self, target: Target) -> str | None:
        """Why there is no content to check; None where there is, or where nobody asked for this file."""
        facts = self.facts(target.root)
        return None if facts.read(target.path) is not None else why_unreadable(target.full, named=target.named)

    def facts(self, root: str) -> Facts:
        if root not in self._facts:
            self._facts[root] = self._open_root(root)
        return self._facts[root]

    def project(self, root: str, airflow_version: str | None = None) -> Project:
        """The project of a root, for the Airflow that the command line or the configuration names."""
        key = (root, self._airflow_version or airflow_version)
        if key not in self._projects:
            facts = self.facts(root)
            self._projects[key] = Project(
                facts,
                airflow_version=key[1],
                working_directory=os.getcwd() if facts.root else None,
                checked=self._checked.get(root, ()),
            )
        return self._projects[key]

    def projects(self, root: str) -> list[Project]:
        """The projects made so far for a root: more than one where configurations name different Airflows."""
        return [project for (of, _), project in self._projects.items() if of == root]
