"""Where each character of a scalar stands: quotes, escapes, folded lines and block indentation undone."""

from __future__ import annotations

from dagdock.yamltree.nodes import Scalar

Pieces = list[tuple[int, str]]  # offset in the file, text that comes from there

_BLANK = " \t\r\n"
_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_CODES = {"x": 2, "u": 4, "U": 8}


def pieces_of(scalar: Scalar) -> Pieces:
    """The pieces that `scalar.value` is made of, in order."""
    inner = scalar.inner
    if scalar.style == "literal":
        pieces = _literal(scalar)
    elif scalar.style == "folded":
        pieces = _folded(scalar)
    else:
        pieces = _flow(scalar.source.text, inner.start, inner.end, scalar.style)
    if "".join(part for _, part in pieces) == scalar.value:
        return pieces
    # A rarity that the pieces do not cover: the start is a right place for every character, if not the nearest.
    return [(inner.start, character) for character in scalar.value]


def _flow(text: str, position: int, end: int, style: str) -> Pieces:
    """A plain or quoted scalar, whose lines are folded."""
    found: Pieces = []
    while position < end:
        character = text[position]
        stop = position + 1
        if character in _BLANK:
            while stop < end and text[stop] in _BLANK:
                stop += 1
            found += _fold(text, position, stop)
        elif character == "'" and style == "single":
            found.append((position, "'"))
            stop += 1
        elif character == "\\" and style == "double":
            piece, stop = _escape(text, position, end)
            found += piece
        else:
            while stop < end and text[stop] not in " \t\r\n'\\":
                stop += 1
            found.append((position, text[position:stop]))
        position = stop
    return found


def _fold(text: str, start: int, end: int) -> Pieces:
    """White space inside a scalar: a line break is a blank, each further one a newline."""
    breaks = _breaks(text, start, end)
    if not breaks:
        return [(start, text[start:end])]
    return [(place, "\n") for place in breaks[1:]] or [(breaks[0], " ")]


def _breaks(text: str, start: int, end: int) -> list[int]:
    return [
        place for place in range(start, end) if (text[place] == "\n" and text[place - 1] != "\r") or text[place] == "\r"
    ]


def _escape(text: str, position: int, end: int) -> tuple[Pieces, int]:
    """What a backslash stands for, and where the text goes on."""
    sign = text[position + 1 : position + 2]
    if sign and sign in "\r\n":
        stop = position + 1
        while stop < end and text[stop] in _BLANK:
            stop += 1
        return [(place, "\n") for place in _breaks(text, position + 1, stop)[1:]], stop
    if sign in _CODES:
        stop = position + 2 + _CODES[sign]
        try:
            return [(position, chr(int(text[position + 2 : stop], 16)))], stop
        except (ValueError, OverflowError):
            return [], stop
    return [(position, _ESCAPES.get(sign, ""))], position + 2


def _lines(scalar: Scalar) -> list[tuple[int, str]]:
    """The lines of a block scalar below its header, with all their blanks, and the blank ones that follow it."""
    text = scalar.source.text
    position = text.find("\n", scalar.start) + 1 or len(text)
    found: list[tuple[int, str]] = []
    while position < scalar.end or (position < len(text) and _is_blank_line(text, position)):
        newline = text.find("\n", position)
        stop = newline if newline >= 0 else len(text)
        found.append((position, text[position:stop].removesuffix("\r")))
        position = stop + 1
    return found


def _is_blank_line(text: str, position: int) -> bool:
    newline = text.find("\n", position)
    return not text[position : newline if newline >= 0 else len(text)].strip()


def _literal(scalar: Scalar) -> Pieces:
    """Line by line: the value's line is the end of the file's line, the indentation before it is dropped."""
    found: Pieces = []
    values = scalar.value.split("\n")
    for number, ((start, line), value) in enumerate(zip(_lines(scalar), values, strict=False)):
        if value and not line.endswith(value):
            return []
        found.append((start + len(line) - len(value), value))
        if number < len(values) - 1:
            found.append((start + len(line), "\n"))
    return found


def _folded(scalar: Scalar) -> Pieces:
    """As `_literal`, but a single break between two lines at the block's own indentation is a blank."""
    lines = _lines(scalar)
    first = next((line for _, line in lines if line.strip(" ")), "")
    value = scalar.value.lstrip("\n")
    indent = len(first) - len(first.lstrip(" "))
    if value.startswith(" "):  # an explicit indentation indicator keeps some blanks
        indent -= len(value) - len(value.lstrip(" "))
    found: Pieces = []
    breaks: list[int] = []
    more = True  # the line above is indented further: its break is kept
    for start, line in lines:
        content = line[indent:]
        if content:
            here = content[0] in " \t"
            if breaks:
                kept = breaks if more or here else breaks[1:]
                found += [(place, "\n") for place in kept] or [(breaks[0], " ")]
            found.append((start + indent, content))
            more, breaks = here, []
        breaks.append(start + len(line))
    missing = len(scalar.value) - sum(len(part) for _, part in found)
    return found + [(place, "\n") for place in breaks[: max(missing, 0)]]
