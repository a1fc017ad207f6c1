from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Related, Run, Stage, parse_image, rule

from ._base_image import argument_behind, is_to_be_given, version_to_take
from ._build_args import is_tagged_here
from ._comments import wants_newest
from ._contexts import is_built_beside, is_named_context, is_official
from ._end_of_life import end_of
from ._layers import is_shipped
from ._stage_names import USUAL, named_in

# Programs that every release has, and that do the same in all of them.
MOVERS = frozenset("cat chmod chown cp echo find ln ls mkdir mv printf rm sed sh tar test touch true unzip [".split())


@rule(
    "DF101",
    severity="warning",
    since="0.1",
    lessons=["L08"],
    aliases=[
        "hadolint:DL3006",
        "trivy:DS-0001",
        "checkov:CKV_DOCKER_7",
        "kics:image-version-not-explicit",
        "sonar:S6596",
        "semgrep:missing-image-version",
    ],
    tags=["reproducible"],
    bad=[
        Bad("FROM «debian»\n"),
        Bad("ARG BASE=alpine\nFROM «$BASE»\n"),
        Bad("FROM debian:12\nCOPY --from=«ghcr.io/astral-sh/uv» /uv /bin/\n"),
    ],
    good=[
        "FROM debian:12.8-slim\n",
        "ARG BASE\nFROM $BASE\n",
        "FROM golang:1.23 AS build\nFROM build\n",
        "FROM scratch\n",
        {"spark.Dockerfile": "FROM debian:12\n", "worker.Dockerfile": "FROM spark\n"},
        {
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      additional_contexts:\n"
            "        base: service:base\n",
            "Dockerfile": "FROM base\n",
        },
    ],
)
def untagged_base_image(stage: Stage, project: Project) -> Problems:
    """An image is taken without a version.

    Without a tag Docker takes `latest`, which is whatever was published last. The same Dockerfile then gives another
    image tomorrow, and the day it breaks nothing in your repository has changed. Name the version that you tested
    with, such as `python:3.12-slim`.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """
    yield from _copied(stage, project)
    if stage.is_scratch:
        return
    if stage.image and stage.image_word and stage.image.tag is None and stage.image.digest is None:
        name = stage.base or ""
        if is_named_context(name, stage.dockerfile, project) or is_built_beside(name, stage.dockerfile, project):
            return
        if end_of(stage.image, project.today):
            return  # it moves no more: end-of-life-base-image says what to take
        if is_to_be_given(stage) or (stage.from_instruction and wants_newest(stage.from_instruction)):
            return
        if is_tagged_here(stage.image, stage.dockerfile, project):
            return
        argument = argument_behind(stage)
        where = f" in the default of `{argument.key}`" if argument else ""
        advice = version_to_take(stage.image.familiar, where)
        if advice is None:
            return
        yield Problem(
            stage.image_word,
            f"`{name}` has no tag, so each build takes whatever `latest` is that day. {advice}",
            related=[Related(argument, "the default is set here")] if argument else (),
            severity="info" if _is_helper(stage) else None,
        )


def _copied(stage: Stage, project: Project) -> Problems:
    """What `COPY --from` and mounts take from an image, where it surely is one."""
    file = stage.dockerfile
    for instruction in stage.instructions:
        for name, by_index in named_in(instruction):
            image = parse_image(name)
            if image is None or image.tag or image.digest or file.stage_named(name, by_index=by_index):
                continue
            if name.lower() in USUAL or not ("/" in name or is_official(image)) or "$" in name:
                continue
            if not is_named_context(name, file, project) and not is_built_beside(name, file, project):
                yield Problem(
                    name,
                    f"`{name}` has no tag, so the files come from whatever `latest` is that day. "
                    f"{version_to_take(image.familiar) or 'Add a digest'}",
                    aliases=[],
                )


def _is_helper(stage: Stage) -> bool:
    """Whether it is a stage that only moves files about, and is not shipped: any release will do."""
    if is_shipped(stage):
        return False
    commands = [command.effective for run in stage.all_of(Run) for command in run.script.commands]
    return all(command.name in MOVERS or not command.words for command in commands)
