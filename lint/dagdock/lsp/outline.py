"""Outline: what a file is made of, as a tree of symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from dagdock.text import Span

if TYPE_CHECKING:
    from dagdock.project import Document

# fmt: off
Kind = Literal[
    "stage", "instruction", "variable", "section", "service", "network", "volume", "secret", "config", "key",
    "dag", "group", "task",
]
# fmt: on


class Symbol(NamedTuple):
    """One thing of a file: `span` is all of it, `name_span` (inside `span`) where its name stands.

    The spans of `children` lie inside `span`.
    """

    name: str
    kind: Kind
    detail: str
    span: Span
    name_span: Span
    children: list[Symbol]


def outline(document: Document) -> list[Symbol]:
    """The symbols of a document, in the order of the file; of a broken one those that could be read."""
    return []
