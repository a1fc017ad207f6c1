from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF015",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dockerfile-utils:INVALID_REFERENCE_FORMAT"],
    tags=["syntax"],
    bad=[
        Bad("FROM «Alpine:3.20»\n"),
        Bad("FROM «alpine:»\n"),
    ],
    good=[
        "FROM registry.example.com:5000/team/app:1.2\n",
        "ARG TAG\nFROM alpine:$TAG\n",
        "FROM REPLACE-ME\n",
    ],
)
def invalid_image_reference(file: Dockerfile) -> Problems:
    """An image name is not one that Docker can read.

    An image is `registry/path/name:tag@digest`; the path is lower case, and a tag has letters, digits, `_`, `.` and
    `-`. Docker refuses anything else before it looks for the image.

    https://docs.docker.com/reference/dockerfile/#from
    """
    for problem in faults(file, "invalid-image-reference"):
        if not _is_to_be_replaced(problem.span.text):
            yield problem


def _is_to_be_replaced(name: str) -> bool:
    """Whether a script puts the real name in before the build: `REPLACE-ME`, `BASE_IMAGE`."""
    words = name.replace("-", "_").split("_")
    return len(words) > 1 and all(word.isalnum() and word.isupper() for word in words)
