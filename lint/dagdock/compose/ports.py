"""Entries of `ports:` in the short and the long form."""

from __future__ import annotations

from typing import Literal

from dagdock.text import Span, Text
from dagdock.yamltree import Node


class PortRange:
    """One port or a range of them; `first` equals `last` for one."""

    __slots__ = ("first", "last", "span")
    first: int
    last: int
    span: Span

    def overlaps(self, other: PortRange) -> bool:
        raise NotImplementedError


class Port:
    """One entry of `ports`; `span` is the item without its quotes. None always means: not known."""

    node: Node
    span: Span
    form: Literal["short", "long"]
    raw: Text  # the short form as written; empty for the long form
    host_ip: Text | None  # "" where none is written (all addresses)
    publishes: bool | None  # whether a host port is written (without one, Docker takes a free one)
    published: PortRange | None  # None where none is written, too
    target: PortRange | None
    protocol: Text | None  # "tcp" where none is written
    error: str | None  # why Compose refuses the entry, in plain words
