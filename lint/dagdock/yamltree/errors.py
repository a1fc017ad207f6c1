"""What is wrong where the YAML parser stopped, in words for people: told from the text, not from the parser's words."""

from __future__ import annotations

import re
from typing import Any

from dagdock.rule import Related
from dagdock.text import Source, Span
from dagdock.yamltree.nodes import Fault


def explain(source: Source, offset: int, error: Any) -> Fault:
    """The fault that a `yaml.MarkedYAMLError` tells; its marks count from `offset`."""
    marks = [mark.index + offset if mark else None for mark in (error.problem_mark, error.context_mark)]
    place = _Place(source, marks[0] or 0, marks[1])
    problem = f"{error.context or ''} {error.problem or ''}"
    for words, tell in _TELL.items():
        if re.search(words, problem):
            span, message, *related = tell(place)
            break
    else:
        span, message, related = place.rest, "YAML cannot be read on from here", []
    if conflict := re.compile(r"^(<<<<<<<|=======|>>>>>>>)( .*)?$", re.M).search(source.text):
        span, message, related = Span(source, *conflict.span()), "a merge conflict was left unresolved here", []
    return Fault("syntax", span, message, tuple(related))


class _Place:
    """Where the parser stopped (`at`) and where that began which it was reading (`since`)."""

    def __init__(self, source: Source, at: int, since: int | None) -> None:
        self.source = source
        self.text = source.text
        self.at = min(at, len(self.text))
        self.since = self.at if since is None else since
        self.line = source.position(self.at).line

    @property
    def character(self) -> str:
        return self.text[self.at : self.at + 1]

    @property
    def rest(self) -> Span:
        """From where the parser stopped to the end of that line."""
        return self.to_end(self.at)

    @property
    def before(self) -> str:
        """What stands before it on its line."""
        return self.text[self.source.line_span(self.line).start : self.at]

    def to_end(self, start: int) -> Span:
        end = self.source.line_span(self.source.position(start).line).end
        return Span(self.source, start, max(start, start + len(self.text[start:end].rstrip())))

    def line_above(self) -> Span | None:
        """The content of the nearest line above that is neither blank nor a comment."""
        for number in range(self.line - 1, max(0, self.line - 200), -1):
            span = self.source.line_span(number)
            content = span.text.strip()
            if content and not content.startswith("#"):
                return self.to_end(span.start + span.text.index(content))
        return None


def _character(place: _Place) -> tuple[Any, ...]:
    if place.character == "\t":
        end = place.at + len(place.rest.text) - len(place.rest.text.lstrip("\t "))
        span = Span(place.source, place.at, max(end, place.at + 1))
        return span, "a tab indents this line; YAML takes only spaces there"
    if "{%" in place.before + place.rest.text:
        return place.rest, "this is a template, which is YAML only when it is filled in"
    return place.rest, f"a text cannot begin with `{place.character}`; put it in quotes"


def _open_quote(place: _Place) -> tuple[Any, ...]:
    return place.to_end(place.since), "the quote that opens here is never closed"


def _second_value(place: _Place) -> tuple[Any, ...]:
    """`: ` where no key can stand: behind a value on its line, or below a line that is text."""
    if first := re.match(r"\s*(?:- +)*[^\s:'\"][^:'\"]*: +", place.before):
        start = place.at - len(place.before) + first.end()
        return place.to_end(start), "`: ` begins a value of its own inside this text; put the text in quotes"
    start = place.at - len(place.before.lstrip())
    above = place.line_above()
    if above is None:
        return place.rest, "a key cannot stand here"
    if fault := _no_key(above):
        return fault
    line = place.to_end(start)
    return line, f"this line is indented deeper than `{above.text}` above, so it would belong to that text"


def _no_key(line: Span) -> tuple[Any, ...] | None:
    """Why a line is no `key: value`, where that can be seen."""
    text = line.text.removeprefix("- ").strip()
    if glued := re.match(r"([\w.-]+):(?!//)(\S.*)", text):
        return line, f"a space is missing behind the colon: `{glued[1]}: {glued[2]}`"
    if not re.search(r":(\s|$)", text):
        return line, f"`{text}` lacks the colon of a key: write `{text}:`, or delete it"
    return None


