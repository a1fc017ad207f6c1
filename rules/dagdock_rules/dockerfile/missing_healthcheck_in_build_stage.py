from __future__ import annotations

from dagdock.api import Bad, Healthcheck, Problem, Problems, Stage, rule


@rule(
    "DF635",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L11"],
    aliases=["hadolint:DL3057"],
    bad=[Bad("«FROM golang:1.23 AS build»\nFROM alpine:3.20\nHEALTHCHECK CMD wget -qO- localhost || exit 1\n")],
    good=["FROM golang:1.23 AS build\nHEALTHCHECK NONE\nFROM alpine:3.20\nHEALTHCHECK NONE\n"],
)
def missing_healthcheck_in_build_stage(stage: Stage) -> Problems:
    """A stage that is not the final one has no HEALTHCHECK.

    Such a stage runs as a container only when somebody builds it with `--target`, so this is for files whose stages are
    images of their own. `missing-healthcheck` judges the final image.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """
    if not stage.is_final and stage.from_instruction and stage.last(Healthcheck) is None:
        yield Problem(
            stage.from_instruction,
            "an image that is built of this stage does not say how to find out whether its program works. Add a "
            "HEALTHCHECK, or `HEALTHCHECK NONE`",
        )
