"""Where apt's package lists stay in a layer, and who needs them there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import inf

from dagdock.api import Dockerfile, Run, Stage, remembered

from ..packages import PackageCommand, package_commands
from ._caches import cleans_by_script
from ._joins import HARMLESS
from ._layers import lost_flag, mounts_over, ships

LISTS = "/var/lib/apt/lists"
# Where packages of releases lie that get no more updates.
ARCHIVES = ("old-releases.ubuntu.com", "archive.debian.org", "archive.debian.net", "vault.centos.org")


def archive_step(stage: Stage) -> Run | None:
    """The step that turns the package sources to the archive of old releases, whose lists no longer change."""
    return next((run for run in stage.all_of(Run) if any(host in run.body.text for host in ARCHIVES)), None)


def lists_left(run: Run) -> list[PackageCommand]:
    """The updates by a RUN of the image whose lists stay in its layer."""
    if not ships(run) or lost_flag(run):
        return []
    updates = [found for found in package_commands(run.script, "update") if found.family == "apt"]
    if (
        not updates
        or _cleans(run)
        or cleans_by_script(run, updates[-1].command.start)
        or (mounts_over(run, (LISTS,)) and mounts_over(run, ("/var/cache/apt",)))
    ):
        return []
    mounted = any(mount.target and mount.target.rstrip("/") == LISTS for mount in run.mounts)
    return [] if mounted else updates


def is_left_alone(run: Run, update: PackageCommand) -> bool:
    """Whether another rule says what to do, or it hangs on switches which of several later RUNs need the lists."""
    if _is_said_to_go(run):
        return True
    later = installs_without_lists(run)
    return len(later) > 1 and any(each.command.context for each in (update, *later))


def _is_said_to_go(run: Run) -> bool:
    """Whether nothing at all comes of the update, which `package-update-alone` then wants to have left out."""
    if installs_itself(run) or installs_without_lists(run) or run.script.broken:
        return False
    return all(command.effective.name in HARMLESS and not command.context for command in run.script.commands)


def installs_itself(run: Run) -> bool:
    """Whether the RUN uses the lists itself."""
    return any(found.family == "apt" for found in package_commands(run.script, "install", "upgrade"))


def installs_without_lists(run: Run) -> list[PackageCommand]:
    """The installations in later RUNs of the image that count on these lists, up to the next surely updated ones."""
    if run.stage is None:
        return []
    own = _installs_alone(run.stage)
    renewed = _renewed_behind(run)
    place = bisect_right(own, run.index, key=_index)
    # A RUN that installs before it updates counts on them still.
    found = [call for _, call in own[place : bisect_right(own, renewed, key=_index)]]
    if found or renewed < inf:
        return found
    first = _first_alone(run.dockerfile)
    above = [each for child in run.stage.children if (each := first[child.index])]
    return [min(above, key=lambda each: each[0])[1]] if above else []


def in_words(lines: Sequence[int]) -> str:
    """`3, 5 and 8`; of many only the first."""
    if len(lines) < 2:
        return "".join(map(str, lines))
    shown, last = (lines[:-1], str(lines[-1])) if len(lines) < 5 else (lines[:3], f"{len(lines) - 3} more")
    return f"{', '.join(map(str, shown))} and {last}"


def _index(found: tuple[int, PackageCommand]) -> int:
    return found[0]


def _renewed_behind(run: Run) -> float:
    """The index of the next RUN of the stage that surely downloads the lists anew; infinity where there is none."""
    assert run.stage
    updates = _updates(run.stage)
    place = bisect_right(updates, run.index)
    return updates[place] if place < len(updates) else inf


@remembered
def _updates(stage: Stage) -> list[int]:
    return [
        run.index
        for run in stage.all_of(Run)
        if any(call.family == "apt" and not call.command.context for call in package_commands(run.script, "update"))
    ]


@remembered
def _installs_alone(stage: Stage) -> list[tuple[int, PackageCommand]]:
    """The installations of a stage by RUNs that do not update the lists themselves before, with the RUN's index."""
    found = []
    for run in stage.all_of(Run):
        renewed: tuple[str, ...] | None = None
        for call in package_commands(run.script, "install", "update", "upgrade"):
            if call.family != "apt":
                continue
            switches = _switches(call)
            if call.action == "update":
                renewed = switches if renewed is None or len(switches) < len(renewed) else renewed
            elif renewed is None or switches[: len(renewed)] != renewed:
                found.append((run.index, call))
                break
    return found


def _switches(call: PackageCommand) -> tuple[str, ...]:
    """The branches that a call stands in, so that it may not be run at all."""
    return tuple(place for place in call.command.context if place in ("if", "case"))


@remembered
def _first_alone(file: Dockerfile) -> list[tuple[int, PackageCommand] | None]:
    """For each stage the first of those in it or in a stage built on it."""
    first: list[tuple[int, PackageCommand] | None] = [None] * len(file.stages)
    for stage in reversed(file.stages):
        below = [found for child in stage.children if (found := first[child.index])]
        first[stage.index] = next(iter(_installs_alone(stage)), None) or min(
            below, key=lambda found: found[0], default=None
        )
    return first


def _cleans(run: Run) -> bool:
    """Whether the RUN deletes the lists, however the path is spelled, or may do so where nobody can see."""
    for command in run.script.commands:
        words = [word.value or word.text for word in command.effective.arguments]
        if command.effective.name in ("rm", "find") and any(
            "/var/lib/apt" in word.replace("//", "/") for word in words
        ):
            return True
        if command.effective.name in ("apt-get", "apt") and any(word in ("distclean", "dist-clean") for word in words):
            return True
    return run.script.broken and LISTS in run.body.text
