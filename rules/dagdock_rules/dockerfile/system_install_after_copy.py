from __future__ import annotations

from bisect import bisect_left

from dagdock.api import (
    Bad,
    Cmd,
    CommandInstruction,
    CopyLike,
    Entrypoint,
    Fix,
    Problem,
    Problems,
    Related,
    Run,
    Span,
    Stage,
    remembered,
    rule,
)

from ..packages import PackageCommand, others, package_commands
from ._by_name import languages_of, named_installs
from ._copies import copies_whole_context, from_context, local_sources, program_sources
from ._layers import named, rebuilt_lines
from ._moves import move_above

SYSTEM = frozenset("apt apk dnf yum microdnf tdnf zypper pacman".split())
# What may stand beside the installation and needs no file of the project.
HARMLESS = frozenset("rm mkdir true : set echo update-ca-certificates ldconfig locale-gen".split())
# A program wrote what has more instructions; each finding follows all layers.
MOST = 5000


@rule(
    "DF204",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L01", "L02"],
    tags=["cache"],
    bad=[
        Bad(
            "FROM python:3.12-slim\nCOPY . /app\n"
            "RUN «apt-get update && apt-get install -y libpq5» && rm -rf /var/lib/apt/lists/*\n",
            fixed="FROM python:3.12-slim\nRUN apt-get update && apt-get install -y libpq5 "
            "&& rm -rf /var/lib/apt/lists/*\nCOPY . /app\n",
        ),
        Bad(
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN «pip install --no-cache-dir gunicorn==22.0.0»\n",
            fixed="FROM python:3.12-slim\nWORKDIR /app\nRUN pip install --no-cache-dir gunicorn==22.0.0\nCOPY . .\n",
        ),
        Bad("FROM debian:12\nCOPY . /app\nRUN apt-get update\nRUN «apt-get install -y libpq5»\n"),
    ],
    good=[
        "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y libpq5\nCOPY . /app\n",
        "FROM python:3.12-slim\nCOPY . /app\nRUN apt-get update && xargs apt-get install -y < /app/packages.txt\n",
        "FROM debian:12\nCOPY vendor.list /etc/apt/sources.list.d/\nRUN apt-get update && apt-get install -y tool\n",
    ],
)
def system_install_after_copy(stage: Stage) -> Problems:
    """Packages that need nothing of the project are installed after it has been copied.

    Docker keeps the result of each step as long as nothing above it has changed. The packages of the system, and
    others that the RUN names itself (`pip install gunicorn==22.0.0`), change once in a while, the project with every
    commit; below its COPY they are downloaded and installed again each time. Move the RUN above the COPY.

    https://docs.docker.com/build/cache/optimize/#order-your-layers
    """
    if len(stage.dockerfile.instructions) > MOST:
        return
    whole: CopyLike | None = None
    script: CopyLike | None = None
    prepared = told = False
    languages: set[str] = set()
    for instruction in stage.instructions:
        copy = from_context(instruction)
        if copy and (copies_whole_context(copy) or program_sources(copy) or _brings_scripts(copy)):
            whole = whole or copy
        elif copy and not whole and _brings_start_script(copy, stage):
            script = script or copy
        elif (early := whole or script) and isinstance(instruction, Run) and instruction.onbuild is None:
            # Of a language's packages nothing is said behind others of it, which may need the project.
            place = None if prepared or told or early is script else _by_name(instruction, languages)
            languages |= languages_of(instruction)
            prepared = prepared or _prepares(instruction)
            place = place or (None if prepared else _of_system(instruction))
            if place is None:
                continue
            if early is script and told:
                continue
            told = True
            named_one = early is script or not copies_whole_context(early)
            what = f"`{local_sources(early)[0]}`" if named_one and local_sources(early) else "the project"
            update = _update_before(stage, early, instruction)
            both = f", and the update in line {update.span.line} with it" if update else ""
            yield Problem(
                place,
                f"any change to {what} rebuilds {named(rebuilt_lines(early))}, and so installs these packages "
                f"again: the COPY in line {early.span.line} stands above. Move this RUN above it{both}",
                related=[Related(early, f"this brings in {what}")],
                fix=None if update else _fix(stage, early, instruction),
                severity="info" if early is script else None,
            )


