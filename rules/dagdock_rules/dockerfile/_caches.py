"""What package managers leave in a layer although no image needs it: their caches, family by family."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dagdock.api import Command, Problem, Problems, Run, Stage, remembered

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


# What the names of scripts say that take away what a build leaves.
CLEANING = ("clean", "purge", "prune", "minimize", "minimise")
DNF = ("/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum")
CACHES = {
    "apk": Cache(("/var/cache/apk",), "rm -rf /var/cache/apk/*"),
    "conda": Cache(
        ("/opt/conda/pkgs", "/root/miniconda3/pkgs", "/root/.cache/conda", "/root/micromamba/pkgs"), "conda clean -afy"
    ),
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
    if cleans_by_script(run, behind):
        return None
    if any(call.command.start > behind and call.family == family for call in package_commands(run.script, "clean")):
        return None
    removed = any(deletes(command, cache.folders) for command in run.script.commands if command.start > behind)
    return None if removed or run.script.broken else calls[0]


def cache_problems(run: Run, families: tuple[str, ...]) -> Problems:
    """A problem where a RUN whose layer is part of an image leaves the cache of one of these families."""
    for family in families if ships(run) else ():
        call = cache_left(run, family)
        if call and "clean" not in [word.value for word in call.packages]:  # which lacks its `&&`: swallowed-command
            cache = CACHES[family]
            yield Problem(
                call.head,
                f"{call.manager} keeps what it downloaded in this layer. End the RUN with `{cache.clean}`, or use a "
                "cache mount",
                fix=None
                if is_missed_later(run, cache.folders)
                else append_command(run, f"End this RUN with `{cache.clean}`", cache.clean),
            )


def cleans_by_script(run: Run, behind: int) -> bool:
    """Whether a script runs behind a place of the RUN whose name says that it cleans up, in a way nobody can see."""
    for command in run.script.commands:
        if command.start <= behind:
            continue
        for number, word in enumerate(command.effective.words):
            name = (word.value or word.text).strip("\"'").rpartition("/")[2].lower()
            if (number == 0 or name.endswith((".sh", ".bash"))) and any(sign in name for sign in CLEANING):
                return True
    return False


def deletes(command: Command, folders: tuple[str, ...]) -> bool:
    """Whether a command deletes one of the folders, what is in it, or a folder around it."""
    if command.effective.name not in ("rm", "find"):
        return False
    return any(_covers(path, folder) for path in _paths(command) for folder in folders)


def is_missed_later(run: Run, folders: tuple[str, ...]) -> bool:
    """Whether a later RUN deletes what lies in one of the folders and fails where nothing is there.

    `rm` without `-f` does: no fix may empty the folder before.
    """
    waiting = [run.stage] if run.stage else []
    for stage in waiting:
        deletions = _that_need_files(stage)
        if any(index > run.index and deletes(command, folders) for index, command in deletions):
            return True
        waiting += stage.children
    return False


@remembered
def _that_need_files(stage: Stage) -> list[tuple[int, Command]]:
    """The deletions of a stage that fail where there is nothing to delete, with the RUN's index."""
    found = []
    for run in stage.all_of(Run):
        commands = run.script.commands
        for number, command in enumerate(commands):
            rescued = number + 1 < len(commands) and commands[number + 1].joined == "||"
            if command.effective.name in ("rm", "find") and not rescued and not _is_forced(command):
                found.append((run.index, command))
    return found


def _is_forced(command: Command) -> bool:
    texts = [word.text for word in command.effective.arguments]
    return command.effective.name == "rm" and any(
        text == "--force" or (text.startswith("-") and not text.startswith("--") and "f" in text) for text in texts
    )


def _paths(command: Command) -> Iterator[str]:
    for word in command.effective.arguments:
        text = (word.value or word.text).strip("\"'").replace("//", "/")
        for home in ("$HOME", "${HOME}"):
            text = text.replace(home, "~", 1)
        if text.startswith(("/", "~")):
            yield text.replace("~", "/root", 1).rstrip("*").rstrip("/")


def _covers(path: str, folder: str) -> bool:
    return path == folder or folder.startswith(path + "/") or path.startswith(folder + "/")
