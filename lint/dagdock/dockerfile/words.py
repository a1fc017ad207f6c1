"""Words of an instruction as Docker reads them: quotes, escapes and variables, each part with its place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from re import Pattern
from typing import Protocol

from dagdock.dockerfile import patterns
from dagdock.dockerfile.lexer import BLANKS, SPACES
from dagdock.text import Mapped, Span, Text

# What may stand behind a name in `${name…}`, as BuildKit has it.
MODIFIERS = (":-", ":+", ":?", "-", "+", "?", "##", "#", "%%", "%", "//", "/")
_SPECIAL_NAMES = "@*#?-$!"
_LONGEST = 50_000  # values longer than this are nobody's; a value that doubles in each line would fill the memory
_DEEPEST = 50  # substitutions inside substitutions; nobody writes more, and Python's stack has an end


class Values(Protocol):
    """What a word needs to put values in: the variables known at its place."""

    def value(self, name: str) -> str | None:
        """The value; None where it is unknown."""

    def unset(self, name: str) -> bool:
        """Whether the variable is surely without a value, as long as the builder passes none."""


class Literal:
    """A stretch of a word without variables; `text` is what it stands for, `quote` is `""`, `"'"` or `'"'`."""

    __slots__ = ("quote", "span", "text")

    def __init__(self, text: str, span: Span, quote: str) -> None:
        self.text = text
        self.span = span
        self.quote = quote

    def __repr__(self) -> str:
        return f"Literal({self.text!r})"


class Variable:
    """`$x` or `${x…}` inside a word.

    `modifier` is `""` or one of `:-` `-` `:+` `+` `:?` `?` `#` `##` `%` `%%` `/` `//`; `word` is what stands behind it
    (the default, the alternative, the message, the pattern), `replacement` the second half of `/` and `//`. `text` is
    all of it as written.
    """

    __slots__ = ("modifier", "name", "quoted", "replacement", "span", "text", "word")

    def __init__(
        self,
        text: str,
        name: Text,
        modifier: str,
        word: Word | None,
        replacement: Word | None,
        span: Span,
        quoted: bool,
    ) -> None:
        self.text = text
        self.name = name
        self.modifier = modifier
        self.word = word
        self.replacement = replacement
        self.span = span
        self.quoted = quoted

    @property
    def has_default(self) -> bool:
        """Whether it stands for something even where the variable is unset (`${x:-y}`, `${x:+y}`)."""
        return self.modifier in (":-", "-", ":+", "+")

    def resolve(self, values: Values) -> str | None:
        """What it stands for; None where that is unknown (or Docker would stop)."""
        value = values.value(self.name)
        unset = value is None and values.unset(self.name)
        if value is None and not unset:
            return None
        modifier = self.modifier.lstrip(":")
        given = bool(value) if self.modifier.startswith(":") else value is not None
        if not modifier:
            return value
        if modifier in "-+?":
            if modifier == "-":
                return value if given else self._word(values)
            if modifier == "+":
                return self._word(values) if given else ""
            return value if given else None
        pattern = self._word(values)
        if value is None or pattern is None:
            return None
        if modifier[0] == "/":
            replacement = self.replacement.resolve(values) if self.replacement else None
            return None if replacement is None else patterns.replace(value, pattern, replacement, modifier == "//")
        return patterns.trim(value, pattern, modifier)

    def _word(self, values: Values) -> str | None:
        return self.word.resolve(values) if self.word else ""

    def __repr__(self) -> str:
        return f"Variable({self.text!r})"


class WordFault:
    """Why Docker cannot read a word: an open quote, a substitution it does not know."""

    __slots__ = ("message", "span")

    def __init__(self, message: str, span: Span) -> None:
        self.message = message
        self.span = span


class Word:
    """One word, as written (`raw`) and as Docker takes it (`value`)."""

    __slots__ = ("_body", "_end", "_escape", "_fault", "_outer", "_parts", "_span", "_start", "_value")

    def __init__(self, body: Mapped, start: int, end: int, escape: str, outer: Span | None = None) -> None:
        """The word at `body.text[start:end]`; `outer` is its place where that is more (an element of a JSON array)."""
        self._body = body
        self._start = start
        self._end = end
        self._escape = escape
        self._outer = outer
        self._parts: tuple[Literal | Variable, ...] | None = None
        self._fault: WordFault | None = None
        # Dozens of rules ask for these again and again.
        self._span: Span | None = outer
        self._value: Text | None = None

    @classmethod
    def plain(cls, text: str, span: Span) -> Word:
        """A word in which nothing is special: an element of an exec form."""
        word = cls(Mapped(span.source, ((span.start, text),)), 0, len(text), "", span)
        word._parts = (Literal(text, span, '"'),)
        return word

    @property
    def span(self) -> Span:
        if self._span is None:
            self._span = self._body.span(self._start, self._end)
        return self._span

    @property
    def raw(self) -> str:
        return self._body.text[self._start : self._end]

    def piece(self, start: int, end: int) -> Text:
        """The stretch `raw[start:end]` with its place."""
        return Text(self.raw[start:end], self._outer or self._body.span(self._start + start, self._start + end))

    def part(self, start: int, end: int) -> Word:
        """The stretch `raw[start:end]` as a word of its own."""
        return Word(self._body, self._start + start, self._start + end, self._escape, self._outer)

    @property
    def parts(self) -> tuple[Literal | Variable, ...]:
        if self._parts is None:
            if self._is_special:
                reader = _Reader(self._body, self._escape, self._outer)
                self._parts = tuple(reader.read(self._start, self._end))
                self._fault = reader.fault
            else:  # as most words are
                self._parts = (Literal(self.raw, self.span, ""),) if self.raw else ()
        return self._parts

    @property
    def _is_special(self) -> bool:
        """Whether there is a quote, an escape character or a `$` in it."""
        return _special(self._escape, "").search(self._body.text, self._start, self._end) is not None

    @property
    def fault(self) -> WordFault | None:
        """Why Docker would stop at this word."""
        if self._parts is None and self._is_special:
            _ = self.parts
        return self._fault

    @property
    def value(self) -> Text:
        """The text once quotes and escapes are gone, variables left as written."""
        if self._value is None:
            self._value = Text("".join(part.text for part in self.parts), self.span)
        return self._value

    @property
    def literal(self) -> str | None:
        """The text once quotes and escapes are gone; None where a variable stands in it."""
        texts: list[str] = []
        for part in self.parts:
            if isinstance(part, Variable):
                return None
            texts.append(part.text)
        return "".join(texts)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Its variables in order, those inside defaults and patterns too."""
        return tuple(_variables(self)) if "$" in self.raw else ()

    @property
    def quoted(self) -> bool:
        """Whether any of it stands in quotes."""
        return any(part.quote if isinstance(part, Literal) else part.quoted for part in self.parts)

    def resolve(self, values: Values) -> str | None:
        """The value with variables put in; None where one of them is unknown, or all is too long to be meant."""
        texts: list[str] = []
        size = 0
        for part in self.parts:
            text = part.text if isinstance(part, Literal) else part.resolve(values)
            if text is None:
                return None
            size += len(text)
            if size > _LONGEST:
                return None
            texts.append(text)
        return "".join(texts)

    def __repr__(self) -> str:
        return f"Word({self.raw!r})"


