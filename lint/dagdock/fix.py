"""Text edits, fixes made of them, and how fixes are applied to a text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from sys import maxsize
from typing import Literal

from dagdock.text import Located, Source, Span

Safety = Literal["safe", "unsafe"]


class Edit:
    """Replace what stands at `span` (nothing, where it is empty) by `text`."""

    __slots__ = ("span", "text")

    def __init__(self, where: Located, text: str) -> None:
        self.span = where.span
        self.text = text

    def __repr__(self) -> str:
        return f"Edit({self.span!r}, {self.text!r})"


class Fix:
    """A way to mend a problem: a title that begins with a verb, edits, and whether the meaning is kept.

    A safe fix keeps what the file means or does only what the author plainly wanted; an unsafe one may change a
    build or a deployment and is applied on request only. `edits` may be a function, for edits that are dear to work
    out: it is called when somebody wants to see or apply them, and may find that there are none.
    """

    __slots__ = ("_edits", "_make", "safety", "title")

    def __init__(
        self, title: str, edits: Iterable[Edit] | Callable[[], Iterable[Edit]], safety: Safety = "safe"
    ) -> None:
        self.title = title
        self.safety: Safety = safety
        self._edits: tuple[Edit, ...] | None = None
        self._make = edits

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits in the order of their places."""
        if self._edits is None:
            edits = self._make() if callable(self._make) else self._make
            self._edits = tuple(sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)))
        return self._edits

    def __reduce__(self) -> tuple[type[Fix], tuple[str, tuple[Edit, ...], Safety]]:
        return Fix, (self.title, self.edits, self.safety)

    @classmethod
    def replace(cls, title: str, where: Located, text: str, safety: Safety = "safe") -> Fix:
        return cls(title, [Edit(where, text)], safety)

    @classmethod
    def insert_before(cls, title: str, where: Located, text: str, safety: Safety = "safe") -> Fix:
        span = where.span
        return cls(title, [Edit(Span(span.source, span.start, span.start), text)], safety)

    @classmethod
    def insert_after(cls, title: str, where: Located, text: str, safety: Safety = "safe") -> Fix:
        span = where.span
        return cls(title, [Edit(Span(span.source, span.end, span.end), text)], safety)

    @classmethod
    def delete_lines(cls, title: str, where: Located, safety: Safety = "safe") -> Fix:
        """Delete every line that `where` touches, newlines included."""
        return cls(title, [Edit(whole_lines(where), "")], safety)

    @classmethod
    def insert_line_before(cls, title: str, where: Located, line: str, safety: Safety = "safe") -> Fix:
        """A new line above the one that `where` begins on, in the file's own newline style."""
        source = where.span.source
        start = source.full_line_span(where.span.line).start
        return cls(title, [Edit(Span(source, start, start), line + source.newline)], safety)

    @classmethod
    def insert_line_after(cls, title: str, where: Located, line: str, safety: Safety = "safe") -> Fix:
        """A new line below the one that `where` ends on, in the file's own newline style."""
        source = where.span.source
        end = whole_lines(where).end
        has_newline = end > 0 and source.text[end - 1] in "\r\n"
        text = line + source.newline if has_newline else source.newline + line
        return cls(title, [Edit(Span(source, end, end), text)], safety)

    def touches(self, source: Source) -> bool:
        return any(edit.span.source is source for edit in self.edits)


def whole_lines(where: Located) -> Span:
    """The lines that `where` touches, from the first character to behind the last newline."""
    span, source = where.span, where.span.source
    last = source.position(max(span.start, span.end - 1)).line
    return Span(source, source.full_line_span(span.line).start, source.full_line_span(last).end)


def apply_edits(source: Source, edits: Iterable[Edit]) -> str:
    """The text of `source` after `edits`, which must not overlap each other."""
    text: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if edit.span.start < position:
            raise ValueError(f"edits overlap at {edit.span!r}")
        text += (source.text[position : edit.span.start], edit.text)
        position = edit.span.end
    text.append(source.text[position:])
    return "".join(text)


def without_overlap(fixes: Sequence[Fix]) -> list[Fix]:
    """The fixes that can be applied together; what clashes with an earlier one waits for the next round.

    Two fixes clash when their edits overlap or meet at one place in the same source (which of two insertions comes
    first would be a guess).
    """
    chosen: list[Fix] = []
    taken: dict[int, list[tuple[int, int]]] = {}  # by source, apart from each other and in order
    for fix in fixes:
        spans = [(taken.setdefault(id(edit.span.source), []), edit.span.start, edit.span.end) for edit in fix.edits]
        if any(_meets(others, start, end) for others, start, end in spans):
            continue
        chosen.append(fix)
        for others, start, end in spans:
            _join(others, start, end)
    return chosen


def _meets(others: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a stretch touches one of others."""
    place = bisect_right(others, (end, maxsize))
    return place > 0 and others[place - 1][1] >= start


def _join(others: list[tuple[int, int]], start: int, end: int) -> None:
    """Add a stretch to others; those that it touches, edits of the same fix, become one with it."""
    after = bisect_right(others, (end, maxsize))
    before = after
    while before and others[before - 1][1] >= start:
        before -= 1
        start, end = min(start, others[before][0]), max(end, others[before][1])
    others[before:after] = [(start, end)]
