"""The text of a file, places in it, and every conversion between ways to count a position.

dagdock counts Unicode code points. Python's `ast` counts UTF-8 bytes, an editor counts bytes, UTF-16 units or code
points as it agrees on with the server, people and reports count lines and columns from 1: all of that is converted
here and nowhere else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Literal, NamedTuple, Protocol

BOM = "\ufeff"
Encoding = Literal["utf-8", "utf-16", "utf-32"]
"""In which units an editor counts columns: bytes, UTF-16 units or code points."""


class Position(NamedTuple):
    """A place as people name it: line and column count from 1, columns in code points."""

    line: int
    column: int


class Source:
    """One file's content: decoded once, never normalised, printed back byte for byte.

    `path` is the name shown to the user (relative to the working directory, with `/`). `text` keeps every newline
    and a byte order mark; bytes that are not valid in `encoding` become lone surrogates (`surrogateescape`), so
    `encode(text)` gives the original bytes again.
    """

    __slots__ = ("_line_starts", "encoding", "path", "text")

    def __init__(self, path: str, content: bytes | str, encoding: str = "utf-8") -> None:
        self.path = path
        self.encoding = encoding
        self.text = content if isinstance(content, str) else content.decode(encoding, "surrogateescape")
        self._line_starts: list[int] | None = None

    @property
    def line_starts(self) -> list[int]:
        """Offsets at which lines begin; `\\n`, `\\r\\n` and a lone `\\r` end a line, as editors have it.

        The first line begins behind a byte order mark: nobody sees it, and editors and `ast` do not count it.
        """
        if self._line_starts is None:
            self._line_starts = _line_starts(self.text)
        return self._line_starts

    @property
    def newline(self) -> str:
        """The newline that this file uses first (`\\n` where it has none)."""
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    def encode(self, text: str | None = None) -> bytes:
        """`text` (the file's own by default) as bytes in this file's encoding."""
        return (self.text if text is None else text).encode(self.encoding, "surrogateescape")

    def span(self, start: int, end: int) -> Span:
        return Span(self, start, end)

    @property
    def whole(self) -> Span:
        return Span(self, 0, len(self.text))

    @property
    def top(self) -> Span:
        """An empty span at the first character, for what concerns the whole file."""
        start = self.line_starts[0]
        return Span(self, start, start)

    def position(self, offset: int) -> Position:
        """Line and column (from 1) of a code point offset."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1) if line else Position(1, 1)

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a line and column (from 1); past the end of a line means its end."""
        if line > len(self.line_starts):
            return len(self.text)
        return min(self.line_starts[line - 1] + column - 1, self.line_span(line).end)

    def line_span(self, line: int) -> Span:
        """A line (from 1) without its newline."""
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        return Span(self, start, start + len(self.text[start:end].rstrip("\r\n")))

    def full_line_span(self, line: int) -> Span:
        """A line (from 1) with its newline."""
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        return Span(self, self.line_starts[line - 1], end)

    def offset_of_utf8(self, line: int, byte_column: int) -> int:
        """The offset of a line (from 1) and a column counted in UTF-8 bytes from 0, as Python's `ast` gives them."""
        start = self.line_starts[line - 1]
        text = self.text[start : start + byte_column]
        if text.isascii():
            return start + len(text)
        return start + len(text.encode("utf-8", "surrogateescape")[:byte_column].decode("utf-8", "ignore"))

    def editor_position(self, offset: int, encoding: Encoding = "utf-16") -> tuple[int, int]:
        """Line and column from 0, the column in the units of an editor (of UTF-16 where it says nothing else)."""
        line, column = self.position(offset)
        start = self.line_starts[line - 1]
        return line - 1, _units(self.text[start : start + column - 1], encoding)

    def editor_offset(self, line: int, column: int, encoding: Encoding = "utf-16") -> int:
        """The offset of an editor's line and column from 0; past the end of a line means its end.

        A column in the middle of a character means the character's start.
        """
        if line >= len(self.line_starts):
            return len(self.text)
        span = self.line_span(line + 1)
        if encoding == "utf-32" or self.text.isascii() or span.text.isascii():
            return min(span.start + column, span.end)
        units = 0
        for offset in range(span.start, span.end):
            units += _units(self.text[offset], encoding)
            if units > column:
                return offset
        return span.end


def _units(text: str, encoding: Encoding) -> int:
    """How long an editor takes a text to be; a stray byte counts as one unit of any kind."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text) + sum(character > "\uffff" for character in text)
    return len(text.encode("utf-8", "replace"))


def _line_starts(text: str) -> list[int]:
    starts = [1 if text.startswith(BOM) else 0]
    position = text.find("\n")
    if "\r" not in text:
        while position >= 0:
            starts.append(position + 1)
            position = text.find("\n", position + 1)
        return starts
    import re  # only now: most files have one kind of newline

    return starts + [match.end() for match in re.finditer(r"\r\n?|\n", text)]


class Span:
    """A stretch of a source: offsets in code points, the end exclusive."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    @property
    def span(self) -> Span:
        return self

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """The line of the first character, from 1."""
        return self.source.position(self.start).line

    @property
    def begin(self) -> Position:
        return self.source.position(self.start)

    @property
    def finish(self) -> Position:
        """The position just behind the last character."""
        return self.source.position(self.end)

    def to(self, other: Located) -> Span:
        """From the start of this span to the end of another in the same source."""
        return Span(self.source, self.start, other.span.end)

    def holds(self, other: Located) -> bool:
        inner = other.span
        return self.source is inner.source and self.start <= inner.start and inner.end <= self.end

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Span)
            and (self.source is other.source)
            and (self.start, self.end) == (other.start, other.end)
        )

    def __hash__(self) -> int:
        return hash((id(self.source), self.start, self.end))

    def __repr__(self) -> str:
        line, column = self.begin
        return f"<{self.source.path}:{line}:{column} {self.text[:40]!r}>"


