"""Here-documents of RUN, COPY and ADD: which words open one, as BuildKit decides it."""

from __future__ import annotations

from functools import cache
from re import Pattern

from dagdock.dockerfile.lexer import SPACES
from dagdock.dockerfile.words import Word, name_length
from dagdock.text import Mapped, Span, Text


class Opener:
    """`<<EOF` in an instruction's text, at `start` to `end`; `name` is the word that ends it, unquoted."""

    __slots__ = ("end", "escaped", "name", "name_start", "quoted", "start", "strip_tabs")

    def __init__(self, start: int, end: int, name: str, name_start: int, raw: str, strip_tabs: bool) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.name_start = name_start
        self.quoted = "'" in raw or '"' in raw
        self.escaped = "\\" in raw
        self.strip_tabs = strip_tabs

    def is_end(self, line: str) -> bool:
        """Whether a line (without its newline) ends this heredoc: blanks behind the word do not."""
        return (line.lstrip("\t") if self.strip_tabs else line) == self.name


class Heredoc:
    """A here-document.

    `name` is the word that ends it; `quoted` where nothing in it is expanded; `strip_tabs` where `<<-` opened it;
    `body` its text (leading tabs gone after `<<-`), `span` its lines with their newlines, `opener` the `<<EOF`,
    `terminator` the line that ends it, None where the file ends first.
    """

    __slots__ = ("body", "name", "opener", "quoted", "span", "strip_tabs", "terminator")

    def __init__(
        self, name: Text, quoted: bool, strip_tabs: bool, opener: Span, span: Span, terminator: Span | None
    ) -> None:
        self.name = name
        self.quoted = quoted
        self.strip_tabs = strip_tabs
        self.opener = opener
        self.span = span
        self.terminator = terminator
        self.body = _without_tabs(span) if strip_tabs else Mapped.of(span)

    def __repr__(self) -> str:
        return f"Heredoc({self.opener!r})"


def _without_tabs(span: Span) -> Mapped:
    pieces: list[tuple[int, str]] = []
    offset = span.start
    for line in span.text.split("\n"):
        code = line.lstrip("\t")
        pieces.append((offset + len(line) - len(code), code + "\n"))
        offset += len(line) + 1
    if pieces:
        start, last = pieces[-1]
        pieces[-1] = (start, last[:-1])
    return Mapped(span.source, pieces)


def openers(body: Mapped) -> list[Opener]:
    """The heredocs that a logical line opens; none where BuildKit cannot split the line (an open quote)."""
    if "<<" not in body.text:
        return []
    found: list[Opener] = []
    for start, end in _shell_words(body.text):
        match = _heredoc_word().fullmatch(body.text, start, end)
        if match is None:
            continue
        word = Word(body, match.start("name"), end, "\\")
        if word.fault is None and word.value:
            dash = bool(match.group("dash"))
            found.append(Opener(start, end, str(word.value), match.start("name"), match.group("name"), dash))
    return found


@cache
def _heredoc_word() -> Pattern[str]:
    import re

    return re.compile(r"\d*<<(?P<dash>-?)[\t\n\f\r ]*(?P<name>[^<]*)")


@cache
def _boundary() -> Pattern[str]:
    import re

    return re.compile(f"['\"$\\\\<]|[{SPACES}]+")


def _shell_words(text: str) -> list[tuple[int, int]]:
    """Words of a line with blanks outside quotes between them; nothing where a quote or brace stays open."""
    words: list[tuple[int, int]] = []
    start = position = 0
    boundary = _boundary()
    while match := boundary.search(text, position):
        position = match.start()
        character = text[position]
        if character == "\\":
            position += 2
        elif character == "<":
            position += 1
            if text[position : position + 1] == "<":
                position += 1
                while text[position : position + 1] in ("\t", "\r", " "):
                    position += 1
        elif character in "'\"$":
            position = _after(text, position)
            if position < 0:
                return []
        else:
            if position > start:
                words.append((start, position))
            start = position = match.end()
    if start < len(text):
        words.append((start, len(text)))
    return words


def _after(text: str, position: int) -> int:
    """The place behind the quote or substitution that begins at `position`; -1 where BuildKit cannot read it."""
    stack: list[str] = []  # what closes that which is open: `"`, `}`, or the `/` between pattern and replacement
    size = len(text)
    while position < size:
        character = text[position]
        top = stack[-1] if stack else ""
        if character == "\\":
            position += 1
        elif character == top:
            stack.pop()
        elif character == "'" and top != '"':
            position = text.find("'", position + 1)
            if position < 0:
                return -1
        elif character == '"':
            stack.append('"')
        elif character == "$" and text[position + 1 : position + 2] == "{":
            position = _open_substitution(text, position + 2, stack)
            if position < 0:
                return -1
        position += 1
        if not stack:
            return position
    return -1


def _open_substitution(text: str, start: int, stack: list[str]) -> int:
    """Puts what closes the substitution whose name begins at `start` on the stack; the last place read, -1 for none.

    A modifier that only a real shell knows (`${x^^}`, `${#x}`) makes BuildKit see no heredoc in the whole line.
    """
    end = start + name_length(text, start, len(text))
    modifier = text[end : end + 2]
    if (
        text[start : start + 1] in ("", "{", "}", ":")
        or modifier in (":#", ":%")
        or modifier[:1] not in tuple("}:+-?#%/")
    ):
        return -1
    if modifier[0] == "}":
        return end
    stack.append("}")
    if modifier[0] == "/":
        stack.append("/")
        return end + 1 if modifier == "//" else end
    return end
