"""Putting the entries of a mapping or the items of a list in order, each with the comments that belong to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from dagdock.api import Alias, Edit, Entry, Fix, Mapping, Node, Scalar, Source, Span
from dagdock.api import Sequence as List


class Piece(NamedTuple):
    """An entry or item with its lines: from its comments to its last sign, the newline left out."""

    start: int
    end: int


Part = Entry | Node


def first_out_of_order(parts: Sequence[Part], key: Callable[[Any], Any]) -> Part | None:
    """The first one that should stand before the one above it; None where all are in order."""
    keys = [key(part) for part in parts]
    return next((parts[place] for place in range(1, len(parts)) if keys[place] < keys[place - 1]), None)


def in_order(title: str, body: Mapping | List, key: Callable[[Any], Any], safety: Any = "safe") -> Fix | None:
    """Put what is in a mapping or a list in order; None where a comment or an alias would lose its place."""
    parts: list[Any] = list(body.entries if isinstance(body, Mapping) else body.items)
    order = sorted(range(len(parts)), key=lambda place: key(parts[place]))
    if not _keeps_anchors(body, parts, order):
        return None
    if body.flow:
        return _in_flow(title, body, parts, order, safety)
    return Fix(title, lambda: _moved(body.source, parts, order), safety) if _moved(body.source, parts, order) else None


def _in_flow(title: str, body: Node, parts: list[Any], order: list[int], safety: Any) -> Fix | None:
    if "#" in body.span.text:
        return None
    spans = [_span(part) for part in parts]
    return Fix(title, [Edit(span, spans[place].text) for span, place in zip(spans, order, strict=True)], safety)


def _moved(source: Source, parts: list[Any], order: list[int]) -> list[Edit]:
    pieces = _pieces(source, parts)
    if pieces is None:
        return []
    text = source.text
    gaps = [text[one.end : other.start] for one, other in itertools.pairwise(pieces)]
    if any(gap.strip() for gap in gaps):
        return []
    moved = [text[pieces[place].start : pieces[place].end] for place in order]
    new = moved[0] + "".join(gap + piece for gap, piece in zip(gaps, moved[1:], strict=True))
    return [Edit(Span(source, pieces[0].start, pieces[-1].end), new)]


def _pieces(source: Source, parts: list[Any]) -> list[Piece] | None:
    """The lines of each; None where two share a line, or a comment belongs to none of them for sure."""
    found: list[Piece] = []
    spans = [_span(part) for part in parts]
    for place, span in enumerate(spans):
        line = source.position(span.start).line
        margin = source.text[source.line_span(line).start : span.start]
        if margin.strip(" -") or "|+" in span.text or ">+" in span.text:
            return None
        column = len(margin) - len(margin.lstrip())
        limit = source.position(spans[place - 1].end).line if place else max(0, line - 50)
        while line - 1 > limit and _is_comment(source, line - 1, column):
            line -= 1
        if place == 0 and line != source.position(span.start).line:
            line = source.position(span.start).line  # a comment at the top is about all of them
        found.append(Piece(source.line_span(line).start, _end(source, parts[place])))
    if not source.text.endswith(("\n", "\r")) and spans and _ends_in_block(parts[-1]):
        return None  # the newline that it lacks at the end of the file would be a part of its text anywhere else
    return [
        _with_tail(source, piece, found[place + 1].start)
        if place + 1 < len(found)
        else _with_tail(source, piece, source.line_span(source.position(piece.end).line).end)
        for place, piece in enumerate(found)
    ]


def _ends_in_block(part: Part) -> bool:
    """Whether a text in block form (`|`, `>`) is the last that stands in it."""
    last = max(_nodes(part), key=lambda node: (node.end, node.begin))
    return isinstance(last, Scalar) and last.is_block


def _is_comment(source: Source, line: int, column: int) -> bool:
    text = source.line_span(line).text
    return text.lstrip().startswith("#") and len(text) - len(text.lstrip()) == column


def _with_tail(source: Source, piece: Piece, limit: int) -> Piece:
    """With the rest of its last line and the comments below it that are indented deeper than its first line."""
    text = source.text
    first = source.line_span(source.position(piece.start).line).text
    column = len(first) - len(first.lstrip(" "))
    end = min(source.line_span(source.position(max(piece.end - 1, 0)).line).end, limit)
    end = piece.start + len(text[piece.start : end].rstrip("\r\n"))
    line = source.position(end).line + 1
    while source.line_span(line - 1).end < limit:
        line_text = source.line_span(line).text
        is_deeper = len(line_text) - len(line_text.lstrip()) > column
        if not line_text.lstrip().startswith("#") or not is_deeper or source.line_span(line).start >= limit:
            break
        end = source.line_span(line).end
        line += 1
    return Piece(piece.start, end)


def _span(part: Any) -> Span:
    if isinstance(part, Entry):
        return part.span
    return Span(part.source, part.begin, part.end)


def _end(source: Source, part: Any) -> int:
    span = _span(part)
    return span.start + len(span.text.rstrip())


def _keeps_anchors(body: Node, parts: list[Any], order: list[int]) -> bool:
    """Whether each alias still stands behind its anchor."""
    if "&" not in body.span.text:
        return True
    new = {place: position for position, place in enumerate(order)}
    anchors: dict[str, int] = {}
    aliases: list[tuple[str, int]] = []
    for place, part in enumerate(parts):
        for node in _nodes(part):
            if node.anchor is not None:
                if node.anchor in anchors:
                    return False
                anchors[str(node.anchor)] = place
            if isinstance(node, Alias):
                aliases.append((str(node.name), place))
    return all(new[anchors[name]] <= new[place] for name, place in aliases if name in anchors)


def _nodes(part: Any) -> list[Node]:
    waiting: list[Node] = [part.key, part.value] if isinstance(part, Entry) else [part]
    found: list[Node] = []
    while waiting:
        node = waiting.pop()
        found.append(node)
        if isinstance(node, Mapping):
            waiting += [child for entry in node.entries for child in (entry.key, entry.value)]
        elif isinstance(node, List):
            waiting += node.items
    return found


def text_of(part: Any) -> str:
    """What a key or an item is sorted by."""
    if isinstance(part, Entry):
        return str(part.name)
    return part.value if isinstance(part, Scalar) else ""
