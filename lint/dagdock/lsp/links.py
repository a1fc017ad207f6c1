"""Document links: places of a file that lead to another file, a folder, a stage or an image's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dagdock.text import Span

if TYPE_CHECKING:
    from dagdock.project import Document, Project


class Link(NamedTuple):
    """A place and where it leads: `target` is the absolute path of a file or folder, or an `https://` address.

    `line` (from 1, else 0) is the line to go to in that file; `tip` says what is there.
    """

    span: Span
    target: str
    tip: str
    line: int = 0


def links(document: Document, project: Project) -> list[Link]:
    """The links of a document of a project, in the order of the file. Nothing that is not there is among them."""
    return []
