from __future__ import annotations

import re
from functools import cache

from dagdock.api import Arg, Bad, Fix, Instruction, Pair, Problem, Problems, Run, Stage, rule

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
    for pair in arg.pairs:
        name = str(pair.key)
        if not re.fullmatch(r"\w+", name) or _is_for_tools(name):
            continue
        if not _is_used(name, pair, arg):
            yield Problem(
                pair,
                f"nothing uses `{name}`. Delete it, or use it as `${{{name}}}`",
                fix=Fix.delete_lines("Delete this ARG", arg, "unsafe") if _stands_alone(name, arg) else None,
            )


def _stands_alone(name: str, arg: Arg) -> bool:
    """Whether the line holds nothing else, and no other line declares the name."""
    declared = [pair for step in arg.dockerfile.instructions if isinstance(step, Arg) for pair in step.pairs]
    return len(arg.pairs) == 1 and sum(pair.key == name for pair in declared) == 1


def _is_used(name: str, pair: Pair, arg: Arg) -> bool:
    """Whether an instruction in the ARG's reach names it, or runs a program that may read it."""
    reach = _reach(arg)
    for step in reach:
        if step is arg:
            rest = step.body.text.replace(pair.span.text, "", 1)
            if _names(name, rest):
                return True
        elif _names(name, step.span.text):
            return True
    return arg.stage is not None and any(isinstance(step, Run) and not _is_deaf(step) for step in reach)


def _names(name: str, text: str) -> bool:
    return name in text and re.search(rf"(?<!\w){name}(?!\w)", text) is not None


def _reach(arg: Arg) -> list[Instruction]:
    """The instructions that can see an ARG: the rest of its stage and the stages built on it; all for a global one."""
    steps = arg.dockerfile.instructions
    if arg.stage is None:
        return steps
    found = [step for step in arg.stage.instructions if step.index >= arg.index]
    for later in arg.dockerfile.stages[arg.stage.index + 1 :]:
        if _is_built_on(later, arg.stage):
            found += later.instructions
    return found


def _is_built_on(stage: Stage, other: Stage) -> bool:
    return any(part is other for part in stage.chain())


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
