"""The model that Compose makes of a file and its siblings, and whether a name that it lacks may come from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, dirname, join, normpath
from typing import Literal

from dagdock.api import ComposeFile, Project, Service, remembered

from ._starts import starts_above

DEFAULT_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
# Of these one says what a service runs.
WHAT_RUNS = frozenset(("image", "build", "provider", "extends"))
Kind = Literal["services", "networks", "volumes", "secrets", "configs", "models"]


def whole_model(file: ComposeFile, project: Project) -> ComposeFile | None:
    """What Compose makes of a file and the ones loaded with it; None where not all of that could be read."""
    model = project.merged(file)
    return model if model.complete else None


def as_run(service: Service, project: Project) -> Service:
    """A service with what the files that are loaded together with its own add to it."""
    return project.merged(service.file).services.get(service.name, service)


def is_for_swarm(file: ComposeFile) -> bool:
    """Whether the file is named after a stack or a swarm, or its folder after a swarm: `docker stack deploy` reads
    another dialect."""
    path = file.source.path.lower()
    if "stack" not in path and "swarm" not in path:
        return False
    *folders, name = path.split("/")
    words = re.split(r"[^a-z]+", name)
    return not {"stack", "swarm"}.isdisjoint(words) or "swarm" in re.split(r"[^a-z]+", "/".join(folders[-2:]))


def is_for_podman(file: ComposeFile) -> bool:
    """Whether the file is named after Podman, whose `podman-compose` is another program."""
    return "podman" in basename(file.source.path).lower()


def runs_in_swarm(file: ComposeFile) -> bool:
    """Whether the services run on the machines of a swarm, by the file's name or by what it says."""
    return is_for_swarm(file) or _has_swarm_keys(file)


@remembered
def _has_swarm_keys(file: ComposeFile) -> bool:
    """Whether services are spread over machines, or named to others, with what only Swarm knows."""
    if "traefik.swarm." in file.source.text:
        return True
    for service in file.services.values():
        deploy = service.entries.get("deploy")
        if deploy and re.search(
            r"\b(?:placement|labels)[\"']?\s*:|\bendpoint_mode\b|\bmode[\"']?\s*:\s*global\b", deploy.span.text
        ):
            return True
    return False


def is_extended(file: ComposeFile, project: Project) -> bool:
    """Whether another file extends services of this one: what they lack may be added there."""
    extending = project.once("files that extend", lambda: _files_that_extend(project))
    for path in [*extending.get(_name_of(file, project), ()), *extending.get(b"$", ())]:
        other = project.document(path)
        if isinstance(other, ComposeFile) and other is not file and _extends(other, file):
            return True
    return False


def may_be_elsewhere(file: ComposeFile, project: Project, kind: Kind, name: str) -> bool:
    """Whether another file may bring in a name that this one lacks.

    One that includes this file or extends its services: then it need not stand alone. Or one beside it, or the usual
    one of the folder above, that defines the name: the two are likely run together, `-f one -f other`, unless both
    are whole and this one is what Compose takes by itself. Or one above it that includes others: who starts fewer parts
    takes out their lines of `include`. Or the one that says what the services of this one run.
    """
    alone = basename(file.source.path) in DEFAULT_NAMES
    for other in files_beside(file, project, name):
        if (other.is_fragment or not alone) and name in getattr(other, kind):
            return True
    if not alone and any(name in getattr(other, kind) for other in _bases_above(file, project, name)):
        return True
    if is_extended(file, project) or is_included(file, project) or starts_above(file, project):
        return True
    path = project.path_of(file.source.whole) or ""
    for other in _files_that_include(project):
        beginning = _beginning(other, project)
        if other is file or not path.startswith(beginning):
            continue
        if name in getattr(other, kind) or _is_named_in(other, path.removeprefix(beginning)):
            return True
    return _is_laid_over(file, project)


def _is_laid_over(file: ComposeFile, project: Project) -> bool:
    """Whether a file says more of services whose image some other file of the repository names: a script loads the two
    together, as `-f ../base/compose.yaml -f compose.yaml`."""
    return project.once(("laid over", file), lambda: _has_base(file, project))


