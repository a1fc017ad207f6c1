"""What is wrong with the syntax of a Dockerfile; each kind of fault is the name of the rule that reports it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.text import Span

if TYPE_CHECKING:
    from dagdock.dockerfile.document import Dockerfile
    from dagdock.dockerfile.instructions import Instruction


class Fault:
    """Something that Docker refuses or will not read as it was meant.

    `kind` is the name of the rule that reports it, `message` what to say. `replacement` is what was probably meant,
    to be put in place of `span`; None where that would be a guess.
    """

    __slots__ = ("instruction", "kind", "message", "related", "replacement", "span")

    def __init__(
        self,
        kind: str,
        span: Span,
        message: str,
        replacement: str | None = None,
        instruction: Instruction | None = None,
        related: Span | None = None,
    ) -> None:
        self.kind = kind
        self.span = span
        self.message = message
        self.replacement = replacement
        self.instruction = instruction
        self.related = related

    def __repr__(self) -> str:
        return f"Fault({self.kind!r}, {self.span!r})"


def faults_of(dockerfile: Dockerfile) -> list[Fault]:
    """All faults of a file, in order of their places."""
    return []
