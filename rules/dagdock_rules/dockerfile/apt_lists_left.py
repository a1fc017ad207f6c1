from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ..packages import package_commands
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
    yield Problem(
        updates[0],
        f"`{updates[0].manager} update` leaves its package lists in this layer. End the RUN with `rm -rf {LISTS}/*`",
        fix=append_command(run, "Delete the lists at the end of this RUN", f"rm -rf {LISTS}/*"),
    )


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
