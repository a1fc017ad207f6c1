from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, rule


@rule(
    "DF108",
    severity="info",
    since="0.1",
    default=False,
    aliases=["hadolint:DL3029", "kics:using-platform-flag", "semgrep:avoid-platform-with-from"],
    bad=[
        Bad("ARG PLATFORM=linux/arm64\nFROM «--platform=$PLATFORM» alpine:3.20\n"),
        Bad("FROM «--platform=linux/amd64» alpine:3.20 AS build_amd64\n"),
    ],
    good=["FROM --platform=$BUILDPLATFORM golang:1.23 AS build\nFROM alpine:3.20\n"],
)
def platform_in_from(stage: Stage) -> Problems:
    """A stage names its platform in any way but by `$BUILDPLATFORM`.

    `constant-platform` speaks of stages that are tied to one platform without saying so. This rule is for teams that
    build each image for several platforms and want no stage to choose for itself, be it by a variable of its own.

    https://docs.docker.com/build/building/multi-platform/
    """
    flag = stage.from_instruction.platform if stage.from_instruction else None
    platform = stage.platform
    if flag is None or platform is None:
        return
    names = {str(variable.name) for variable in platform.variables}
    if names & {"BUILDPLATFORM", "TARGETPLATFORM"} or (not names and not _says_so(stage, platform.literal or "")):
        return
    yield Problem(
        flag,
        f"this stage chooses its own platform, `{platform.value}`, whatever the build is for. Leave the flag out, or "
        "write `$BUILDPLATFORM` for a stage that only compiles",
    )


def _says_so(stage: Stage, platform: str) -> bool:
    """Whether the stage is named after its platform, which `constant-platform` takes for an answer."""
    return any(part and part.lower() in (stage.name or "").lower() for part in platform.split("/")[:2])
