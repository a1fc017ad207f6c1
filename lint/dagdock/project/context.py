"""A Docker build context: the folder a build sees, and what its ignore file leaves of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.facts import Facts

if TYPE_CHECKING:
    from dagdock.ignorefile import IgnoreFile
    from dagdock.text import Span


class BuildContext:
    """The folder that a Dockerfile is built from.

    Paths are relative to the context, as COPY writes them: a leading `/` and `..` lead no further than its root.

    `folder` is relative to the project's root. `stated` is the place that names it (`build` of a Compose service);
    None where it is only taken from where the Dockerfile and the sources it copies stand.
    """

    __slots__ = ("_facts", "folder", "ignore_file", "stated")

    def __init__(self, facts: Facts, folder: str, ignore_file: IgnoreFile | None, stated: Span | None) -> None:
        self._facts = facts
        self.folder = folder
        self.ignore_file = ignore_file
        self.stated = stated

    @property
    def root_listing(self) -> list[str]:
        """The names in the context's root, sorted, ignored ones too."""
        raise NotImplementedError

    def exists(self, path: str) -> bool | None:
        """Whether a file or folder is there, ignored or not; None where that cannot be known (a submodule that is not
        checked out, a path behind a link that leaves the project)."""
        raise NotImplementedError

    def matches(self, pattern: str) -> list[str]:
        """The files and folders that a COPY source means, as Docker's `filepath.Match` has it, ignored ones too."""
        raise NotImplementedError

    def ignored(self, path: str) -> bool:
        """Whether the ignore file keeps it out of the build: a file, or a folder of which nothing is left."""
        raise NotImplementedError

    def files(self) -> list[str]:
        """The files that are sent to the build: all below the folder that are not ignored."""
        raise NotImplementedError
