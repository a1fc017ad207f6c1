"""Flags of an instruction (`--name=value`), and the fields of `RUN --mount`."""

from __future__ import annotations

from functools import cache
from re import Pattern
from typing import TYPE_CHECKING

from dagdock.dockerfile.lexer import BLANKS
from dagdock.dockerfile.words import Word
from dagdock.text import Mapped, Span, Text

if TYPE_CHECKING:
    from dagdock.dockerfile.stages import Stage

# The flags each instruction has: those with a value, those that are true or false, those that may be repeated.
WITH_VALUE = {
    "FROM": ("platform",),
    "ADD": ("chown", "chmod", "checksum", "exclude"),
    "COPY": ("from", "chown", "chmod", "exclude"),
    "RUN": ("mount", "network", "security", "device"),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
SWITCHES = {
    "ADD": ("link", "keep-git-dir", "unpack"),
    "COPY": ("link", "parents"),
}
REPEATABLE = ("mount", "exclude", "device")

# The keys of `--mount`, other spellings beside the one used here.
MOUNT_KEYS = {
    "type": "type",
    "from": "from",
    "source": "source",
    "src": "source",
    "target": "target",
    "dst": "target",
    "destination": "target",
    "readonly": "readonly",
    "ro": "readonly",
    "readwrite": "readwrite",
    "rw": "readwrite",
    "id": "id",
    "sharing": "sharing",
    "required": "required",
    "size": "size",
    "mode": "mode",
    "uid": "uid",
    "gid": "gid",
    "env": "env",
}


class Flag:
    """`--name=value` before the arguments; `value` is None without `=`, unquoted, variables left as written.

    `name` goes without its dashes, `word` is the value with its variables.
    """

    __slots__ = ("name", "span", "value", "word")

    def __init__(self, name: Text, value: Text | None, word: Word | None, span: Span) -> None:
        self.name = name
        self.value = value
        self.word = word
        self.span = span

    def __repr__(self) -> str:
        return f"Flag({self.span!r})"


def read_flags(line: Mapped, start: int, size: int, escape: str) -> tuple[list[Flag], int]:
    """The flags between `start` and `size`, and the place behind the last of them."""
    text = line.text
    flags: list[Flag] = []
    position = start
    while True:
        position = _after_blanks(text, position, size)
        if not text.startswith("--", position, size):
            return flags, position
        begin = position
        raw, position = _unquoted(text, position, size, escape)
        if raw == "--":
            return flags, position
        flags.append(_flag(line, begin, position, raw, escape))


def _after_blanks(text: str, position: int, size: int) -> int:
    while position < size and text[position] in BLANKS:
        position += 1
    return position


@cache
def _special(escape: str, quote: str) -> Pattern[str]:
    import re

    return re.compile(f"[{quote}{re.escape(escape)}]" if quote else f"['\"{re.escape(escape)}{BLANKS}]")


def _unquoted(text: str, start: int, size: int, escape: str) -> tuple[str, int]:
    """The flag at `start` without quotes and escapes (which count in single quotes too), and the place behind it."""
    chunks: list[str] = []
    position, quote = start, ""
    while match := _special(escape, quote).search(text, position, size):
        at = match.start()
        chunks.append(text[position:at])
        character = text[at]
        position = at + 1
        if character == escape:
            chunks.append(text[position : position + 1])
            position += 1
        elif character == quote:
            quote = ""
        elif character in "'\"":
            quote = character
        else:
            return "".join(chunks), at
    chunks.append(text[position:size])
    return "".join(chunks), size


def _flag(line: Mapped, start: int, end: int, unquoted: str, escape: str) -> Flag:
    raw = line.text[start:end]
    equals = raw.find("=")
    if equals < 0:
        return Flag(Text(unquoted[2:], line.span(start + 2, end)), None, None, line.span(start, end))
    middle = start + equals
    name, _, value = unquoted.partition("=")
    word = Word(line, middle + 1, end, escape)
    return Flag(Text(name[2:], line.span(start + 2, middle)), Text(value, word.span), word, line.span(start, end))


class MountField:
    """`key=value` (or a bare `key`) of a mount.

    `key` as written, `name` the one spelling used here: `target`, `source`, `readonly`, `readwrite` also for their
    short forms; lower-case.
    """

    __slots__ = ("key", "name", "span", "value")

    def __init__(self, key: Text, value: Text | None, span: Span) -> None:
        self.key = key
        self.name = MOUNT_KEYS.get(key.lower(), key.lower())
        self.value = value
        self.span = span

    @property
    def is_true(self) -> bool:
        return self.value is None or self.value in ("1", "t", "T", "true", "TRUE", "True")

    def __repr__(self) -> str:
        return f"MountField({self.span!r})"


class Mount:
    """One `--mount` of a RUN; `type` is `bind` where none is given.

    `from_stage` is the stage that `from=` names, None for an image, a named context or no `from=`.
    """

    __slots__ = ("fields", "flag", "from_stage", "span", "type")

    def __init__(self, flag: Flag, fields: list[MountField]) -> None:
        self.flag = flag
        self.span = flag.span
        self.fields = fields
        self.from_stage: Stage | None = None
        kind = self.field("type")
        self.type = kind.value.lower() if kind and kind.value else "bind"

    def field(self, name: str) -> MountField | None:
        """The last field of that name (`target` for `dst` and `destination` too, and so on)."""
        for field in reversed(self.fields):
            if field.name == name:
                return field
        return None

    def _value(self, name: str) -> Text | None:
        field = self.field(name)
        return field.value if field else None

    @property
    def target(self) -> Text | None:
        return self._value("target")

    @property
    def source(self) -> Text | None:
        return self._value("source")

    @property
    def from_(self) -> Text | None:
        return self._value("from")

    @property
    def id(self) -> Text | None:
        return self._value("id")

    @property
    def sharing(self) -> Text | None:
        return self._value("sharing")

    @property
    def readonly(self) -> bool:
        """Whether the RUN may not write to it: by default all but cache and tmpfs."""
        for field in reversed(self.fields):
            if field.name in ("readonly", "readwrite"):
                return field.is_true == (field.name == "readonly")
        return self.type not in ("cache", "tmpfs")

    def __repr__(self) -> str:
        return f"Mount({self.span!r})"


def mount_fields(flag: Flag) -> list[MountField]:
    """The fields of a mount's value: separated by commas, a field with a comma in double quotes."""
    if flag.word is None or flag.value is None:
        return []
    fields: list[MountField] = []
    word = flag.word
    # Quotes around the whole value are gone already; escapes inside make places inexact: then it is the whole value.
    shift = word.raw.find(flag.value)
    start = 0
    for text in _comma_separated(flag.value):
        width = len(text)
        quoted = width > 1 and text[0] == text[-1] == '"'
        content = text[1:-1].replace('""', '"') if quoted else text
        key, equals, given = content.partition("=")
        begin, end = (shift + start, shift + start + width) if shift >= 0 else (0, len(word.raw))
        middle = begin + quoted + len(key) if shift >= 0 else begin
        key_place = word.piece(begin + quoted, middle).span if shift >= 0 else word.span
        value_place = word.piece(middle + 1, end - quoted).span if shift >= 0 else word.span
        fields.append(
            MountField(Text(key, key_place), Text(given, value_place) if equals else None, word.piece(begin, end).span)
        )
        start += width + 1
    return fields


def _comma_separated(text: str) -> list[str]:
    if '"' not in text:
        return text.split(",")
    fields: list[str] = []
    start = position = 0
    while position < len(text):
        if text[position] == '"' and position == start:
            close = text.find('"', position + 1)
            position = len(text) if close < 0 else close + 1
        elif text[position] == ",":
            fields.append(text[start:position])
            start = position = position + 1
        else:
            position += 1
    fields.append(text[start:])
    return fields
