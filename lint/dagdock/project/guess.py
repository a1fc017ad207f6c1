"""Which folder a Dockerfile is likely built from, where nothing says so: the one that holds what it copies."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname
from typing import TYPE_CHECKING

from dagdock.facts import Facts
from dagdock.project.buildlines import contexts_in_scripts
from dagdock.project.classify import is_dockerfile_name
from dagdock.project.context import BuildContext

if TYPE_CHECKING:
    from dagdock.dockerfile import Dockerfile

_REMOTE = ("http://", "https://", "ftp://", "git@", "git://", "ssh://")


def likely_folder(facts: Facts, dockerfile: Dockerfile, path: str) -> tuple[str, bool]:
    """The folder (relative to the root) and whether there is no doubt about it.

    A build command in a script or comment says it. Else `docker build` takes the Dockerfile's own folder unless it is
    told otherwise (`-f docker/Dockerfile .`), and then it is told a folder above: the one where most of the copied
    files are wins, the nearest of several.
    """
    folders = list(_with_parents(dirname(path) or "."))
    sources = set(_copied(dockerfile))
    if len(folders) == 1:
        return folders[0], True
    stated = contexts_in_scripts(facts, path)
    if stated:
        return (stated.pop(), True) if len(stated) == 1 else (folders[0], False)
    if not sources:
        return _by_ignore_file(facts, folders)
    hits = [sum(1 for source in sources if BuildContext(facts, folder).matches(source)) for folder in folders]
    best = max(hits)
    if best == 0:
        return folders[0], False
    chosen = hits.index(best)
    return folders[chosen], best == len(sources) or (chosen == 0 and best * 2 >= len(sources))


def _by_ignore_file(facts: Facts, folders: list[str]) -> tuple[str, bool]:
    """A folder with a `.dockerignore` and no Dockerfile of its own is the context of one further down."""
    for folder in folders:
        names = facts.names(folder)
        if ".dockerignore" in names:
            own = any(is_dockerfile_name(name.lower()) for name in names)
            return (folder, True) if folder == folders[0] or not own else (folders[0], False)
    return folders[0], True


def _copied(dockerfile: Dockerfile) -> Iterator[str]:
    """The plainly named files and folders that a Dockerfile takes from its context."""
    from dagdock.dockerfile import Copy, CopyLike, Run

    for instruction in dockerfile.instructions:
        if isinstance(instruction, CopyLike) and not (isinstance(instruction, Copy) and instruction.from_):
            found = [word.literal for word in instruction.sources]
        elif isinstance(instruction, Run):
            binds = [mount for mount in instruction.mounts if mount.type == "bind" and mount.from_ is None]
            found = [str(mount.source) for mount in binds if mount.source]
        else:
            continue
        for source in found:
            if source and source.strip("./*") and not source.startswith(_REMOTE):
                yield source


def _with_parents(folder: str) -> Iterator[str]:
    yield folder
    while folder != ".":
        folder = dirname(folder) or "."
        yield folder
