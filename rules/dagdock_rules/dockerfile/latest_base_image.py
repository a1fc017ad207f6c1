from __future__ import annotations

from dagdock.api import Bad, Pair, Problem, Problems, Project, Related, Stage, parse_image, rule

from ._base_image import argument_behind, version_to_take
from ._build_args import is_always_passed, is_passed_by_script, is_tagged_here
from ._comments import wants_newest
from ._contexts import is_built_beside
from ._end_of_life import end_of
from ._made_for import is_of_the_day
from ._stage_names import named_in


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
        Bad("FROM debian:12\nCOPY --from=«ghcr.io/astral-sh/uv:latest» /uv /bin/\n"),
    ],
    good=["FROM debian:12.8-slim\n", "ARG TAG\nFROM debian:$TAG\n"],
)
def latest_base_image(stage: Stage, project: Project) -> Problems:
    """An image is taken at its tag `latest`.

    `latest` is a label that moves with every release, the next major version included. The same Dockerfile then gives
    another image tomorrow, and the day it breaks nothing in your repository has changed. Name the version that you
    tested with, such as `python:3.12-slim`. The default of an ARG does not count where every Compose service that is
    built from the file gives another value, and nothing is said of images that the project builds itself, or where the
    comment right above says that the newest is meant. It is a hint in a file for nightly images, and where a script
    gives builds a value for the ARG.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """
    yield from _copied(stage)
    word = stage.image_word
    if word is None or stage.parent:
        return
    # A variable before the tag leaves the image unknown, and its tag plain to see.
    is_latest = stage.image.tag == "latest" if stage.image else word.raw.endswith(":latest")
    if is_latest and not (stage.image and stage.image.digest):
        if stage.from_instruction and wants_newest(stage.from_instruction):
            return
        if stage.image and end_of(stage.image, project.today):
            return  # it moves no more: end-of-life-base-image says what to take
        if "latest" in stage.span.source.path.split("/")[-3:-1]:
            return  # a folder for each tag, and this is that of the newest
        argument = argument_behind(stage)
        if argument and is_always_passed(str(argument.key), stage.dockerfile, project):
            return
        if stage.image and is_built_beside(str(stage.base), stage.dockerfile, project):
            return
        if stage.image and is_tagged_here(stage.image, stage.dockerfile, project):
            return
        advice = version_to_take(stage.image.familiar if stage.image else "")
        if advice is None:
            return
        yield Problem(
            word,
            f"`{stage.base or word.value}` moves with every release, so a build can break though nothing changed here. "
            f"{advice}",
            related=[Related(argument, "the default is set here")] if argument else (),
            severity="info" if _is_mild(stage, argument, project) else None,
        )


def _is_mild(stage: Stage, argument: Pair | None, project: Project) -> bool:
    """Whether the newest may be meant, or only stands for what builds are given."""
    return is_of_the_day(stage) or (
        argument is not None and is_passed_by_script(str(argument.key), stage.dockerfile, project)
    )


def _copied(stage: Stage) -> Problems:
    """What `COPY --from` and mounts take from an image."""
    for instruction in stage.instructions:
        for name, _ in named_in(instruction):
            image = parse_image(name) if name.endswith(":latest") else None
            if image and image.tag == "latest":
                yield Problem(
                    name,
                    f"`{name}` moves with every release, so other files come along one day though nothing changed "
                    f"here. {version_to_take(image.familiar) or 'Add a digest'}",
                    aliases=[],
                )
