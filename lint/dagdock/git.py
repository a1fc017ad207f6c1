"""What git knows of a repository, asked so that nothing runs that the repository itself configures.

Only names and objects are read. Even `git diff-index` compares contents at times, through filters that a repository
chooses; nothing here makes git open a file of the working tree. Monitors, hooks, pagers and the network are off.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from hashlib import sha1, sha256
from typing import NamedTuple

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


class Tree(NamedTuple):
    """What a commit holds; paths start at the repository, with `/`."""

    files: dict[str, str]
    """Regular files, with the object that holds the content."""
    links: set[str]
    submodules: dict[str, str]
    """With the commit that is named."""


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

    def tree(self, commit: str) -> Tree:
        """What a commit holds, in all folders."""
        tree = Tree({}, set(), {})
        for entry in self._fields("ls-tree", "-r", "-z", "--full-tree", commit):
            about, _, path = entry.partition("\t")
            mode, _, sha = about.split()
            if mode == GITLINK:
                tree.submodules[path] = sha
            elif mode == LINK:
                tree.links.add(path)
            else:
                tree.files[path] = sha
        return tree

    def present(self) -> set[str]:
        """The files of the working tree that git does not ignore; a repository in it is one path, its folder's."""
        found = self._fields("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name")
        return {path.rstrip("/") for path in found}

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


def object_name(content: bytes, like: str) -> str:
    """The name of the object that holds a content, in a repository whose names look like that one."""
    algorithm = sha1 if len(like) == 40 else sha256
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()


def _program() -> str:
    """Git by its full path: a program of that name in the working directory is not meant."""
    for folder in os.get_exec_path():
        path = os.path.join(folder, "git.exe" if os.name == "nt" else "git")
        if os.path.isabs(folder) and os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    raise GitError("git is not installed")
