"""A Dockerfile cut into tokens: every code point in exactly one, so that they print back as the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from dagdock.dockerfile.instructions import Onbuild
from dagdock.dockerfile.lexer import SPACES
from dagdock.text import BOM, Span

if TYPE_CHECKING:
    from dagdock.dockerfile.document import Dockerfile
    from dagdock.dockerfile.instruction import Instruction

Kind = Literal[
    "bom",
    "directive",
    "comment",
    "keyword",
    "flag-name",
    "flag-value",
    "word",
    "punctuation",
    "heredoc-opener",
    "heredoc-body",
    "heredoc-terminator",
    "continuation",
    "space",
    "newline",
]
_Mark = tuple[int, int, Kind]


class Token:
    """One piece of the file. A word or keyword that is continued on the next line is several tokens."""

    __slots__ = ("kind", "span")

    def __init__(self, kind: Kind, span: Span) -> None:
        self.kind: Kind = kind
        self.span = span

    @property
    def text(self) -> str:
        return self.span.text

    def __repr__(self) -> str:
        return f"Token({self.kind}, {self.text!r})"


def tokens_of(dockerfile: Dockerfile) -> list[Token]:
    """All tokens in order: what the model knows, and between that white space, continuations and punctuation."""
    source = dockerfile.source
    marks: list[_Mark] = [(each.span.start, each.span.end, "comment") for each in dockerfile.comments]
    marks += [(each.span.start, each.span.end, "directive") for each in dockerfile.directives]
    for instruction in dockerfile.instructions:
        marks += _marks_of(instruction)
    marks.sort()
    tokens: list[Token] = []
    position = 0
    for start, end, kind in marks:
        start = max(start, position)  # a heredoc's opener is part of a word
        if start < end:
            tokens += _gap(dockerfile, position, start)
            tokens.append(Token(kind, Span(source, start, end)))
            position = end
    tokens += _gap(dockerfile, position, len(source.text))
    return tokens


def _marks_of(instruction: Instruction) -> Iterator[_Mark]:
    code = [(origin, origin + len(text)) for origin, text in instruction.logical.code.pieces()]
    for span, kind in _parts_of(instruction):
        # What is continued on another line is cut where continuations, comments and blank lines stand.
        first = max(bisect_right(code, (span.start, len(span.source.text))) - 1, 0)
        for start, end in code[first:]:
            if start >= span.end:
                break
            if start < span.end and span.start < end:
                yield max(start, span.start), min(end, span.end), kind
    for heredoc in instruction.heredocs:
        start = heredoc.span.start
        for text in heredoc.span.text.splitlines(keepends=True):
            yield start, start + len(text), "heredoc-body"
            start += len(text)
        if heredoc.terminator:
            yield heredoc.terminator.start, heredoc.terminator.end, "heredoc-terminator"


def _parts_of(instruction: Instruction) -> Iterator[tuple[Span, Kind]]:
    """Keyword, flags and arguments of an instruction, for ONBUILD with those of its trigger."""
    current: Instruction | None = instruction
    while current is not None:
        yield current.keyword.span, "keyword"
        for flag in current.flags:
            yield flag.span.to(flag.name), "flag-name"
            if flag.word is not None:
                yield flag.word.span, "flag-value"
        if isinstance(current, Onbuild):
            current = current.inner
            continue
        openers = [heredoc.opener for heredoc in current.heredocs]
        for opener in openers:
            yield opener, "heredoc-opener"
        for word in current.words:
            yield from ((span, "word") for span in _without(word.span, openers))
        current = None


def _without(span: Span, holes: list[Span]) -> Iterator[Span]:
    position = span.start
    for hole in holes:
        if position < hole.end and hole.start < span.end:
            yield Span(span.source, position, max(hole.start, position))
            position = hole.end
    yield Span(span.source, position, max(position, span.end))


def _gap(dockerfile: Dockerfile, start: int, end: int) -> Iterator[Token]:
    """What stands between two marks."""
    source, escape = dockerfile.source, dockerfile.escape
    text = source.text
    while start < end:
        stop = start + 1
        character = text[start]
        kind: Kind
        if character == BOM and start == 0:
            kind = "bom"
        elif character == "\n":
            kind = "newline"
        elif character == "\r" and stop < end and text[stop] == "\n":
            kind = "newline"
            stop += 1
        elif character in SPACES:
            kind = "space"
            while stop < end and text[stop] in SPACES and text[stop] not in "\r\n":
                stop += 1
        elif character == escape:
            kind = "continuation"
        else:
            kind = "punctuation"
        yield Token(kind, Span(source, start, stop))
        start = stop
