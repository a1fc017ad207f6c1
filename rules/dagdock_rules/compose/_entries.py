"""Entries of lists in services that Compose cannot read, each once where it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from dagdock.api import ComposeFile, Port, Service, VolumeMount

E = TypeVar("E", Port, VolumeMount)


def broken_in(file: ComposeFile, entries: Callable[[Service], Iterable[E]]) -> Iterator[E]:
    """The broken entries of the short form; those of the long form are judged with the shape of the file."""
    seen: set[int] = set()
    for service in file.services.values():
        for entry in entries(service):
            if entry.error and entry.form == "short" and entry.span.source is file.source:
                if entry.span.start not in seen:
                    yield entry
                seen.add(entry.span.start)
