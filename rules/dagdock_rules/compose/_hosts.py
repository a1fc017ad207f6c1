"""The hosts that a service's variables and commands name, and the names by which services reach each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dagdock.api import ComposeFile, Service, Text, remembered

_PORT = r"(?::(?P<port>\d{2,5}))?(?![\w.:-])"
_IN_URL = rf"(?<![\w.+-])(?:[a-z][a-z0-9+.-]*:)?(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^\s/@,]*@)?(?P<host>[A-Za-z0-9][\w.-]*){_PORT}"
_ALONE = r"(?<![\w.:/@=$-])(?P<host>[A-Za-z][\w.-]*):(?P<port>\d{2,5})(?![\w.:-])"


class Host(NamedTuple):
    """A host where it is named. `place` is host and port, only the port where a variable of its own holds that.

    `surely` says that it stands where only a host can stand: in a URL, or as all of what `DB_HOST` holds. `of` is the
    name of the variable, empty in a command; `scheme` is that of the URL.
    """

    name: Text
    port: int | None
    place: Text
    of: str
    surely: bool
    scheme: str = ""


@remembered
def hosts_in(service: Service) -> list[Host]:
    """Every host in the variables and commands of a service, as far as they are known."""
    return list(_all(service))


def _all(service: Service) -> Iterator[Host]:
    ports = {
        setting.name.upper(): setting.resolved
        for setting in service.environment
        if setting.name.upper().endswith("PORT") and re.fullmatch(r"\d{2,5}", setting.resolved or "")
    }
    for setting in service.environment:
        value = setting.value
        if value is None or value.filled.text is None:
            continue
        yield from _hosts(value.filled.text, value.filled.piece, str(setting.name))
        whole = value.resolved
        match = re.fullmatch(r"(\w*?)(?:_?HOST|_?HOSTNAME|_SERVER)", setting.name.upper())
        if whole and match and re.fullmatch(r"[A-Za-z][\w.-]*", whole):
            port = next((ports[name] for name in (f"{match[1]}_PORT", f"{match[1]}PORT") if name in ports), None)
            yield Host(whole, int(port) if port else None, port or whole, str(setting.name), True)
    for command in (service.command, service.entrypoint):
        for word in command.words if command and command.shell is None else []:
            yield from _hosts(word.mapped.text, word.mapped.piece, "")


@remembered
def by_host_name(model: ComposeFile) -> dict[str, Service]:
    """The services of a model by every name that others reach them by."""
    found: dict[str, Service] = {}
    for service in model.services.values():
        for name in _names_of(service):
            found.setdefault(name, service)
    return {**found, **model.services}


def _names_of(service: Service) -> Iterator[str]:
    for value in (service.container_name, service.value("hostname")):
        if value and value.resolved:
            yield str(value.resolved)
    for network in service.networks:
        yield from (str(alias.resolved) for alias in network.values("aliases") if alias.resolved)


def _hosts(text: str, piece: Callable[[int, int], Text], of: str) -> Iterator[Host]:
    if ":" not in text:
        return
    for pattern, surely in ((_IN_URL, True), (_ALONE, False)):
        for match in re.finditer(pattern, text):
            port = match["port"]
            place = piece(match.start("host"), match.end("port" if port else "host"))
            scheme = match["scheme"] if surely else ""
            yield Host(piece(*match.span("host")), int(port) if port else None, place, of, surely, scheme)
