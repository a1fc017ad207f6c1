"""The model that Compose makes of a file and its siblings, and whether a name that it lacks may come from elsewhere."""

from __future__ import annotations

from posixpath import basename, dirname, normpath
from typing import Literal

from dagdock.api import ComposeFile, Project, Service

Kind = Literal["services", "networks", "volumes", "secrets", "configs"]


def whole_model(file: ComposeFile, project: Project) -> ComposeFile | None:
    """What Compose makes of a file and the ones loaded with it; None where not all of that could be read."""
    model = project.merged(file)
    return model if model.complete else None


def as_run(service: Service, project: Project) -> Service:
    """A service with what the files that are loaded together with its own add to it."""
    return project.merged(service.file).services.get(service.name, service)


def is_for_swarm(file: ComposeFile) -> bool:
    """Whether the file is named after a stack or a swarm: `docker stack deploy` reads another dialect."""
    name = basename(file.source.path).lower()
    return "stack" in name or "swarm" in name


def is_extended(file: ComposeFile, project: Project) -> bool:
    """Whether another file extends services of this one: what they lack may be added there."""
    own = basename(project.path_of(file.source.whole) or "").encode("utf-8", "surrogateescape")
    others = project.compose_files(lambda place, content: b"extends" in content and own in content)
    return any(other is not file and any(_extends(other, file)) for other in others)


def may_be_elsewhere(file: ComposeFile, project: Project, kind: Kind, name: str) -> bool:
    """Whether another file may bring in a name that this one lacks.

    One that includes this file or extends its services: then it need not stand alone. Or one beside it that defines
    the name: the two are likely run together, `-f one -f other`.
    """
    path = project.path_of(file.source.whole) or ""
    folder = dirname(path)
    own, wanted = (text.encode("utf-8", "surrogateescape") for text in (basename(path), name))

    def may(place: str, content: bytes) -> bool:
        return b"include:" in content or own in content or (dirname(place) == folder and wanted in content)

    for other in project.compose_files(may):
        if other is file:
            continue
        _ = other.include  # what it includes knows of it from here on
        if dirname(project.path_of(other.source.whole) or "") == folder and name in getattr(other, kind):
            return True
        if any(_extends(other, file)):
            return True
    return any(part.included_by for part in (file, *project.merged(file).bases))


def _extends(other: ComposeFile, file: ComposeFile) -> list[bool]:
    """For each service of another file whether it extends one of this file."""
    extended = (service.extends for service in other.services.values())
    files = (extends.file for extends in extended if extends and extends.file)
    return [other.path_of(name) == normpath(file.source.path) for name in files]
