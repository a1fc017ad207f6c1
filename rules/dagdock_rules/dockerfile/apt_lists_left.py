from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Related, Run, rule

from ._apt_lists import LISTS, in_words, installs_itself, installs_without_lists, is_left_alone, lists_left
from ._caches import is_missed_later
from ._layers import append_command


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
    words_near=True,
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
    updates = lists_left(run)
    if not updates or is_left_alone(run, updates[0]):
        return
    later = installs_without_lists(run)
    place = LISTS + "/*"
    if len(later) > 1:
        lines = in_words([each.span.line for each in later])
        advice = (
            f"The RUNs in lines {lines} install from them: give each its own `{updates[0].manager} update`, "
            "or join them, and end each with"
        )
    elif later and installs_itself(run):
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
        if later or not installs_itself(run) or is_missed_later(run, (LISTS,))
        else append_command(run, "Delete the lists at the end of this RUN", f"rm -rf {place}"),
    )