def _variables(word: Word) -> Iterator[Variable]:
    for part in word.parts:
        if isinstance(part, Variable):
            yield part
            for inner in (part.word, part.replacement):
                if inner is not None:
                    yield from _variables(inner)


class _Reader:
    """Reads the parts of one word, after BuildKit's `shell.Lex`."""

    def __init__(self, body: Mapped, escape: str, outer: Span | None) -> None:
        self.body = body
        self.text = body.text
        self.escape = escape
        self.outer = outer
        self.fault: WordFault | None = None
        self.end = 0
        self._depth = 0

    def read(self, start: int, end: int) -> list[Literal | Variable]:
        self.end = end
        parts, _ = self._read(start, "", False)
        return parts

    def _span(self, start: int, end: int) -> Span:
        return self.outer or self.body.span(start, end)

    def _fail(self, message: str, start: int, end: int) -> int:
        """Notes the first fault; what follows is taken as it stands."""
        if self.fault is None:
            self.fault = WordFault(message, self._span(start, end))
        return self.end

    def _read(self, position: int, stop: str, raw: bool) -> tuple[list[Literal | Variable], int]:
        """Parts up to an unquoted `stop` (the end, where it is empty), and the place of that `stop` (-1: not found).

        `raw` keeps escape characters, as in the patterns of `${x#…}` and `${x/…}`.
        """
        text, end, escape = self.text, self.end, self.escape
        special = _special(escape, stop)
        parts: list[Literal | Variable] = []
        chunks: list[str] = []
        begin = position  # where the literal in `chunks` begins

        def flush(upto: int) -> None:
            if chunks:
                parts.append(Literal("".join(chunks), self._span(begin, upto), ""))
                chunks.clear()

        while position < end:
            match = special.search(text, position, end)
            at = match.start() if match else end
            if at > position:
                chunks.append(text[position:at])
                position = at
                continue
            character = text[at]
            if character == stop:
                flush(at)
                return parts, at
            if character == "$":
                length = name_length(text, at + 1, end)
                if not length and text[at + 1 : at + 2] != "{":
                    chunks.append("$")
                    position = at + 1
                    continue
                flush(at)
                variable, position = self._variable(at, False)
                parts.append(variable)
                begin = position
            elif character in "'\"":
                flush(at)
                quoted, position = self._single(at) if character == "'" else self._double(at)
                parts += quoted
                begin = position
            else:
                if raw:
                    chunks.append(character)
                chunks.append(text[at + 1 : min(at + 2, end)])
                position = at + 2
        flush(min(position, end))
        return parts, -1

    def _single(self, start: int) -> tuple[list[Literal | Variable], int]:
        close = self.text.find("'", start + 1, self.end)
        if close < 0:
            close = self._fail("the single quote is never closed", start, self.end)
        after = min(close + 1, self.end)
        return [Literal(self.text[start + 1 : close], self._span(start, after), "'")], after

    def _double(self, start: int) -> tuple[list[Literal | Variable], int]:
        text, end, escape = self.text, self.end, self.escape
        special = _special(escape, '"')
        parts: list[Literal | Variable] = []
        chunks: list[str] = []
        position, begin = start + 1, start
        while position < end:
            match = special.search(text, position, end)
            at = match.start() if match else end
            if at > position:
                chunks.append(text[position:at])
                position = at
                continue
            character = text[at]
            if character == '"':
                if chunks or begin == start:
                    parts.append(Literal("".join(chunks), self._span(begin, at + 1), '"'))
                return parts, at + 1
            if character == "$" and (name_length(text, at + 1, end) or text[at + 1 : at + 2] == "{"):
                if chunks:
                    parts.append(Literal("".join(chunks), self._span(begin, at), '"'))
                    chunks.clear()
                variable, position = self._variable(at, True)
                parts.append(variable)
                begin = position
            elif character == escape:
                follower = text[at + 1 : min(at + 2, end)]
                known = follower in ('"', "$", escape)
                chunks.append(follower if known else escape if follower else "")
                position = at + 2 if known else at + 1
            else:
                chunks.append(character)
                position = at + 1
        self._fail("the double quote is never closed", start, end)
        if chunks:
            parts.append(Literal("".join(chunks), self._span(begin, end), '"'))
        return parts, end

    def _variable(self, start: int, quoted: bool) -> tuple[Variable, int]:
        """The variable whose `$` stands at `start`, and the place behind it."""
        text, end = self.text, self.end
        if text[start + 1 : start + 2] != "{" or start + 1 >= end:
            stop = start + 1 + name_length(text, start + 1, end)
            name = Text(text[start + 1 : stop], self._span(start + 1, stop))
            return Variable(text[start:stop], name, "", None, None, self._span(start, stop), quoted), stop
        first = start + 2
        stop = first + name_length(text, first, end)
        name = Text(text[first:stop], self._span(first, stop))
        plain = first < stop < end and text[stop] == "}"
        modifier = "" if plain else self._modifier(start, first, stop)
        word: Word | None = None
        replacement: Word | None = None
        if self.fault is None and modifier:
            raw = modifier[0] in "#%/"
            word, stop = self._inner(start, stop + len(modifier), "/" if modifier[0] == "/" else "}", raw)
            if self.fault is None and modifier[0] == "/":
                replacement, stop = self._inner(start, stop + 1, "}", raw)
        after = end if self.fault is not None else stop + 1
        span = self._span(start, after)
        return Variable(text[start:after], name, modifier, word, replacement, span, quoted), after

    def _modifier(self, start: int, first: int, stop: int) -> str:
        """The modifier behind the name, at `stop`; "" where there is none that Docker knows."""
        rest = self.text[stop : min(stop + 2, self.end)]
        if not rest:
            self._fail("`${` lacks its `}`", start, self.end)
            return ""
        if stop == first and rest[0] in "{}:":
            self._fail("`${` needs the name of a variable", start, stop + 1)
            return ""
        for modifier in MODIFIERS:
            if rest.startswith(modifier):
                return modifier
        shown = rest if rest[0] == ":" else rest[0]
        self._fail(f"Docker does not know `{shown}` in `${{…}}`", start, stop + len(shown))
        return ""

    def _inner(self, start: int, position: int, stop: str, raw: bool) -> tuple[Word | None, int]:
        """The word inside `${…}` up to `stop`, and the place of that."""
        self._depth += 1
        if self._depth > _DEEPEST:
            return None, self._fail("`${…}` is nested too deeply", start, self.end)
        parts, at = self._read(position, stop, raw)
        self._depth -= 1
        if at < 0:
            at = self._fail(f"`${{` lacks its `{stop}`", start, self.end)
        word = Word(self.body, position, at, self.escape, self.outer)
        word._parts = tuple(parts)
        return word, at


