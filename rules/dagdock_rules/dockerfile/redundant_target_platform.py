from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, Variable, rule

from ._platforms import without_platform


@rule(
    "DF107",
    severity="info",
    since="0.1",
    precision="very-high",
    fix="safe",
    aliases=["hadolint:DL3065", "buildkit:RedundantTargetPlatform"],
    bad=[Bad("FROM «--platform=$TARGETPLATFORM» python:3.12-slim\n", fixed="FROM python:3.12-slim\n")],
    good=[
        "FROM --platform=$BUILDPLATFORM golang:1.23 AS build\n",
        "FROM --platform=${TARGETPLATFORM:-linux/arm64} alpine:3.20\n",
    ],
)
def redundant_target_platform(stage: Stage) -> Problems:
    """A stage asks for the platform that it gets anyway.

    The platform of a build is what every FROM takes by itself, so `--platform=$TARGETPLATFORM` says nothing and makes
    the reader look for a reason.

    https://docs.docker.com/reference/build-checks/redundant-target-platform/
    """
    flag = stage.from_instruction.platform if stage.from_instruction else None
    parts = [part for part in stage.platform.parts if isinstance(part, Variable) or part.text] if stage.platform else []
    if flag is None or len(parts) != 1:
        return
    only = parts[0]
    if isinstance(only, Variable) and only.name == "TARGETPLATFORM" and not only.modifier:
        yield Problem(
            flag,
            "FROM takes the target platform by itself, so this flag changes nothing. Leave it out",
            fix=without_platform(flag, "safe"),
        )
