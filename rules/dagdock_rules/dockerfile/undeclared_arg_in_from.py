from __future__ import annotations

from dagdock.api import Arg, Bad, Fix, Problem, Problems, Related, Stage, Variable, nearest, rule

from ._variables import WITH_DEFAULT


@rule(
    "DF109",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    lessons=["L09"],
    aliases=["buildkit:UndefinedArgInFrom", "dockerfile-utils:BASE_NAME_EMPTY"],
    bad=[
        Bad(
            "ARG PYTHON_VERSION=3.12\nFROM python:«$PYTHON_VERSON»\n",
            fixed="ARG PYTHON_VERSION=3.12\nFROM python:$PYTHON_VERSION\n",
        ),
        Bad("FROM golang:1.23 AS build\nARG TAG=3.20\nFROM alpine:«${TAG}»\n"),
    ],
    good=[
        "ARG TAG=3.20\nFROM alpine:$TAG\n",
        "FROM --platform=$BUILDPLATFORM alpine:3.20\n",
        "FROM alpine:${TAG:-3.20}\n",
    ],
)
def undeclared_arg_in_from(stage: Stage) -> Problems:
    """FROM uses a variable that no ARG above the first FROM declares.

    FROM knows only the ARGs that stand before the first FROM of the file; those inside a stage end with it. Any other
    variable is empty here, even where `--build-arg` gives it, so the image is another one or has no name at all.

    https://docs.docker.com/reference/build-checks/undefined-arg-in-from/
    """
    scope = stage.dockerfile.global_scope
    for word in (stage.image_word, stage.platform):
        for part in word.parts if word else ():
            if (
                isinstance(part, Variable)
                and part.name
                and part.modifier not in WITH_DEFAULT
                and part.name not in scope
            ):
                yield _problem(stage, part, scope.names())


def _problem(stage: Stage, variable: Variable, known: set[str]) -> Problem:
    name = str(variable.name)
    below = [
        pair
        for instruction in stage.dockerfile.instructions
        if isinstance(instruction, Arg) and instruction.stage
        for pair in instruction.pairs
        if pair.key == name
    ]
    if below:
        return Problem(
            variable,
            f"`{name}` is empty here: its ARG stands inside a stage, and FROM knows only those above the first FROM. "
            "Move or repeat it there",
            related=[Related(below[0], "this ARG is for its own stage only")],
        )
    close = nearest(name, [each for each in known if each.isidentifier()])
    return Problem(
        variable,
        f"`{name}` is empty here: no ARG above the first FROM declares it. "
        + (f"Did you mean `{close}`?" if close else f"Add `ARG {name}=…` there"),
        fix=Fix.replace(f"Write `{close}`", variable.name, close, "unsafe") if close else None,
    )
