from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from math import inf

from dagdock.api import (
    Bad,
    Cmd,
    Command,
    CommandInstruction,
    CopyLike,
    Edit,
    Entrypoint,
    Fix,
    Instruction,
    Problem,
    Problems,
    Run,
    Span,
    Stage,
    Workdir,
    remembered,
    rule,
)

from ._destinations import AT_THE_ROOT
from ._layers import ships
from ._moves_in_run import leading_cd
from ._shells import has_dash, shell_behind

# Where a step looks after the system; nobody wants the container to start there.
SYSTEM = ("/bin", "/boot", "/etc", "/lib", "/lib64", "/sbin", "/usr")
# Below them, where people build and keep projects all the same.
PROJECTS = ("/usr/src/", "/usr/app", "/usr/share/nginx", "/usr/local/app", "/usr/local/src/")


@rule(
    "DF404",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L14"],
    aliases=[
        "hadolint:DL3003",
        "trivy:DS-0013",
        "kics:run-cd-instead-of-workdir",
        "sonar:S6597",
        "semgrep:use-workdir",
    ],
    bad=[
        Bad(
            "FROM node:22-slim\nRUN mkdir -p /app && «cd /app» && npm ci\n",
            fixed="FROM node:22-slim\nWORKDIR /app\nRUN npm ci\n",
        ),
        Bad(
            "FROM debian:12\nRUN «cd /app» && make\n",
            fixed="FROM debian:12\nWORKDIR /app\nRUN make\n",
        ),
        Bad("FROM debian:12\nRUN «pushd /app»; make; popd\n"),
    ],
    good=[
        "FROM debian:12\nWORKDIR /app\nRUN make\n",
        "FROM debian:12\nRUN cd /tmp && make && make install && rm -rf /tmp/*\n",
        ("FROM debian:12\nRUN git clone --depth 1 https://example.com/x /src && cd /src && make && (cd sub && make)\n"),
    ],
)
def use_workdir_not_cd(run: Run) -> Problems:
    """A RUN begins with `cd` instead of standing in its folder.

    `WORKDIR` makes the folder where it is missing, holds for everything that follows, and shows in the image; `cd` has
    to be repeated in each RUN, and is easily forgotten in one, and `pushd` is known to bash, not to `sh`. A detour is
    fine: to a folder for temporary files, to sources that were unpacked (`tool-1.2`), or to one of the system such as
    `/usr/local/bin`, where the container should not start. So is any where a WORKDIR has chosen the folder that the
    rest of the file counts on, and any in an image that starts what its base image says, where that says.

    https://docs.docker.com/build/building/best-practices/#workdir
    """
    for command in run.script.commands if "pushd" in run.body.text else ():
        if command.name == "pushd" and not command.context and run.stage and _lacks_pushd(run, run.stage):
            yield Problem(
                command,
                f"`pushd` is a command of bash, and `/bin/sh` does not know it here. Use `WORKDIR {_folder(command)}`",
                severity="error",
                aliases=(),
            )
            return
    step = leading_cd(run)
    if step and not _is_detour(step, run):
        move, following = step
        folder = move.arguments[0].text
        yield Problem(
            move,
            f"this RUN works in `{folder}`, and the next one starts in the old folder again. Use `WORKDIR {folder}`",
            fix=_fix(run, move, following),
        )


def _lacks_pushd(run: Run, stage: Stage) -> bool:
    return run.dialect == "posix-sh" and not run.heredocs and (shell_behind(stage) == "ash" or has_dash(stage))


def _folder(command: Command) -> str:
    return command.arguments[0].text if command.arguments else "FOLDER"


