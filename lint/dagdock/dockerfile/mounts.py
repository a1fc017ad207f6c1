"""The fields of `RUN --mount`, and which of them BuildKit refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagdock.dockerfile.flags import Flag
from dagdock.spelling import nearest
from dagdock.text import Located, Span, Text

if TYPE_CHECKING:
    from dagdock.dockerfile.stages import Stage

TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
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
_TRUTH = ("1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False")


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


def mount_faults(mount: Mount) -> Iterator[tuple[Located, str, str | None]]:
    """What is wrong with the fields of a mount, as BuildKit checks them: one by one, then as a whole."""
    so_far = "bind"  # Docker judges `required` and `size` by the type given before them
    for field in mount.fields:
        value = field.value
        if field.name not in MOUNT_KEYS:
            meant = nearest(field.key, MOUNT_KEYS)
            hint = f"; did you mean `{meant}`?" if meant else ""
            yield field.key, f"a mount has no option `{field.key}`{hint}", meant
        elif value is None and field.name not in ("readonly", "readwrite", "required"):
            yield field, f"`{field.key}` needs a value: `{field.key}=…`", None
        elif field.name in ("required", "size") and so_far not in _MOUNTS_WITH[field.name]:
            if mount.type in _MOUNTS_WITH[field.name]:
                yield field, f"Docker wants `type={mount.type}` before `{field.key}`. Write the type first", None
            elif "$" not in mount.type:
                types = " and ".join(_MOUNTS_WITH[field.name])
                yield field, f"`{field.key}` is only for mounts of type {types}, and this is a {mount.type} mount", None
        elif value is not None and "$" not in value:
            problem, meant = _bad_mount_value(field, value)
            if problem:
                yield value, problem, meant
        if field.name == "type" and value is not None:
            so_far = value.lower()
    if "$" not in mount.type and mount.type in TYPES:
        yield from _mount_as_a_whole(mount)


_MOUNTS_WITH = {"required": ("secret", "ssh"), "size": ("tmpfs",)}


def _bad_mount_value(field: MountField, value: str) -> tuple[str, str | None]:
    """What is wrong with the value of one field, and what was probably meant."""
    name = field.name
    if name == "type" and value.lower() not in TYPES:
        meant = nearest(value, TYPES)
        hint = f"; did you mean `{meant}`?" if meant else "; the types are " + ", ".join(TYPES)
        return f"`{value}` is no type of mount{hint}", meant
    if name == "sharing" and value.lower() not in ("shared", "private", "locked"):
        return f"`{value}` is no way of sharing a cache; write shared, private or locked", nearest(
            value, ("shared", "private", "locked")
        )
    if name in ("readonly", "readwrite", "required") and value not in _TRUTH:
        return f"`{field.key}` is true or false, not `{value}`", None
    if name == "mode" and not _is_number(value, 8):
        return f"`{value}` is no file mode; write it in octal, such as 0600", None
    if name in ("uid", "gid") and not _is_number(value, 10):
        return f"`{field.key}` is a number, not `{value}`: names are not looked up", None
    if name == "target" and value.rstrip("/") == "" and value:
        return "a mount cannot replace the whole file system `/`", None
    return "", None


def _is_number(text: str, base: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and (base == 10 or not set(text) & set("89"))


def _mount_as_a_whole(mount: Mount) -> Iterator[tuple[Located, str, str | None]]:
    kind = mount.type
    for name in ("mode", "uid", "gid"):
        field = mount.field(name)
        if field is not None and kind in ("bind", "tmpfs"):
            yield field, f"`{field.key}` is not for mounts of type {kind}", None
    sharing, source, from_ = mount.field("sharing"), mount.field("source"), mount.field("from")
    if sharing is not None and kind != "cache":
        yield sharing, f"`sharing` is only for mounts of type cache, and this is a {kind} mount", None
    if kind != "secret":
        return
    if from_ is not None and from_.value:
        yield from_, "a secret comes from the builder, so a secret mount has no `from`", None
    identity = mount.field("id")
    if source is not None and source.value and identity is not None and identity.value:
        yield source, "`source` and `id` name the same thing for a secret. Keep one of them", None
    if not any(field.value for field in mount.fields if field.name in ("source", "target", "id")):
        yield mount, "a secret mount needs the `id` of its secret", None
