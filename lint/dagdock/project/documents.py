"""The documents of a project, each parsed when it is first asked for and then remembered."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from posixpath import basename, dirname, join
from typing import TYPE_CHECKING

from dagdock.facts import Facts, inside
from dagdock.project.classify import Document, DocumentKind, Unreadable, classify, parse, read_source
from dagdock.project.overlays import BASES, base_above
from dagdock.remembered import cached_property
from dagdock.text import Located, Source

if TYPE_CHECKING:
    from dagdock.compose import ComposeFile
    from dagdock.dockerfile import Dockerfile
    from dagdock.project.inventory import Inventory

OVERRIDES = tuple(name.replace("compose.", "compose.override.") for name in BASES)


class Broken:
    """A file that cannot be read as what it is, and why in words for the user."""

    __slots__ = ("message", "path")

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = message


class Documents:
    """The files below one root. Paths are relative to it, with `/`; a document's source has the path to be shown."""

    def __init__(self, facts: Facts, working_directory: str | None = None, checked: Iterable[str] = ()) -> None:
        self.facts = facts
        self._checked = checked
        self._working_directory = working_directory or facts.root
        self._relative: dict[str, str | None] = {}
        self._root_shown: str | None = None
        self._documents: dict[str, Document | Broken | None] = {}
        self._opened: dict[DocumentKind, set[str]] = {"dockerfile": set(), "compose": set()}
        """What is open of the kinds that links lead to; there are too many DAG files to go through them each time."""
        self._only_named: set[str] = set()
        self.loaded_on: dict[str, str] = {}
        """The Compose files that are loaded on top of one in a folder above, with that one."""
        self._paths: dict[int, str] = {}
        self._texts: dict[str, Source | None] = {}

    @property
    def checked(self) -> list[str]:
        """The files that the run is about, by path."""
        return sorted(self._checked)

    def document(self, path: str) -> Document | Broken | None:
        """The document of a path; None where it is missing or nothing that dagdock reads."""
        clean = inside(path)
        if clean is None:
            return None
        if clean not in self._documents:
            content = self.facts.read(clean)
            kind = classify(clean, content) if content is not None else None
            if content is not None and kind:
                self._open(clean, content, kind)
                self._only_named.discard(clean)
        return self._documents.get(clean)

    def own_document(self, path: str) -> Document | Broken | None:
        """The document that a file is by its own name and content, whether or not another file names it as one.

        What is checked must not hang on which links have been followed before.
        """
        found = self.document(path)
        return None if inside(path) in self._only_named else found

    def take_for(self, path: str, kind: DocumentKind) -> None:
        """Have a file be what somebody who should know calls it, whatever its name and content say."""
        self._named(path, kind)
        self._only_named.discard(path)

    def path_of(self, where: Located) -> str | None:
        """The path of the document that something stands in; None where it is no file of this project."""
        return self._paths.get(id(where.span.source))

    def shown(self, path: str) -> str:
        """A path as the user sees it: relative to the working directory."""
        if not self.facts.root:
            return path
        if self._root_shown is None:
            root = os.path.relpath(self.facts.root, self._working_directory).replace(os.sep, "/")
            self._root_shown = "" if root == "." else f"{root}/"
        if self._root_shown.startswith("../") or inside(path) != path or path == ".":
            return os.path.relpath(os.path.join(self.facts.root, path), self._working_directory).replace(os.sep, "/")
        return self._root_shown + path

    def relative(self, shown: str) -> str | None:
        """The other way round: a shown or absolute path from the root; None where it is outside."""
        if not self.facts.root:
            return inside(shown)
        if shown not in self._relative:
            full = os.path.join(self._working_directory, shown)
            self._relative[shown] = inside(os.path.relpath(full, self.facts.root).replace(os.sep, "/"))
        return self._relative[shown]

    def exists(self, path: str) -> bool | None:
        """Whether a file or folder is there; None outside the root, and where it may be made outside the repository."""
        from dagdock.project.context import made_elsewhere

        clean = inside(path)
        if clean is None:
            return None
        if self.facts.is_file(clean) or self.facts.is_dir(clean):
            return True
        return None if made_elsewhere(self.facts, clean) else False

    def text(self, path: str) -> Source | None:
        """A file that is no document of ours (`requirements.txt`), as text; None where it cannot be read."""
        clean = inside(path)
        if clean is None:
            return None
        if clean not in self._texts:
            content = self.facts.read(clean)
            try:
                source = None if content is None else read_source(self.shown(clean), content)
            except Unreadable:
                source = None
            if source is not None:
                self._paths[id(source)] = clean
            self._texts[clean] = source
        return self._texts[clean]

    def forget(self, paths: Collection[str], *, listing: bool = False) -> None:
        """Work out anew what hangs on files that have changed; the documents of other files stay.

        `listing` says that files have come or gone.
        """
        gone = {path for path in paths if path in self._documents}
        # What a Compose file becomes hangs on others: its `.env`, what it includes and extends, what stands beside it.
        if listing or any(self._concerns_compose(path) for path in paths):
            gone |= {path for path, document in self._documents.items() if _is_compose(document)}
            self.__dict__.pop("project_directories", None)
        if listing:
            self.__dict__.pop("inventory", None)
        for path in gone:
            del self._documents[path]
            self.loaded_on.pop(path, None)
        for opened in self._opened.values():
            opened -= gone
        for path in paths:
            self._texts.pop(path, None)
        stale = gone.union(paths)
        self._paths = {number: path for number, path in self._paths.items() if path not in stale}

    def _concerns_compose(self, path: str) -> bool:
        document = self._documents.get(path)
        return not path.endswith(".py") and (document is None or _is_compose(document))

    @cached_property
    def inventory(self) -> Inventory:
        """The files that links may lead to, found by their names."""
        from dagdock.project.inventory import Inventory

        return Inventory(self.facts, self._checked)

    def compose_file(self, path: str) -> ComposeFile | None:
        """A Compose file that something names as one, whatever it is called."""
        from dagdock.compose import ComposeFile

        found = self._named(path, "compose")
        return found if isinstance(found, ComposeFile) else None

    def dockerfile(self, path: str) -> Dockerfile | None:
        """A Dockerfile that something names as one, whatever it is called."""
        from dagdock.dockerfile import Dockerfile

        found = self._named(path, "dockerfile")
        return found if isinstance(found, Dockerfile) else None

    def compose_files(self, may: Callable[[str, bytes], bool]) -> Iterator[ComposeFile]:
        """The Compose files that may be of interest by their path and content; no other is parsed."""
        _ = self.project_directories
        for path in sorted({*self.inventory.compose, *self.inventory.other_yaml, *self._opened["compose"]}):
            content = self.facts.read(path)
            if content and may(path, content):
                from dagdock.compose import ComposeFile  # only now: a project without one need not load the model

                found = self.document(path)
                if isinstance(found, ComposeFile):
                    yield found

    def dockerfiles(self, word: bytes) -> Iterator[Dockerfile]:
        """The Dockerfiles whose text holds `word`."""
        for path in sorted({*self.inventory.dockerfiles, *self._opened["dockerfile"]}):
            if word in (self.facts.read(path) or b""):
                from dagdock.dockerfile import Dockerfile

                found = self.document(path)
                if isinstance(found, Dockerfile):
                    yield found

    @cached_property
    def project_directories(self) -> list[ComposeFile]:
        """The files whose `include` says where relative paths of other files start; asked for, they have said so."""
        found = []
        for path in self.inventory.compose:
            if b"project_directory" in (self.facts.read(path) or b""):
                from dagdock.compose import ComposeFile

                file = self.document(path)
                if isinstance(file, ComposeFile) and file.include:
                    found.append(file)
        return found

    def environment(self, folder: str) -> dict[str, str]:
        """The values of the `.env` in a folder."""
        return self._values_in(join(folder, ".env"))

    def _values_in(self, path: str) -> dict[str, str]:
        from dagdock.project.dotenv import read_env

        content = self.facts.read(path)
        return read_env(content.decode("utf-8", "replace")) if content else {}

    def _named(self, path: str, kind: DocumentKind) -> Document | Broken | None:
        found = self.document(path)
        if found is None and (content := self.facts.read(path)) is not None:
            self._open(path, content, kind)
            self._only_named.add(path)
            found = self._documents[path]
        return found

    def _open(self, path: str, content: bytes, kind: DocumentKind) -> None:
        try:
            source = read_source(self.shown(path), content)
        except Unreadable as problem:
            self._documents[path] = Broken(path, str(problem))
            return
        self._paths[id(source)] = path
        if kind in self._opened:
            self._opened[kind].add(path)
        if kind != "compose":
            self._documents[path] = parse(source, kind)
            return
        from dagdock import compose

        base = base_above(self.facts, path, content)
        whole = False if base else self._stands_alone(path)
        file = compose.parse(source, self.environment(dirname(base or path)), self._load, whole, self._shown_values)
        if base:
            self.loaded_on[path] = base
            file.directory = dirname(self.shown(base))
        self._documents[path] = file

    def _load(self, shown: str) -> ComposeFile | None:
        path = self.relative(shown)
        return self.compose_file(path) if path else None

    def _shown_values(self, shown: str) -> dict[str, str]:
        path = self.relative(shown)
        return self._values_in(path) if path else {}

    def _stands_alone(self, path: str) -> bool | None:
        """Whether nothing is there that a Compose file could override; False for an override, None where unknown."""
        from dagdock.compose import bases_of

        if basename(path) in OVERRIDES:
            return False
        return None if any(self.facts.is_file(base) for base in bases_of(path)) else True


def _is_compose(document: Document | Broken | None) -> bool:
    return isinstance(document, Broken) or getattr(document, "kind", None) == "compose"
