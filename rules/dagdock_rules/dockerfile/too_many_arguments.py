from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF003",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dockerfile-utils:ARGUMENT_EXTRA", "dockerfile-utils:INVALID_AS"],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20 «build»\n"),
        Bad("FROM alpine:3.20\nHEALTHCHECK NONE «--interval=5s»\n"),
    ],
    good=[
        "FROM alpine:3.20 AS build\nHEALTHCHECK NONE\n",
    ],
)
def too_many_arguments(file: Dockerfile) -> Problems:
    """An instruction has more arguments than it can take.

    Docker refuses the file. `FROM` is one image, or an image with `AS` and a name; `HEALTHCHECK NONE` stands alone.

    https://docs.docker.com/reference/dockerfile/#from
    """
    yield from faults(file, "too-many-arguments")
