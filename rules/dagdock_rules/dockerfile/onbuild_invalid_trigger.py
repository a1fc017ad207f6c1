from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF017",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=[
        "hadolint:DL3043",
        "dockerfile-utils:ONBUILD_CHAINING_DISALLOWED",
        "dockerfile-utils:ONBUILD_TRIGGER_DISALLOWED",
    ],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\nONBUILD «FROM» alpine:3.20\n"),
    ],
    good=[
        "FROM alpine:3.20\nONBUILD COPY . /srv\n",
    ],
)
def onbuild_invalid_trigger(file: Dockerfile) -> Problems:
    """ONBUILD is followed by FROM, MAINTAINER or another ONBUILD.

    ONBUILD keeps an instruction for the builds that start from this image. These three cannot be kept, and Docker
    refuses the file.

    https://docs.docker.com/reference/dockerfile/#onbuild
    """
    yield from faults(file, "onbuild-invalid-trigger")
