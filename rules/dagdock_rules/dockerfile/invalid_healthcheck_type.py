from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF009",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L11"],
    aliases=["dockerfile-utils:UNKNOWN_TYPE", "dockerfile-utils:HEALTHCHECK_CMD_ARGUMENT_MISSING"],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\nHEALTHCHECK «wget» -q localhost\n"),
        Bad("FROM alpine:3.20\n«HEALTHCHECK CMD»\n"),
    ],
    good=[
        "FROM alpine:3.20\nHEALTHCHECK CMD wget -q localhost\n",
    ],
)
def invalid_healthcheck_type(file: Dockerfile) -> Problems:
    """HEALTHCHECK is followed by neither `CMD` with a command nor `NONE`.

    Docker refuses the file. A check is written `HEALTHCHECK CMD command`; `HEALTHCHECK NONE` switches off the check
    that the base image brings.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """
    yield from faults(file, "invalid-healthcheck-type")
