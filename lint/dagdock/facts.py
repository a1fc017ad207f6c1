"""What the outside says: which files there are and what they hold, asked once and remembered.

Rules never touch the disk; the project model asks these facts on their behalf. Paths are relative to the project's
root, with `/`, and never leave it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname, join, normpath
from stat import S_ISREG
from typing import NamedTuple, Protocol

# Folders that hold nothing a project wrote itself; looking into them costs seconds in real repositories.
SKIPPED = frozenset(
    (
        "node_modules",
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "venv",
        ".tox",
        ".nox",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".terraform",
        "dbt_packages",
        "dbt_modules",
        "_site",  # what Jekyll makes: copies of files that are checked where they come from
    )
)
MAX_FILES = 50_000


class Facts(Protocol):
    """The files below a project's root. Every answer is remembered for the run."""

    @property
    def root(self) -> str:
        """The absolute path of the project's root (empty where there is no disk behind it)."""
        ...

    def is_file(self, path: str) -> bool: ...

    def is_dir(self, path: str) -> bool: ...

    def read(self, path: str) -> bytes | None:
        """The content of a file, or None where it is missing, unreadable or over the size limit."""
        ...

    def is_executable(self, path: str) -> bool | None:
        """Whether a file may be run as a program; None where nobody knows: no file, no disk, a system without such."""
        ...

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted; empty where there is none."""
        ...

    def folders(self, folder: str) -> list[str]:
        """Those of the names that are folders themselves (links to folders are not), sorted."""
        ...


def inside(path: str) -> str | None:
    """A clean relative path (`.` for the root), or None where it leaves the project or is absolute."""
    clean = normpath(path)
    return None if clean.startswith(("../", "/")) or clean == ".." else clean


class Disk:
    """Facts from a folder on disk."""

    MAX_BYTES = 5_000_000

    def __init__(self, root: str) -> None:
        self.root = os.path.abspath(root)
        self._listings: dict[str, tuple[list[str], list[str]]] = {}
        self._content: dict[str, bytes | None] = {}
        self._stamps: dict[str, _Stamp | None] = {}

    def is_file(self, path: str) -> bool:
        clean = inside(path)
        return clean is not None and os.path.isfile(os.path.join(self.root, clean))

    def is_dir(self, path: str) -> bool:
        clean = inside(path)
        return clean is not None and os.path.isdir(os.path.join(self.root, clean))

    def read(self, path: str) -> bytes | None:
        if path in self._content:  # only clean paths are in it
            return self._content[path]
        clean = inside(path)
        if clean is None:
            return None
        if clean not in self._content:
            self._content[clean] = None
            full = os.path.join(self.root, clean)
            stamp = self._stamps[clean] = _stamp(full)
            if stamp and stamp.size <= self.MAX_BYTES:
                try:
                    with open(full, "rb") as file:
                        self._content[clean] = file.read()
                except OSError:
                    pass
        return self._content[clean]

    def forget(self, paths: Iterable[str]) -> None:
        """Ask again about files and folders that have changed, come or gone, and about the folders they are in."""
        for path in paths:
            self._content.pop(path, None)
            self._listings.pop(path, None)
            self._listings.pop(dirname(path) or ".", None)

    def changed(self) -> set[str]:
        """The remembered files whose content may no longer be what is remembered, and folders with other names."""
        stale = {path for path in self._content if _stamp(os.path.join(self.root, path)) != self._stamps[path]}
        return stale | {folder for folder, names in self._listings.items() if self._list(folder) != names}

    def is_executable(self, path: str) -> bool | None:
        clean = inside(path)
        if clean is None or os.name == "nt":
            return None
        try:
            return bool(os.stat(os.path.join(self.root, clean)).st_mode & 0o111)
        except (OSError, ValueError):
            return None

    def names(self, folder: str) -> list[str]:
        return self._listing(folder)[0]

    def folders(self, folder: str) -> list[str]:
        return self._listing(folder)[1]

    def _listing(self, folder: str) -> tuple[list[str], list[str]]:
        clean = inside(folder)
        if clean is None:
            return [], []
        if clean not in self._listings:
            self._listings[clean] = self._list(clean)
        return self._listings[clean]

    def _list(self, folder: str) -> tuple[list[str], list[str]]:
        names: list[str] = []
        folders: list[str] = []
        try:
            with os.scandir(os.path.join(self.root, folder)) as entries:
                for entry in entries:
                    names.append(entry.name)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
        except (OSError, ValueError):  # ValueError: a name that no file can have, such as one with a NUL
            pass
        return sorted(names), sorted(folders)


class _Stamp(NamedTuple):
    """What tells one state of a file from another without reading it."""

    size: int
    modified: int
    number: int


def _stamp(full: str) -> _Stamp | None:
    """None for what is no regular file: a named pipe or device would block or never end."""
    try:
        status = os.stat(full)
    except (OSError, ValueError):
        return None
    return _Stamp(status.st_size, status.st_mtime_ns, status.st_ino) if S_ISREG(status.st_mode) else None


class Memory:
    """Facts from texts in memory: examples and tests."""

    root = ""

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        self._files = {
            normpath(path): content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
            for path, content in files.items()
        }
        self._folders: dict[str, set[str]] = {".": set()}
        for path in self._files:
            while path != ".":
                parent = dirname(path) or "."
                self._folders.setdefault(parent, set()).add(path.rpartition("/")[2])
                path = parent

    def is_file(self, path: str) -> bool:
        return inside(path) in self._files

    def is_dir(self, path: str) -> bool:
        return inside(path) in self._folders

    def read(self, path: str) -> bytes | None:
        return self._files.get(inside(path) or "")

    def is_executable(self, path: str) -> bool | None:
        return None

    def names(self, folder: str) -> list[str]:
        return sorted(self._folders.get(inside(folder) or "", ()))

    def folders(self, folder: str) -> list[str]:
        return [name for name in self.names(folder) if normpath(join(folder, name)) in self._folders]


class Overlay:
    """Facts with some files in another state: an editor's unsaved texts, standard input, the text after a fix."""

    def __init__(self, base: Facts, files: Mapping[str, bytes | str]) -> None:
        self.root = base.root
        self._base = base
        self._changed = Memory(files)

    def change(self, files: Mapping[str, bytes | str]) -> None:
        """From now on these are the files in another state, and no others."""
        self._changed = Memory(files)

    def is_file(self, path: str) -> bool:
        return self._changed.is_file(path) or self._base.is_file(path)

    def is_dir(self, path: str) -> bool:
        return self._changed.is_dir(path) or self._base.is_dir(path)

    def read(self, path: str) -> bytes | None:
        content = self._changed.read(path)
        return self._base.read(path) if content is None else content

    def is_executable(self, path: str) -> bool | None:
        return self._base.is_executable(path)

    def names(self, folder: str) -> list[str]:
        return sorted({*self._changed.names(folder), *self._base.names(folder)})

    def folders(self, folder: str) -> list[str]:
        return sorted({*self._changed.folders(folder), *self._base.folders(folder)})


def files_below(facts: Facts, folder: str = ".") -> Iterator[str]:
    """Every file below a folder, without the folders that no project writes itself; stops at MAX_FILES.

    Nearer files come first. A link counts as a file and is not followed, so that a ring of links ends.
    """
    waiting, seen = [folder], 0
    for current in waiting:
        below = set(facts.folders(current))
        for name in facts.names(current):
            path = name if current == "." else join(current, name)
            if name not in below:
                yield path
            elif name not in SKIPPED:
                waiting.append(path)
            seen += 1
            if seen >= MAX_FILES:
                return
