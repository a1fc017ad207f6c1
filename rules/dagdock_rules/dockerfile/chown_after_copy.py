from __future__ import annotations

import re

from dagdock.api import Bad, Command, Copy, CopyLike, Edit, Fix, Problem, Problems, Project, Related, Run, Span, rule

from ._copies import absolute, inside_container
from ._destinations import holds_folder
from ._layers import ships

# Commands that need no file of the project.
NEEDS_NONE = frozenset(
    "useradd adduser groupadd addgroup usermod groupmod apt-get apt apk dnf yum microdnf echo printf true : set export "
    "passwd chpasswd id".split()
)
FILE_TOOLS = frozenset("mkdir touch chown chmod chgrp rm".split())

# Instructions of a stage; nobody writes more.
LONGEST = 2_000


@rule(
    "DF212",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L07"],
    tags=["size"],
    words=["chown", "chmod"],
    words_near=True,
    bad=[
        Bad(
            "FROM node:22-slim\nCOPY app /app\nRUN «chown -R node:node /app»\n",
            fixed="FROM node:22-slim\nCOPY --chown=node:node app /app\n",
        ),
        Bad("FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci && «chown -R node /app»\n"),
    ],
    good=[
        "FROM node:22-slim\nCOPY --chown=node:node app /app\n",
        "FROM node:22-slim\nCOPY app /app\nRUN mkdir /data && chown -R node /data\n",
    ],
)
def chown_after_copy(run: Run, project: Project) -> Problems:
    """Files are copied, and a later step changes their owner or mode, which stores them a second time.

    A layer holds whole files. When only the owner changes, the new layer holds a copy of every file, so they take
    twice the room. `COPY --chown=…` and `COPY --chmod=…` set owner and mode on the way. Single files, which take
    little room, are left alone.

    https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
    """
    stage = run.stage
    if stage is None or run.onbuild is not None or not ships(run) or len(stage.instructions) > LONGEST:
        return
    for command in run.script.commands:
        change = _change(command)
        if change is None or command.context:
            continue
        flag, value, paths = change
        copies = [step for step in stage.instructions if isinstance(step, CopyLike) and step.index < run.index]
        for copy in reversed(copies):
            target = inside_container(copy)
            path = next((path for path in paths if target and _covers(absolute(run, path), target)), None)
            if target is None or path is None or copy.flag(flag) or not _is_large(copy, project):
                continue
            made_here = _is_made_between(value, copy, run)
            exact = absolute(run, path) == target and not made_here
            what = "owner" if flag == "chown" else "mode"
            if _uses(run, command, copy, target):
                user = f"Create `{value.partition(':')[0]}` in a {run.name} above it. " if made_here else ""
                rest = f"and `{flag}` here only what other steps have made"
                advice = f"{user}Write `--{flag}={value}` at that {copy.name}, {rest}"
            elif exact:
                advice = f"Write `--{flag}={value}` at that {copy.name} instead"
            else:
                advice = f"Move that {copy.name} below this {run.name} and give it `--{flag}={value}`"
            yield Problem(
                command,
                f"changing the {what} stores the files of line {copy.span.line} a second time. {advice}",
                related=[Related(copy, "copied here")],
                fix=_fix(run, copy, flag, value) if exact else None,
            )
            break


def _change(command: Command) -> tuple[str, str, list[str]] | None:
    """The flag of COPY that would do it, its value, and the paths that `chown -R` or `chmod -R` is given."""
    effective = command.effective
    if effective.name not in ("chown", "chmod"):
        return None
    options = effective.options(("--from", "--reference"))
    if options.has("--from", "--reference") is not False:
        return None
    words = [word.value for word in options.operands]
    if not options.has("-R", "--recursive") or len(words) < 2 or None in words:
        return None
    value, *paths = [word for word in words if word is not None]
    if effective.name == "chmod" and not re.fullmatch(r"0?[0-7]{3,4}", value):
        return None  # COPY takes numbers
    if effective.name == "chmod" and int(value[-1]) & 2:
        return None  # `world-writable-mode` would rather have another mode
    if effective.name == "chown" and not re.fullmatch(r"[\w.-]+(?::[\w.-]*)?", value):
        return None
    return effective.name, value.rstrip(":"), paths


def _is_made_between(owner: str, copy: CopyLike, run: Run) -> bool:
    """Whether the user is made only after the COPY, which could not know the name."""
    name = owner.partition(":")[0]
    making = rf"\b(?:useradd|adduser|addgroup|groupadd)\b[^\n;&|]*\b{re.escape(name)}\b"
    stage = run.stage
    return (
        not name.isdigit()
        and stage is not None
        and any(re.search(making, step.body.text) for step in stage.all_of(Run) if copy.index < step.index <= run.index)
    )


def _uses(run: Run, change: Command, copy: CopyLike, target: str) -> bool:
    """Whether something else may need the copied files where they are: another command of the RUN, or a RUN between."""
    assert run.stage
    between = [step for step in run.stage.all_of(Run) if copy.index < step.index <= run.index]
    return any(
        command is not change and command.effective.name not in NEEDS_NONE and not _is_elsewhere(command, step, target)
        for step in between
        for command in step.script.commands
    )


def _is_elsewhere(command: Command, run: Run, target: str) -> bool:
    """Whether a command that makes or changes files surely does so in other places."""
    if command.effective.name not in FILE_TOOLS:
        return False
    paths = [word.value for word in command.effective.arguments if not word.prefix.startswith("-")]
    places = [absolute(run, path) if path is not None else None for path in paths]
    return not any(place is None or _covers(place, target) or _covers(target, place) for place in places[-1:])


def _is_large(copy: CopyLike, project: Project) -> bool:
    """Whether a whole folder is copied, or something from another image that has no ending of a file."""
    if isinstance(copy, Copy) and copy.from_ is not None:
        return not all("." in str(source.literal or "").rpartition("/")[2] for source in copy.sources)
    return holds_folder(copy, project)


def _covers(folder: str | None, target: str) -> bool:
    return folder is not None and folder != "/" and (target == folder or target.startswith(f"{folder}/"))


def _fix(run: Run, copy: CopyLike, flag: str, value: str) -> Fix | None:
    """The flag at the COPY in place of the RUN, where that does nothing else and stands right behind it."""
    if len(run.script.commands) != 1 or run.index != copy.index + 1 or run.flags or run.heredocs:
        return None
    if "#" in run.lines.text:
        return None
    source = run.span.source
    end = copy.keyword.span.end
    lines = Span(source, source.full_line_span(run.span.line).start, run.lines.end)
    name = f"Write `--{flag}={value}` at the {copy.name}"
    return Fix(name, [Edit(Span(source, end, end), f" --{flag}={value}"), Edit(lines, "")], "unsafe")
