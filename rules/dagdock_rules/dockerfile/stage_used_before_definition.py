from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF020",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["hadolint:DL3022"],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\nCOPY --from=«build» /app /app\nFROM golang:1.23 AS build\nRUN go build -o /app\n"),
    ],
    good=[
        "FROM golang:1.23 AS build\nRUN go build -o /app\nFROM alpine:3.20\nCOPY --from=build /app /app\n",
    ],
)
def stage_used_before_definition(file: Dockerfile) -> Problems:
    """A stage is used that only comes later in the file.

    Stages are built from top to bottom, so `COPY --from` and `--mount=from=` can only use stages above. Docker
    refuses the file; move the stage up.

    https://docs.docker.com/build/building/multi-stage/
    """
    yield from faults(file, "stage-used-before-definition", related="the stage is defined here")
