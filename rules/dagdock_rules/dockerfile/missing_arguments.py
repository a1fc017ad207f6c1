from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF002",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dockerfile-utils:ARGUMENT_MISSING"],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\n«COPY app.py»\n"),
        Bad("FROM alpine:3.20\n«EXPOSE»\n"),
    ],
    good=[
        "FROM alpine:3.20\nCOPY app.py /srv/\nCMD []\n",
    ],
)
def missing_arguments(file: Dockerfile) -> Problems:
    """An instruction has too few arguments.

    Docker refuses the file: `COPY` and `ADD` need a source and a destination, `ENV` a name with a value, most others at
    least one word.

    https://docs.docker.com/reference/dockerfile/
    """
    yield from faults(file, "missing-arguments")
