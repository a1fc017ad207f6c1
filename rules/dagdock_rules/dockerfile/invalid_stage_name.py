from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, rule


@rule(
    "DF113",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dockerfile-utils:INVALID_BUILD_STAGE_NAME"],
    tags=["syntax"],
    bad=[Bad("FROM alpine:3.20 AS «2nd»\n"), Bad("FROM alpine:3.20 AS «build/web»\n")],
    good=["FROM alpine:3.20 AS build-web_2.0\n"],
)
def invalid_stage_name(stage: Stage) -> Problems:
    """The name of a stage is not one that Docker takes.

    A name begins with a letter; letters, digits, `-`, `_` and `.` may follow. Docker puts no variables into it, and
    refuses anything else.

    https://docs.docker.com/reference/dockerfile/#from
    """
    import re

    name = stage.name
    if not name or re.fullmatch(r"[a-z][a-z0-9_.-]*", name.lower()) or name.startswith(("{{", "{%", "<%")):
        return
    if "$" in name:
        why = "no variables are put in here. Write the name out"
    elif not name[0].isalpha() or not name[0].isascii():
        why = "it has to begin with a letter"
    else:
        why = "only letters, digits, `-`, `_` and `.` may stand in it"
    yield Problem(name, f"`{name}` is no name for a stage, so Docker stops here: {why}")
