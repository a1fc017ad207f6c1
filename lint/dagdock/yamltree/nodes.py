"""The nodes of a YAML file: what is written, and where."""

from __future__ import annotations

from collections.abc import Iterator
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

    def __repr__(self) -> str:
        return f"<{self.kind} {self.span!r}: {self.message}>"


class Node:
    """A value in the tree. `span` is its content, without the `&anchor` and `!tag` before it.

    `begin` is where those properties begin (the content where there are none). A tag is kept as it is written.
    """

    __slots__ = ("anchor", "begin", "end", "source", "start", "tag")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.begin = self.start = start
        self.end = end
        self.anchor: Text | None = None
        self.tag: Text | None = None

    @property
    def span(self) -> Span:
        return Span(self.source, self.start, self.end)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.span!r}>"


class Scalar(Node):
    """`value` is the text as YAML gives it (unquoted, folded); `span` has the quotes or the block header in it."""

    __slots__ = ("style", "value")

    def __init__(self, source: Source, start: int, end: int, value: str, style: Style) -> None:
        super().__init__(source, start, end)
        self.value = value
        self.style: Style = style

    @property
    def raw(self) -> str:
        """The text of the file, with quotes or block header."""
        return self.source.text[self.start : self.end]

    @property
    def is_block(self) -> bool:
        """Whether it is written as a block behind `|` or `>`."""
        return self.style in ("literal", "folded")

    @property
    def inner(self) -> Span:
        """The place of the text without its quotes or block header."""
        start, end = self.start, self.end
        if self.style == "plain":  # as most are
            return Span(self.source, start, end)
        if self.style in ("single", "double"):
            return Span(self.source, start + 1, max(start + 1, end - 1))
        if self.is_block:
            text = self.source.text
            start = text.find("\n", start, end) + 1 or end
            start += len(text[start:end]) - len(text[start:end].lstrip())
        return Span(self.source, start, end)

    @property
    def text(self) -> Text:
        """`value` with the place of the text without its quotes."""
        return Text(self.value, self.inner)

    def mapped(self) -> Mapped:
        """`value` with the place of each of its characters."""
        inner = self.inner
        if inner.text == self.value:
            return Mapped(self.source, [(inner.start, self.value)])
        from dagdock.yamltree.pieces import pieces_of

        return Mapped(self.source, pieces_of(self) or [(inner.start, "")])


class Sequence(Node):
    """A list; `flow` says whether it is written as `[a, b]`."""

    __slots__ = ("flow", "items")

    def __init__(self, source: Source, start: int, end: int, flow: bool) -> None:
        super().__init__(source, start, end)
        self.flow = flow
        self.items: list[Node] = []


class Entry:
    """One `key: value` of a mapping. `span` runs from the key to the end of the value."""

    __slots__ = ("key", "value")

    def __init__(self, key: Node, value: Node) -> None:
        self.key = key
        self.value = value

    @property
    def name(self) -> Text:
        """The key's text, its place without quotes (empty for a key that is no scalar)."""
        key = follow(self.key)
        if isinstance(key, Scalar):
            return Text(key.value, key.inner if key is self.key else self.key.span)
        return Text("", self.key.span)

    @property
    def span(self) -> Span:
        return Span(self.key.source, self.key.begin, max(self.value.end, self.key.end))

    @property
    def is_merge(self) -> bool:
        """Whether this is the merge key `<<` (a quoted one is a key like any other)."""
        return isinstance(self.key, Scalar) and self.key.value == "<<" and self.key.style == "plain"

    def __repr__(self) -> str:
        return f"<Entry {self.span!r}>"


class Mapping(Node):
    """Entries in the order they are written, doubles included."""

    __slots__ = ("_merged", "entries", "flow")

    def __init__(self, source: Source, start: int, end: int, flow: bool) -> None:
        super().__init__(source, start, end)
        self.flow = flow
        self.entries: list[Entry] = []
        self._merged: dict[str, Entry] | None = None

    def get(self, name: str) -> Node | None:
        """The value of a key (the last where there are several), `<<` and aliases followed."""
        entry = self.merged().get(name)
        return follow(entry.value) if entry else None

    def merged(self) -> dict[str, Entry]:
        """The entries by name with those of `<<` filled in; of a key written twice the last one holds.

        What is written here wins over `<<`, and an earlier mapping in a list of `<<` over a later one.
        """
        if self._merged is None:
            found: dict[str, Entry] = {}
            brought: dict[str, Entry] = {}
            for entry in self.entries:
                if entry.is_merge:
                    for mapping in _brought_in(entry.value):
                        for name, other in mapping.merged().items():
                            brought.setdefault(name, other)
                elif isinstance(key := follow(entry.key), Scalar):
                    found[key.value] = entry
            for name, entry in brought.items():
                found.setdefault(name, entry)
            self._merged = found
        return self._merged


def _brought_in(value: Node) -> list[Mapping]:
    """The mappings that a `<<` names: one or a list of them."""
    node = follow(value)
    found = [follow(item) for item in node.items] if isinstance(node, Sequence) else [node]
    return [mapping for mapping in found if isinstance(mapping, Mapping)]


class Alias(Node):
    """`*name`: its own place, and the node that it stands for (None where there is no such anchor)."""

    __slots__ = ("name", "target")

    def __init__(self, source: Source, start: int, end: int, name: Text, target: Node | None) -> None:
        super().__init__(source, start, end)
        self.name = name
        self.target = target


class Document:
    """One of the documents of a file; `root` is None where there is nothing in it."""

    __slots__ = ("root",)

    def __init__(self) -> None:
        self.root: Node | None = None


class Tree:
    """All that was read of a file, as far as it could be read."""

    __slots__ = ("_comment_lines", "_comments", "documents", "faults", "odd_keys", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.documents: list[Document] = []
        self.faults: list[Fault] = []
        self.odd_keys: list[Sequence | Mapping] = []  # lists and mappings that stand where a key does
        self._comments: list[Text] | None = None
        self._comment_lines: dict[int, Text] | None = None

    def nodes(self) -> Iterator[Node]:
        """Every node that is written in the file, keys included, in order; aliases are not followed."""
        for document in self.documents:
            if document.root:
                yield from walk(document.root)

    @property
    def comments(self) -> list[Text]:
        """Every comment from its `#` to the end of its line, in order."""
        if self._comments is None:
            from dagdock.yamltree.comments import comments_of

            self._comments = comments_of(self)
        return self._comments

    def comments_above(self, entry: Entry) -> list[Text]:
        """The comment lines directly above a key and indented as it is: they belong to it."""
        from dagdock.yamltree.comments import above

        if self._comment_lines is None:
            self._comment_lines = {comment.span.line: comment for comment in self.comments}
        return above(entry, self._comment_lines)


def follow(node: Node | None) -> Node | None:
    """The node that is meant: an alias's target, any other node itself."""
    while isinstance(node, Alias):
        node = node.target
    return node


def walk(node: Node) -> Iterator[Node]:
    """A node and all that is written inside it, keys included, in order; aliases are not followed."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Sequence):
            waiting += reversed(node.items)
        elif isinstance(node, Mapping):
            for entry in reversed(node.entries):
                waiting += (entry.value, entry.key)