def _of_system(run: Run) -> Span | None:
    """Where a RUN installs packages of the system and surely needs nothing of the project."""
    calls = [call for call in package_commands(run.script) if call.family in SYSTEM]
    install = next((call for call in calls if call.action == "install"), None)
    if install is None or not any(call.action == "install" and call.packages for call in calls):
        return None
    return None if _may_need_project(run, calls) else calls[0].span.to(install)


def _update_before(stage: Stage, early: CopyLike, run: Run) -> Run | None:
    """The RUN below the COPY that fetches the lists which an installation without an update of its own needs."""
    calls = [call for call in package_commands(run.script) if call.family in SYSTEM]
    families = {call.family for call in calls}
    if any(call.action == "update" for call in calls):
        return None
    between = [each for each in stage.all_of(Run) if early.index < each.index < run.index]
    return next(
        (
            each
            for each in reversed(between)
            if any(call.family in families for call in package_commands(each.script, "update"))
        ),
        None,
    )


def _by_name(run: Run, before: set[str]) -> Span | None:
    """Where a RUN installs packages of a language by name and does nothing else."""
    found = named_installs(run)
    if not found or any(install.language in before for install in found):
        return None
    return found[0].command.span


def _brings_start_script(copy: CopyLike, stage: Stage) -> bool:
    """Whether it brings nothing but scripts, with the one that the container starts among them."""
    sources = local_sources(copy)
    starters: list[CommandInstruction] = [each for each in (stage.last(Entrypoint), stage.last(Cmd)) if each]
    started = {(word or "").rpartition("/")[2] for each in starters for word in each.exec_form or ()}
    names = {source.rpartition("/")[2] for source in sources}
    return all(name.endswith(".sh") for name in names) and not started.isdisjoint(names)


def _brings_scripts(copy: CopyLike) -> bool:
    return any(source.strip("./").rpartition("/")[2] == "scripts" for source in local_sources(copy))


def _prepares(run: Run) -> bool:
    """Whether a RUN may set up what is installed from: a package source, a key, a script of the project."""
    import re

    if run.script.understood and all(each.effective.name in ("chmod", "chown") for each in run.script.commands):
        return False  # no script has run yet
    return bool(re.search(r"sources\.list|apt-key|add-apt|\brepo|keyring|\.sh\b|\b(?:dpkg|rpm)\b", run.body.text))


def _may_need_project(run: Run, calls: list[PackageCommand]) -> bool:
    """Whether the RUN may read a file that was copied: a list, a package file, a repository, a script before."""
    script = run.script
    if script.broken or run.mounts:
        return True
    first = next(call for call in calls if call.action == "install")
    if any(command.span.start < first.span.start for command in others(script, calls, HARMLESS)):
        return True
    return any(
        word.value is None or "/" in word.value or word.value.endswith((".deb", ".rpm", ".apk", ".txt"))
        for call in calls
        if call.action == "install"
        for word in call.packages
    ) or any(redirect.operator.startswith("<") for command in script.commands for redirect in command.redirects)


@remembered
def _settings(stage: Stage) -> list[int]:
    """The indexes of what changes how a RUN runs."""
    return [each.index for each in stage.instructions if each.name in ("USER", "ENV", "ARG", "SHELL")]


def _fix(stage: Stage, whole: CopyLike, run: Run) -> Fix | None:
    """Move the RUN up, where it does nothing else and nothing between the two could matter to it."""
    settings = _settings(stage)
    between = bisect_left(settings, run.index) - bisect_left(settings, whole.index)
    calls = [call for call in package_commands(run.script) if call.family in SYSTEM]
    alone = bool(calls) and not others(run.script, calls, HARMLESS)
    if between or not (alone or run.index == whole.index + 1):
        return None
    return Fix("Move this RUN above the COPY", move_above(run, whole), "unsafe")