def _simple_key(place: _Place) -> tuple[Any, ...]:
    line = place.to_end(place.since)
    return _no_key(line) or (line, "this line is neither a `key: value` nor part of the line above")


def _block(place: _Place) -> tuple[Any, ...]:
    """A mapping or list that goes on with something else."""
    began = Related(place.to_end(place.since), "what goes on here began there")
    if place.before.strip(" -"):
        closed = place.before.rstrip()[-1:]
        if closed and closed in "'\"":
            return place.rest, "text follows behind the closing quote; put all of it inside the quotes", began
        return place.rest, "this cannot follow on the same line; put the whole value in quotes", began
    if place.character and place.character in "}]":
        return place.rest, f"`{place.character}` closes nothing", began
    column = place.source.position(place.at).column
    if column != place.source.position(place.since).column:
        return place.rest, "the indentation of this line fits none of the lines above", began
    if place.text.startswith("-", place.at):
        return place.rest, "a list item stands among the keys of a mapping", began
    return place.rest, "a key stands among the items of a list; indent it as far as the key of that list", began


def _flow(place: _Place) -> tuple[Any, ...]:
    sign = place.text[place.since : place.since + 1]
    closing = {"[": "]", "{": "}"}.get(sign, "]")
    if not place.text[place.at :].strip():
        return place.to_end(place.since), f"the `{sign}` that opens here is never closed"
    stopped = Related(place.rest, f"a `,` or `{closing}` was expected before this")
    return place.to_end(place.since), f"the `{sign}` that opens here is not closed as it should be", stopped


def _escape(place: _Place) -> tuple[Any, ...]:
    start = place.at if place.character == "\\" else place.at - 1
    span = Span(place.source, start, min(start + 2, len(place.text)))
    return span, f"`{span.text}` means nothing inside double quotes; use single quotes or write `\\{span.text}`"


def _name(place: _Place) -> tuple[Any, ...]:
    sign = place.text[place.since : place.since + 1]
    return place.to_end(place.since), f"`{sign}` begins a reference to an anchor; put a text that begins so in quotes"


def _tag(place: _Place) -> tuple[Any, ...]:
    return place.to_end(place.since), "`!` begins a tag that YAML cannot read; put a text that begins so in quotes"


def _item(place: _Place) -> tuple[Any, ...]:
    return place.rest, "a list cannot begin behind its key; put each `- ` on a line of its own"


def _content(place: _Place) -> tuple[Any, ...]:
    if not place.rest.text:
        return place.to_end(_last_open(place.text[: place.at])), "what opens here is never closed"
    return place.rest, f"a value cannot begin with `{place.character}`; put it in quotes"


def _last_open(text: str) -> int:
    """The innermost bracket that is still open at the end of a text."""
    depth = 0
    for start in range(len(text) - 1, -1, -1):
        if text[start] in "]}":
            depth += 1
        elif text[start] in "[{":
            if depth == 0:
                return start
            depth -= 1
    return len(text)


def _document(place: _Place) -> tuple[Any, ...]:
    first = re.compile(r"^[ \t]+\S", re.M).search(place.text[: place.at])
    if first and not place.before:
        return place.rest, "this line is indented less than the first key of the file, so it cannot belong to it"
    return place.rest, "the file's value has ended above; this cannot follow it"


def _header(place: _Place) -> tuple[Any, ...]:
    return place.to_end(
        place.since
    ), "behind `|` or `>` only `+`, `-` or a digit may stand; the text begins on the next line"


# What the parser was at, by words that both of its makes use.
_TELL = {
    r"cannot start any token": _character,
    r"quoted scalar .*(end of stream|document (separator|indicator))": _open_quote,
    r"escape": _escape,
    r"mapping values are not allowed": _second_value,
    r"sequence entries are not allowed": _item,
    r"simple key": _simple_key,
    r"scanning a block scalar": _header,
    r"scanning an (alias|anchor)": _name,
    r"\btag\b": _tag,
    r"node content": _content,
    r"flow (sequence|mapping)": _flow,
    r"<document start>": _document,
    r"block (mapping|collection)": _block,
}