@cache
def _special(escape: str, stop: str) -> Pattern[str]:
    import re

    if stop == '"':
        return re.compile(f'["${re.escape(escape)}]')
    return re.compile(f"['\"${re.escape(escape)}{re.escape(stop)}]")


def name_length(text: str, start: int, end: int) -> int:
    """How long the variable's name at `start` is: letters, digits and `_`, digits alone, or one special character."""
    position = start
    if position < end and text[position] in _SPECIAL_NAMES:
        return 1
    digits = position < end and text[position].isdigit()
    while position < end and (
        text[position].isdigit() if digits else text[position].isalnum() or text[position] == "_"
    ):
        position += 1
    return position - start


def blank_words(body: Mapped, escape: str) -> list[Word]:
    """Words between blanks; a quote does not keep a blank (FROM, COPY, ADD, EXPOSE, VOLUME)."""
    return [Word(body, match.start(), match.end(), escape) for match in _non_blank().finditer(body.text)]


@cache
def _non_blank() -> Pattern[str]:
    import re

    return re.compile(f"[^{BLANKS}]+")


def quoted_words(body: Mapped, escape: str) -> list[Word]:
    """Words between white space outside quotes and escapes (ENV, LABEL, ARG)."""
    text = body.text
    words: list[Word] = []
    start = position = 0
    size = len(text)
    boundary = _boundary(escape)
    while position < size:
        match = boundary.search(text, position)
        if match is None:
            break
        position = match.start()
        character = text[position]
        if character == escape:
            position += 2
        elif character == "'":
            close = text.find("'", position + 1)
            position = size if close < 0 else close + 1
        elif character == '"':
            position = _after_double_quote(text, position + 1, escape)
        else:
            if position > start:
                words.append(Word(body, start, position, escape))
            start = position = match.end()
    if start < size:
        words.append(Word(body, start, size, escape))
    return words


def _after_double_quote(text: str, position: int, escape: str) -> int:
    special = _special(escape, '"')
    while match := special.search(text, position):
        character = match.group()
        position = match.end()
        if character == '"':
            return position
        if character == escape:
            position += 1
    return len(text)


@cache
def _boundary(escape: str) -> Pattern[str]:
    import re

    return re.compile(f"['\"{re.escape(escape)}]|[{SPACES}]+")
