"""`command`, `entrypoint` and a healthcheck's `test`: their words, and what a shell will read of them."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from typing import Literal

from dagdock.compose.interpolation import tokens
from dagdock.compose.section import items_of
from dagdock.compose.values import Value
from dagdock.remembered import cached_property
from dagdock.text import Mapped, Span, Text
from dagdock.yamltree import Node, Scalar, Sequence

_SPECIAL = frozenset(" \t\r\n'\"\\`;&|<>")
_MAX_LENGTH = 100_000  # no command is so long; cutting it into words would take seconds
_SHELLS = frozenset(("sh", "bash", "ash", "dash", "ksh", "zsh"))


class ServiceCommand:
    """A command in the form of a list or of one string.

    `words` are the items of the list, or what Compose splits the string into (no shell reads it); there are none where
    a variable's default brings in words of its own.
    `cut` is what Compose drops of such a string: all from the first `;`, `&`, `|`, `<` or `>` outside of quotes.
    A healthcheck's string goes to a shell whole: it has no words, and `shell` holds it.
    """

    def __init__(
        self, node: Node, form: Literal["list", "string"], words: list[Value], cut: Text | None, of_test: bool
    ) -> None:
        self.node = node
        self.form: Literal["list", "string"] = form
        self.words = words
        self.cut = cut
        self._of_test = of_test

    @property
    def span(self) -> Span:
        return self.node.inner if isinstance(self.node, Scalar) else self.node.span

    @cached_property
    def shell(self) -> Mapped | None:
        """The script that a shell reads, `$$` as the dollar that it becomes and other variables as written.

        It is a healthcheck's string, the text behind `CMD-SHELL`, or that of `sh -c`; None where there is none.
        """
        script: Value | None = None
        words = [str(word.raw) for word in self.words]
        if self._of_test and isinstance(self.node, Scalar):
            return _unescaped(self.node.mapped())
        if self._of_test and words[:1] == ["CMD-SHELL"]:
            script = self.words[1] if len(words) > 1 else None
        else:
            skip = 1 if self._of_test and words[:1] == ["CMD"] else 0
            if len(words) > skip + 2 and words[skip].rpartition("/")[2] in _SHELLS:
                flags = words[skip + 1]
                if flags.startswith("-") and not flags.startswith("--") and "c" in flags:
                    script = self.words[skip + 2]
        return _unescaped(script.mapped) if script else None

    def __repr__(self) -> str:
        return f"<ServiceCommand {self.span!r}>"


def command_of(node: Node | None, env: Dict[str, str], *, of_test: bool = False) -> ServiceCommand | None:
    if isinstance(node, Sequence):
        words = [Value(item, env) for item in items_of(node) if isinstance(item, Scalar)]
        return ServiceCommand(node, "list", words, None, of_test)
    if isinstance(node, Scalar) and of_test:
        return ServiceCommand(node, "string", [], None, of_test)
    if isinstance(node, Scalar) and len(node.value) > _MAX_LENGTH:
        return ServiceCommand(node, "string", [], None, of_test)
    if isinstance(node, Scalar):
        split = _Splitter(node.mapped())
        return ServiceCommand(node, "string", [Value(node, env, word) for word in split.words], split.cut, of_test)
    return None


def is_closed(text: str) -> bool:
    """Whether Compose can cut a command into words: its quotes are closed, and none of its parentheses stands alone.

    It reads to the first operator outside of quotes.
    """
    if not any(sign in text for sign in "'\"`\\("):
        return True
    place, quote = 0, ""
    while place < len(text):
        sign = text[place]
        if sign == "\\" and quote != "'":
            if place + 1 == len(text):
                return False
            place += 1
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign == "`" or text.startswith("$(", place):
            place = text.find("`" if sign == "`" else ")", place + 1)
            if place < 0:
                return False
        elif sign == "(":
            return False
        elif sign in ";&|<>":
            return True
        place += 1
    return not quote


def _unescaped(mapped: Mapped) -> Mapped:
    if "$$" not in mapped.text:
        return mapped
    pieces: list[tuple[int, str]] = []
    for token in tokens(mapped.text):
        if token.kind == "dollar":
            pieces.append((mapped.origin(token.start), "$"))
        else:
            pieces += _pieces(mapped, token.start, token.end)
    return Mapped(mapped.source, pieces)


def _pieces(mapped: Mapped, start: int, end: int) -> Iterator[tuple[int, str]]:
    """A stretch of a mapped text cut where it stops being one in the file."""
    piece = start
    for place in range(start + 1, end + 1):
        if place == end or mapped.origin(place) != mapped.origin(place - 1) + 1:
            yield mapped.origin(piece), mapped.text[piece:place]
            piece = place


class _Splitter:
    """Cuts a string into words as Compose does: at blanks outside of quotes, quotes and backslashes taken away.

    It knows a shell's quotes but is none: it stops at the first operator and drops the rest without a word.
    """

    def __init__(self, mapped: Mapped) -> None:
        self.mapped = mapped
        self.words: list[Mapped] = []
        self.cut: Text | None = None
        self._pieces: list[tuple[int, str]] = []
        self._started = False
        self._read(mapped.text)

    def _read(self, text: str) -> None:
        variables = {token.start: token for token in tokens(text) if token.kind == "variable"}
        if any(sign in _SPECIAL for token in variables.values() for sign in text[slice(*token.argument)]):
            return  # a default that brings in words or quotes of its own
        place, quote = 0, ""
        while place < len(text):
            character = text[place]
            stop = variables[place].end if place in variables else place + 1
            if stop > place + 1 or (quote and character not in (quote, "\\")):
                self._add(place, stop)
            elif character == "\\" and quote != "'" and place + 1 < len(text):
                stop = place + 2
                self._add(place + 1, stop)
            elif character in ("'", '"'):
                quote = "" if quote else character
                self._started = True
            elif quote:
                self._add(place, stop)
            elif character == "`" or text.startswith("$(", place):  # kept as it is, blanks and all
                close = text.find("`" if character == "`" else ")", place + 1)
                stop = close + 1 or len(text)
                self._add(place, stop)
            elif character in " \t\r\n":
                self._finish(place)
            elif character in ";&|<>":
                self.cut = self.mapped.piece(place, len(text))
                break
            else:
                self._add(place, stop)
            place = stop
        self._finish(len(text))

    def _add(self, start: int, end: int) -> None:
        self._pieces += _pieces(self.mapped, start, end)
        self._started = True

    def _finish(self, place: int) -> None:
        if self._started:
            origin = self.mapped.origin(max(place - 1, 0))
            self.words.append(Mapped(self.mapped.source, self._pieces or [(origin, "")]))
        self._pieces, self._started = [], False
