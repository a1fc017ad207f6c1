"""The words of a TOML file and what each is for, read line by line so that a half-written file can be read, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from os.path import basename
from typing import Literal, NamedTuple

from dagdock.text import Source, Span

Keys = tuple[str, ...]
Role = Literal["header", "key", "value"]


class Word(NamedTuple):
    """A name or value, or the empty place where one may be written.

    `span` leaves out the quotes. `role` says what it is: part of a `[header]`, a key, a value. `path` are the keys
    it stands below: `("severity",)` for the `DF203` of `[severity]` and of `severity.DF203`, `("ignore",)` for the
    values of `ignore = […]`.
    """

    span: Span
    role: Role
    path: Keys
    quoted: bool
    in_list: bool

    @property
    def text(self) -> str:
        return self.span.text


def words(source: Source) -> list[Word]:
    """Every name and value of a TOML file."""
    return list(_Reader(source, -1).read())


def word_at(source: Source, offset: int) -> Word | None:
    """The word at a place, or an empty one where one may be written; None where nothing fits (a comment, behind a
    value)."""
    for word in _Reader(source, offset).read():
        if word.span.start <= offset <= word.span.end:
            return word
    return None


def ours(source: Source, word: Word) -> Keys | None:
    """The keys that a word stands below, from the start of dagdock's own table; None for what is not dagdock's."""
    if basename(source.path) != "pyproject.toml":
        return word.path
    return word.path[2:] if word.path[:2] == ("tool", "dagdock") else None


def names_rule(word: Word, path: Keys) -> bool:
    """Whether a word stands where a configuration names a rule; `path` is what `ours` says of it."""
    if word.role == "value":
        return word.in_list and (path in (("select",), ("extend-select",), ("ignore",)) or _per_file(path))
    return path in (("severity",), ("rules",))


def _per_file(path: Keys) -> bool:
    return len(path) == 2 and path[0] == "per-file-ignores"


@cache
def _token() -> re.Pattern[str]:
    return re.compile(
        r"(?P<blank>[ \t\ufeff]+)|(?P<comment>\#.*)"
        r"""|(?P<text>\"{3}(?:[^"\\]|\\.)*(?:\"{3})?|'{3}[^']*(?:'{3})?|"(?:[^"\\]|\\.)*"?|'[^']*'?)"""
        r"""|(?P<sign>[\[\]{}=,.])|(?P<bare>[^\s\[\]{}=,."'#]+)|(?P<other>.)"""
    )


@cache
def _begins_anew() -> re.Pattern[str]:
    """A line that cannot be part of a list: the list above was never closed."""
    key = r"""(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w"'-]+)*"""
    return re.compile(rf"\s*{key}\s*=|\s*\[+\s*(?!\"){key}\s*\]+\s*(?:#|$)")


class _Reader:
    """Reads a file once. `offset` is the place that somebody asks for: where no word is, an empty one stands for it."""

    def __init__(self, source: Source, offset: int) -> None:
        self._source = source
        self._asked = offset
        self._table: Keys = ()
        self._in_header = False
        self._open: list[tuple[str, Keys]] = []
        """The brackets that are open, each with the keys that what is in it stands below."""
        self._path: Keys = ()
        """The keys that the next word stands below."""
        self._role: Role | None = "key"
        """What the next word is; None where none may come."""

    def read(self) -> Iterator[Word]:
        for number in range(1, len(self._source.line_starts) + 1):
            line = self._source.line_span(number)
            if self._in_header:
                self._end_header()
            if self._open and _begins_anew().match(line.text):
                self._open = []
            if not self._open:
                self._path, self._role = self._table, "key"
            yield from self._words(line)

    def _words(self, line: Span) -> Iterator[Word]:
        in_list = bool(self._open)
        for match in _token().finditer(line.text):
            start, end = line.start + match.start(), line.start + match.end()
            if match.lastgroup in ("bare", "text"):
                yield from self._gap(start - 1)
                yield from self._word(start, end, match.lastgroup == "text")
            elif match.lastgroup == "sign":
                yield from self._gap(start)
                self._sign(
                    match.group(), begins_line=not in_list and not line.text[: match.start()].strip("[ \t\ufeff")
                )
            elif match.lastgroup != "blank":
                yield from self._gap(start)
                self._role = None
        yield from self._gap(line.end)

    def _gap(self, end: int) -> Iterator[Word]:
        """The empty word where the place that is asked for lies before `end` and so in no word."""
        if 0 <= self._asked <= end:
            span = Span(self._source, self._asked, self._asked)
            self._asked = -1
            if self._role:
                yield Word(span, self._role, self._path, False, self._in_list)

    def _word(self, start: int, end: int, quoted: bool) -> Iterator[Word]:
        if self._asked <= end:
            self._asked = -1
        if self._role is None:
            return
        if quoted:
            text = self._source.text[start:end]
            size = 3 if text.startswith(('"""', "'''")) else 1
            closed = len(text) >= 2 * size and text.endswith(text[0] * size)
            start, end = start + size, end - size if closed else start + size + len(re.split("[],]", text[size:])[0])
        word = Word(Span(self._source, start, max(start, end)), self._role, self._path, quoted, self._in_list)
        yield word
        if self._role != "value":
            self._path = (*self._path, word.text)
        self._role = None

    @property
    def _in_list(self) -> bool:
        return bool(self._open) and self._open[-1][0] == "["

    def _sign(self, sign: str, *, begins_line: bool) -> None:
        if sign == "[" and begins_line:
            self._path, self._role, self._in_header = (), "header", True
        elif sign in "[{":
            self._open.append((sign, self._path))
            self._role = "value" if sign == "[" else "key"
        elif sign in "]}":
            if self._in_header:
                self._end_header()
            elif self._open:
                self._path = self._open.pop()[1]
            self._role = None
        elif sign == "=":
            self._role = "value"
        elif sign == ".":
            self._role = "header" if self._in_header else "key"
        elif self._open:
            bracket, self._path = self._open[-1]
            self._role = "value" if bracket == "[" else "key"
        else:
            self._role = None

    def _end_header(self) -> None:
        self._table, self._in_header = self._path, False
