"""A mapping of a Compose file with its keys by name, and the `KEY=value` settings that lists and mappings hold."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from dagdock.compose.interpolation import tokens
from dagdock.compose.values import Value
from dagdock.remembered import cached_property
from dagdock.text import Span, Text
from dagdock.yamltree import Entry, Mapping, Node, Scalar, Sequence, follow


class Setting:
    """One `KEY: value` or `- KEY=value` of `environment`, `labels`, `args` …; `span` is the entry or the list item.

    `value` is None where only the name is written: it comes from outside then. `node` is the list item, or the
    value in a mapping; `value.node` is the same where there is a value.
    """

    __slots__ = ("in_list", "name", "node", "span", "value")

    def __init__(self, name: Text, value: Value | None, span: Span, node: Node, in_list: bool) -> None:
        self.name = name
        self.value = value
        self.span = span
        self.node = node
        self.in_list = in_list

    @property
    def resolved(self) -> Text | None:
        """The value that is known to hold, else None."""
        return self.value.resolved if self.value else None

    def __repr__(self) -> str:
        return f"<Setting {self.span!r}>"


class Joined(Node):
    """Settings of one file in a list and of another in a mapping, added up."""

    __slots__ = ("parts",)

    def __init__(self, base: Node, over: Node) -> None:
        super().__init__(over.source, over.start, over.end)
        self.parts = (base, over)


class Section:
    """A mapping: `entries` is the merged view (aliases and `<<` followed, other files merged in).

    What an anchor brings in keeps the place where it is written: the anchor's body.
    """

    def __init__(self, node: Node | None, env: Dict[str, str]) -> None:
        self.node = node
        self.env = env
        self._values: dict[str, Value | None] = {}
        self._sections: dict[str, Section | None] = {}

    @property
    def span(self) -> Span:
        assert self.node is not None
        return self.node.span

    @cached_property
    def entries(self) -> dict[str, Entry]:
        return entries_of(self.node)

    def has(self, key: str) -> bool:
        """Whether the key is there with something other than null."""
        return self.get(key) is not None

    def get(self, key: str) -> Node | None:
        """The node of a key, alias followed; None where the key is absent or null."""
        entry = self.entries.get(key)
        if entry is None:
            return None
        node = follow(entry.value)
        return None if is_null(node) else node

    def value(self, key: str) -> Value | None:
        """The scalar of a key; None where it is absent, null, or no scalar."""
        if key not in self._values:  # many rules ask for the same few
            node = self.get(key)
            self._values[key] = Value(node, self.env) if isinstance(node, Scalar) else None
        return self._values[key]

    def values(self, key: str) -> list[Value]:
        """The scalars of a list (a single scalar counts as a list of one); what is no scalar is left out."""
        return values_of(self.get(key), self.env)

    def section(self, key: str) -> Section | None:
        """The mapping of a key, None where it is absent or no mapping."""
        if key not in self._sections:
            node = self.get(key)
            self._sections[key] = Section(node, self.env) if isinstance(node, Mapping) else None
        return self._sections[key]

    def sections(self, key: str) -> list[Section]:
        """The mappings of a list; what is no mapping is left out."""
        return [Section(item, self.env) for item in items_of(self.get(key)) if isinstance(item, Mapping)]

    def settings(self, key: str) -> list[Setting]:
        """The settings of a key in either form, doubles included, in order."""
        return settings_of(self.get(key), self.env)


def is_null(node: Node | None) -> bool:
    """Whether nothing is written: no node, an empty plain scalar, `null` or `~`."""
    return node is None or (
        isinstance(node, Scalar) and node.style == "plain" and node.value in ("", "~", "null", "Null", "NULL")
    )


def entries_of(node: Node | None) -> dict[str, Entry]:
    """The entries of a mapping by name, `<<` filled in, without what `!reset` takes away."""
    node = follow(node)
    if not isinstance(node, Mapping):
        return {}
    return {name: entry for name, entry in node.merged().items() if entry.value.tag != "!reset"}


def items_of(node: Node | None) -> list[Node]:
    """The items of a list, aliases followed; a single scalar counts as a list of one."""
    node = follow(node)
    if isinstance(node, Sequence):
        return [item for item in map(follow, node.items) if item is not None]
    return [node] if isinstance(node, Scalar) and not is_null(node) else []


def values_of(node: Node | None, env: Dict[str, str]) -> list[Value]:
    return [Value(item, env) for item in items_of(node) if isinstance(item, Scalar)]


def settings_of(node: Node | None, env: Dict[str, str]) -> list[Setting]:
    node = follow(node)
    if isinstance(node, Joined):
        base, over = (settings_of(part, env) for part in node.parts)
        names = {setting.name for setting in over}
        return [setting for setting in base if setting.name not in names] + over
    if isinstance(node, Mapping):
        return [_of_entry(entry, env) for entry in entries_of(node).values()]
    return [_of_item(item, env) for item in items_of(node) if isinstance(item, Scalar)]


def _of_entry(entry: Entry, env: Dict[str, str]) -> Setting:
    node = follow(entry.value)
    value = Value(node, env) if isinstance(node, Scalar) and not is_null(node) else None
    return Setting(entry.name, value, entry.span, node or entry.value, False)


def _of_item(item: Scalar, env: Dict[str, str]) -> Setting:
    text, mapped = item.value, item.mapped()
    sign = _equals_sign(text)
    if sign < 0:
        return Setting(mapped.piece(0, len(text)), None, item.inner, item, True)
    value = Value(item, env, mapped.part(sign + 1, len(text)))
    return Setting(mapped.piece(0, sign), value, item.inner, item, True)


def _equals_sign(text: str) -> int:
    """The `=` behind the name, none that stands inside a variable."""
    if "$" not in text:
        return text.find("=")
    for token in tokens(text):
        if token.kind == "text" and (sign := text.find("=", token.start, token.end)) >= 0:
            return sign
    return -1
