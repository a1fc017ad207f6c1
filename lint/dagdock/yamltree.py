"""YAML text → documents of nodes that know where they stand; what cannot be read becomes faults.

Nothing is interpreted here: scalars stay text, `<<` stays a key, a key written twice stays twice.
"""

from __future__ import annotations

from typing import Literal

from dagdock.rule import Related
from dagdock.text import Mapped, Source, Span, Text

Style = Literal["plain", "single", "double", "literal", "folded"]


class Fault:
    """Something in a file that is not as its format wants it: `kind` says what in one word, `message` in plain ones."""

    __slots__ = ("kind", "message", "related", "span")

    def __init__(self, kind: str, span: Span, message: str, related: tuple[Related, ...] = ()) -> None:
        self.kind = kind
        self.span = span
        self.message = message
        self.related = related


class Node:
    """A value in the tree. `span` is its content, without the `&anchor` and `!tag` before it."""

    __slots__ = ("anchor", "end", "source", "start", "tag")
    source: Source
    start: int
    end: int
    anchor: Text | None
    tag: Text | None

    @property
    def span(self) -> Span:
        return Span(self.source, self.start, self.end)


class Scalar(Node):
    """`value` is the text as YAML gives it (unquoted, folded); `span` has the quotes or the block header in it."""

    __slots__ = ("style", "value")
    value: str
    style: Style

    @property
    def raw(self) -> str:
        """The text of the file, with quotes or block header."""
        return self.span.text

    @property
    def text(self) -> Text:
        """`value` with the span of the text without its quotes."""
        raise NotImplementedError

    def mapped(self) -> Mapped:
        """`value` with the place of each of its characters."""
        raise NotImplementedError


class Sequence(Node):
    """A list; `flow` says whether it is written as `[a, b]`."""

    __slots__ = ("flow", "items")
    items: list[Node]
    flow: bool


class Entry:
    """One `key: value` of a mapping. `span` runs from the key to the end of the value."""

    __slots__ = ("key", "value")
    key: Node
    value: Node

    @property
    def name(self) -> Text:
        """The key's text, its place without quotes (empty for a key that is no scalar)."""
        raise NotImplementedError

    @property
    def span(self) -> Span:
        raise NotImplementedError


class Mapping(Node):
    """Entries in the order they are written, doubles included."""

    __slots__ = ("entries", "flow")
    entries: list[Entry]
    flow: bool

    def get(self, name: str) -> Node | None:
        """The value of a key written here (the last where there are several), aliases followed."""
        raise NotImplementedError

    def merged(self) -> dict[str, Entry]:
        """The entries by name with those of `<<` filled in; of a key written twice the last one holds."""
        raise NotImplementedError


class Alias(Node):
    """`*name`: its own place, and the node that it stands for (None where no such anchor exists)."""

    __slots__ = ("name", "target")
    name: Text
    target: Node | None


class Document:
    """One of the documents of a file; `root` is None where there is nothing in it."""

    __slots__ = ("root",)
    root: Node | None


class Tree:
    """All that was read of a file, as far as it could be read."""

    source: Source
    documents: list[Document]
    faults: list[Fault]

    @property
    def comments(self) -> list[Text]:
        """Every comment from its `#` to the end of its line, in order."""
        raise NotImplementedError

    def comments_above(self, entry: Entry) -> list[Text]:
        """The comment lines directly above a key, indented as the key is: they belong to it."""
        raise NotImplementedError


def follow(node: Node | None) -> Node | None:
    """The node that is meant: an alias's target, through any number of aliases."""
    raise NotImplementedError


def parse(source: Source) -> Tree:
    """Read YAML. Never raises: what is wrong is in `faults`, and the tree holds what stands before it."""
    raise NotImplementedError
