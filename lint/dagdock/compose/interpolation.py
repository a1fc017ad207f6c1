"""Variables in Compose texts: `$V`, `${V:-default}`, `$$`, found and filled in as Compose does."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from dagdock.text import Mapped, Span, Text

# What stands in a filled text for a variable whose value is not known; YAML files cannot hold it.
UNKNOWN = "\0"
MAX_NESTING = 20
MAX_LENGTH = 1_000_000  # longer texts are not looked into
_FIRST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_FURTHER = _FIRST | frozenset("0123456789")


class Bare(dict[str, str]):
    """An environment in which what is not set is empty, as Compose takes it after a warning."""


class Interpolation:
    """A use of a variable, `span` from `$` to the closing brace.

    `operator` is empty or one of `:-`, `-` (default), `:?`, `?` (required), `:+`, `+` (instead); `argument` is the
    text behind it, variables in it not filled in.
    """

    __slots__ = ("argument", "name", "operator", "span")

    def __init__(self, name: Text, operator: str, argument: Text | None, span: Span) -> None:
        self.name = name
        self.operator = operator
        self.argument = argument
        self.span = span

    @property
    def has_default(self) -> bool:
        return self.operator in (":-", "-")

    @property
    def is_required(self) -> bool:
        """Whether Compose stops with a message where the variable is not set (`:?` and `?`)."""
        return self.operator in (":?", "?")

    def __repr__(self) -> str:
        return f"<Interpolation {self.span!r}>"


class Token(NamedTuple):
    """A stretch of a text; `name` and `argument` are places in it, given for variables."""

    kind: Literal["text", "dollar", "variable", "malformed"]
    start: int
    end: int
    name: tuple[int, int] = (0, 0)
    operator: str = ""
    argument: tuple[int, int] = (0, 0)


def tokens(text: str, position: int = 0, end: int | None = None) -> Iterator[Token]:
    """Every character of `text[position:end]` in exactly one token."""
    end = len(text) if end is None else end
    start = position
    while (dollar := text.find("$", position, end)) >= 0:
        token = _token(text, dollar, end)
        if token is None:  # a lone dollar stays one
            position = dollar + 1
            continue
        if start < dollar:
            yield Token("text", start, dollar)
        yield token
        start = position = token.end
    if start < end:
        yield Token("text", start, end)


def _token(text: str, dollar: int, end: int) -> Token | None:
    """What begins at a dollar sign."""
    sign = text[dollar + 1] if dollar + 1 < end else ""
    if sign == "$":
        return Token("dollar", dollar, dollar + 2)
    if sign in _FIRST:
        name_end = _name_end(text, dollar + 1, end)
        return Token("variable", dollar, name_end, (dollar + 1, name_end))
    if sign != "{":
        return None
    name = dollar + 2
    name_end = _name_end(text, name, end)
    if name_end == name or text[name] not in _FIRST:
        return Token("malformed", dollar, _closing(text, dollar, end))
    if text.startswith("}", name_end, end):
        return Token("variable", dollar, name_end + 1, (name, name_end))
    width = 2 if text.startswith(":", name_end, end) else 1
    operator = text[name_end : min(name_end + width, end)]
    last = text.rfind("}", name_end, _line_end(text, dollar, end))
    if operator not in (":-", "-", ":?", "?", ":+", "+") or last < name_end + width:
        return Token("malformed", dollar, _closing(text, dollar, end))
    close = _closing(text, dollar, last + 1)
    return Token("variable", dollar, close, (name, name_end), operator, (name_end + width, close - 1))


def _name_end(text: str, position: int, end: int) -> int:
    while position < end and text[position] in _FURTHER:
        position += 1
    return position


def _line_end(text: str, position: int, end: int) -> int:
    newline = text.find("\n", position, end)
    return newline if newline >= 0 else end


def _closing(text: str, dollar: int, end: int) -> int:
    """Behind the brace that closes the one at `dollar + 1`, counted as Compose does; `end` where none does."""
    depth, position = 0, dollar
    while position < end:
        if text[position] == "}":
            depth -= 1
            if depth == 0:
                return position + 1
        elif text[position] == "{":
            depth += 1
            position += 1  # Compose skips the character behind an opening brace
        position += 1
    return end


def interpolations(mapped: Mapped) -> list[Interpolation]:
    """The variables in a text, in order, those inside arguments included."""
    found: list[Interpolation] = []
    waiting = [(0, len(mapped.text), 0)] if len(mapped.text) <= MAX_LENGTH else []
    while waiting:
        start, end, depth = waiting.pop()
        for token in tokens(mapped.text, start, end):
            if token.kind == "variable":
                argument = mapped.piece(*token.argument) if token.operator else None
                name = mapped.piece(*token.name)
                found.append(Interpolation(name, token.operator, argument, mapped.span(token.start, token.end)))
                if token.operator and depth < MAX_NESTING:
                    waiting.append((*token.argument, depth + 1))
    return sorted(found, key=lambda one: one.span.start)


def malformed(mapped: Mapped) -> list[Text]:
    """The `${…}` that Compose refuses, those in arguments included, used or not."""
    found: list[Text] = []
    waiting = [(0, len(mapped.text), 0)] if len(mapped.text) <= MAX_LENGTH else []
    while waiting:
        start, end, depth = waiting.pop()
        for token in tokens(mapped.text, start, end):
            if token.kind == "malformed":
                found.append(mapped.piece(token.start, token.end))
            elif token.operator and depth < MAX_NESTING:
                waiting.append((*token.argument, depth + 1))
    return sorted(found, key=lambda piece: piece.span.start)


def fill(text: str, env: Mapping[str, str]) -> str | None:
    """A text with its variables filled in; None where it is not known."""
    filled = "".join([chunk.text for chunk in _filled(text, env)])
    return None if UNKNOWN in filled else filled


class _Chunk(NamedTuple):
    """A stretch of a filled text and the stretch as written that it came from."""

    text: str
    start: int
    end: int
    literal: bool  # written character by character as it is here


class Filled:
    """A text with its variables filled in; `UNKNOWN` stands where a value is not known."""

    __slots__ = ("_chunks", "_mapped", "_starts", "text")

    def __init__(self, mapped: Mapped, env: Mapping[str, str]) -> None:
        self._mapped = mapped
        self._chunks = _filled(mapped.text, env)
        self._starts: list[int] = []
        length = 0
        for chunk in self._chunks:
            self._starts.append(length)
            length += len(chunk.text)
        self.text = "".join([chunk.text for chunk in self._chunks])

    @property
    def known(self) -> bool:
        return UNKNOWN not in self.text

    def span(self, start: int, end: int) -> Span:
        """Where `text[start:end]` is written: inside a default, or the whole variable where the value is elsewhere."""
        if not self._chunks:
            return self._mapped.span(0, 0)
        first = self._written(start)
        last = self._written(end - 1) if end > start else (first[0], first[0])
        return self._mapped.span(first[0], last[1])

    def piece(self, start: int, end: int) -> Text:
        return Text(self.text[start:end], self.span(start, end))

    def written(self, start: int, end: int) -> Text:
        """The stretch as it is written, variables not filled in."""
        span = self.span(start, end)
        return Text(span.text, span)

    def emptied(self, index: int) -> str | None:
        """The variable for which nothing stands before the character at `index`; None where there is none."""
        for start, chunk in zip(self._starts, self._chunks, strict=True):
            if start == index and not chunk.text:
                token = next(tokens(self._mapped.text, chunk.start))
                return self._mapped.text[slice(*token.name)]
        return None

    def _written(self, index: int) -> tuple[int, int]:
        """The stretch of the text as written that the character at `index` came from."""
        number = bisect_right(self._starts, index) - 1
        while not self._chunks[number].text and number > 0:  # what was filled in with nothing
            number -= 1
        chunk = self._chunks[number]
        if chunk.literal:
            place = chunk.start + index - self._starts[number]
            return place, place + 1
        return chunk.start, chunk.end


def _filled(text: str, env: Mapping[str, str]) -> list[_Chunk]:
    """All of a text, filled; unknown as a whole where it is, or becomes, too long to be looked into."""
    unknown = [_Chunk(UNKNOWN, 0, len(text), False)]
    if len(text) > MAX_LENGTH:
        return unknown
    if "$" not in text:  # as most are
        return [_Chunk(text, 0, len(text), True)] if text else []
    chunks: list[_Chunk] = []
    size = 0
    for chunk in _fill(text, 0, len(text), env, 0):
        size += len(chunk.text)
        if size > MAX_LENGTH:
            return unknown
        chunks.append(chunk)
    return chunks


def _fill(text: str, start: int, end: int, env: Mapping[str, str], depth: int) -> Iterator[_Chunk]:
    for token in tokens(text, start, end):
        if token.kind == "text":
            yield _Chunk(text[token.start : token.end], token.start, token.end, True)
        elif token.kind == "dollar":
            yield _Chunk("$", token.start, token.end, False)
        elif token.kind == "malformed":
            yield _Chunk(UNKNOWN, token.start, token.end, False)
        else:
            yield from _variable(text, token, env, depth)


def _variable(text: str, token: Token, env: Mapping[str, str], depth: int) -> Iterator[_Chunk]:
    value = env.get(text[slice(*token.name)])
    operator = token.operator
    unset = value is None or (operator.startswith(":") and not value)
    used = (operator in (":-", "-") and unset) or (operator in (":+", "+") and not unset)
    if used and depth < MAX_NESTING:
        chunks = list(_fill(text, *token.argument, env, depth + 1))
        yield from chunks or [_Chunk("", token.start, token.end, False)]
    elif operator in ("", ":-", "-", ":?", "?") and value is not None and not unset:
        yield _Chunk(value.replace(UNKNOWN, ""), token.start, token.end, False)
    else:
        empty = isinstance(env, Bare) and operator not in (":?", "?")
        yield _Chunk("" if empty else UNKNOWN, token.start, token.end, False)
