"""Entries of `ports:` in the short and the long form."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from typing import Literal

from dagdock.compose.interpolation import UNKNOWN, Filled
from dagdock.compose.section import Section
from dagdock.compose.values import Value
from dagdock.text import Span, Text
from dagdock.yamltree import Mapping, Node, Scalar

_PROTOCOLS = ("tcp", "udp", "sctp")


class PortRange:
    """One port or a range of them; `first` equals `last` for one."""

    __slots__ = ("first", "last", "span")

    def __init__(self, first: int, last: int, span: Span) -> None:
        self.first = first
        self.last = last
        self.span = span

    def overlaps(self, other: PortRange) -> bool:
        return self.first <= other.last and other.first <= self.last

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __contains__(self, port: int) -> bool:
        return self.first <= port <= self.last

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def __repr__(self) -> str:
        return f"<PortRange {self}>"


class Port:
    """One entry of `ports`; `span` is the item without its quotes. None always means: not known.

    `error` says in plain words why Compose refuses the entry.
    """

    __slots__ = ("error", "form", "host_ip", "node", "protocol", "published", "publishes", "span", "target")

    def __init__(self, node: Node, form: Literal["short", "long"], span: Span) -> None:
        self.node = node
        self.form: Literal["short", "long"] = form
        self.span = span
        self.host_ip: Text | None = None  # "" where none is written: all addresses
        self.publishes: bool | None = None  # whether a host port is written; without one Docker takes a free one
        self.published: PortRange | None = None  # None where none is written, too
        self.target: PortRange | None = None
        self.protocol: Text | None = None  # "tcp" where none is written
        self.error: str | None = None

    def __repr__(self) -> str:
        return f"<Port {self.span!r}>"


def port_of(node: Node, env: Dict[str, str]) -> Port | None:
    """The port that an item of `ports` means; None for an item that is neither text nor mapping."""
    if isinstance(node, Scalar):
        return _short(Value(node, env))
    return _long(Section(node, env), node) if isinstance(node, Mapping) else None


def _short(value: Value) -> Port:
    """`[[address:]host port:]container port[/protocol]`, each part known or not on its own."""
    port = Port(value.node, "short", value.span)
    if value.type == "int" and value.resolved is not None:  # `0x50` is 80
        port.publishes, port.host_ip, port.protocol = False, Text("", value.span), Text("tcp", value.span)
        port.target = _range(port, value.resolved, "container port")
        return port
    filled = value.filled
    text = filled.text
    start = text.rfind(":") + 1
    slash = text.find("/", start)
    target = filled.piece(start, slash if slash >= 0 else len(text))
    protocol = filled.piece(slash + 1, len(text)) if slash >= 0 else Text("", value.span)
    before = _host_part(filled, text[: max(start - 1, 0)]) if start else None
    if start == 0 and UNKNOWN in text:
        return port  # a lone variable may hold all parts
    port.publishes, port.host_ip = False, Text("", filled.span(0, 0))
    if before:
        address, host = before
        glued = UNKNOWN in host and host != UNKNOWN and not address
        port.host_ip = None if UNKNOWN in address or glued else address
        port.publishes = None if host == UNKNOWN or glued else host != ""
        port.published = _range(port, host, "host port") if host else None
    port.target = _range(port, target, "container port")
    if UNKNOWN not in target + protocol:
        port.protocol = Text(protocol.lower() or "tcp", protocol.span)
    _check(port, target, protocol)
    return port


def _host_part(filled: Filled, text: str) -> tuple[Text, Text]:
    """The address and the host port in what stands before the container port."""
    colon = text.rfind(":")
    start, end = 0, max(colon, 0)
    if text.startswith("[") and text[:end].endswith("]"):
        start, end = 1, end - 1
    return filled.piece(start, end), filled.piece(colon + 1, len(text))


def _long(section: Section, node: Mapping) -> Port:
    port = Port(node, "long", node.span)
    here = Span(node.source, node.start, node.start)
    address, published, protocol = section.value("host_ip"), section.value("published"), section.value("protocol")
    target = section.value("target")
    port.host_ip = address.resolved if address else Text("", here)
    port.protocol = protocol.resolved if protocol else Text("tcp", here)
    port.publishes = False
    if published:
        port.publishes = None if published.resolved is None else published.resolved != ""
        if published.resolved:
            port.published = _range(port, published.resolved, "host port")
    if target is None:
        port.error = "`target`, the container's port, is missing"
    elif target.resolved is not None:
        port.target = _range(port, target.resolved, "container port")
    return port


def _range(port: Port, text: Text, what: str) -> PortRange | None:
    if UNKNOWN in text:
        return None
    first, dash, last = text.partition("-")
    ends = [first, last] if dash else [first]
    if not all(_is_port(end) for end in ends):
        if text:
            port.error = f"`{text}` is no {what}: a number up to 65535 or a range like 8000-8010 is"
        else:
            port.error = f"the {what} is missing"
        return None
    if int(ends[0]) > int(ends[-1]):
        port.error = f"the range `{text}` ends before it begins"
        return None
    return PortRange(int(ends[0]), int(ends[-1]), text.span)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= 65535


def _check(port: Port, target: Text, protocol: Text) -> None:
    """What else Compose refuses in the short form."""
    if port.protocol is not None and port.protocol not in _PROTOCOLS:
        port.error = f"`{protocol}` is no protocol: tcp, udp and sctp are"
    if port.host_ip and not is_address(port.host_ip):
        port.error = f"`{port.host_ip}` is no IP address, which is all that may stand before the host port"
    inside, outside = port.target, port.published
    if inside and outside and inside.first != inside.last and len(inside) != len(outside):
        port.error = f"the ranges {outside} and {inside} are not equally long"


def is_address(text: str) -> bool:
    """Whether a text is an IP address."""
    parts = text.split(".")
    if len(parts) == 4 and all(map(_is_octet, parts)):
        return True  # as nearly all are: `socket` costs more than the rest of the ports
    from socket import AF_INET, AF_INET6, inet_pton

    for family in (AF_INET, AF_INET6):
        try:
            inet_pton(family, text)
        except (OSError, ValueError):
            continue
        return True
    return False


def _is_octet(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 3 and text == str(int(text)) and int(text) <= 255
