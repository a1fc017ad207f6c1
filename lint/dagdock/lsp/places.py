"""Spans as an editor names them: lines and columns from 0, in the units that were agreed on."""

from __future__ import annotations

from lsprotocol.types import Position, Range

from dagdock.text import Encoding, Source, Span


def position(source: Source, offset: int, encoding: Encoding) -> Position:
    return Position(*source.editor_position(offset, encoding))


def range_of(span: Span, encoding: Encoding) -> Range:
    """The range of a span, counted in the text that the span is of."""
    return Range(position(span.source, span.start, encoding), position(span.source, span.end, encoding))


def encoding_of(kind: str | None) -> Encoding:
    """The units by the name that the protocol has for them; UTF-16 where nothing was agreed on."""
    return "utf-8" if kind == "utf-8" else "utf-32" if kind == "utf-32" else "utf-16"
