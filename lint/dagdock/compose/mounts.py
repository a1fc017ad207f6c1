"""Entries of a service's `volumes:` in the short and the long form."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from posixpath import normpath
from typing import Literal

from dagdock.compose.interpolation import UNKNOWN, Filled
from dagdock.compose.section import Section
from dagdock.compose.values import Value
from dagdock.text import Span, Text
from dagdock.yamltree import Mapping, Node, Scalar


class VolumeMount:
    """One entry of a service's `volumes`; `span` is the item without its quotes. None always means: not known.

    `error` says in plain words why Compose refuses the entry, `emptied_by` is the variable that is to blame where a
    part is empty for want of its value.
    """

    __slots__ = (
        "emptied_by",
        "error",
        "form",
        "node",
        "options",
        "read_only",
        "source",
        "span",
        "target",
        "type",
        "written_source",
        "written_target",
    )

    def __init__(self, node: Node, form: Literal["short", "long"], span: Span) -> None:
        self.node = node
        self.form: Literal["short", "long"] = form
        self.span = span
        self.type: str | None = None  # "volume", "bind", "tmpfs", "npipe", "cluster" or "image"
        self.source: Text | None = None  # "" where none is written
        self.written_source: Text | None = None  # with its variables; None where none is written
        self.target: Text | None = None  # without a slash at the end
        self.written_target: Text | None = None
        self.options: list[Text] = []  # `ro`, `z`, `rshared` … of the short form
        self.read_only: bool | None = None
        self.error: str | None = None
        self.emptied_by: str | None = None

    @property
    def is_bind(self) -> bool | None:
        return None if self.type is None else self.type == "bind"

    @property
    def is_named(self) -> bool | None:
        """Whether it mounts a named volume: one that needs an entry under the top-level `volumes`."""
        if self.type == "volume":
            return bool(self.written_source)
        return None if self.type is None else False

    @property
    def is_anonymous(self) -> bool | None:
        """Whether it is a volume without a name, which nothing can find again later."""
        if self.type == "volume":
            return not self.written_source
        return None if self.type is None else False

    def __repr__(self) -> str:
        return f"<VolumeMount {self.span!r}>"


def mount_of(node: Node, env: Dict[str, str]) -> VolumeMount | None:
    """The mount that an item of `volumes` means; None for an item that is neither text nor mapping."""
    if isinstance(node, Scalar):
        return _short(Value(node, env))
    return _long(Section(node, env), node) if isinstance(node, Mapping) else None


def _short(value: Value) -> VolumeMount:
    """`[source:]target[:options]`, each part known or not on its own."""
    mount = VolumeMount(value.node, "short", value.span)
    filled = value.filled
    text = filled.text
    parts = [(0, len(text))] if len(text) <= 2 else list(_parts(text))
    pieces = [filled.piece(start, end) for start, end in parts]
    if len(parts) == 1 and UNKNOWN in text:
        return mount  # a lone variable may hold all parts
    if "" in pieces:
        mount.error = "a part is empty: source, target and options stand between colons"
        empty = [filled.emptied(start) for start, end in parts if start == end]
        mount.emptied_by = None if None in empty else empty[0]
    elif len(parts) > 3:
        mount.error = "there are too many colons: source, target and options are all that there can be"
    elif len(parts) == 1:
        mount.type, mount.source = "volume", Text("", filled.span(0, 0))
        _target(mount, filled, parts[0])
        mount.read_only = False
    else:
        mount.written_source = filled.written(*parts[0])
        mount.source = None if UNKNOWN in pieces[0] else pieces[0]
        mount.type = _type(pieces[0])
        _target(mount, filled, parts[1])
        mount.read_only = _options(mount, filled, parts[2]) if len(parts) == 3 else False
    return mount


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """The parts between colons; the one behind a single letter belongs to a Windows drive."""
    start, place = 0, text.find(":")
    while place >= 0:
        if place != start + 1 or not text[start].isalpha():
            yield start, place
            start = place + 1
        place = text.find(":", place + 1)
    yield start, len(text)


def _target(mount: VolumeMount, filled: Filled, place: tuple[int, int]) -> None:
    target = filled.piece(*place)
    mount.written_target = filled.written(*place)
    mount.target = None if UNKNOWN in target else _clean(target)


def _clean(target: Text) -> Text:
    """Compose leaves out a slash at the end, `.` and `..`."""
    return Text(normpath(target), target.span) if target.startswith("/") else target


def _options(mount: VolumeMount, filled: Filled, place: tuple[int, int]) -> bool | None:
    """Keep the options; whether they make the mount read-only."""
    start = place[0]
    for option in filled.text[slice(*place)].split(","):
        mount.options.append(filled.piece(start, start + len(option)))
        start += len(option) + 1
    if any(UNKNOWN in option for option in mount.options):
        return None
    return next((option == "ro" for option in reversed(mount.options) if option in ("ro", "rw")), False)


def _type(source: str) -> str | None:
    """A path is bound, anything else names a volume."""
    if source.startswith(UNKNOWN):
        return None
    is_drive = len(source) > 1 and source[0].isalpha() and source[1] == ":"
    return "bind" if source[0] in "./~" or source.startswith("\\\\") or is_drive else "volume"


def _long(section: Section, node: Mapping) -> VolumeMount:
    mount = VolumeMount(node, "long", node.span)
    kind, source, target = section.value("type"), section.value("source"), section.value("target")
    read_only = section.value("read_only")
    mount.type = str(kind.resolved) if kind and kind.resolved else None
    mount.source = source.resolved if source else Text("", Span(node.source, node.start, node.start))
    mount.written_source = source.raw if source else None
    mount.read_only = read_only.boolean if read_only else False
    if target is not None:
        mount.target = _clean(target.resolved) if target.resolved else None
        mount.written_target = target.raw
    elif mount.type != "tmpfs":
        mount.error = "`target`, the path in the container, is missing"
    return mount
