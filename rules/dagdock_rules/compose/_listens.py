"""On which ports the container of a service listens, as far as the file, its image and its Dockerfile tell."""

from __future__ import annotations

import re

from dagdock.api import Project, Service

from ._stores import store_below, store_of


def listens_on(service: Service, number: int, project: Project) -> bool:
    """Whether something says that the container listens on a port; what is not known counts as no."""
    if any(port.target is not None and number in port.target for port in service.ports):
        return True
    if any((value.resolved or "").partition("/")[0] == str(number) for value in service.values("expose")):
        return True
    if _is_told_to(service, number):
        return True
    store = store_of(service) or store_below(service, project)
    if store and number in store.ports:
        return True
    stage = project.stage_of(service) if service.build else None
    if stage is None:
        return False
    from dagdock.api import Expose

    exposed = [port for part in stage.chain() for found in part.all_of(Expose) for port in found.ports]
    return any(str(port.word.value or "").partition("/")[0] == str(number) for port in exposed)


def published_as(service: Service, number: int) -> int | None:
    """The port in the container that a port of the host leads to; None where the service publishes it not."""
    for port in service.ports:
        if port.published is not None and port.target is not None and number in port.published:
            offset = number - port.published.first
            return port.target.first + (offset if len(port.target) == len(port.published) else 0)
    return None


def _is_told_to(service: Service, number: int) -> bool:
    """Whether the command says so: `--port 8000`, `--bind 0.0.0.0:8000`, `runserver 0.0.0.0:8000`."""
    words = [str(word.raw) for command in (service.entrypoint, service.command) if command for word in command.words]
    said = rf"(?<!\S)(?:--(?:http-)?port[= ]|-p ?|--bind[= ]\S*:|-b ?\S*:|0\.0\.0\.0:|\[::\]:){number}(?!\S)"
    return bool(words) and bool(re.search(said, " ".join(words)))
