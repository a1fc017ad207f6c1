"""The exec form: a JSON array of strings, element by element, and why something that looks like one is not."""

from __future__ import annotations

from functools import cache
from re import Pattern
from typing import Literal

from dagdock.text import Mapped, Span, Text

Reason = Literal[
    "not-strings",
    "single-quotes",
    "typographic-quotes",
    "missing-comma",
    "trailing-comma",
    "missing-bracket",
    "open-quote",
    "bad-escape",
    "text-after",
    "no-json",
]
_BLANK = " \t\r\n"
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_QUOTES = {"'": "'", '"': '"', "“": "”", "”": "”", "„": "“", "‘": "’", "’": "’"}


class JsonFault:
    """Why an argument that begins with `[` is no JSON array of strings, and where.

    `not-strings`: a JSON array of something else, which Docker refuses. All other reasons: no JSON, so that Docker
    takes the text as it stands (RUN, CMD, ENTRYPOINT: for the shell). `mended` is the array that was probably meant,
    to be put in place of `whole`; None where that would be a guess. `by_mistake` is False for what may well be meant
    (a test command `[ -f x ]`, a pattern `[ab]*`).
    """

    __slots__ = ("by_mistake", "mended", "reason", "span", "whole")

    def __init__(self, reason: Reason, span: Span, whole: Span, mended: str | None, by_mistake: bool) -> None:
        self.reason = reason
        self.span = span
        self.whole = whole
        self.mended = mended
        self.by_mistake = by_mistake

    def __repr__(self) -> str:
        return f"JsonFault({self.reason!r}, {self.span!r})"


