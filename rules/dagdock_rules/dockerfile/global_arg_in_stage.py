from __future__ import annotations

from dagdock.api import (
    Bad,
    Dockerfile,
    Fix,
    Located,
    Pair,
    Problem,
    Problems,
    Related,
    Stage,
    remembered,
    rule,
)

from ._base_image import is_set_by_base
from ._variables import reads


@rule(
    "DF608",
    severity="error",
    since="0.1",
    fix="safe",
    lessons=["L09"],
    aliases=["sonar:S6579", "buildkit:UndefinedVar"],
    bad=[
        Bad(
            "ARG APP_VERSION=1.4\nFROM alpine:3.20\nRUN wget https://example.com/app-«$APP_VERSION».tar.gz\n",
            fixed="ARG APP_VERSION=1.4\nFROM alpine:3.20\nARG APP_VERSION\n"
            "RUN wget https://example.com/app-$APP_VERSION.tar.gz\n",
        ),
        Bad(
            "ARG HOME_DIR=/srv\nFROM alpine:3.20\nWORKDIR «$HOME_DIR»\n",
            fixed="ARG HOME_DIR=/srv\nFROM alpine:3.20\nARG HOME_DIR\nWORKDIR $HOME_DIR\n",
        ),
    ],
    good=[
        "ARG VERSION=1.4\nFROM alpine:3.20\nARG VERSION\nRUN wget https://example.com/app-$VERSION.tar.gz\n",
        "ARG VERSION=3.20\nFROM alpine:$VERSION\nRUN VERSION=1 && echo $VERSION\n",
        "ARG PYTHON_VERSION=3.12\nFROM python:$PYTHON_VERSION\nRUN echo $PYTHON_VERSION\n",
    ],
)
def global_arg_in_stage(stage: Stage) -> Problems:
    """An ARG from above the first FROM is used in a stage that does not declare it.

    An ARG above the first FROM belongs to the FROM lines only. Inside a stage it is empty, without any message: a
    version number vanishes from an address, a folder becomes `/`. Repeat the name in the stage, `ARG NAME` without a
    value, to let the value in.

    https://docs.docker.com/build/building/variables/#scoping
    """
    declared = _declared(stage.dockerfile)
    if not declared or stage.from_instruction is None:
        return
    text = stage.span.text[len(stage.from_instruction.span.text) :]
    if not any(name in text for name in declared):
        return
    told: set[str] = set()
    for instruction in stage.instructions[1:]:
        for name, place in reads(instruction):
            if name not in declared or name in told or name in stage.scope_at(instruction):
                continue
            if not is_set_by_base(name, stage):
                told.add(name)
                yield _problem(stage, declared[name], name, place)


@remembered
def _declared(file: Dockerfile) -> dict[str, Pair]:
    """The ARGs above the first FROM."""
    return {str(pair.key): pair for argument in file.global_args for pair in argument.pairs}


def _problem(stage: Stage, pair: Pair, name: str, place: Located) -> Problem:
    assert stage.from_instruction
    return Problem(
        place,
        f"`{name}` is empty here: an ARG above the first FROM is not known inside a stage. "
        f"Add `ARG {name}` to this stage",
        related=[Related(pair, "declared here, for FROM lines only")],
        fix=Fix.insert_line_after(
            f"Declare `ARG {name}` in this stage",
            stage.from_instruction,
            f"{'ARG' if stage.from_instruction.keyword.isupper() else 'arg'} {name}",
        ),
    )
