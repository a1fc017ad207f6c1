"""A piece of a source as people read it: numbered lines with the places underlined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dagdock.report.terminal import Terminal, cells, width_of, wrapped
from dagdock.text import Source, Span

HEAD, TAIL = 3, 1  # lines shown of a longer place in an excerpt
MIN_ROOM = 30


class Place(NamedTuple):
    """A stretch to underline, in a style of the terminal, with an optional word beside it."""

    span: Span
    style: str
    message: str = ""
    sign: str = "^"


class _Underline(NamedTuple):
    start: int
    end: int
    place: Place
    message: str


class _Bracket(NamedTuple):
    """The sign before one line of a place of several lines."""

    sign: str
    style: str


def excerpt(places: Sequence[Place], terminal: Terminal, indent: int = 2) -> list[str]:
    """The lines that `places` of one source touch, each underlined; the first place is the one that matters."""
    source = places[0].span.source
    return _numbered(source, places, [], terminal, indent) if source.text else []


def listing(source: Source, places: Sequence[Place], terminal: Terminal, indent: int = 2) -> list[str]:
    """A whole source with `places` underlined."""
    lines = len(source.line_starts) - (source.text.endswith("\n"))
    return _numbered(source, places, range(1, lines + 1), terminal, indent) if source.text else []


def _numbered(
    source: Source, places: Sequence[Place], lines: Sequence[int], terminal: Terminal, indent: int
) -> list[str]:
    """The given lines and those that `places` touch."""
    brackets: dict[int, _Bracket] = {}
    rows: dict[int, list[_Underline]] = {line: [] for line in lines}
    for place in places:
        span = _trimmed(place.span)
        first, last = source.position(span.start).line, source.position(span.end).line
        touched = [line for line in range(first, last + 1) if lines or line < first + HEAD or line > last - TAIL]
        bracketed = first != last and place.sign == "^" and not any(line in brackets for line in touched)
        for line in touched if bracketed else [first]:
            if bracketed:
                brackets[line] = _Bracket("┌" if line == first else "└" if line == last else "│", place.style)
            underline = _on_line(source, line, span, place)
            row = rows.setdefault(line, [])
            if not bracketed or _is_partial(source, line, underline):
                row.append(underline)
    return _drawn(source, rows, brackets, terminal, indent)


def _trimmed(span: Span) -> Span:
    """Without blank ends: a place that ends with a newline does not reach into the next line."""
    text = span.text.rstrip()
    return Span(span.source, span.start, span.start + len(text)) if text else Span(span.source, span.start, span.start)


def _on_line(source: Source, line: int, span: Span, place: Place) -> _Underline:
    """The part of `span` on a line, counted from the line's start; at least one character wide."""
    whole = source.line_span(line)
    start = max(span.start, whole.start) - whole.start
    end = max(min(span.end, whole.end) - whole.start, start)
    if span.start < whole.start:
        start += len(whole.text[:end]) - len(whole.text[:end].lstrip())
    message = place.message if whole.start <= span.start else ""
    return _Underline(start, max(end, start + 1), place, message)


def _is_partial(source: Source, line: int, underline: _Underline) -> bool:
    """Whether an underline covers only a part of what its line says."""
    text = source.line_span(line).text
    return bool(text[: underline.start].strip() or text[underline.end :].strip())


def _drawn(
    source: Source,
    rows: dict[int, list[_Underline]],
    brackets: dict[int, _Bracket],
    terminal: Terminal,
    indent: int,
) -> list[str]:
    digits = max(len(str(max(rows))), 3)
    margin = " " * indent
    bar = terminal.paint("│", "dim")
    room = max(terminal.width - indent - digits - 3 - (2 if brackets else 0), MIN_ROOM)
    drawn: list[str] = []
    previous = 0
    for line in sorted(rows):
        if previous and line > previous + 1:
            drawn.append(f"{margin}{'':{digits}} {terminal.paint('┆', 'dim')}")
        previous = line
        underlines = sorted(rows[line], key=lambda underline: underline.start)
        shown, shift, columns = _window(source.line_span(line).text, underlines, room)
        number = terminal.paint(f"{line:{digits}}", "dim")
        before = inner = "  " if brackets else ""
        if bracket := brackets.get(line):
            before = terminal.paint(bracket.sign, bracket.style) + " "
            inner = "  " if bracket.sign == "└" else terminal.paint("│", bracket.style) + " "
        drawn.append(f"{margin}{number} {bar} {before}{shown}")
        gutter = f"{margin}{'':{digits}} {bar} {inner}"
        for underline in underlines:
            start = min(columns[min(max(underline.start - shift, 0), len(columns) - 1)], room - 1)
            end = min(columns[min(max(underline.end - shift, 0), len(columns) - 1)], room)
            signs = terminal.paint(underline.place.sign * max(end - start, 1), underline.place.style)
            lines = _beside(underline.message, max(end, start + 1), room)
            drawn.append(f"{gutter}{' ' * start}{signs}{terminal.paint(lines[0], underline.place.style)}")
            drawn += [gutter + terminal.paint(more, underline.place.style) for more in lines[1:]]
    return drawn


def _beside(message: str, used: int, room: int) -> list[str]:
    """A message right of what is underlined, or below it where it is too long for that."""
    if used + 1 + width_of(message) <= room:
        return [f" {message}" if message else ""]
    return ["", *wrapped(message, room)]


def _window(text: str, underlines: Sequence[_Underline], room: int) -> tuple[str, int, list[int]]:
    """What is shown of a line that may be too long, around the first underlined place.

    Gives the text to print, the offset in the line of its first character, and for each character (and the end)
    the column it is printed at.
    """
    start = underlines[0].start if underlines else 0
    end = underlines[0].end if underlines else 0
    # A line may be a megabyte long: look at no more of it than can be shown.
    low = max(0, start - 2 * room)
    pieces = cells(text[low : max(end, start) + 2 * room] if end - start < room else text[low : start + 2 * room])
    cut_left, cut_right = low > 0, low + len(pieces) < len(text)
    total = sum(width for _, width in pieces)
    if not (cut_left or cut_right) and total <= room:
        return "".join(piece for piece, _ in pieces), 0, _columns(pieces)
    place = sum(width for _, width in pieces[start - low : end - low])
    wanted = max((room - 2 - place) // 3, room // 4)  # columns of context before the place
    first, used = start - low, 0
    while first > 0 and used + pieces[first - 1][1] <= wanted:
        first -= 1
        used += pieces[first][1]
    if not cut_left and sum(width for _, width in pieces[: end - low]) <= room - 1:
        first = 0
    cut_left = cut_left or first > 0
    left = "…" if cut_left else ""
    last, used = first, len(left)
    while last < len(pieces) and used + pieces[last][1] <= room - 1:
        used += pieces[last][1]
        last += 1
    right = "…" if cut_right or last < len(pieces) else ""
    kept = pieces[first:last]
    columns = [column + len(left) for column in _columns(kept)]
    return left + "".join(piece for piece, _ in kept) + right, low + first, columns


def _columns(pieces: Sequence[tuple[str, int]]) -> list[int]:
    columns = [0]
    for _, width in pieces:
        columns.append(columns[-1] + width)
    return columns
