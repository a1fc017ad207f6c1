from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF008",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L11"],
    aliases=["dockerfile-utils:FLAG_INVALID_DURATION"],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\nHEALTHCHECK --interval=«30» CMD wget -q localhost\n"),
    ],
    good=[
        "FROM alpine:3.20\nHEALTHCHECK --interval=30s --timeout=1m30s --retries=3 CMD wget -q localhost\n",
    ],
)
def invalid_healthcheck_option(file: Dockerfile) -> Problems:
    """An option of HEALTHCHECK has a value that Docker cannot read.

    Times need a unit (`30s`, `1m30s`) and are at least one millisecond; `--retries` is a whole number. `0` asks for the
    default.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """
    yield from faults(file, "invalid-healthcheck-option")
