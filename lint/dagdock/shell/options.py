"""The arguments of a command told apart: options with their values, and operands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from dagdock.shell.words import Word


class Option:
    """One option as given: `-y` (also out of a cluster such as `-qqy`), `--target-release=x`, `-t x`."""

    __slots__ = ("name", "value", "word")

    def __init__(self, name: str, word: Word, value: str | None = None) -> None:
        self.name = name
        self.word = word
        self.value = value

    def __repr__(self) -> str:
        return f"<Option {self.name}>" if self.value is None else f"<Option {self.name}={self.value!r}>"


class Options:
    """A command's arguments, read as GNU tools read them; options may stand anywhere before `--`."""

    __slots__ = ("operands", "options", "unknown")

    def __init__(self, words: Sequence[Word], valued: Collection[str] = (), *, clusters: bool = True) -> None:
        """`valued` names the options whose value may be the next word (`-t`, `--target-release`).

        `clusters=False` is for tools with long names behind one dash (`java -jar`, `go -ldflags`).
        """
        self.options: list[Option] = []
        self.operands: list[Word] = []
        # Whether a word that only the running shell knows may hold more options.
        self.unknown = False
        rest = iter(words)
        for word in rest:
            text = word.prefix
            if not text.startswith("-"):
                self.unknown = self.unknown or (text == "" and word.value is None)
                self.operands.append(word)
            elif text == "--" and word.value is not None:
                self.operands += rest
            elif text == "-" or (word.value is None and "=" not in text):
                self.unknown = self.unknown or word.value is None
                self.operands += [word] if text == "-" else []
            else:
                self.options += _read_option(word, text, valued, clusters, rest)

    def has(self, *names: str) -> bool | None:
        """Whether one of the options is given; None where an unknown word may hold it."""
        if any(option.name in names for option in self.options):
            return True
        return None if self.unknown else False

    def count(self, *names: str) -> int:
        """How often the options are given, however they are spelled (`-q -q`, `-qq`)."""
        return sum(option.name in names for option in self.options)

    def values(self, *names: str) -> list[str | None]:
        """The values of these options in order; None for one whose value is unknown or missing."""
        return [option.value for option in self.options if option.name in names]


def _read_option(
    word: Word, text: str, valued: Collection[str], clusters: bool, rest: Iterator[Word]
) -> Iterable[Option]:
    name, equals, value = text.partition("=")
    if text.startswith("--") or not clusters or name in valued:
        if equals:
            return [Option(name, word, value if word.value is not None else None)]
        return [Option(name, word, _next_value(rest) if name in valued else None)]
    found: list[Option] = []
    for at, letter in enumerate(text[1:], start=1):
        short = "-" + letter
        tail = text[at + 1 :]
        if tail.startswith("="):
            return [*found, Option(short, word, tail[1:] if word.value is not None else None)]
        if short in valued:
            return [*found, Option(short, word, tail or _next_value(rest))]
        found.append(Option(short, word))
    return found


def _next_value(rest: Iterator[Word]) -> str | None:
    word = next(rest, None)
    return word.value if word else None
