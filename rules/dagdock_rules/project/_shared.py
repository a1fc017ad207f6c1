"""Places that several services share through an anchor or `extends`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dagdock.api import Located

if TYPE_CHECKING:
    from dagdock.api import Service


def is_said_before(service: Service, place: Located, of: Callable[[Service], Sequence[Located]]) -> bool:
    """Whether an earlier service, or another file that this one extends, says already what is wrong at a place."""
    if place.span.source is not service.file.source:
        return True
    written = service.node is not None and service.node.span.holds(place.span)
    if written and "extends" not in service.file.source.text:
        return False  # its own text, which only services below can share
    for other in service.file.services.values():
        if other.name == service.name:
            return False
        if any(found.span == place.span for found in of(other)):
            return True
    return False
