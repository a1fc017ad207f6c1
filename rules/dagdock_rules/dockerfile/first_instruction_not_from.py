from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF016",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["hadolint:DL3061", "dockerfile-utils:NO_SOURCE_IMAGE"],
    tags=["syntax"],
    bad=[
        Bad("«RUN» apk add curl\nFROM alpine:3.20\n"),
    ],
    good=[
        "ARG VERSION=3.20\nFROM alpine:$VERSION\n",
    ],
)
def first_instruction_not_from(file: Dockerfile) -> Problems:
    """Something other than ARG stands before the first FROM, or there is no FROM at all.

    A build begins with an image, which `FROM` names. Only `ARG`, for variables that `FROM` lines use, and comments may
    stand before it; Docker refuses the file otherwise.

    https://docs.docker.com/reference/dockerfile/#from
    """
    yield from faults(file, "first-instruction-not-from")
