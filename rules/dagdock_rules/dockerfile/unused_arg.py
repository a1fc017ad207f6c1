from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from functools import cache

from dagdock.api import Arg, Bad, Dockerfile, Fix, Instruction, Pair, Problem, Problems, Run, Stage, remembered, rule

from ..secrets import is_secret_name

# Programs that read no variable of a project's own choosing.
DEAF = frozenset(
    "apt-get apt apk yum dnf microdnf zypper mkdir rm rmdir cp mv ln chmod chown touch echo printf useradd groupadd "
    "usermod adduser addgroup tar unzip gunzip cat sed update-ca-certificates ldconfig install cd set test [ true : "
    "ls id whoami date sleep export locale-gen".split()
)


@rule(
    "DF218",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L09"],
    bad=[
        Bad(
            'FROM alpine:3.20\nARG «APP_PORT=80»\nCOPY app /app\nCMD ["/app"]\n',
            fixed='FROM alpine:3.20\nCOPY app /app\nCMD ["/app"]\n',
        ),
        Bad("ARG «VERSION=3.20»\nFROM alpine:3.20\n", fixed="FROM alpine:3.20\n"),
    ],
    good=[
        "FROM alpine:3.20\nARG APP_PORT=80\nEXPOSE $APP_PORT\n",
        "ARG VERSION=3.20\nFROM alpine:${VERSION}\n",
        "FROM node:22-slim\nARG API_URL\nRUN npm run build\n",
        "FROM alpine:3.20\nARG HTTP_PROXY\nRUN apk add --no-cache curl\n",
    ],
)
def unused_arg(arg: Arg) -> Problems:
    """An ARG is declared and nothing uses it.

    A value passed with `--build-arg` changes nothing then, or it was meant for a line that spells the name in another
    way. Every RUN below also has it in its environment, so another value runs all of them again. Use it or delete it.

    https://docs.docker.com/reference/dockerfile/#arg
    """
    if arg.onbuild is not None or not arg.dockerfile.stages or arg.dockerfile.stages[0].from_instruction is None:
        return
    if arg.stage is None and _has_template(arg.dockerfile):
        return
    for pair in arg.pairs:
        name = str(pair.key)
        if not re.fullmatch(r"\w+", name) or _is_for_tools(name) or "{{" in arg.span.text:
            continue
        if not _is_used(name, pair, arg):
            yield Problem(
                pair,
                f"nothing uses `{name}`. Delete it"
                + (
                    ""
                    if is_secret_name(name, loose=True) or _fits_nowhere(pair, arg)
                    else f", or use it as `${{{name}}}`"
                ),
                fix=Fix.delete_lines("Delete this ARG", arg, "unsafe") if _stands_alone(name, arg) else None,
            )


def _fits_nowhere(pair: Pair, arg: Arg) -> bool:
    """Whether it is the address of a registry, to stand before images, and each of them has one already."""
    value = str(pair.value.value) if pair.value is not None else ""
    if arg.stage is not None or not value.endswith("/"):
        return False
    return all(stage.image is None or stage.image.registry for stage in arg.dockerfile.stages)


@remembered
def _has_template(file: Dockerfile) -> bool:
    """Whether one of the stages is a template's."""
    return any(_is_template(stage) for stage in file.stages)


def _is_template(stage: Stage) -> bool:
    """`FROM REPLACE-ME`: something fills in the image, and perhaps a variable in it."""
    word = stage.image_word
    return (
        word is not None
        and stage.image is None
        and not stage.is_scratch
        and stage.parent is None
        and "$" not in word.raw
    )


def _stands_alone(name: str, arg: Arg) -> bool:
    """Whether the line holds nothing else, and no other line declares the name."""
    return len(arg.pairs) == 1 and _declared(arg.dockerfile)[name] == 1


