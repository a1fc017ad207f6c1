from __future__ import annotations

from bisect import bisect_right

from dagdock.api import Bad, Dockerfile, Problem, Problems, Related, Run, Stage, remembered, rule

from ..packages import PackageCommand, package_commands
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
    later = _install_without_lists(run)
    if later and _installs(run):
        advice = f"Let the RUN in line {later.span.line} update for itself, and end this one with"
    elif later:
        advice = f"Join it with the `{later.manager} {later.verb}` in line {later.span.line} in one RUN that ends with"
    else:
        advice = "End the RUN with"
    yield Problem(
        updates[0],
        f"`{updates[0].manager} update` leaves its package lists in this layer. {advice} `rm -rf {LISTS}/*`",
        related=[Related(later, "this needs the lists")] if later else (),
        fix=None
        if later or not _installs(run)
        else append_command(run, "Delete the lists at the end of this RUN", f"rm -rf {LISTS}/*"),
    )


def _installs(run: Run) -> bool:
    """Whether the RUN uses the lists itself."""
    return any(found.family == "apt" for found in package_commands(run.script, "install", "upgrade"))


def _install_without_lists(run: Run) -> PackageCommand | None:
    """The first installation in a later RUN of the image that counts on these lists."""
    if run.stage is None:
        return None
    own = _installs_alone(run.stage)
    place = bisect_right(own, run.index, key=lambda found: found[0])
    if place < len(own):
        return own[place][1]
    above = [found for child in run.stage.children if (found := _first_alone(run.dockerfile)[child.index])]
    return min(above, key=lambda found: found[0])[1] if above else None


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
