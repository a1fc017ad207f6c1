"""Flags of an instruction: `--name=value` before its arguments."""

from __future__ import annotations

from functools import cache
from re import Pattern
from typing import TYPE_CHECKING

from dagdock.dockerfile.lexer import BLANKS
from dagdock.dockerfile.words import Word
from dagdock.text import Mapped, Span, Text

if TYPE_CHECKING:
    pass

# The flags each instruction has: those with a value, those that are true or false, those that may be repeated.
WITH_VALUE = {
    "FROM": ("platform",),
    "ADD": ("chown", "chmod", "checksum", "exclude"),
    "COPY": ("from", "chown", "chmod", "exclude"),
    "RUN": ("mount", "network", "security", "device"),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
SWITCHES = {
    "ADD": ("link", "keep-git-dir", "unpack"),
    "COPY": ("link", "parents"),
}
REPEATABLE = ("mount", "exclude", "device")


class Flag:
    """`--name=value` before the arguments; `value` is None without `=`, unquoted, variables left as written.

    `name` goes without its dashes, `word` is the value with its variables.
    """

    __slots__ = ("name", "span", "value", "word")

    def __init__(self, name: Text, value: Text | None, word: Word | None, span: Span) -> None:
        self.name = name
        self.value = value
        self.word = word
        self.span = span

    def __repr__(self) -> str:
        return f"Flag({self.span!r})"


def read_flags(line: Mapped, start: int, size: int, escape: str) -> tuple[list[Flag], int]:
    """The flags between `start` and `size`, and the place behind the last of them."""
    text = line.text
    flags: list[Flag] = []
    position = start
    while True:
        position = _after_blanks(text, position, size)
        if not text.startswith("--", position, size):
            return flags, position
        begin = position
        raw, position = _unquoted(text, position, size, escape)
        if raw == "--":
            return flags, position
        flags.append(_flag(line, begin, position, raw, escape))


def _after_blanks(text: str, position: int, size: int) -> int:
    while position < size and text[position] in BLANKS:
        position += 1
    return position


@cache
def _special(escape: str, quote: str) -> Pattern[str]:
    import re

    return re.compile(f"[{quote}{re.escape(escape)}]" if quote else f"['\"{re.escape(escape)}{BLANKS}]")


def _unquoted(text: str, start: int, size: int, escape: str) -> tuple[str, int]:
    """The flag at `start` without quotes and escapes (which count in single quotes too), and the place behind it."""
    chunks: list[str] = []
    position, quote = start, ""
    while match := _special(escape, quote).search(text, position, size):
        at = match.start()
        chunks.append(text[position:at])
        character = text[at]
        position = at + 1
        if character == escape:
            chunks.append(text[position : position + 1])
            position += 1
        elif character == quote:
            quote = ""
        elif character in "'\"":
            quote = character
        else:
            return "".join(chunks), at
    chunks.append(text[position:size])
    return "".join(chunks), size


def _flag(line: Mapped, start: int, end: int, unquoted: str, escape: str) -> Flag:
    raw = line.text[start:end]
    equals = raw.find("=")
    if equals < 0:
        return Flag(Text(unquoted[2:], line.span(start + 2, end)), None, None, line.span(start, end))
    middle = start + equals
    name, _, value = unquoted.partition("=")
    word = Word(line, middle + 1, end, escape)
    return Flag(Text(name[2:], line.span(start + 2, middle)), Text(value, word.span), word, line.span(start, end))
