"""A scalar of a Compose file as rules see it: as written, and after variables are filled in."""

from __future__ import annotations

from typing import Literal

from dagdock.compose.interpolation import Interpolation
from dagdock.text import Span, Text
from dagdock.yamltree import Scalar

ScalarType = Literal["null", "bool", "int", "float", "text"]


class Value:
    """A scalar, or the part of one behind `KEY=` in a list.

    `span` is where the text stands with quotes left out, so that an edit there keeps them; `node` is the whole
    scalar with its quotes and its style.
    """

    node: Scalar

    @property
    def span(self) -> Span:
        raise NotImplementedError

    @property
    def raw(self) -> Text:
        """The text that YAML gives, without quotes, before variables are filled in."""
        raise NotImplementedError

    @property
    def type(self) -> ScalarType:
        """What Compose takes the scalar for; whatever is quoted or holds a variable is text."""
        raise NotImplementedError

    @property
    def resolved(self) -> Text | None:
        """The text that Compose works with: variables filled in, `012` as `10`, `1.10` as `1.1`.

        None where it is not known (a variable without value and default) or nothing is written (null).
        """
        raise NotImplementedError

    @property
    def variables(self) -> list[Interpolation]:
        """The variables in the text, in order, those inside defaults included."""
        raise NotImplementedError

    @property
    def boolean(self) -> bool | None:
        """True or false as Compose reads a boolean field (`yes`, `on`, `"true"` too), else None."""
        raise NotImplementedError

    @property
    def integer(self) -> int | None:
        """The whole number, or None where it is not one or not known."""
        raise NotImplementedError