def _is_detour(step: tuple[Command, Command], run: Run) -> bool:
    """Whether the folder is the system's or for temporary files, the RUN leaves or deletes it, or a shell knows."""
    move, _ = step
    folder = (move.arguments[0].value or move.arguments[0].text).rstrip("/")
    scope = run.stage.scope_at(run) if run.stage else None
    if any(scope is None or name not in scope for name in move.arguments[0].variables):
        return True  # WORKDIR knows no variables of the shell
    if folder.startswith(("/tmp", "/var/tmp", "/var/cache", "-", "~", "..", "$(", "`")):
        return True
    if any(f"{folder}/".startswith(f"{place}/") for place in SYSTEM) and not f"{folder}/".startswith(PROJECTS):
        return True
    if _is_unpacked().search(folder):
        return True  # sources that are built and left behind
    if _is_moved_on(run) or _starts_elsewhere(run) or _is_needed_elsewhere(run):
        return True
    for command in run.script.commands:
        if command.start <= move.start:
            continue
        if command.name in ("cd", "pushd", "popd"):
            return True
        words = [word.value or word.text for word in command.effective.arguments]
        if command.effective.name == "rm" and any(word.rstrip("/*") == folder for word in words):
            return True
    return False


@cache
def _is_unpacked() -> re.Pattern[str]:
    """A folder as archives of sources bring it: `tool-1.2.3`, `tool-master`."""
    return re.compile(r"\d\.\d|\d{4}-\d{2}|-(?:master|main)(?:/|$)")


def _starts_elsewhere(run: Run) -> bool:
    """Whether the container starts what the base image says, in the folder that it says, which WORKDIR would change."""
    stage = run.stage
    image = stage.root_image if stage else None
    return (
        stage is not None
        and ships(run)
        and (image is None or image.familiar not in AT_THE_ROOT)
        and stage.last(Cmd) is None
        and stage.last(Entrypoint) is None
        and stage.last(Workdir) is None
    )


def _is_needed_elsewhere(run: Run) -> bool:
    """Whether a WORKDIR here would move what counts on the folder of now: chosen by WORKDIR, or where paths begin."""
    if run.stage is None:
        return False
    own, *below = (_counted_on(part) for part in run.stage.chain())
    moves, paths = own
    place = bisect_right(moves, run.index)
    if place == len(moves) and (place or any(each for each, _ in below)):
        return True
    end = moves[place] if place < len(moves) else inf
    first = bisect_right(paths, run.index)
    return first < len(paths) and paths[first] < end


@remembered
def _counted_on(stage: Stage) -> tuple[list[int], list[int]]:
    """The indexes of a stage's WORKDIRs, and of the instructions in which a path begins where they stand."""
    steps = stage.instructions
    moves = [step.index for step in steps if isinstance(step, Workdir)]
    kinds = (Cmd, CommandInstruction, CopyLike, Entrypoint)
    return moves, [step.index for step in steps if isinstance(step, kinds) and _starts_here(step)]


def _starts_here(step: Instruction) -> bool:
    """Whether a path of an instruction begins where it stands."""
    if isinstance(step, CopyLike):
        path = step.destination.literal if step.destination else None
        return path is not None and not path.startswith(("/", "$"))
    return any(sign in step.span.text for sign in (' "./', " ./", '["./'))


def _is_moved_on(run: Run) -> bool:
    """Whether a WORKDIR stands behind the RUN before anything else that a folder matters to."""
    instructions = run.dockerfile.instructions
    for number in range(run.index + 1, len(instructions)):
        following = instructions[number]
        if following.stage is not run.stage:
            return False
        if isinstance(following, (CommandInstruction, CopyLike, Workdir)):
            return isinstance(following, Workdir)
    return False


def _fix(run: Run, move: Command, following: Command) -> Fix | None:
    """WORKDIR above the RUN, and the `cd` gone, with the `mkdir` before it."""
    path = move.arguments[0].value
    gap = Span(run.span.source, run.script.commands[0].span.start, following.span.start)
    if run.heredocs or run.onbuild is not None or not path or " " in path or following.joined != "&&":
        return None
    if "#" in gap.text or run.span.begin.column != 1:
        return None
    place = Span(run.span.source, run.span.start, run.span.start)
    line = f"WORKDIR {path}{run.span.source.newline}"
    return Fix("Use WORKDIR", [Edit(place, line), Edit(gap, "")], "unsafe")
