from __future__ import annotations

import re

from dagdock.api import Bad, ImageRef, Problem, Problems, Project, Related, Stage, load_data, rule

from ._base_image import argument_behind, version_to_take
from ._build_args import is_always_passed
from ._comments import said_above
from ._contexts import is_built_beside, is_named_context, is_official, is_public
from ._made_for import is_for_development

# What may stand behind a tag that moves: the variant.
VARIANTS = (
    "slim alpine bookworm bullseye buster stretch trixie jammy noble focal fpm apache cli jre jdk perl otel "
    "full minimal slimmed python"
).split()


@rule(
    "DF126",
    severity="warning",
    since="0.1",
    lessons=["L08"],
    tags=["reproducible"],
    bad=[
        Bad("FROM «node:lts»\n"),
        Bad("FROM «nginx:stable-alpine»\n"),
        Bad("ARG TAG=edge\nFROM «alpine:$TAG»\n"),
        Bad("FROM «python:slim-bookworm»\n"),
    ],
    good=[
        "FROM node:22.11-slim\n",
        "FROM nginx:1.27-alpine\n",
        "FROM nginx:stable@sha256:" + "a1" * 32 + "\n",
        "FROM alpine:3.20 AS dev\nFROM dev\n",
        "FROM ubuntu:noble\n",
    ],
)
def moving_base_image_tag(stage: Stage, project: Project) -> Problems:
    """A base image is taken at a tag that moves on to the next release.

    `lts`, `stable`, `edge` and their like are put on another image with each release, the next major version included,
    just as `latest` is. The same Dockerfile then gives another image tomorrow. Name the version that you tested with.
    A tag that says the variant only, such as `python:slim`, is `latest` in that variant; and `python:3` goes on to
    each new 3.x, which leaves out what the one before called deprecated, so there it is a hint.

    Nothing is said where the comment right above speaks of the version.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """
    image, word = stage.image, stage.image_word
    if image is None or word is None or image.digest or not image.tag or stage.is_scratch:
        return
    minor = "" if is_for_development(stage) else _moves_by_minor(image)
    if not minor and not _moves(image):
        return
    if _is_known(stage):
        return
    if is_named_context(stage.base or "", stage.dockerfile, project) or _is_own(image.name, stage, project):
        return
    argument = argument_behind(stage)
    if argument and is_always_passed(str(argument.key), stage.dockerfile, project):
        return
    name = f"`{image.familiar}:{image.tag}`"
    if minor:
        what = f"{name} moves on to each new {image.familiar.capitalize()} {minor}.x, where something else is gone"
    else:
        what = f"{name} moves on to newer releases, so a build can break though nothing changed here"
    yield Problem(
        word,
        f"{what}. {version_to_take(image.familiar) or 'Add a digest'}",
        related=[Related(argument, "the default is set here")] if argument else (),
        severity="info" if minor else None,
    )


def _moves(image: ImageRef) -> bool:
    """Whether a tag goes from one release to the next: it says so, or names nothing but a variant."""
    facts = load_data("dagdock_rules", "image-tags")
    tag = image.tag or ""
    first, _, rest = tag.partition("-")
    if tag == "latest":
        return False  # that is another rule's
    if first in facts["moving"]:
        return not rest or all(any(part.startswith(name) for name in VARIANTS) for part in rest.split("-"))
    if image.familiar in facts["named-after-systems"] or not is_public(image):
        return False
    # The system's release says nothing of the program's: `node:alpine3.20`. Other people name their images after
    # systems and releases as they like.
    parts = [re.sub(r"(?<=^alpine)\d.*", "", part) for part in tag.split("-")]
    systems = set(facts["systems"]) - set(facts["ended-systems"]) if is_official(image) else set()
    named = any(sign.isdigit() for sign in image.repository)
    return not named and all(part in facts["variants"] or part in systems for part in parts)


def _moves_by_minor(image: ImageRef) -> str:
    """The major version that a tag names and nothing else, where that leaves much open."""
    version = (image.tag or "").partition("-")[0]
    return version if f"{image.familiar}:{version}" in load_data("dagdock_rules", "image-tags")["major-only"] else ""


def _is_known(stage: Stage) -> bool:
    """Whether the comment right above speaks of it, or the folder is called as the tag, so that somebody wants it."""
    tag = (stage.image.tag or "").partition("-")[0] if stage.image else ""
    if tag in stage.span.source.path.split("/")[-4:-1]:
        return True
    return stage.from_instruction is not None and any(
        word in said_above(stage.from_instruction) for word in ("pin", "version", "tag", "latest", "newest", "upgrade")
    )


def _is_own(name: str, stage: Stage, project: Project) -> bool:
    return is_built_beside(name.rpartition("/")[2], stage.dockerfile, project)
