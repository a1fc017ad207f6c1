from __future__ import annotations

import re
from functools import cache

from dagdock.api import (
    Bad,
    Cmd,
    CommandInstruction,
    CopyLike,
    Entrypoint,
    Problem,
    Problems,
    Related,
    Run,
    Stage,
    Word,
    remembered,
    rule,
)

from ..packages import PackageCommand, package_commands
from ._apt_lists import in_words
from ._comments import said_above

SYSTEM = frozenset("apt apk dnf yum microdnf tdnf zypper pacman".split())
TOOLS = frozenset(
    "build-essential build-base gcc g++ gcc-c++ clang make cmake automake autoconf libtool bison flex ninja-build "
    "cargo rustc golang golang-go go maven gradle base-devel alpine-sdk linux-headers linux-headers-generic".split()
)
# Groups of packages that dnf and yum know: their names in full, and as ids.
GROUPS = frozenset(("development tools", "development", "development-tools", "c development tools and libraries"))
# Programs that build something of source code.
BUILDERS = frozenset(
    "pip pipenv poetry uv pdm npm yarn pnpm make cargo go bundle gem configure cmake ninja docker-php-ext-install pecl "
    "mvn gradle gcc g++ cc clang R Rscript setup.py luarocks cpanm mix".split()
)
NAMES = frozenset(
    "dev devel development build builder buildenv ci cloudbuild sdk toolchain compiler debug test workspace".split()
)
PYTHON = frozenset("pip pipenv poetry uv pdm setup.py".split())
SHELLS = frozenset("sh bash zsh ash fish".split())
# With more steps that compile, the tools are what the image lives on.
MANY = 4


@rule(
    "DF516",
    severity="info",
    since="0.1",
    lessons=["L06", "L07"],
    tags=["size", "security"],
    bad=[
        Bad(
            "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y «gcc» libpq-dev\n"
            "RUN pip install psycopg2==2.9.9\nCOPY . /app\n"
        ),
    ],
    good=[
        "FROM python:3.12 AS build\nRUN apt-get update && apt-get install -y gcc libpq-dev\n"
        "RUN pip wheel -w /w psycopg2\n"
        "FROM python:3.12-slim\nRUN --mount=from=build,source=/w,target=/w pip install /w/*.whl\n",
        "FROM python:3.12-alpine\nRUN apk add --no-cache --virtual .build gcc musl-dev && pip install psycopg2 "
        "&& apk del .build\n",
        "FROM debian:12\nRUN apt-get update && apt-get install -y gcc\n",
    ],
)
def build_tools_in_final_image(run: Run) -> Problems:
    """Compilers and headers stay in the image after what they were needed for has been built.

    They take hundreds of megabytes, and whoever breaks into the container finds a compiler at hand. Build in a stage of
    its own and copy the result (`COPY --from=build`), or delete the tools at the end of the same RUN.

    Nothing is said of images that are there to build with: those that start a build tool or a shell, take nothing of
    the project, compile in step after step, or whose author names the tool in the comment above.

    https://docs.docker.com/build/building/multi-stage/
    """
    stage = run.stage
    if stage is None or not stage.is_final:
        return
    left = _left_in(stage)
    if not left or left[0][0] is not run:
        return  # all of a stage are told with the first
    found = [word for _, words in left for word in words]
    others = len(found) - 1
    if others == 1:
        what = f"`{found[0].value}` and `{found[1].value}` stay"
    else:
        what = f"{others + 1} build tools (`{found[0].value}`, …) stay" if others else f"`{found[0].value}` stays"
    below = [words[0] for _, words in left[1:]]
    lines = f" (more in line{'s' if below[1:] else ''} {in_words([word.span.line for word in below])})" if below else ""
    result = "result, such as a virtual environment," if _builds_python(stage) else "result"
    yield Problem(
        found[0],
        f"{what} in the image{lines}. If only the build needs {'them' if others else 'it'}, build in a stage of its "
        f"own and copy the {result} with `COPY --from`",
        related=[Related(word, "so do those installed here") for word in below],
    )