class Located(Protocol):
    """Anything that knows its place: spans, texts, instructions, services, tasks."""

    @property
    def span(self) -> Span: ...


class Text(str):
    """A string that knows where it stands: compare it like any string, report it like any node."""

    __slots__ = ("span",)
    span: Span

    def __new__(cls, value: str, span: Span) -> Text:
        self = super().__new__(cls, value)
        self.span = span
        return self

    def __getnewargs__(self) -> tuple[str, Span]:  # type: ignore[override]
        return str(self), self.span


class Mapped:
    """Text put together from pieces of a source (a continued line, a heredoc, a folded scalar).

    `text` is the joined text; `span(start, end)` says where a stretch of it stands in the source.
    """

    __slots__ = ("_logical", "_origins", "source", "text")

    def __init__(self, source: Source, pieces: Iterable[tuple[int, str]]) -> None:
        """`pieces` are pairs of the offset in the source and the text taken from there, in order."""
        self.source = source
        self._logical: list[int] = []
        self._origins: list[int] = []
        parts: list[str] = []
        length = 0
        for origin, part in pieces:
            if part or not parts:
                self._logical.append(length)
                self._origins.append(origin)
                parts.append(part)
                length += len(part)
        self.text = "".join(parts)

    @classmethod
    def of(cls, span: Span) -> Mapped:
        return cls(span.source, [(span.start, span.text)])

    def origin(self, index: int) -> int:
        """The source offset of the character at `index` of the joined text."""
        piece = bisect_right(self._logical, index) - 1
        return self._origins[piece] + index - self._logical[piece]

    def span(self, start: int, end: int) -> Span:
        """Where `text[start:end]` stands: from its first character to just behind its last."""
        if len(self._logical) == 1:
            first = self._origins[0]
            return Span(self.source, first + start, first + max(start, end))
        if not self._logical:
            return Span(self.source, 0, 0)
        first = self.origin(start)
        return Span(self.source, first, self.origin(end - 1) + 1 if end > start else first)

    def piece(self, start: int, end: int) -> Text:
        return Text(self.text[start:end], self.span(start, end))

    def pieces(self, start: int = 0, end: int | None = None) -> list[tuple[int, str]]:
        """The stretches of the source that `text[start:end]` is made of: their offsets and texts, in order."""
        if end is None:
            end = len(self.text)
        found: list[tuple[int, str]] = []
        for piece in range(max(bisect_right(self._logical, start) - 1, 0), len(self._logical)):
            logical = self._logical[piece]
            stop = self._logical[piece + 1] if piece + 1 < len(self._logical) else len(self.text)
            low, high = max(start, logical), min(end, stop)
            if low < high:
                found.append((self._origins[piece] + low - logical, self.text[low:high]))
            elif logical >= end:
                break
        return found

    def part(self, start: int, end: int) -> Mapped:
        """The joined text from `start` to `end`, still mapped."""
        if len(self._logical) == 1 and start < end <= len(self.text):  # as most are: all on one line
            return Mapped(self.source, [(self._origins[0] + start, self.text[start:end])])
        pieces = self.pieces(start, end)
        return Mapped(self.source, pieces or [(self.origin(start) if self.text else 0, "")])
