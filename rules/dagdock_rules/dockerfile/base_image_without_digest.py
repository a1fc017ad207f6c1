from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, rule

from ._base_image import is_to_be_given

DIGEST = "sha256:" + "a1" * 32


@rule(
    "DF103",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L08"],
    aliases=["sonar:S7023", "semgrep:dockerfile-source-not-pinned"],
    tags=["reproducible", "security"],
    bad=[
        Bad("FROM «python:3.12-slim»\n"),
        Bad("ARG TAG=3.20\nFROM «alpine:$TAG»\n"),
    ],
    good=[
        f"FROM python:3.12-slim@{DIGEST}\n",
        "FROM golang:1.23@sha256:" + "b2" * 32 + " AS build\nFROM build\n",
        "ARG DIGEST\nFROM alpine:3.20${DIGEST:+@$DIGEST}\n",
        "FROM scratch\n",
    ],
)
def base_image_without_digest(stage: Stage) -> Problems:
    """A base image is named without its digest.

    A tag is a label that its owner may put on another image at any time, and `3.12-slim` gets a new one with each
    security update. Only a digest names one exact image for ever. This is for teams whose updates of base images
    are commits of their own, made by a tool such as Renovate or Dependabot.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """
    image = stage.image
    if stage.is_scratch or stage.image_word is None or image is None or image.digest or is_to_be_given(stage):
        return
    yield Problem(
        stage.image_word,
        f"`{stage.base}` may be another image at the next build. Add the digest of the one that you tested, "
        "`@sha256:…`, as `docker buildx imagetools inspect` shows it",
    )
