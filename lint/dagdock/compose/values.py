"""A scalar of a Compose file as rules see it: as written, and after variables are filled in."""

from __future__ import annotations

from collections.abc import Mapping

from dagdock.compose import scalars
from dagdock.compose.interpolation import Filled, Interpolation, interpolations
from dagdock.compose.scalars import ScalarType
from dagdock.remembered import cached_property
from dagdock.text import Mapped, Span, Text
from dagdock.yamltree import Scalar

# Tags that leave the reading of a plain scalar as it is; any other makes it text.
PLAIN_TAGS = (None, "!!int", "!!float", "!!bool", "!!null", "!override")


class Value:
    """A scalar, or the part of one behind `KEY=` in a list.

    `span` is where the text stands with quotes left out, so that an edit there keeps them; `node` is the whole
    scalar with its quotes and its style.
    """

    def __init__(self, node: Scalar, env: Mapping[str, str], part: Mapped | None = None) -> None:
        self.node = node
        self.env = env
        self._part = part

    @cached_property
    def span(self) -> Span:
        return self._part.span(0, len(self._part.text)) if self._part else self.node.inner

    @cached_property
    def mapped(self) -> Mapped:
        """`raw` with the place of each of its characters."""
        return self._part or self.node.mapped()

    @property
    def raw(self) -> Text:
        """The text that YAML gives, without quotes, before variables are filled in."""
        return Text(self._written, self.span)

    @property
    def _written(self) -> str:
        return self._part.text if self._part else self.node.value

    @property
    def type(self) -> ScalarType:
        """What Compose takes the scalar for; whatever is quoted or holds a variable is text."""
        return self._read[0]

    @cached_property
    def resolved(self) -> Text | None:
        """The text that Compose works with: variables filled in, `012` as `10`, `1.10` as `1.1`.

        None where it is not known (a variable without value and default) or nothing is written (null).
        """
        kind, text = self._read
        return None if kind == "null" or text is None else Text(text, self.span)

    @cached_property
    def _read(self) -> tuple[ScalarType, str | None]:
        text = self._written
        if "$" in text:
            return "text", self.filled.text if self.filled.known else None
        if self._part or self.node.style != "plain" or self.node.tag not in PLAIN_TAGS:
            return "text", text
        return scalars.resolve(text)

    @cached_property
    def filled(self) -> Filled:
        """The text with its variables filled in, piece by piece."""
        return Filled(self.mapped, self.env)

    @cached_property
    def variables(self) -> list[Interpolation]:
        """The variables in the text, in order, those inside defaults included."""
        return interpolations(self.mapped) if "$" in self._written else []

    @property
    def boolean(self) -> bool | None:
        """True or false as Compose reads a boolean field (`yes`, `on`, `"true"` too), else None."""
        return scalars.boolean(self.resolved) if self.resolved is not None else None

    @property
    def integer(self) -> int | None:
        """The whole number, or None where it is not one or not known."""
        try:
            return int(self.resolved) if self.resolved is not None else None
        except ValueError:
            return None

    def __repr__(self) -> str:
        return f"<Value {self.span!r}>"
