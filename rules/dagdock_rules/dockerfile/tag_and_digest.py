from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, rule


@rule(
    "DF104",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L08"],
    aliases=["sonar:S8431"],
    bad=[Bad("FROM «python:3.12-slim@sha256:" + "a1" * 32 + "»\n")],
    good=["FROM python:3.12-slim\n", "FROM python@sha256:" + "a1" * 32 + "\n"],
)
def tag_and_digest(stage: Stage) -> Problems:
    """A base image is named by a tag and a digest at once.

    Docker goes by the digest and does not look at the tag, so the two can disagree and nobody is told. Most tools
    that update images want both, for the tag says to people and to them what the digest is of: turn this rule on
    only where the tag is kept elsewhere.

    https://docs.docker.com/reference/cli/docker/image/pull/#pull-an-image-by-digest-immutable-identifier
    """
    image = stage.image
    if image and image.tag and image.digest and stage.image_word:
        yield Problem(
            stage.image_word,
            f"Docker takes the image by its digest and ignores the tag `{image.tag}`, which may say something else. "
            "Keep one of them",
        )