def _has_base(file: ComposeFile, project: Project) -> bool:
    unsaid = [name for name, service in file.services.items() if WHAT_RUNS.isdisjoint(service.entries)]
    if not unsaid:
        return False
    words = [name.encode("utf-8", "surrogateescape") for name in unsaid]
    return any(
        name in other.services and not WHAT_RUNS.isdisjoint(other.services[name].entries)
        for other in project.compose_files(lambda path, content: any(word in content for word in words))
        for name in unsaid
        if other is not file
    )


def _is_named_in(file: ComposeFile, path: str) -> bool:
    """Whether a path stands in a file, in a comment, too."""
    return re.search(rf"""[\s"'](?:\./)?{re.escape(path)}(?:["'\s]|$)""", file.source.text) is not None


def is_included(file: ComposeFile, project: Project) -> bool:
    """Whether another file includes this one, or one that is loaded with it: then it need not stand alone."""
    _files_that_include(project)
    return any(part.included_by for part in (file, *project.merged(file).bases))


def outermost(file: ComposeFile, project: Project) -> ComposeFile:
    """The file that Compose is started with: the one that includes this one, where exactly one does."""
    seen = {id(file)}
    while is_included(file, project) and len(file.included_by) == 1 and id(file.included_by[0]) not in seen:
        file = file.included_by[0]
        seen.add(id(file))
    return file


def _files_that_include(project: Project) -> list[ComposeFile]:
    """The Compose files that include others, which know of it from here on."""
    return project.once(
        "files that include",
        lambda: [file for file in project.compose_files(lambda path, content: b"include:" in content) if file.include],
    )


def _beginning(file: ComposeFile, project: Project) -> str:
    """How the paths of all that lies in the folder of a file begin."""
    folder = dirname(project.path_of(file.source.whole) or "")
    return f"{folder}/" if folder else ""


def _bases_above(file: ComposeFile, project: Project, word: str) -> Iterator[ComposeFile]:
    """What Compose takes by itself in the folder above, for `overrides/compose.tls.yaml` belongs to it."""
    folder = dirname(project.path_of(file.source.whole) or "")
    for name in DEFAULT_NAMES if folder else ():
        path = join(dirname(folder), name)
        if word.encode("utf-8", "surrogateescape") in (project.facts.read(path) or b""):
            other = project.document(path)
            if isinstance(other, ComposeFile):
                yield other


def _files_that_extend(project: Project) -> dict[bytes, list[str]]:
    """The Compose files that extend others, by the names of those; below `$` those that name one with a variable."""
    found: dict[bytes, list[str]] = {}

    def look(path: str, content: bytes) -> bool:
        if b"extends" in content:
            for name in set(re.findall(rb"""\bfile["']?\s*:\s*["']?([^\s"'#,}]+)""", content)):
                found.setdefault(b"$" if b"$" in name else name.rpartition(b"/")[2], []).append(path)
        return False  # none need be parsed for that

    list(project.compose_files(look))
    return found


def files_beside(file: ComposeFile, project: Project, word: str) -> Iterator[ComposeFile]:
    """The other Compose files of the same folder in whose text a word stands, whatever they are called."""
    folder, wanted = dirname(project.path_of(file.source.whole) or ""), word.encode("utf-8", "surrogateescape")
    for name in project.facts.names(folder or "."):
        if not name.endswith((".yaml", ".yml")):
            continue
        path = join(folder, name)
        if wanted in (project.facts.read(path) or b""):
            other = project.document(path)
            if isinstance(other, ComposeFile) and other is not file:
                yield other


def _name_of(file: ComposeFile, project: Project) -> bytes:
    return basename(project.path_of(file.source.whole) or "").encode("utf-8", "surrogateescape")


def _extends(other: ComposeFile, file: ComposeFile) -> bool:
    """Whether a service of another file extends one of this file, also by a path that begins with a variable."""
    path = normpath(file.source.path)
    return any(path == known or f"/{path}".endswith(end) for known, end in _extended_by(other))


@remembered
def _extended_by(file: ComposeFile) -> list[tuple[str | None, tuple[str, ...]]]:
    """The files whose services are extended by services of this one, by their paths or by what these end with."""
    extended = [service.extends.file for service in file.services.values() if service.extends and service.extends.file]
    found: list[tuple[str | None, tuple[str, ...]]] = []
    for value in extended:
        start, slash, end = value.raw.partition("/")
        found.append((file.path_of(value), (f"/{end}",) if slash and start.startswith("$") and end else ()))
    return found