class Element:
    """One string of the array: decoded `text`, and where it stands in the body, quotes included."""

    __slots__ = ("end", "start", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end


class _NoJsonError(Exception):
    def __init__(self, reason: Reason, start: int, end: int) -> None:
        self.reason: Reason = reason
        self.start = start
        self.end = end


def read_array(body: Mapped) -> list[Element] | JsonFault | None:
    """The elements of an exec form; None where the body does not begin with `[`, else why it is not one."""
    text = body.text
    if not text.startswith("["):
        return None
    try:
        elements, others = _array(text)
    except _NoJsonError as fault:
        end = max(fault.end, min(fault.start + 1, len(text)))
        mended = _mended(text)
        return JsonFault(
            fault.reason, body.span(fault.start, end), body.span(0, len(text)), mended, _looks_like_json(text)
        )
    if others:
        start, end = others[0]
        return JsonFault("not-strings", body.span(start, end), body.span(0, len(text)), _as_strings(text), True)
    return elements


def texts(body: Mapped, elements: list[Element]) -> list[Text]:
    return [Text(element.text, body.span(element.start, element.end)) for element in elements]


def _array(text: str) -> tuple[list[Element], list[tuple[int, int]]]:
    """The strings of a JSON array, and the places of its other elements; raises _NoJsonError."""
    elements: list[Element] = []
    others: list[tuple[int, int]] = []
    size = len(text)
    position = _skip(text, 1)
    if text[position : position + 1] == "]":
        return elements, _nothing_after(text, position + 1, others)
    while True:
        if position >= size:
            raise _NoJsonError("missing-bracket", 0, size)
        start = position
        if text[position] == '"':
            value, position = _string(text, position)
            elements.append(Element(value, start, position))
        else:
            position = _other(text, position, bool(elements))
            others.append((start, position))
        after = position
        position = _skip(text, position)
        follower = text[position : position + 1]
        if follower == ",":
            comma = position
            position = _skip(text, position + 1)
            if text[position : position + 1] == "]":
                raise _NoJsonError("trailing-comma", comma, comma + 1)
        elif follower == "]":
            return elements, _nothing_after(text, position + 1, others)
        elif follower and follower in _QUOTES:
            raise _NoJsonError("missing-comma", start, position + 1)
        elif follower:
            raise _NoJsonError("no-json", after, size)


def _nothing_after(text: str, position: int, others: list[tuple[int, int]]) -> list[tuple[int, int]]:
    after = _skip(text, position)
    if after < len(text):
        raise _NoJsonError("text-after", after, len(text))
    return others


def _skip(text: str, position: int) -> int:
    while text[position : position + 1] and text[position] in _BLANK:
        position += 1
    return position


@cache
def _special() -> Pattern[str]:
    import re

    return re.compile(r'["\\\x00-\x1f]')


def _string(text: str, start: int) -> tuple[str, int]:
    """The decoded JSON string at `start`, and the place behind it."""
    chunks: list[str] = []
    position = start + 1
    while match := _special().search(text, position):
        at = match.start()
        chunks.append(text[position:at])
        character = text[at]
        if character == '"':
            return "".join(chunks), at + 1
        if character != "\\":
            raise _NoJsonError("no-json", at, at + 1)
        code = text[at + 1 : at + 2]
        if code == "u":
            unit = _hexadecimal(text, at)
            position = at + 6
            if 0xD800 <= unit < 0xDC00 and text.startswith("\\u", position):
                low = _hexadecimal(text, position)
                if 0xDC00 <= low < 0xE000:
                    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
                    position += 6
            chunks.append("\ufffd" if 0xD800 <= unit < 0xE000 else chr(unit))  # half a pair, as in Go
        elif code in _ESCAPES and code:
            chunks.append(_ESCAPES[code])
            position = at + 2
        else:
            raise _NoJsonError("bad-escape", at, at + 2)
    raise _NoJsonError("open-quote", start, len(text))


def _hexadecimal(text: str, at: int) -> int:
    """The UTF-16 unit of the escape `\\uXXXX` at `at`."""
    digits = text[at + 2 : at + 6]
    if len(digits) < 4 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        raise _NoJsonError("bad-escape", at, at + 2)
    return int(digits, 16)


def _other(text: str, start: int, after_string: bool) -> int:
    """The place behind a JSON value that is no string."""
    character = text[start]
    if character == "'":
        raise _NoJsonError("single-quotes", start, _closing(text, start))
    if character in _QUOTES:
        raise _NoJsonError("typographic-quotes", start, _closing(text, start))
    if character not in "-0123456789tfn[{":
        raise _NoJsonError("no-json", start, start + 1)
    import json

    try:
        _, end = json.JSONDecoder(parse_constant=_refuse).raw_decode(text, start)
    except (ValueError, RecursionError):
        raise _NoJsonError("no-json", start, start + 1) from None
    return int(end)


def _refuse(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity: Python's JSON, not Go's


def _closing(text: str, start: int) -> int:
    close = text.find(_QUOTES[text[start]], start + 1)
    return len(text) if close < 0 else close + 1


def _looks_like_json(text: str) -> bool:
    """Whether an array was meant: a quote right behind `[`, or quoted words with commas or `]` behind the first.

    The shell's test command wants a blank behind its bracket and an operator behind the first word.
    """
    position = _skip(text, 1)
    quote = text[position : position + 1]
    if not quote or quote not in _QUOTES:
        return False
    if position == 1:
        return True
    close = text.find(_QUOTES[quote], position + 1)
    if close < 0:
        return False
    after = text[close + 1 :].lstrip(_BLANK)
    return not after or after[0] == "," or after == "]"


def _mended(text: str) -> str | None:
    """The array with its quotes and commas set right; None where words are not quoted or text follows it."""
    values: list[str] = []
    position = _skip(text, 1)
    while position < len(text):
        quote = text[position]
        if quote == "]":
            return _array_of(values) if _skip(text, position + 1) == len(text) and values else None
        if quote not in _QUOTES:
            return None
        close = _closing_of_mended(text, position)
        if close < 0:
            return None
        values.append(_decoded(text[position + 1 : close]))
        position = _skip(text, close + 1)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
    return _array_of(values) if values else None


def _closing_of_mended(text: str, start: int) -> int:
    """The quote that closes the one at `start`; escaped ones do not."""
    closing = _QUOTES[text[start]]
    position = start + 1
    while position < len(text) and text[position] != closing:
        position += 2 if text[position] == "\\" else 1
    return position if position < len(text) else -1


def _decoded(raw: str) -> str:
    """What a string was meant to be: JSON's own escapes, any other backslash for itself."""
    out: list[str] = []
    position = 0
    while position < len(raw):
        pair = raw[position : position + 2]
        if pair[0] == "\\" and len(pair) == 2 and pair[1] in ('"', "\\", "'", "/"):
            out.append(pair[1])
            position += 2
        else:
            out.append(pair[0])
            position += 1
    return "".join(out)


def _as_strings(text: str) -> str | None:
    """A JSON array of strings, numbers and truth values with each of them quoted."""
    import json

    try:
        values = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    words: list[str] = []
    for value in values:
        if isinstance(value, bool):
            words.append("true" if value else "false")
        elif isinstance(value, str):
            words.append(value)
        else:
            return None
    return _array_of(words)


def _array_of(values: list[str]) -> str:
    import json

    return "[" + ", ".join(json.dumps(value, ensure_ascii=False) for value in values) + "]"
