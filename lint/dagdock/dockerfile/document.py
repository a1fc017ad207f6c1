"""A whole Dockerfile: directives, comments, instructions, stages, and what is wrong with its syntax."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagdock.dockerfile.instructions import Arg, Instruction
from dagdock.dockerfile.stages import Stage
from dagdock.rule import Kind
from dagdock.text import Source, Span, Text


class Directive:
    """`# syntax=…`, `# escape=…` or `# check=…` at the top; `name` lower-case, `span` the comment."""

    name: Text
    value: Text
    span: Span


class Comment:
    """A comment line; `text` without `#` and the blanks around, `span` from the `#` to the line's end."""

    text: Text
    span: Span


class Token:
    """One piece of the file; all of them together are the file."""

    kind: str
    text: str
    span: Span


class Fault:
    """Something wrong with the syntax; `kind` is the name of the rule that reports it."""

    kind: str
    span: Span
    message: str
    nearest: str | None  # what was probably meant, to be put in place of `span`
    related: Span | None
    instruction: Instruction | None


class Dockerfile:
    """A parsed Dockerfile."""

    kind: ClassVar[Kind] = "dockerfile"
    source: Source
    span: Span
    escape: str
    directives: list[Directive]
    comments: list[Comment]  # all of them, those inside instructions too
    instructions: list[Instruction]
    stages: list[Stage]
    global_args: list[Arg]

    @property
    def tokens(self) -> list[Token]:
        raise NotImplementedError

    @property
    def faults(self) -> list[Fault]:
        raise NotImplementedError

    def faults_of(self, kind: str) -> Iterator[Fault]:
        raise NotImplementedError

    def walk(self) -> Iterator[Dockerfile | Stage | Instruction]:
        """The file, its stages, its instructions with the triggers of ONBUILD."""
        raise NotImplementedError

    def stage_named(self, name: str, before: Stage | None = None) -> Stage | None:
        """The stage of that name (any case) or index, only among those before a stage when one is given."""
        raise NotImplementedError


def parse(source: Source) -> Dockerfile:
    """The model of a Dockerfile; never raises, whatever the text."""
    raise NotImplementedError
