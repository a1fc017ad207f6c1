"""Which files a run is about: folders walked, ignore files honoured, standard input, and what cannot be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from dagdock.config import Config
from dagdock.disk import shown
from dagdock.facts import SKIPPED, Disk
from dagdock.globs import Patterns
from dagdock.result import Failure
from dagdock.text import BOM

# Names that may be a Dockerfile, a Compose file, a DAG or an ignore file; nothing else is opened in a folder.
_ENDINGS = (".py", ".yml", ".yaml", ".dockerignore")
_WORDS = ("dockerfile", "containerfile")

ConfigOf = Callable[[str], Config]


class Found(NamedTuple):
    """A file to look at, and the path that the user gave: the file itself or a folder above it; both absolute."""

    path: str
    start: str


class Gathering:
    """The files that paths on the command line mean, each once, in the order they are met; folders sorted by name."""

    def __init__(self, config_of: ConfigOf, *, force_exclude: bool = False) -> None:
        self._config_of = config_of
        self._force_exclude = force_exclude
        self._seen: set[str] = set()
        self._folders: set[tuple[int, int]] = set()
        self.failures: list[Failure] = []

    def gather(self, paths: Sequence[str]) -> Iterator[Found]:
        for path in paths:
            full = os.path.abspath(path)
            if os.path.isdir(full):
                yield from self._walk(full, _ignores_above(full))
            elif not os.path.lexists(full):
                self.failures.append(Failure("no such file or folder", path))
            elif not (self._force_exclude and (_never_walked(full) or self._excluded(full, is_dir=False))):
                yield from self._once(Found(full, full), os.path.realpath(full))

    def _once(self, found: Found, real: str) -> Iterator[Found]:
        """The file, unless it was found before, perhaps by another name; `real` is its path without links."""
        if real not in self._seen:
            self._seen.add(real)
            yield found

    def _walk(self, folder: str, ignores: list[Ignore]) -> Iterator[Found]:
        """The files below a folder. `ignores` are the ignore files that hold there, the nearest last."""
        start, waiting = folder, [(folder, ignores)]
        real_start = os.path.realpath(start)
        while waiting:
            folder, ignores = waiting.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
                status = os.stat(folder)
            except OSError as problem:
                self.failures.append(Failure(f"folder cannot be read: {problem.strerror}", shown(folder)))
                continue
            if (status.st_dev, status.st_ino) in self._folders:
                continue  # seen already: another path on the command line, or a link back up
            self._folders.add((status.st_dev, status.st_ino))
            if any(entry.name == ".gitignore" for entry in entries):
                ignores = [*ignores, *_ignore_file(folder, ".gitignore")]
            below: list[tuple[str, list[Ignore]]] = []
            for entry in entries:
                is_dir = _is_dir(entry)
                if is_dir and (entry.name in SKIPPED or entry.is_symlink()):
                    continue  # what a link leads to is met on its own path, or is not of this project
                if (not is_dir and not may_be_ours(entry.name)) or _ignored(entry.path, is_dir, ignores):
                    continue
                if self._excluded(entry.path, is_dir):
                    continue
                if is_dir and not _is_of_others(entry.name, entry.path):
                    below.append((entry.path, ignores))
                elif not is_dir:
                    real = os.path.realpath(entry.path) if entry.is_symlink() else real_start + entry.path[len(start) :]
                    if not entry.is_symlink() or not _comes_itself(real, real_start):
                        yield from self._once(Found(entry.path, start), real)
            waiting.extend(reversed(below))

    def _excluded(self, path: str, is_dir: bool) -> bool:
        return self._config_of(os.path.dirname(path)).excludes(path, is_dir=is_dir)


def _is_of_others(name: str, path: str) -> bool:
    """Whether a folder holds what a program put there: a virtual environment, or what Go and Composer vendor."""
    signs = ("modules.txt", "autoload.php") if name == "vendor" else ("pyvenv.cfg",)
    return any(os.path.exists(os.path.join(path, sign)) for sign in signs)


Ignore = tuple[str, Patterns]


def _ignores_above(folder: str) -> list[Ignore]:
    """The ignore files of the git repository that a folder stands in, from its root down to the folder's parent."""
    chain = [folder]
    while not os.path.exists(os.path.join(chain[-1], ".git")):
        parent = os.path.dirname(chain[-1])
        if parent == chain[-1]:
            return []
        chain.append(parent)
    root = chain[-1]
    found = _ignore_file(root, ".git/info/exclude")
    for above in reversed(chain[1:]):
        found += _ignore_file(above, ".gitignore")
    return found


def _ignore_file(folder: str, name: str) -> list[Ignore]:
    """The patterns of an ignore file by its name below a folder, for which they hold."""
    content = Disk(folder).read(name)
    text = (content or b"").decode("utf-8", "surrogateescape").removeprefix(BOM)
    patterns = Patterns(text.split("\n"))
    return [(folder, patterns)] if patterns else []


def _ignored(path: str, is_dir: bool, ignores: list[Ignore]) -> bool:
    """Whether git ignores a path whose folder it does not ignore: the nearest file that mentions it decides."""
    for folder, patterns in reversed(ignores):
        verdict = patterns.verdict(path[len(folder) :].lstrip(os.sep).replace(os.sep, "/"), is_dir)
        if verdict is not None:
            return verdict
    return False


def _comes_itself(real: str, start: str) -> bool:
    """Whether what a link leads to is met on its own path."""
    return real.startswith(os.path.join(start, "")) and may_be_ours(os.path.basename(real))


def _never_walked(path: str) -> bool:
    """Whether a file lies below a folder that is not looked into, on the way to it from here."""
    return not SKIPPED.isdisjoint(shown(path).split("/")[:-1])


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def may_be_ours(name: str) -> bool:
    """Whether a file of that name is worth opening."""
    lower = name.lower()
    return lower.endswith(_ENDINGS) or any(word in lower for word in _WORDS)
