"""What git knows of a working tree, asked so that nothing runs that the repository itself configures.

Only commands are used that compare by names and stamps and read objects: no content goes through a filter, a text
converter or a diff driver, and monitors, hooks, pagers and the network are off.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

GITLINK, LINK = "160000", "120000"
# What the user may have set up for git itself; all else in the environment could send it elsewhere.
_KEPT = ("GIT_CONFIG", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
_OPTIONS = (
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.quotePath=false"),
)


class GitError(Exception):
    """Git cannot answer; the message says why in words for the user."""


class Changes:
    """The files of a working tree that differ from a commit; paths start at the repository, with `/`."""

    __slots__ = ("before", "new")

    def __init__(self) -> None:
        self.before: dict[str, str] = {}
        """Files that are gone or may have another content now, with the object that holds the old one."""
        self.new: set[str] = set()
        """Files that the commit does not have; a whole folder stands for all that is in it."""


class Repository:
    """The working tree of a git repository, by the folder that holds its `.git`."""

    def __init__(self, root: str) -> None:
        if not os.path.lexists(os.path.join(root, ".git")):
            raise GitError(f"{root} is in no git repository")
        self.root = root
        self._git = _program()

    def commit(self, revision: str) -> str:
        """The commit that a revision means. Raises GitError."""
        if revision.startswith("-") or not revision.strip() or "\0" in revision:
            raise GitError(f"`{revision}` is no revision")
        try:
            return self._ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
        except GitError as problem:
            if str(problem):
                raise
            raise GitError(f"there is no revision `{revision}` in {self.root}{self._how_to_get()}") from problem

    def fork_point(self, commit: str) -> str:
        """The commit in which the way to HEAD left the way to another commit. Raises GitError."""
        try:
            return self._ask("merge-base", commit, "HEAD").decode().strip()
        except GitError as problem:
            if str(problem):
                raise
            raise GitError(f"{commit[:12]} and HEAD have no commit in common{self._how_to_get()}") from problem

    def submodule(self, commit: str, path: str) -> str | None:
        """The commit of a submodule that a commit names; None where there is no submodule at that path."""
        entries = self._ask("ls-tree", "-z", commit, "--", path).decode("utf-8", "surrogateescape")
        mode, _, rest = entries.partition(" ")
        return rest.split()[1].partition("\t")[0] if mode == GITLINK else None

    def changes(self, commit: str) -> Changes:
        """What differs between a commit and the working tree, staged or not; ignored files do not count."""
        changes = Changes()
        fields = self._fields("diff-index", "--raw", "-z", "--no-renames", "--ignore-submodules=all", commit)
        for header in fields:
            modes_and_objects, path = header.lstrip(":").split(), next(fields)
            mode, sha = modes_and_objects[0], modes_and_objects[2]
            if int(mode, 8) == 0:
                changes.new.add(path)
            elif mode not in (GITLINK, LINK):
                changes.before[path] = sha
        changes.new |= {path.rstrip("/") for path in self._fields("ls-files", "--others", "--exclude-standard", "-z")}
        changes.new -= set(changes.before)
        return changes

    def contents(self, objects: Sequence[str]) -> Iterator[bytes]:
        """The contents of objects, in order. Raises GitError."""
        answer = self._ask("cat-file", "--batch", given="".join(f"{each}\n" for each in objects).encode())
        at = 0
        for _ in objects:
            end = answer.index(b"\n", at)
            if answer[at:end].endswith(b" missing"):
                raise GitError("the clone is partial, and lacks what a file held; fetch it with `git checkout`")
            size = int(answer[at:end].split()[-1])
            yield answer[end + 1 : end + 1 + size]
            at = end + 2 + size

    def _fields(self, *command: str) -> Iterator[str]:
        return iter(self._ask(*command).decode("utf-8", "surrogateescape").split("\0")[:-1])

    def _ask(self, *command: str, given: bytes = b"") -> bytes:
        import subprocess

        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)
        }
        environment |= {
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",
        }
        try:
            line = [self._git, *_OPTIONS, "-C", self.root, *command]
            done = subprocess.run(line, input=given, capture_output=True, env=environment, check=False)
        except OSError as problem:
            raise GitError(f"git cannot be run: {problem.strerror}") from problem
        if done.returncode:
            raise GitError(done.stderr.decode("utf-8", "replace").strip().partition("\n")[0].removeprefix("fatal: "))
        return done.stdout

    def _how_to_get(self) -> str:
        git_dir = self._ask("rev-parse", "--git-common-dir").decode("utf-8", "surrogateescape").rstrip("\n")
        if os.path.exists(os.path.join(self.root, git_dir, "shallow")):
            return "; the clone is shallow: fetch all of it (`fetch-depth: 0`, or `git fetch --unshallow`)"
        return ""


def _program() -> str:
    """Git by its full path: a program of that name in the working directory is not meant."""
    for folder in os.get_exec_path():
        path = os.path.join(folder, "git.exe" if os.name == "nt" else "git")
        if os.path.isabs(folder) and os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    raise GitError("git is not installed")
