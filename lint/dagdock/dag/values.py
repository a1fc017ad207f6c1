"""Constants worked out from an expression: known, or unknown with the reason."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from dagdock.text import Span

if TYPE_CHECKING:
    from dagdock.dag.module import DagModule

T = TypeVar("T")


class Known:
    """A value that the file alone settles.

    `value` is a plain Python object: str, bytes, int, float, bool, None, list, tuple, dict, set, range, and
    `datetime` objects (a named time zone other than UTC is a tzinfo with `key` and no offset). `node` is the
    expression where it is written (the literal behind a name), which is what `span` points at.
    """

    __slots__ = ("_module", "node", "value")
    known: Literal[True] = True

    def __init__(self, value: Any, node: ast.expr, module: DagModule) -> None:
        self.value = value
        self.node = node
        self._module = module

    @property
    def span(self) -> Span:
        return self._module.span(self.node)

    def get(self, kind: type[T]) -> T | None:
        """The value where it is of this type (True is no int), else None."""
        if isinstance(self.value, kind) and not (isinstance(self.value, bool) and kind is not bool):
            return self.value
        return None

    def __repr__(self) -> str:
        return f"Known({self.value!r})"


class Unknown:
    """A value that the file alone does not settle. `reason` says why in a few words, `node` is the part to blame."""

    __slots__ = ("_module", "node", "reason")
    known: Literal[False] = False

    def __init__(self, reason: str, node: ast.AST, module: DagModule) -> None:
        self.reason = reason
        self.node = node
        self._module = module

    @property
    def span(self) -> Span:
        return self._module.span(self.node)

    def get(self, kind: type[T]) -> T | None:
        """Always None: whoever asks for a str gets one only where it is known."""
        return None

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r})"


Value = Known | Unknown
