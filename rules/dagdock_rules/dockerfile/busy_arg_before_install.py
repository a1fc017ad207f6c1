from __future__ import annotations

import re
from functools import cache

from dagdock.api import (
    Arg,
    Bad,
    Env,
    Fix,
    Instruction,
    Label,
    Pair,
    PairsInstruction,
    Problem,
    Problems,
    Related,
    Run,
    Stage,
    rule,
)

from ..packages import installs
from ._layers import named, rebuilt_by_argument, rebuilt_lines
from ._manifests import manifests_of
from ._moves import move_above

# What stands for "nothing yet" in an ARG that the build is to fill in.
EMPTY = frozenset(("", "unknown", "none", "dev", "local", "head", "main", "master", "n/a", "na", "0", "unset", "dirty"))


@rule(
    "DF205",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L01", "L02"],
    tags=["cache"],
    bad=[
        Bad(
            "FROM python:3.12-slim\nARG «GIT_COMMIT»\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
            "LABEL revision=$GIT_COMMIT\n",
            fixed="FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
            "ARG GIT_COMMIT\nLABEL revision=$GIT_COMMIT\n",
        ),
        Bad(
            'FROM node:22-slim\nARG «BUILD_DATE»\nENV BUILD_DATE=$BUILD_DATE\nRUN npm ci\nCMD ["node", "app.js"]\n',
        ),
    ],
    good=[
        "FROM python:3.12-slim\nRUN pip install flask==3.0.3\nARG GIT_COMMIT\nLABEL revision=$GIT_COMMIT\n",
        "FROM debian:12\nARG CACHEBUST=1\nRUN apt-get update && apt-get install -y curl\n",
        "FROM debian:12\nARG TINI_SHA=93dcc18adc78c65a028a84799ecf8ad40c936fdfc5f2a57b1acda5a8117fa82c\n"
        "RUN apt-get update && apt-get install -y curl\n",
    ],
)
def busy_arg_before_install(stage: Stage) -> Problems:
    """An ARG or ENV that is different in each build stands above an installation.

    Every RUN below it has it in its environment, used or not, and Docker takes the result of an earlier build only as
    long as the value is the same. With the commit or the time of the build above them, all packages are installed
    anew for each commit. Declare such an ARG where it is first needed, as far down as possible.

    https://docs.docker.com/reference/dockerfile/#impact-on-build-caching
    """
    for step in (*stage.all_of(Arg), *stage.all_of(Env)):
        for pair in step.pairs:
            if _is_busy(pair, stage) if isinstance(step, Arg) else _is_busy_constant(pair):
                problem = _problem(step, pair, stage)
                if problem:
                    yield problem


def _problem(setter: PairsInstruction, pair: Pair, stage: Stage) -> Problem | None:
    name = str(pair.key)
    below = [step for step in stage.instructions if step.index > setter.index]
    names = _names_for(name, below)
    first = next((step for step in below if _uses(step, names)), None)
    for step in below:
        if step is first:
            return None  # from here on it is needed
        if isinstance(step, Run) and (command := _installation(step)):
            rebuilt = rebuilt_by_argument(stage, name) if isinstance(setter, Arg) else rebuilt_lines(setter)
            lines = [line for line in rebuilt if line >= step.span.line]
            if not lines:
                return None
            label = _last_label(below, names)
            target = first or label
            where = f"Move it down to line {target.span.line}, where it is used" if target else _end(stage, names)
            if target is not None and target.index < step.index:
                where = f"Move it below line {step.span.line}, and what uses it too"
            return Problem(
                pair,
                f"each new value of `{name}` rebuilds {named(lines)}, and so runs `{command}` again: a RUN has every "
                f"{setter.name} above it in its environment. {where}",
                related=[Related(step.keyword, "this runs again for each value")],
                fix=_fix(setter, target, step, names),
            )
    return None


def _end(stage: Stage, names: set[str]) -> str:
    """Where it goes that no step names: below the last installation, as steps behind that may read it unnamed."""
    runs = stage.all_of(Run)
    last = next((run for run in reversed(runs) if _installation(run)), None)
    where = f"Move it below line {last.span.line}" if last and last is not runs[-1] else "Move it to the end"
    return where + (", and the ENV that takes it too" if len(names) > 1 else "")


