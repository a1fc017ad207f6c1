from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, rule

from ._platforms import without_platform


@rule(
    "DF106",
    severity="info",
    since="0.1",
    fix="unsafe",
    aliases=[
        "hadolint:DL3029",
        "buildkit:FromPlatformFlagConstDisallowed",
        "kics:using-platform-flag",
        "semgrep:avoid-platform-with-from",
    ],
    bad=[Bad("FROM «--platform=linux/amd64» python:3.12-slim\n", fixed="FROM python:3.12-slim\n")],
    good=[
        "FROM --platform=$BUILDPLATFORM golang:1.23 AS build\nFROM alpine:3.20\nCOPY --from=build /app /app\n",
        "FROM --platform=linux/amd64 alpine:3.20 AS build_amd64\n",
        "ARG PLATFORM=linux/arm64\nFROM --platform=$PLATFORM alpine:3.20\n",
    ],
)
def constant_platform(stage: Stage) -> Problems:
    """A stage is tied to one platform.

    With `--platform=linux/amd64` the image is for that processor wherever it is built: on a Mac or an ARM server it
    runs under emulation, slowly or not at all, and `docker build --platform` cannot change it. Leave the choice to the
    build. Where one stage has to be of a platform, name the stage after it: `AS build_amd64`.

    https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/
    """
    flag = stage.from_instruction.platform if stage.from_instruction else None
    platform = stage.platform
    if flag is None or platform is None or not platform.literal:
        return
    name = (stage.name or "").lower()
    if any(part and part.lower() in name for part in platform.literal.split("/")[:2]):
        return
    yield Problem(
        flag,
        f"this stage is always for `{platform.literal}`, whatever `--platform` a build asks for. Leave the flag out, "
        f"and where that platform is wanted run `docker build --platform {platform.literal}`",
        fix=without_platform(flag, "unsafe"),
    )
