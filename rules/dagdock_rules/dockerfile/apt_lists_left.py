from __future__ import annotations

from bisect import bisect_right
from math import inf

from dagdock.api import Bad, Dockerfile, Problem, Problems, Related, Run, Stage, remembered, rule

from ..packages import PackageCommand, package_commands
from ._joins import HARMLESS
from ._layers import append_command, lost_flag, mounts_over, ships

LISTS = "/var/lib/apt/lists"


@rule(
    "DF301",
    severity="info",
    since="0.1",
    fix="safe",
    lessons=["L07"],
    aliases=[
        "hadolint:DL3009",
        "kics:apt-get-install-lists-were-not-deleted",
        "sonar:S6587",
        "semgrep:remove-package-lists",
        "semgrep:remove-package-cache",
    ],
    tags=["size"],
    words=["apt"],
    bad=[
        Bad(
            "FROM debian:12\nRUN «apt-get update» && apt-get install -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        ),
        Bad(
            "FROM debian:12\nRUN «apt-get update» \\\n    && apt-get install -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update \\\n    && apt-get install -y curl \\\n"
            "    && rm -rf /var/lib/apt/lists/*\n",
        ),
        Bad("FROM debian:12\nRUN «apt-get update»\nRUN apt-get install -y curl\n"),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt "
        "apt-get update && apt-get install -y curl\n",
        "FROM debian:12 AS build\nRUN apt-get update\nFROM alpine:3.20\nCOPY --from=build /app /app\n",
    ],
)
def apt_lists_left(run: Run) -> Problems:
    """apt's package lists stay in the layer.

    `apt-get update` downloads some 20 to 50 MB of lists that nothing needs once the packages are installed, and that
    are out of date the next day. Delete them in the same RUN: a later RUN cannot make an earlier layer smaller.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """
    if not ships(run) or lost_flag(run):
        return
    updates = [found for found in package_commands(run.script, "update") if found.family == "apt"]
    if not updates or _cleans(run) or (mounts_over(run, (LISTS,)) and mounts_over(run, ("/var/cache/apt",))):
        return
    if any(mount.target and mount.target.rstrip("/") == LISTS for mount in run.mounts):
        return
    if _is_said_to_go(run):
        return
    later = _installs_without_lists(run)
    if any(each.command.context for each in (updates[0], *later)) and len(later) > 1:
        return  # whether they find lists hangs on switches that nobody sees here
    place = LISTS + "/*"
    if len(later) > 1:
        lines = [each.span.line for each in later]
        shown = ", ".join(map(str, lines[:-1])) if len(lines) < 5 else f"{', '.join(map(str, lines[:3]))}"
        last = lines[-1] if len(lines) < 5 else f"{len(lines) - 3} more"
        advice = (
            f"The RUNs in lines {shown} and {last} install from them: give each its own `{updates[0].manager} update`, "
            "or join them, and end each with"
        )
    elif later and _installs(run):
        advice = f"Let the RUN in line {later[0].span.line} update for itself, and end this one with"
    elif later:
        install = f"`{later[0].manager} {later[0].verb}`"
        advice = f"Join it with the {install} in line {later[0].span.line} in one RUN that ends with"
    else:
        advice = "End the RUN with"
    yield Problem(
        updates[0],
        f"`{updates[0].manager} update` leaves its package lists in this layer. {advice} `rm -rf {place}`",
        related=[Related(each, "this needs the lists") for each in later[:5]],
        fix=None
        if later or not _installs(run)
        else append_command(run, "Delete the lists at the end of this RUN", f"rm -rf {place}"),
    )


def _is_said_to_go(run: Run) -> bool:
    """Whether nothing at all comes of the update, which `package-update-alone` then wants to have left out."""
    if _installs(run) or _installs_without_lists(run) or run.script.broken:
        return False
    return all(command.effective.name in HARMLESS and not command.context for command in run.script.commands)


def _installs(run: Run) -> bool:
    """Whether the RUN uses the lists itself."""
    return any(found.family == "apt" for found in package_commands(run.script, "install", "upgrade"))


def _installs_without_lists(run: Run) -> list[PackageCommand]:
    """The installations in later RUNs of the image that count on these lists, up to the next surely updated ones."""
    if run.stage is None:
        return []
    own = _installs_alone(run.stage)
    renewed = _renewed_behind(run)
    place = bisect_right(own, run.index, key=lambda found: found[0])
    found = [call for index, call in own[place:] if index < renewed]
    if found or renewed < inf:
        return found
    first = _first_alone(run.dockerfile)
    above = [each for child in run.stage.children if (each := first[child.index])]
    return [min(above, key=lambda each: each[0])[1]] if above else []


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
        calls = [call for call in package_commands(run.script, "install", "update") if call.family == "apt"]
        if calls and calls[0].action == "install":
            found.append((run.index, calls[0]))
    return found


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
