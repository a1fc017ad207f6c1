from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF005",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dockerfile-utils:FLAG_DUPLICATE"],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\nCOPY --chown=app «--chown=root» app.py /srv/\n"),
    ],
    good=[
        "FROM alpine:3.20\nRUN --mount=type=cache,target=/a --mount=type=cache,target=/b true\n",
    ],
)
def duplicate_flag(file: Dockerfile) -> Problems:
    """A flag is given twice although the instruction takes it once.

    Docker refuses the file, since it cannot know which of the two values is meant. `--mount`, `--exclude` and
    `--device` may be repeated.

    https://docs.docker.com/reference/dockerfile/
    """
    yield from faults(file, "duplicate-flag", related="given here first")
