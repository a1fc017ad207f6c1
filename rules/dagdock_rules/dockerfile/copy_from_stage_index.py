from __future__ import annotations

from dagdock.api import Bad, Copy, Edit, Fix, Problem, Problems, Stage, Text, rule

from ._stage_names import is_number, stage_names


@rule(
    "DF119",
    severity="info",
    since="0.1",
    default=False,
    fix="unsafe",
    aliases=["kics:using-unnamed-build-stages"],
    bad=[
        Bad(
            "FROM golang:1.23 AS build\nFROM alpine:3.20\nCOPY --from=«0» /app /app\n",
            fixed="FROM golang:1.23 AS build\nFROM alpine:3.20\nCOPY --from=build /app /app\n",
        ),
        Bad(
            "FROM golang:1.23\nFROM alpine:3.20\nCOPY --from=«0» /app /app\n",
            fixed="FROM golang:1.23 AS stage-0\nFROM alpine:3.20\nCOPY --from=stage-0 /app /app\n",
        ),
    ],
    good=["FROM golang:1.23 AS build\nFROM alpine:3.20\nCOPY --from=build /app /app\n"],
)
def copy_from_stage_index(copy: Copy) -> Problems:
    """A stage is copied from by its number.

    Stages count from 0 in the order of the file. Whoever puts a stage above makes the number mean another one, and
    nothing says so until files are missing. A name stays right.

    https://docs.docker.com/build/building/multi-stage/#name-your-build-stages
    """
    number = copy.from_.value if copy.from_ else None
    stage = copy.from_stage
    if number is None or stage is None or not is_number(number) or copy.onbuild is not None:
        return
    yield Problem(
        number,
        f"`{number}` is another stage as soon as one is added above. "
        + (f"Write its name, `{stage.name}`" if stage.name else "Give that stage a name with `AS`, and write the name"),
        fix=_fix(number, stage),
    )


def _fix(number: Text, stage: Stage) -> Fix | None:
    first = stage.from_instruction
    if stage.name:
        if sum(name.lower() == stage.name.lower() for name in stage_names(stage.dockerfile)) > 1:
            return None
        return Fix.replace(f"Write `{stage.name}`", number, str(stage.name), "unsafe")
    if first is None or len(first.words) != 1:
        return None
    name = f"stage-{stage.index}"
    keyword = "AS" if first.keyword.isupper() else "as"
    last = first.words[0].span
    edits = [Edit(last.source.span(last.end, last.end), f" {keyword} {name}"), Edit(number, name)]
    return Fix(f"Call the stage `{name}`", edits, "unsafe")
