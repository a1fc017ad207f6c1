from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF010",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dockerfile-utils:INVALID_SIGNAL"],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\nSTOPSIGNAL «SIGTREM»\n"),
    ],
    good=[
        "FROM alpine:3.20\nSTOPSIGNAL SIGRTMIN+3\n",
        "FROM alpine:3.20\nARG SIGNAL=SIGINT\nSTOPSIGNAL $SIGNAL\n",
    ],
)
def invalid_stop_signal(file: Dockerfile) -> Problems:
    """STOPSIGNAL names a signal that does not exist.

    The container could not be stopped with it. Signals are given by name (`SIGTERM`, `SIGRTMIN+3`) or by number.

    https://docs.docker.com/reference/dockerfile/#stopsignal
    """
    yield from faults(file, "invalid-stop-signal")
