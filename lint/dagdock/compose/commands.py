"""`command`, `entrypoint` and a healthcheck's `test`: their words, and what a shell will read of them."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from functools import cached_property
from typing import Literal

from dagdock.compose.interpolation import tokens
from dagdock.compose.section import items_of
from dagdock.compose.values import Value
from dagdock.text import Mapped, Span
from dagdock.yamltree import Node, Scalar, Sequence

_SHELLS = frozenset(("sh", "bash", "ash", "dash", "ksh", "zsh"))


class ServiceCommand:
    """A command in the form of a list or of one string.

    `words` are the items of the list, or what Compose splits the string into (nobody's shell reads that string).
    A healthcheck's string goes to a shell whole: it has no words, and `shell` holds it.
    """

    def __init__(self, node: Node, form: Literal["list", "string"], words: list[Value], of_test: bool) -> None:
        self.node = node
        self.form: Literal["list", "string"] = form
        self.words = words
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
        return ServiceCommand(node, "list", words, of_test)
    if isinstance(node, Scalar):
        words = [] if of_test else [Value(node, env, part) for part in _split(node.mapped())]
        return ServiceCommand(node, "string", words, of_test)
    return None


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


def _split(mapped: Mapped) -> list[Mapped]:
    """The words of a string as Compose splits it: at blanks outside of quotes, quotes and backslashes taken away."""
    words: list[Mapped] = []
    pieces: list[tuple[int, str]] = []
    started, quote = False, ""
    text = mapped.text
    ends = {token.start: token.end for token in tokens(text) if token.kind == "variable"}
    place = 0
    while place < len(text):
        character = text[place]
        stop = ends.get(place, place + 1)
        if stop > place + 1 or (quote and character not in (quote, "\\")):
            pieces += _pieces(mapped, place, stop)
            started = True
        elif character == "\\" and quote != "'" and place + 1 < len(text):
            stop = place + 2
            pieces.append((mapped.origin(place + 1), text[place + 1]))
            started = True
        elif character in ("'", '"') and quote in ("", character):
            quote = "" if quote else character
            started = True
        elif character in " \t\r\n":
            if started:
                words.append(Mapped(mapped.source, pieces or [(mapped.origin(place), "")]))
            pieces, started = [], False
        else:
            pieces.append((mapped.origin(place), character))
            started = True
        place = stop
    if started:
        words.append(Mapped(mapped.source, pieces or [(mapped.origin(len(text) - 1), "")]))
    return words
