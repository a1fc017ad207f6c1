"""A mapping of a Compose file with its keys by name, and the `KEY=value` settings that lists and mappings hold."""

from __future__ import annotations

from dagdock.compose.values import Value
from dagdock.text import Span, Text
from dagdock.yamltree import Entry, Node


class Setting:
    """One `KEY: value` or `- KEY=value` of `environment`, `labels`, `args` …; `span` is the entry or the list item."""

    name: Text
    value: Value | None  # None where only the name is written: the value comes from outside
    span: Span
    in_list: bool  # the form `- KEY=value`
    node: Node  # the list item's scalar, or the value's node in a mapping


class Section:
    """A mapping: `entries` is the merged view (aliases and `<<` followed, other files merged in).

    What an anchor brings in keeps the place where it is written: the anchor's body.
    """

    entries: dict[str, Entry]
    span: Span

    def has(self, key: str) -> bool:
        """Whether the key is there with something other than null."""
        raise NotImplementedError

    def get(self, key: str) -> Node | None:
        """The node of a key, alias followed; None where the key is absent or null."""
        raise NotImplementedError

    def value(self, key: str) -> Value | None:
        """The scalar of a key; None where it is absent, null, or no scalar."""
        raise NotImplementedError

    def values(self, key: str) -> list[Value]:
        """The scalars of a list (a single scalar counts as a list of one); what is no scalar is left out."""
        raise NotImplementedError

    def section(self, key: str) -> Section | None:
        """The mapping of a key, None where it is absent or no mapping."""
        raise NotImplementedError

    def settings(self, key: str) -> list[Setting]:
        """The settings of a key in either form, doubles included, in order."""
        raise NotImplementedError
