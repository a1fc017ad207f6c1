"""A word of a shell line: its raw text, its place, and what the command receives once the quotes are gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from dagdock.text import Mapped, Span, Text

# Stretches of a word: taken as they stand, taken from inside quotes, or put in by the running shell.
PLAIN, QUOTED, EXPANSION, QUOTED_EXPANSION = range(4)
Stretch = tuple[int, str, int]


class Word:
    """One word as written (`text`) and as the command receives it (`value`)."""

    __slots__ = ("_body", "_known", "_span", "_stretches", "end", "start", "text")

    def __init__(self, body: Mapped, start: int, end: int) -> None:
        """The word at `body.text[start:end]`."""
        self._body = body
        self.start = start
        self.end = end
        self.text = body.text[start:end]
        self._stretches: tuple[Stretch, ...] | None = None
        # Dozens of rules ask for these again and again.
        self._known: tuple[str, bool] | None = None
        self._span: Span | None = None

    @classmethod
    def of(cls, value: Text) -> Word:
        """A word that no shell reads: an element of a JSON list. Its text is its value."""
        word = cls(_json_mapped(value), 0, len(value))
        word._stretches = ((0, word.text, QUOTED),)
        return word

    def is_of(self, body: Mapped) -> bool:
        """Whether it was read from that very text."""
        return self._body is body

    def moved(self, body: Mapped) -> Word:
        """The same word of the same text, which stands elsewhere."""
        word = Word.__new__(Word)
        word._body, word.start, word.end, word.text = body, self.start, self.end, self.text
        word._stretches, word._known, word._span = self._stretches, self._known, None
        return word

    @property
    def span(self) -> Span:
        if self._span is None:
            self._span = self._body.span(self.start, self.end)
        return self._span

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """What the word is made of: offset within it, text without quotes and escapes, and the kind of stretch."""
        if self._stretches is None:
            self._stretches = _stretches(self.text)
        return self._stretches

    @property
    def value(self) -> str | None:
        """The value with quotes and escapes removed; None where only the running shell knows it.

        A pattern for file names (`*.deb`) keeps its text: see `glob`. A template's placeholder (`{{ version }}`) is
        as unknown as a variable.
        """
        prefix, complete = self._known or self._know()
        return prefix if complete else None

    @property
    def prefix(self) -> str:
        """What is known of the value from its start: all of it, or what stands before the first expansion."""
        return (self._known or self._know())[0]

    @property
    def glob(self) -> bool:
        """Whether it is a pattern for file names or a brace expansion, so the command may receive other words."""
        return any(kind == PLAIN and _pattern().search(part) for _, part, kind in self.stretches)

    @property
    def quoted(self) -> bool:
        """Whether any part of it stands in quotes."""
        return any(kind in (QUOTED, QUOTED_EXPANSION) for _, _, kind in self.stretches)

    @property
    def may_split(self) -> bool:
        """Whether it may become several words, or none: an expansion stands outside quotes."""
        return any(kind == EXPANSION for _, _, kind in self.stretches)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that its value needs, in order."""
        if "$" not in self.text:
            return ()
        expansions = [part for _, part, kind in self.stretches if kind in (EXPANSION, QUOTED_EXPANSION)]
        return tuple(name for part in expansions for name in _variable().findall(part))

    @property
    def inside(self) -> Mapped:
        """The value as text to be parsed again (the script of `sh -c '…'`); expansions stay as they are written."""
        pieces: list[tuple[int, str]] = []
        for at, part, _ in self.stretches:
            pieces += self._body.pieces(self.start + at, self.start + at + len(part))
        return Mapped(self._body.source, pieces or [(self.span.start, "")])

    def _know(self) -> tuple[str, bool]:
        """What is known of the value from its start, and whether that is all of it."""
        prefix, complete = "", True
        for _, part, kind in self.stretches:
            if kind in (EXPANSION, QUOTED_EXPANSION):
                complete = False
                break
            placeholder = _placeholder().search(part)
            if placeholder:
                prefix, complete = prefix + part[: placeholder.start()], False
                break
            prefix += part
        self._known = prefix, complete
        return self._known

    def __repr__(self) -> str:
        return f"<Word {self.text!r}>"


@lru_cache(maxsize=4096)  # people write the same words over and over, and an editor asks for them again and again
def _stretches(text: str) -> tuple[Stretch, ...]:
    return ((0, text, PLAIN),) if _plain().fullmatch(text) else tuple(_scan(text))


