"""What the changes since a revision caused: findings that the same rules do not have in the files as they were."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from posixpath import dirname

from dagdock.baseline import Baseline
from dagdock.engine import Linter, Target, Workspace
from dagdock.facts import Disk, Facts, inside
from dagdock.files import may_be_ours
from dagdock.git import Changes, GitError, Repository
from dagdock.result import Result
from dagdock.selection import UsageError


class Past:
    """The files of a run as they were where the way to HEAD left a revision; in a submodule, as that names it."""

    def __init__(self, revision: str, roots: Iterable[str]) -> None:
        """`roots` are the folders of the projects. Raises UsageError where git does not know the revision."""
        self._revision = revision
        self._known: dict[str, tuple[Repository, str]] = {}
        self._facts: dict[str, Before] = {}
        try:
            for root in sorted(roots):
                repository, commit = self._known[root] = self._commit(Repository(root))
                self._facts[root] = Before(Disk(root), repository, repository.changes(commit))
        except GitError as problem:
            raise UsageError(f"--changed-since: {problem}") from problem

    def findings(self, linter: Linter, workspace: Workspace, targets: Sequence[Target], now: Result) -> Baseline:
        """What the same rules find in the files as they were; `now` is what they find today.

        A file that is the same now is checked too where something in it hangs on other files: a change there may have
        caused it.
        """
        were: list[Target] = []
        same: set[str] = set()
        for root, before in self._facts.items():
            here = [target for target in targets if target.root == root]
            there = [target for target in here if not before.is_new(target.path)]
            for target in there:
                if before.is_changed(target.path) or now.reporters.get(target.full):
                    were.append(target)
                else:
                    same.add(workspace.shown(target))
            if len(there) < len(here):  # a new file may be an old one with another name
                were += (Target(root, path, os.path.join(root, path), named=False) for path in before.gone())
        result = linter.check(workspace.at(self._facts), were)
        unchanged = (each for each in now.findings if each.path in same and not each.rule.takes_project)
        return Baseline.of([*result.findings, *unchanged], os.getcwd())

    def _commit(self, repository: Repository) -> tuple[Repository, str]:
        around = [root for root in self._known if repository.root.startswith(os.path.join(root, ""))]
        if around:  # asked about already: their paths sort before those below them
            outer, at = self._known[max(around, key=len)]
            path = os.path.relpath(repository.root, outer.root).replace(os.sep, "/")
            if named := outer.submodule(at, path):
                return repository, named
        return repository, repository.fork_point(repository.commit(self._revision))


class Before:
    """Facts of a folder as they were: what has changed since is as git has it, and what is new is not there."""

    def __init__(self, base: Facts, repository: Repository, changes: Changes) -> None:
        """Raises GitError where the repository lacks what the files held."""
        self.root = base.root
        self._base = base
        self._repository = repository
        self._changes = changes
        likely = [path for path in changes.before if may_be_ours(path.rpartition("/")[2])]
        objects = [changes.before[path] for path in likely]
        self._contents = dict(zip(likely, repository.contents(objects), strict=True))
        self._new = _with_emptied_folders(base, changes.new)
        self._below: dict[str, set[str]] = {}
        self._folders: set[str] = {"."}
        for path in changes.before:
            while path:
                folder = dirname(path)
                self._below.setdefault(folder or ".", set()).add(path.rpartition("/")[2])
                self._folders.add(folder or ".")
                path = folder

    def is_changed(self, path: str) -> bool:
        """Whether the file may have had another content."""
        return path in self._changes.before

    def is_new(self, path: str) -> bool:
        """Whether the file was not there."""
        while path:
            if path in self._new:
                return True
            path = dirname(path)
        return False

    def gone(self) -> Iterator[str]:
        """The files that are not there any more and may be worth checking."""
        for path in self._changes.before:
            if may_be_ours(path.rpartition("/")[2]) and not self._base.is_file(path):
                yield path

    def is_file(self, path: str) -> bool:
        clean = inside(path)
        return clean is not None and (
            clean in self._changes.before or (self._base.is_file(clean) and not self.is_new(clean))
        )

    def is_dir(self, path: str) -> bool:
        clean = inside(path)
        return clean is not None and (clean in self._folders or (self._base.is_dir(clean) and not self.is_new(clean)))

    def read(self, path: str) -> bytes | None:
        clean = inside(path)
        if clean is None or not self.is_file(clean):
            return None
        if clean not in self._changes.before:
            return self._base.read(clean)
        if clean not in self._contents:
            [self._contents[clean]] = self._repository.contents([self._changes.before[clean]])
        content = self._contents[clean]
        return content if len(content) <= Disk.MAX_BYTES else None

    def names(self, folder: str) -> list[str]:
        clean = inside(folder)
        if clean is None:
            return []
        there = {name for name in self._base.names(clean) if not self.is_new(_joined(clean, name))}
        return sorted(there | self._below.get(clean, set()))

    def folders(self, folder: str) -> list[str]:
        clean = inside(folder)
        if clean is None:
            return []
        there = {name for name in self._base.folders(clean) if not self.is_new(_joined(clean, name))}
        return sorted(there | {name for name in self._below.get(clean, ()) if _joined(clean, name) in self._folders})


def _with_emptied_folders(base: Facts, new: set[str]) -> set[str]:
    """The new files and folders, and the folders that hold nothing else."""
    found = set(new)
    folders = {dirname(path) for path in new}
    while folders:
        empty = {
            folder
            for folder in folders
            if folder and all(_joined(folder, name) in found for name in base.names(folder))
        }
        folders = {dirname(folder) for folder in empty - found}
        found |= empty
    return found


def _joined(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"