@remembered
def _left_in(stage: Stage) -> list[tuple[Run, list[Word]]]:
    """The RUNs of a stage that install build tools and leave them there, with the tools."""
    if _is_workshop(stage) or _starts_tool(stage) or not _takes_sources(stage) or _compiles_often(stage):
        return []
    found = [(run, _left_by(run, stage)) for run in stage.all_of(Run)]
    return [(run, words) for run, words in found if words] if _builds(stage) else []


def _left_by(run: Run, stage: Stage) -> list[Word]:
    if run.onbuild is not None or run.script.broken:
        return []
    calls = list(package_commands(run.script))
    if any(call.action == "remove" and call.packages for call in calls) or _says_what_stays(run):
        return []
    found = [word for call in calls for word in _tools_of(call)]
    if not any(_is_named_tool(word.value or "") for word in found):
        return []
    if found[0].value and _name(found[0].value).lower() in said_above(run):
        return []
    if not _removed_later(stage, run).isdisjoint(word.value for word in found):
        return []  # cleanup-in-later-layer says it
    return found


def _removed_later(stage: Stage, run: Run) -> set[str | None]:
    """The packages that RUNs below remove, in layers of their own."""
    return {
        word.value
        for later in stage.all_of(Run)
        if later.index > run.index
        for call in package_commands(later.script, "remove")
        for word in call.packages
    }


def _builds_python(stage: Stage) -> bool:
    """Whether pip and its like are all that compiles something."""
    names = {
        (command.effective.name or "").rstrip("0123456789.")
        for part in stage.chain()
        for run in part.all_of(Run)
        for command in run.script.commands
    }
    return bool(names & PYTHON) and not (names & BUILDERS) - PYTHON


def _tools_of(call: PackageCommand) -> list[Word]:
    if call.action != "install" or call.family not in SYSTEM or call.command.context:
        return []
    return [word for word in call.packages if word.value and _is_tool(word.value)]


def _says_what_stays(run: Run) -> bool:
    """Whether it marks packages, or takes a whole installation back: an `autoremove` then needs no names."""
    return any(
        command.effective.name == "apt-mark" or any(word.value == "undo" for word in command.effective.words)
        for command in run.script.commands
    )


def _is_tool(package: str) -> bool:
    return _is_named_tool(package) or bool(_headers().fullmatch(_name(package)))


def _is_named_tool(package: str) -> bool:
    """Whether it is a tool and no headers alone: they may be the way somebody gets a library."""
    return package.lower().removeprefix("@") in GROUPS or _name(package) in TOOLS


def _name(package: str) -> str:
    return package.partition("=")[0].partition("~")[0].partition(":")[0]


def _builds(stage: Stage) -> bool:
    """Whether the stage makes something of source code; else the tools are wanted in the image."""
    return any(_compiles(run) for part in stage.chain() for run in part.all_of(Run))


@remembered
def _starts_tool(stage: Stage) -> bool:
    """Whether the container starts a shell or a build tool."""
    starters: list[CommandInstruction] = [each for each in (stage.last(Entrypoint), stage.last(Cmd)) if each]
    commands = [each.script.commands[-1].effective for each in starters if each.script.commands]
    return any(command.name in BUILDERS or (command.name in SHELLS and len(command.words) == 1) for command in commands)


@remembered
def _takes_sources(stage: Stage) -> bool:
    """Whether something of the project is put into the image, or a program is installed to be started."""
    parts = list(stage.chain())
    return any(part.all_of(CopyLike) or part.all_of(Cmd) or part.all_of(Entrypoint) for part in parts)


@remembered
def _compiles_often(stage: Stage) -> bool:
    """Whether so many steps compile something that a stage of its own is no way out."""
    steps = [run for part in stage.chain() for run in part.all_of(Run) if _compiles(run)]
    return len(steps) > MANY


def _compiles(run: Run) -> bool:
    return any((command.effective.name or "").rstrip("0123456789.") in BUILDERS for command in run.script.commands)


def _is_workshop(stage: Stage) -> bool:
    """Whether the image is there to build with."""
    path = stage.span.source.path.lower()
    words = set(re.split(r"[^a-z]+", f"{stage.name or ''} {path}".lower()))
    return bool(words & NAMES) or "devcontainer" in path


@cache
def _headers() -> re.Pattern[str]:
    return re.compile(r".+-(?:dev|devel|headers)|openjdk-\d+-jdk(?:-headless)?|java-.*-devel")
