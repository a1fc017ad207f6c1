from __future__ import annotations

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Stage, rule

from ._stage_names import uses


@rule(
    "DF114",
    severity="info",
    since="0.1",
    precision="very-high",
    fix="safe",
    aliases=["buildkit:StageNameCasing"],
    tags=["style"],
    bad=[
        Bad(
            "FROM golang:1.23 AS «Build»\nFROM alpine:3.20\nCOPY --from=Build /app /app\n",
            fixed="FROM golang:1.23 AS build\nFROM alpine:3.20\nCOPY --from=build /app /app\n",
        ),
    ],
    good=["FROM golang:1.23 AS build-web\n"],
)
def stage_name_casing(stage: Stage) -> Problems:
    """The name of a stage has capital letters.

    Docker turns all names of stages into lower case. A name that is written so from the start looks the same in the
    file, in the messages of the build and behind `--target`.

    https://docs.docker.com/reference/build-checks/stage-name-casing/
    """
    name = stage.name
    if not name or name == name.lower():
        return
    lower = name.lower()
    places = [place for place in uses(stage) if place.span.text.lower() == lower]
    yield Problem(
        name,
        f"Docker knows this stage as `{lower}`. Write its name in lower case",
        fix=Fix(f"Write `{lower}`", [Edit(place, lower) for place in (name, *places)]),
    )
