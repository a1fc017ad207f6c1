"""A word of EXPOSE: ports and protocol, and what is wrong with it."""

from __future__ import annotations

PROTOCOLS = ("tcp", "udp", "sctp")
HIGHEST = 65535
HOST_SIGNS = frozenset("0123456789abcdefABCDEF.:-[]")


class Exposed:
    """`8000-8010/tcp`: first and last port as written, the protocol as written (empty where none is given)."""

    __slots__ = ("first", "last", "protocol")

    def __init__(self, first: str, last: str, protocol: str) -> None:
        self.first = first
        self.last = last
        self.protocol = protocol

    @property
    def numbers(self) -> range | None:
        """The ports; None where they are no numbers, or the last is below the first."""
        if not (is_number(self.first) and is_number(self.last)):
            return None
        return range(int(self.first), int(self.last) + 1) or None


def read(text: str) -> Exposed:
    ports, _, protocol = text.partition("/")
    first, dash, last = ports.partition("-")
    return Exposed(first, last if dash else first, protocol)


def fault(port: Exposed) -> str:
    """Why Docker refuses it; "" where it does not."""
    for number in (port.first, port.last):
        if not is_number(number):
            return f"`{number}` is no number" if number else "a number is missing"
        if int(number) > HIGHEST:
            return f"there are no ports above {HIGHEST}"
    if int(port.first) > int(port.last):
        return "a range begins with its lower port"
    if port.protocol and port.protocol.lower() not in PROTOCOLS:
        return f"`{port.protocol}` is none of the protocols tcp, udp and sctp"
    return ""


def is_mapping(text: str) -> bool:
    """Whether it is written like a port mapping of `docker run`: `8080:80`, `127.0.0.1:80:80`."""
    host, colon, ports = text.partition("/")[0].rpartition(":")
    return bool(colon) and set(host) <= HOST_SIGNS and not fault(read(ports))


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