def _is_busy(pair: Pair, stage: Stage) -> bool:
    """Whether the name says that each build has another value, and no default says that it is a pinned one."""
    name = str(pair.key)
    default = pair.value.literal if pair.value is not None else ""
    if _date_name().search(name):
        return default is not None
    if default is None or default.lower() not in EMPTY:
        return False
    if _busy_name().search(name):
        return True
    # A version without a default that only labels and the running program want.
    if name.upper() not in ("VERSION", "APP_VERSION", "IMAGE_VERSION"):
        return False
    below = [step for step in stage.instructions if step.index > 0]
    passed_on = any(isinstance(step, (Label, Env)) and name in step.body.text for step in below)
    return passed_on and not any(_uses(step, _names_for(name, below)) for step in below)


def _is_busy_constant(pair: Pair) -> bool:
    """Whether an ENV holds what somebody writes anew for each build."""
    name, value = str(pair.key), pair.value.literal if pair.value is not None else None
    if not value or value.lower() in EMPTY:
        return False
    return bool(_date_name().search(name) or _busy_name().search(name))


def _names_for(name: str, below: list[Instruction]) -> set[str]:
    """The name and those of the ENVs that pass it on."""
    names = {name}
    for step in below:
        if isinstance(step, Env):
            for pair in step.pairs:
                if pair.value and any(str(variable.name) in names for variable in pair.value.variables):
                    names.add(str(pair.key))
    return names


def _uses(step: Instruction, names: set[str]) -> bool:
    """Whether a step that builds something names one of the variables."""
    if isinstance(step, (Label, Env, Arg)) or step.name in ("CMD", "ENTRYPOINT", "FROM", "EXPOSE", "HEALTHCHECK"):
        return False
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", step.span.text) for name in names)


def _installation(run: Run) -> str:
    """How to call what a RUN installs; empty where it installs nothing."""
    manifest = next(manifests_of(run), None)
    if manifest is not None:
        return manifest.command
    call = next((call for call in installs(run.script) if call.packages), None)
    return f"{call.manager} {call.verb}".strip() if call else ""


def _last_label(below: list[Instruction], names: set[str]) -> Instruction | None:
    """The first LABEL that uses it."""
    return next((step for step in below if isinstance(step, Label) and any(n in step.body.text for n in names)), None)


def _fix(setter: PairsInstruction, target: Instruction | None, install: Run, names: set[str]) -> Fix | None:
    if target is None or target.index < install.index or len(setter.pairs) > 1 or len(names) > 1:
        return None
    return Fix(f"Move the {setter.name} down to where it is used", move_above(setter, target), "unsafe")


@cache
def _busy_name() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|_)(?:(?:GIT|VCS|SOURCE|CI|BUILD|APP|HEAD)_)?(?:COMMIT(?:_?(?:SHA|HASH|ID|REF|SHORT_SHA|DATE|TIME))?"
        r"|REVISION)$"
        r"|(?:^|_)(?:GIT|VCS|CI|SOURCE|BUILD)_?(?:SHA1?|HASH|REF|REV|DESCRIBE)$|^SHA$"
        r"|^(?:GITHUB|CIRCLE|SHORT|HEAD)_SHA1?$|^BUILD_SOURCEVERSION$",
        re.IGNORECASE,
    )


@cache
def _date_name() -> re.Pattern[str]:
    """Names whose value is another one in each build, whatever the default."""
    return re.compile(
        r"(?:^|_)BUILD_?(?:DATE|TIME|TIMESTAMP|NUMBER|NUM|ID|COUNTER)$|(?:^|_)TIMESTAMP$"
        # What the services that build give each run.
        r"|^(?:CI|GITHUB|GITLAB|CIRCLE|BUILDKITE|DRONE|JENKINS|TRAVIS|BITBUCKET|AZURE|TEAMCITY|WOODPECKER|SEMAPHORE)_"
        r"(?:CI_)?(?:PIPELINE|WORKFLOW|BUILD|JOB|RUN)_?I?(?:ID|NUMBER|NUM|ATTEMPT)$|^BUILD_BUILD(?:ID|NUMBER)$",
        re.IGNORECASE,
    )
