"""What the changes since a revision caused: findings that the same rules do not have in the files as they were."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from posixpath import dirname, join

from dagdock.baseline import Baseline
from dagdock.engine import Linter, Target, Workspace
from dagdock.facts import Disk, Facts, inside
from dagdock.files import may_be_ours
from dagdock.git import GitError, Repository, object_name
from dagdock.result import Result
from dagdock.selection import UsageError


class Past:
    """The files of a run as they were where the way to HEAD left a revision; in a submodule, as that names it."""

    def __init__(self, revision: str, roots: Iterable[str]) -> None:
        """`roots` are the folders of the projects. Raises UsageError where git does not know the revision."""
        self._facts: dict[str, Before] = {}
        try:
            for root in roots:
                repository = Repository(root)
                commit = repository.fork_point(repository.commit(revision))
                self._facts[root] = Before(Disk(root), repository, commit)
        except GitError as problem:
            raise UsageError(f"--changed-since: {problem}") from problem

    def findings(self, linter: Linter, workspace: Workspace, targets: Sequence[Target], now: Result) -> Baseline:
        """What the same rules find in the files as they were; `now` is what they find today.

        A file that is the same now is checked too where something in it hangs on other files, or was found while
        another was looked at: a change there may have caused it. Raises UsageError where git lacks what a file held.
        """
        were: list[Target] = []
        same: set[str] = set()
        linked = {each.path for each in now.findings if each.rule.takes_project or each.rule.kind == "compose"}
        for root, before in self._facts.items():
            facts = workspace.facts(root)
            here = [target for target in targets if target.root == root]
            there = [target for target in here if before.is_file(target.path)]
            changed = {target.path for target in there if before.is_changed(target.path, facts.read(target.path))}
            for target in there:
                shown = workspace.shown(target)
                if target.path in changed or now.reporters.get(target.full) or shown in linked:
                    were.append(target)
                else:
                    same.add(shown)
            if len(there) < len(here):  # a new file may be an old one with another name
                gone = [path for path in before.gone() if may_be_ours(path.rpartition("/")[2])]
                changed.update(gone)
                were += (Target(root, path, os.path.join(root, path), named=False) for path in gone)
            try:
                before.fetch(changed)
            except GitError as problem:
                raise UsageError(f"--changed-since: {problem}") from problem
        result = linter.check(workspace.at(self._facts), were)
        unchanged = (each for each in now.findings if each.path in same and not each.rule.takes_project)
        return Baseline.of([*result.findings, *unchanged], os.getcwd())


class Before:
    """Facts of a folder as they were at a commit; what git ignores, and links, are as they are now."""

    def __init__(self, base: Facts, repository: Repository, commit: str) -> None:
        """Raises GitError."""
        self.root = base.root
        self._base = base
        self._objects: dict[str, tuple[Repository, str]] = {}
        self._contents: dict[str, bytes] = {}
        self._new: set[str] = set()
        self._collect(repository, commit, "")
        self._new = _with_emptied_folders(base, self._new)
        self._names: dict[str, set[str]] = {".": set()}
        for path in self._objects:
            while path:
                folder, name = dirname(path), path.rpartition("/")[2]
                if name in self._names.setdefault(folder or ".", set()):
                    break
                self._names[folder or "."].add(name)
                path = folder

    def _collect(self, repository: Repository, commit: str, folder: str) -> None:
        tree = repository.tree(commit)
        self._objects.update((join(folder, path), (repository, sha)) for path, sha in tree.files.items())
        known = tree.files.keys() | tree.links | tree.submodules.keys()
        self._new.update(join(folder, path) for path in repository.present() - known)
        for path, named in tree.submodules.items():
            below = os.path.join(repository.root, path)
            if os.path.lexists(os.path.join(below, ".git")):
                self._collect(Repository(below), named, join(folder, path))

    def is_changed(self, path: str, content: bytes | None) -> bool:
        """Whether a file had another content than it has now."""
        known = self._objects.get(path)
        return known is not None and (content is None or object_name(content, known[1]) != known[1])

    def gone(self) -> Iterator[str]:
        """The files that are not there any more."""
        return (path for path in self._objects if not self._base.is_file(path))

    def fetch(self, paths: Iterable[str]) -> None:
        """Get the contents of files that will be asked for, all at once. Raises GitError."""
        by_repository: dict[Repository, list[str]] = {}
        for path in paths:
            by_repository.setdefault(self._objects[path][0], []).append(path)
        for repository, some in by_repository.items():
            contents = repository.contents([self._objects[path][1] for path in some])
            self._contents.update(zip(some, contents, strict=True))

    def is_file(self, path: str) -> bool:
        clean = inside(path)
        return clean is not None and (clean in self._objects or (self._base.is_file(clean) and not self._is_new(clean)))

    def is_dir(self, path: str) -> bool:
        clean = inside(path)
        return clean is not None and (clean in self._names or (self._base.is_dir(clean) and not self._is_new(clean)))

    def is_executable(self, path: str) -> bool | None:
        return self._base.is_executable(path)

    def read(self, path: str) -> bytes | None:
        clean = inside(path)
        if clean is None or not self.is_file(clean):
            return None
        now = self._base.read(clean)
        if not self.is_changed(clean, now):
            return now
        if clean not in self._contents:
            self.fetch([clean])
        content = self._contents[clean]
        return content if len(content) <= Disk.MAX_BYTES else None

    def names(self, folder: str) -> list[str]:
        clean = inside(folder)
        if clean is None:
            return []
        return sorted(self._names.get(clean, set()).union(self._kept(clean, self._base.names(clean))))

    def folders(self, folder: str) -> list[str]:
        clean = inside(folder)
        if clean is None:
            return []
        there = {name for name in self._names.get(clean, ()) if _joined(clean, name) in self._names}
        return sorted(there.union(self._kept(clean, self._base.folders(clean))))

    def _kept(self, folder: str, names: Iterable[str]) -> Iterator[str]:
        """The names in a folder that are not new; those of files that are gone are as they were."""
        return (name for name in names if not self._is_new(_joined(folder, name)))

    def _is_new(self, path: str) -> bool:
        """Whether a file or folder was not there."""
        while path:
            if path in self._new:
                return True
            path = dirname(path)
        return False


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