def _scan(text: str) -> Iterator[Stretch]:
    """Split a raw word at its quotes, escapes and expansions."""
    at, end = 0, len(text)
    double = False
    while at < end:
        sign = text[at]
        following = text[at + 1 : at + 2]
        if sign == "\\":
            if double and following not in ("$", "`", '"', "\\", "\n"):
                yield at, sign, QUOTED
                at += 1
            else:
                if following != "\n":
                    yield at + 1, following, QUOTED
                at += 2
        elif sign == '"':
            double = not double
            if double and text[at + 1 : at + 2] == '"':
                yield at + 1, "", QUOTED
            at += 1
        elif sign == "'" and not double:
            close = text.find("'", at + 1)
            close = end if close < 0 else close
            yield at + 1, text[at + 1 : close], QUOTED
            at = close + 1
        elif stop := _expansion_end(text, at, double):
            yield at, text[at:stop], QUOTED_EXPANSION if double else EXPANSION
            at = stop
        else:
            stop = at + 1
            while stop < end and text[stop] not in "\\\"'$`<>":
                stop += 1
            yield at, text[at:stop], QUOTED if double else PLAIN
            at = stop


def _expansion_end(text: str, at: int, double: bool) -> int:
    """Where the expansion that begins at `at` ends, or 0 where none begins."""
    sign, following = text[at], text[at + 1 : at + 2]
    if sign == "`":
        close = _backtick().search(text, at + 1)
        return close.end() if close else len(text)
    if sign == "$":
        if following == "(":
            return _balanced(text, at + 1, "(", ")")
        if following == "{":
            return _balanced(text, at + 1, "{", "}")
        if following in ("'", '"') and not double:
            # Strings of bash; in other shells the `$` is a letter and the quotes are ordinary ones.
            ansi = _ansi_string().match(text, at)
            return ansi.end() if ansi else at + 1
        if text[at + 1 : at + 3] == "\\\n":
            return len(text)  # the next line may make a variable of it
        name = _variable().match(text, at)
        return name.end() if name else 0
    if sign in "<>" and following == "(" and not double:
        return _balanced(text, at + 1, "(", ")")
    return 0


def _balanced(text: str, at: int, opening: str, closing: str) -> int:
    """Where the bracket at `at` closes (behind it), quotes and escapes considered; the end where it never does."""
    depth = 0
    while at < len(text):
        sign = text[at]
        if sign == "\\":
            at += 1
        elif sign == "'" and opening == "(":
            close = text.find("'", at + 1)
            at = close if close > 0 else at
        elif sign == opening:
            depth += 1
        elif sign == closing:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return len(text)


def _json_mapped(value: Text) -> Mapped:
    """The value of a JSON or YAML string, mapped to where it stands; escapes shift what follows them."""
    raw, start, source = value.span.text, value.span.start, value.span.source
    if raw[:1] in ("'", '"') and raw != value:
        raw, start = raw[1:-1], start + 1
    if raw == value:
        return Mapped(source, [(start, raw)])
    pieces: list[tuple[int, str]] = []
    at = 0
    for sign in value:
        pieces.append((start + min(at, max(len(raw) - 1, 0)), sign))
        escape = _json_escape().match(raw, at)
        at = escape.end() if escape else at + 1
    return Mapped(source, pieces)


@cache
def _plain() -> re.Pattern[str]:
    return re.compile(r"[\w./:=+,@%^-]+")


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(r"[*?]|\[[^\]]+\]|\{[^{}]*(?:,|\.\.)[^{}]*\}")


@cache
def _placeholder() -> re.Pattern[str]:
    return re.compile(r"\{\{|\{%|<%|@@\w+@@|%%\w+%%")


@cache
def _variable() -> re.Pattern[str]:
    return re.compile(r"\$(?:\{[!#]?)?([A-Za-z_]\w*|[0-9]+|[?#@*!$-](?!['\"]))")


@cache
def _backtick() -> re.Pattern[str]:
    return re.compile(r"(?<!\\)`")


@cache
def _ansi_string() -> re.Pattern[str]:
    return re.compile(r"\$'(?:[^'\\]|\\.)*'", re.DOTALL)


@cache
def _json_escape() -> re.Pattern[str]:
    return re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
