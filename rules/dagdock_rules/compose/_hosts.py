"""The hosts that a service's variables and commands name, and the names by which services reach each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dagdock.api import Service, Text

_PORT = r"(?::(\d{2,5}))?(?![\w.:-])"
_IN_URL = rf"(?<![\w.+-])(?:[a-z][a-z0-9+.-]*:)?[a-z][a-z0-9+.-]*://(?:[^\s/@,]*@)?([A-Za-z0-9][\w.-]*){_PORT}"
_ALONE = r"(?<![\w.:/@=$-])([A-Za-z][\w.-]*):(\d{2,5})(?![\w.:-])"


class Host(NamedTuple):
    """A host where it is named. `place` is host and port; `of` the name of the variable, empty in a command.

    `surely` says that it stands where only a host can stand: in a URL, or as all of what `DB_HOST` holds.
    """

    name: Text
    port: int | None
    place: Text
    of: str
    surely: bool


def hosts_in(service: Service) -> Iterator[Host]:
    """Every host in the variables and commands of a service, as far as they are known."""
    for setting in service.environment:
        value = setting.value
        if value is None or value.filled.text is None:
            continue
        yield from _hosts(value.filled.text, value.filled.piece, str(setting.name))
        whole = value.resolved
        if whole and re.fullmatch(r"(?:\w*_)?(?:HOST|HOSTNAME|SERVER)", setting.name.upper()):
            match = re.fullmatch(rf"([A-Za-z][\w.-]*){_PORT}", whole)
            if match and not match[2]:  # with a port it is found above
                yield Host(whole, None, whole, str(setting.name), True)
    for command in (service.command, service.entrypoint):
        for word in command.words if command and command.shell is None else []:
            yield from _hosts(word.mapped.text, word.mapped.piece, "")


def names_of(service: Service) -> set[str]:
    """The names by which other services reach this one."""
    found = {str(service.name)}
    for value in (service.container_name, service.value("hostname")):
        if value and value.resolved:
            found.add(str(value.resolved))
    for network in service.networks:
        found |= {str(alias.resolved) for alias in network.values("aliases") if alias.resolved}
    return found


def _hosts(text: str, piece: Callable[[int, int], Text], of: str) -> Iterator[Host]:
    if ":" not in text:
        return
    for pattern, surely in ((_IN_URL, True), (_ALONE, False)):
        for match in re.finditer(pattern, text):
            place = piece(match.start(1), match.end(2) if match[2] else match.end(1))
            yield Host(piece(*match.span(1)), int(match[2]) if match[2] else None, place, of, surely)
