"""The other services that a service names: those that Compose starts before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dagdock.api import Service, Text

OF_SERVICE = "service:"


class Need(NamedTuple):
    """A service's name where another service names it, and the key that this stands under."""

    name: Text
    key: str


def needs(service: Service) -> Iterator[Need]:
    """What a service waits for, as far as the names are known."""
    for dependency in service.depends_on:
        if dependency.service:
            yield Need(dependency.service, "depends_on")
    for link in service.links:
        if link.service:
            yield Need(link.service, "links")
    for value in service.values("volumes_from"):
        text = value.resolved
        if text and not text.startswith("container:"):
            yield Need(value.filled.piece(0, len(text.partition(":")[0])), "volumes_from")
    for key in ("network_mode", "pid", "ipc"):
        namespace = service.value(key)
        if namespace and namespace.resolved and namespace.resolved.startswith(OF_SERVICE):
            yield Need(namespace.filled.piece(len(OF_SERVICE), len(namespace.resolved)), key)
