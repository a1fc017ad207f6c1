"""Loops and comprehensions around a place, how often they run, and how many things a place therefore makes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from dagdock.dag.values import Value
from dagdock.text import Span

if TYPE_CHECKING:
    from dagdock.dag.flow import Origin
    from dagdock.dag.module import DagModule


class Loop:
    """A `for`, a `while` or one `for` of a comprehension.

    `size` is how often it runs (an int where known). `origin` is where its items come from, traced through
    assignments (None for `while`). `span` is the iterable (the condition of a `while`).
    """

    __slots__ = ("iterable", "kind", "module", "node", "target")
    kind: Literal["for", "while", "comprehension"]

    def __init__(self, module: DagModule, node: ast.AST, kind: Literal["for", "while", "comprehension"]) -> None:
        self.module = module
        self.node = node
        self.kind = kind

    @property
    def size(self) -> Value:
        raise NotImplementedError

    @property
    def origin(self) -> Origin | None:
        raise NotImplementedError

    @property
    def names(self) -> list[str]:
        """The names that the loop binds."""
        raise NotImplementedError

    @property
    def span(self) -> Span:
        raise NotImplementedError


class Count:
    """How often something happens: at least `low`, at most `high` (None: nobody knows), and the loops behind it."""

    __slots__ = ("high", "loops", "low")

    def __init__(self, low: int, high: int | None, loops: tuple[Loop, ...] = ()) -> None:
        self.low = low
        self.high = high
        self.loops = loops

    @property
    def exact(self) -> bool:
        return self.low == self.high
