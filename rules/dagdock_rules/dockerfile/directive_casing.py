from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Fix, Problem, Problems, rule


@rule(
    "DF808",
    severity="info",
    since="0.1",
    precision="very-high",
    fix="safe",
    aliases=["dockerfile-utils:CASING_DIRECTIVE"],
    tags=["style"],
    bad=[
        Bad(
            "# «Syntax»=docker/dockerfile:1\nFROM alpine:3.20\n",
            fixed="# syntax=docker/dockerfile:1\nFROM alpine:3.20\n",
        ),
    ],
    good=["# syntax=docker/dockerfile:1\nFROM alpine:3.20\n"],
)
def directive_casing(file: Dockerfile) -> Problems:
    """A parser directive has capital letters.

    Docker reads it all the same. By convention directives are written in lower case, so that they are told from
    ordinary comments at a glance; some tools know them only so.

    https://docs.docker.com/reference/dockerfile/#parser-directives
    """
    for directive in file.directives:
        written = directive.name.span.text
        if written != directive.name:
            yield Problem(
                directive.name,
                f"directives are written in lower case. Write `{directive.name}`",
                fix=Fix.replace(f"Write `{directive.name}`", directive.name, str(directive.name)),
            )
