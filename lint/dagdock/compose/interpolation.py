"""Variables in Compose texts: `$V`, `${V:-default}`, `$$`, found and filled in as Compose does."""

from __future__ import annotations

from dagdock.text import Span, Text


class Interpolation:
    """A use of a variable, `span` from `$` to the closing brace."""

    __slots__ = ("argument", "name", "operator", "span")
    name: Text
    operator: str  # "", ":-", "-", ":?", "?", ":+" or "+"
    argument: Text | None  # the text behind the operator, not filled in
    span: Span

    @property
    def has_default(self) -> bool:
        raise NotImplementedError

    @property
    def is_required(self) -> bool:
        """Whether Compose stops with a message where the variable is not set (`:?` and `?`)."""
        raise NotImplementedError
