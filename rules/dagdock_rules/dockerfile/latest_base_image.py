from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Related, Stage, rule

from ._base_image import argument_behind


@rule(
    "DF102",
    severity="warning",
    since="0.1",
    lessons=["L08"],
    aliases=[
        "hadolint:DL3007",
        "trivy:DS-0001",
        "checkov:CKV_DOCKER_7",
        "kics:image-version-using-latest",
        "sonar:S6596",
        "semgrep:avoid-latest-version",
    ],
    tags=["reproducible"],
    bad=[
        Bad("FROM «debian:latest»\n"),
        Bad("ARG TAG=latest\nFROM «debian:$TAG»\n"),
    ],
    good=["FROM debian:12.8-slim\n", "ARG TAG\nFROM debian:$TAG\n"],
)
def latest_base_image(stage: Stage) -> Problems:
    """A base image is taken at its tag `latest`.

    `latest` is a label that moves with every release, the next major version included. The same Dockerfile then gives
    another image tomorrow, and the day it breaks nothing in your repository has changed. Name the version that you
    tested with, such as `python:3.12-slim`.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """
    word = stage.image_word
    if word is None or stage.parent:
        return
    # A variable before the tag leaves the image unknown, and its tag plain to see.
    is_latest = stage.image.tag == "latest" if stage.image else word.raw.endswith(":latest")
    if is_latest and not (stage.image and stage.image.digest):
        argument = argument_behind(stage)
        yield Problem(
            word,
            f"`{stage.base or word.value}` moves with every release, so a build can break though nothing changed here. "
            "Name the version that you tested",
            related=[Related(argument, "the default is set here")] if argument else (),
        )