@remembered
def _declared(file: Dockerfile) -> Counter[str]:
    """How often the file's ARGs declare each name."""
    return Counter(str(pair.key) for step in file.instructions if isinstance(step, Arg) for pair in step.pairs)


def _is_used(name: str, pair: Pair, arg: Arg) -> bool:
    """Whether an instruction in the ARG's reach names it, or runs a program that may read it."""
    if _counted(arg)[name] > Counter(_words(pair.span.text))[name]:
        return True
    if arg.stage is None:
        return len(_named(arg.dockerfile).get(name, ())) > 1
    return _is_in_reach(_named(arg.dockerfile).get(name, []), arg) or _is_in_reach(_running(arg.dockerfile), arg)


Place = tuple[int, int]
"""A stage's number in `_families`, and an instruction's index: sorted by that, what can see an ARG stands together."""


def _is_in_reach(places: list[Place], arg: Arg) -> bool:
    """Whether an instruction at one of the places can see an ARG: in the rest of its stage, or in one built on that."""
    assert arg.stage
    first, behind = _families(arg.dockerfile)[arg.stage.index]
    place = bisect_left(places, (first, arg.index + 1))
    return place < len(places) and places[place][0] < behind


@remembered
def _families(file: Dockerfile) -> list[tuple[int, int]]:
    """For each stage a number and a limit: those built on it have the numbers between."""
    sizes = [1] * len(file.stages)
    for stage in reversed(file.stages):
        if stage.parent:
            sizes[stage.parent.index] += sizes[stage.index]
    free: dict[int | None, int] = {None: 0}
    found: list[tuple[int, int]] = []
    for stage in file.stages:
        parent = stage.parent.index if stage.parent else None
        first = free[parent]
        free[parent] += sizes[stage.index]
        free[stage.index] = first + 1
        found.append((first, first + sizes[stage.index]))
    return found


def _place(step: Instruction) -> Place:
    return (_families(step.dockerfile)[step.stage.index][0] if step.stage else -1), step.index


@remembered
def _named(file: Dockerfile) -> dict[str, list[Place]]:
    """For each name that an ARG declares the instructions that hold it as a word."""
    names = _declared(file).keys()
    found: dict[str, list[Place]] = {}
    for step in sorted(file.instructions, key=_place):
        place = _place(step)
        for word in names & set(_words(step.span.text)):
            found.setdefault(word, []).append(place)
    return found


@remembered
def _running(file: Dockerfile) -> list[Place]:
    """The RUNs that may read any variable."""
    return sorted(_place(step) for step in file.instructions if isinstance(step, Run) and not _is_deaf(step))


@remembered
def _counted(arg: Arg) -> Counter[str]:
    """How often each word stands in an ARG."""
    return Counter(_words(arg.body.text))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _is_deaf(run: Run) -> bool:
    """Whether every program of a RUN is one that reads no such variable."""
    script = run.script
    if script.broken or not script.understood:
        return False
    return all((command.effective.name or "") in DEAF for command in script.commands)


def _is_for_tools(name: str) -> bool:
    """Whether the builder or a tool reads the variable by itself, or it is there to break the cache."""
    return _tools().match(name) is not None


@cache
def _tools() -> re.Pattern[str]:
    return re.compile(
        r"(?:https?|ftp|no|all)_proxy$|(?:BUILD|TARGET)(?:PLATFORM|OS|ARCH|VARIANT|OSVERSION|STAGE)$|SOURCE_DATE_EPOCH$"
        r"|BUILDKIT_|DOCKER_|DEBIAN_FRONTEND$|GO|CGO|npm_|NPM_|NODE_|PIP_|UV_|POETRY_|PYTHON|CARGO_|RUST|MAVEN_|GRADLE_"
        r"|JAVA_|LC_|LANG|TZ$|TERM$|APT_|DPKG_|LD_|CC$|CXX$|C\w*FLAGS$|.*CACHE_?(?:BUST|DATE)",
        re.IGNORECASE,
    )
