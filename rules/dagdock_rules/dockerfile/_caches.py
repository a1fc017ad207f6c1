"""What package managers leave in a layer although no image needs it: their caches, family by family."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dagdock.api import Command, Problem, Problems, Run

from ..packages import PackageCommand, package_commands
from ._layers import append_command, lost_flag, mounts_over, ships


class Cache(NamedTuple):
    """The cache of a family of package managers."""

    folders: tuple[str, ...]
    """Where it lies; a mount over one of them keeps it out of the layer, and deleting one of them empties it."""
    clean: str
    """The command that empties it."""
    verbs: tuple[str, ...] = ()
    """The verbs that fill it; all that install and upgrade where none are given."""
    others: tuple[str, ...] = ()
    """Folders that are deleted in the belief that the cache lies there."""


DNF = ("/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum")
CACHES = {
    "apk": Cache(("/var/cache/apk",), "rm -rf /var/cache/apk/*"),
    "dnf": Cache(DNF, "dnf clean all"),
    "microdnf": Cache(DNF, "microdnf clean all"),
    "tdnf": Cache(("/var/cache/tdnf",), "tdnf clean all"),
    "yarn": Cache(("/root/.cache/yarn", "/usr/local/share/.cache"), "yarn cache clean", ("", "install", "add")),
    "yum": Cache(("/var/cache/yum", "/var/cache/dnf"), "yum clean all"),
    "zypper": Cache(("/var/cache/zypp",), "zypper clean --all"),
}


def cache_left(run: Run, family: str) -> PackageCommand | None:
    """The first call of the family that fills a cache which nothing in the RUN empties afterwards."""
    cache = CACHES[family]
    calls = [
        call
        for call in package_commands(run.script, "install", "upgrade")
        if call.family == family and (not cache.verbs or call.verb in cache.verbs)
    ]
    if not calls or lost_flag(run) or any(mounts_over(run, (folder,)) for folder in cache.folders):
        return None
    behind = calls[-1].command.start
    if any(call.command.start > behind and call.family == family for call in package_commands(run.script, "clean")):
        return None
    removed = any(deletes(command, cache.folders) for command in run.script.commands if command.start > behind)
    return None if removed or run.script.broken else calls[0]


def cache_problems(run: Run, families: tuple[str, ...]) -> Problems:
    """A problem where a RUN whose layer is part of an image leaves the cache of one of these families."""
    for family in families if ships(run) else ():
        call = cache_left(run, family)
        if call:
            cache = CACHES[family]
            yield Problem(
                call.head,
                f"{call.manager} keeps what it downloaded in this layer. End the RUN with `{cache.clean}`, or use a "
                "cache mount",
                fix=append_command(run, f"End this RUN with `{cache.clean}`", cache.clean),
            )


def deletes(command: Command, folders: tuple[str, ...]) -> bool:
    """Whether a command deletes one of the folders, what is in it, or a folder around it."""
    if command.effective.name not in ("rm", "find"):
        return False
    return any(_covers(path, folder) for path in _paths(command) for folder in folders)


def _paths(command: Command) -> Iterator[str]:
    for word in command.effective.arguments:
        text = (word.value or word.prefix).replace("//", "/")
        if text.startswith(("/", "~")):
            yield text.replace("~", "/root", 1).rstrip("*").rstrip("/")


def _covers(path: str, folder: str) -> bool:
    return path == folder or folder.startswith(path + "/") or path.startswith(folder + "/")
