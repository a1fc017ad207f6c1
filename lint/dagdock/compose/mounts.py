"""Entries of a service's `volumes:` in the short and the long form."""

from __future__ import annotations

from typing import Literal

from dagdock.text import Span, Text
from dagdock.yamltree import Node


class VolumeMount:
    """One entry of a service's `volumes`; `span` is the item without its quotes. None always means: not known."""

    node: Node
    span: Span
    form: Literal["short", "long"]
    type: str | None  # "volume", "bind", "tmpfs", "npipe", "cluster", "image"
    source: Text | None  # variables filled in; "" where none is written
    raw_source: Text | None  # as written; None where none is written
    target: Text | None
    raw_target: Text | None
    options: list[Text]  # `ro`, `z`, `rshared` … of the short form
    read_only: bool | None
    error: str | None  # why Compose refuses the entry, in plain words

    @property
    def is_bind(self) -> bool | None:
        raise NotImplementedError

    @property
    def is_named(self) -> bool | None:
        """Whether it mounts a named volume: one that needs an entry under the top-level `volumes`."""
        raise NotImplementedError

    @property
    def is_anonymous(self) -> bool | None:
        raise NotImplementedError
