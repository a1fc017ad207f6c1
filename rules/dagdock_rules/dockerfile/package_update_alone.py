from __future__ import annotations

from bisect import bisect_right
from itertools import chain, islice

from dagdock.api import Bad, Command, Problem, Problems, Related, Run, Stage, remembered, rule

from ..packages import PackageCommand, package_commands
from ._apt_lists import archive_step
from ._joins import HARMLESS, following_run, join
from ._layers import lost_flag

# Whose index is worth nothing by itself.
FAMILIES = frozenset(("apt", "apk"))
# What may follow and surely installs nothing.


@rule(
    "DF208",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L01", "L16"],
    aliases=["checkov:CKV_DOCKER_5", "trivy:DS-0017", "kics:update-instruction-alone", "sonar:S6595"],
    tags=["cache"],
    bad=[
        Bad(
            "FROM debian:12\nRUN «apt-get update»\nRUN apt-get install -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update \\\n    && apt-get install -y curl\n",
        ),
        Bad("FROM alpine:3.20\nRUN «apk update»\nCOPY app /app\nRUN apk add --no-cache curl\n"),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        "FROM alpine:3.20\nRUN apk add --update curl\n",
        "FROM debian:12\nRUN apt-get update && ./install.sh\n",
        "FROM debian:12\nRUN update-ca-certificates\n",
    ],
)
def package_update_alone(run: Run) -> Problems:
    """A RUN downloads the lists of packages and installs nothing.

    Docker keeps the layer with the lists and uses it again for as long as its line stays the same. An installation
    in a later RUN then works with lists that are weeks old, and fails as soon as a package it names has been
    replaced. Update and install in one RUN.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """
    script = run.script
    if script.broken or not script.understood or lost_flag(run):
        return
    calls = list(package_commands(script))
    for update in calls:
        if update.action != "update" or update.family not in FAMILIES or update.command.context:
            continue
        if _is_followed(update, calls, run):
            continue
        later = _installation(run, update.family)
        if later is not None:
            if run.stage is not None and archive_step(run.stage):
                return
            message = (
                f"Docker reuses the result of this line in later builds. Its package lists grow old, and line "
                f"{later.span.line} then asks for packages that are no longer there. Update and install in one RUN"
            )
        elif _may_install_later(run):
            return
        else:
            message = (
                "these lists are downloaded and nothing is installed from them. Leave the update out, or install in "
                "the same RUN"
            )
        after = following_run(run)
        joinable = after is not None and later is not None and after.span.holds(later) and calls == [update]
        yield Problem(
            update,
            message,
            related=[Related(later, "this needs fresh lists")] if later else (),
            fix=join(run, after, "Update and install in one RUN") if joinable and after else None,
        )
        return


def _is_followed(update: PackageCommand, calls: list[PackageCommand], run: Run) -> bool:
    """Whether something behind the update in its RUN installs, or may do so."""
    start = update.span.start
    if any(call.action in ("install", "upgrade") and call.span.start > start for call in calls):
        return True
    return any(command.effective.name not in HARMLESS and command.span.start > start for command in run.script.commands)


def _may_install_later(run: Run) -> bool:
    """Whether a script that a later RUN starts, or a stage that is built on this one, may install from the lists."""
    stage = run.stage
    return stage is None or bool(stage.children) or _last_script(stage) > run.index


@remembered
def _last_script(stage: Stage) -> int:
    """The index of the last RUN of a stage that starts a script; -1 where there is none."""
    runs = reversed(stage.all_of(Run))
    return next((run.index for run in runs if any(_is_script(each.effective) for each in run.script.commands)), -1)


def _is_script(command: Command) -> bool:
    words = [word.value or word.text for word in command.words[:3]]
    shell = command.name in ("sh", "bash", "dash", "ash", "source", ".")
    return any("/" in word or word.endswith(".sh") for word in (words[1:] if shell else words[:1]))


def _installation(run: Run, family: str) -> PackageCommand | None:
    """The first installation in a later RUN of the stage, or of one that is built on it."""
    if run.stage is None:
        return None
    own = run.stage.all_of(Run)
    behind = islice(own, bisect_right(own, run.index, key=_index), None)
    above = (later for child in run.stage.children[:1] for later in child.all_of(Run))
    for later in chain(behind, above):
        for call in package_commands(later.script, "install", "update"):
            if call.family == family:
                return call if call.action == "install" else None
    return None


def _index(run: Run) -> int:
    return run.index
