"""A Docker build context: the folder a build sees, and what its ignore file leaves of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from dagdock.facts import SKIPPED, Facts
from dagdock.ignorefile import WILDCARDS, Glob

if TYPE_CHECKING:
    from dagdock.ignorefile import IgnoreFile
    from dagdock.text import Span

# A ring of links makes `*/*/*/*` mean more paths than there are files.
_MAX_MATCHES = 2_000


class BuildContext:
    """The folder that a Dockerfile is built from.

    Paths are relative to the context, as COPY writes them: a leading `/` and `..` lead no further than its root.

    `folder` is relative to the project's root. `stated` is the place that names it (`build` of a Compose service);
    None where it is only taken from where the Dockerfile and the sources it copies stand, and then `certain` says
    whether they leave no doubt.
    """

    __slots__ = ("_facts", "certain", "folder", "ignore_file", "stated")

    def __init__(
        self,
        facts: Facts,
        folder: str,
        ignore_file: IgnoreFile | None = None,
        stated: Span | None = None,
        certain: bool = True,
    ) -> None:
        self._facts = facts
        self.folder = folder
        self.ignore_file = ignore_file
        """The ignore file in force: `<Dockerfile>.dockerignore`, else `.dockerignore` in the context's root; for a
        Containerfile `.containerignore` goes first."""
        self.stated = stated
        self.certain = certain

    @property
    def root_listing(self) -> list[str]:
        """The names in the context's root, sorted, ignored ones too."""
        return self._facts.names(self.folder)

    def path(self, source: str) -> str:
        """A source as a path relative to the project's root."""
        return normpath(join(self.folder, _inside(source)))

    def exists(self, source: str) -> bool | None:
        """Whether a COPY source finds anything, ignored or not.

        None where that cannot be known: git ignores it or a build script beside it names it, so it may be made before
        a build; it lies in a submodule that is not checked out; it holds wildcards, and BuildKit goes on without a
        word where these match nothing.
        """
        if self.matches(source):
            return True
        path = self.path(source)
        unknown = not WILDCARDS.isdisjoint(source) or made_elsewhere(self._facts, path)
        return None if unknown or self._named_by_a_script(path) else False

    def matches(self, source: str) -> list[str]:
        """The files and folders that a COPY source means, sorted, ignored ones too.

        Wildcards are those of Go's `filepath.Match`: `*` and `?` stay inside a name, there is no `**`.
        """
        clean = _inside(source)
        if clean == ".":
            return ["."]
        found = ["."]
        for part in clean.split("/"):
            found = list(islice(self._step(found, part), _MAX_MATCHES))
        return found

    def is_folder(self, source: str) -> bool:
        """Whether a path without wildcards is a folder."""
        return self._facts.is_dir(self.path(source))

    def ignored(self, source: str) -> bool:
        """Whether the ignore file keeps it out of the build: a file, or a folder of which nothing is left."""
        clean = _inside(source)
        if self.ignore_file is None or not self.ignore_file.ignored(clean):
            return False
        if not self.ignore_file.takes_back or not self._facts.is_dir(self.path(clean)):
            return True
        return not any(True for _ in self._sent(clean))

    def files(self) -> list[str]:
        """The files that are sent to the build: all below the folder that are not ignored.

        Folders that no project writes itself (`node_modules`, `.git`, `.venv` …) are not looked into.
        """
        return list(self._sent("."))

    def _step(self, folders: list[str], part: str) -> Iterator[str]:
        """What `part` (one name, perhaps with wildcards) means in each of the folders."""
        glob = None if WILDCARDS.isdisjoint(part) else Glob(part, deep=False)
        for folder in folders:
            names = self._facts.names(self.path(folder))
            for name in names if glob is None else filter(glob.matches, names):
                if glob is not None or name == part:
                    yield name if folder == "." else f"{folder}/{name}"

    def _named_by_a_script(self, path: str) -> bool:
        """Whether a Makefile or shell script in the context's root or the project's names the file or folder."""
        name = path.rpartition("/")[2].encode("utf-8", "replace")
        for folder in {self.folder, "."}:
            for script in self._facts.names(folder):
                if script.lower() in ("makefile", "gnumakefile", "justfile") or script.endswith((".sh", ".mk")):
                    content = self._facts.read(join(folder, script)) or b""
                    if re.search(rb"(?<![\w.-])" + re.escape(name) + rb"(?![\w-])", content):
                        return True
        return False

    def _sent(self, folder: str) -> Iterator[str]:
        ignore = self.ignore_file
        waiting = [folder]
        for current in waiting:
            below = set(self._facts.folders(self.path(current)))
            for name in self._facts.names(self.path(current)):
                path = name if current == "." else f"{current}/{name}"
                ignored = ignore is not None and ignore.ignored(path)
                if name not in below:
                    if not ignored:
                        yield path
                elif name not in SKIPPED and not (ignored and ignore and not ignore.takes_back):
                    waiting.append(path)


def made_elsewhere(facts: Facts, path: str) -> bool:
    """Whether a missing path may come into being outside the repository: git ignores it, or it is in a submodule."""
    return _git_ignores(facts, path) or _in_submodule(facts, path)


def _git_ignores(facts: Facts, path: str) -> bool:
    from dagdock.globs import Patterns

    folder = "."
    for part in ("", *dirname(path).split("/")):
        folder = normpath(join(folder, part))
        content = facts.read(join(folder, ".gitignore"))
        if content:
            patterns = Patterns(content.decode("utf-8", "replace").splitlines())
            relative = path if folder == "." else path[len(folder) + 1 :]
            if patterns.match(relative) or patterns.match(relative, is_dir=True):
                return True
    return False


def _in_submodule(facts: Facts, path: str) -> bool:
    folder = "."
    for part in ("", *dirname(path).split("/")):
        folder = normpath(join(folder, part))
        content = facts.read(join(folder, ".gitmodules"))
        for line in content.decode("utf-8", "replace").splitlines() if content else ():
            key, _, value = line.partition("=")
            place = normpath(join(folder, value.strip()))
            if key.strip() == "path" and f"{path}/".startswith(f"{place}/"):
                return not facts.names(place)
    return False


def _inside(source: str) -> str:
    """A COPY source as a clean path in the context: `/x`, `./x` and `../x` are all `x`."""
    return normpath(join("/", source)).lstrip("/") or "."
