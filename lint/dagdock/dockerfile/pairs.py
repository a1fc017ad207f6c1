"""Instructions made of `key=value` pairs: ENV, LABEL and ARG."""

from __future__ import annotations

from functools import cache
from re import Pattern

from dagdock.dockerfile.instruction import Instruction
from dagdock.dockerfile.lexer import BLANKS
from dagdock.dockerfile.words import Word
from dagdock.remembered import cached_property
from dagdock.text import Span, Text


class Pair:
    """`key=value` (or the legacy `key value`) of ENV, LABEL and ARG; `value` is None where none is given."""

    __slots__ = ("key_word", "legacy", "span", "value")

    def __init__(self, key_word: Word, value: Word | None, span: Span, legacy: bool = False) -> None:
        self.key_word = key_word
        self.value = value
        self.span = span
        self.legacy = legacy

    @property
    def key(self) -> Text:
        """The key, unquoted."""
        return self.key_word.value

    def __repr__(self) -> str:
        return f"Pair({self.span!r})"


class PairsInstruction(Instruction):
    """ENV, LABEL and ARG."""

    @cached_property
    def pairs(self) -> list[Pair]:
        words = self.words
        if words and "=" not in words[0].raw and not isinstance(self, Arg):
            return [self._legacy_pair()]
        return [self._pair(word) for word in words]

    def _pair(self, word: Word) -> Pair:
        equals = word.raw.find("=")
        if equals < 0:
            return Pair(word, None, word.span)
        return Pair(word.part(0, equals), word.part(equals + 1, len(word.raw)), word.span)

    def _legacy_pair(self) -> Pair:
        """`ENV key all the rest`: the key ends at the first blank, quoted or not."""
        body, escape = self.body, self.dockerfile.escape
        match = _key().match(body.text)
        end, start = (match.end(1), match.end()) if match else (0, 0)
        size = len(body.text)
        value = Word(body, start, size, escape) if start < size else None
        return Pair(Word(body, 0, end, escape), value, body.span(0, size), legacy=True)


@cache
def _key() -> Pattern[str]:
    import re

    return re.compile(f"([^{BLANKS}]*)[{BLANKS}]*")


class Env(PairsInstruction):
    pass


class Label(PairsInstruction):
    pass


class Arg(PairsInstruction):
    pass
