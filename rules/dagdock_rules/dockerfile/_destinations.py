"""Relative destinations of COPY and ADD without a WORKDIR that says where they begin."""

from __future__ import annotations

from math import inf
from posixpath import join, normpath

from dagdock.api import CopyLike, DockerfileWord, Onbuild, Project, Stage, Workdir, remembered

from ._copies import contexts_that_fit, copies_whole_context, local_sources, program_sources
from ._layers import built_on, ships

# Official images that set no working directory, so that it is `/`. Looked at: 2026-11, in the images' Dockerfiles.
AT_THE_ROOT = frozenset(
    "alpine debian ubuntu busybox python node ruby rust nginx fedora centos rockylinux almalinux amazonlinux openjdk "
    "eclipse-temurin maven postgres mysql mariadb mongo openresty perl archlinux".split()
)


def homeless_destination(copy: CopyLike) -> DockerfileWord | None:
    """The destination where it is relative and no WORKDIR stands above it."""
    destination = copy.destination
    if destination is None or copy.stage is None or _is_set(copy):
        return None
    path = destination.value
    if not path or path.startswith(("/", "$", "\\", "{")) or path[1:2] == ":":
        return None
    return destination


def lands_at_the_root(copy: CopyLike) -> bool:
    """Whether the base image is one that is known to set no working directory."""
    image = copy.stage.root_image if copy.stage else None
    return image is not None and image.familiar in AT_THE_ROOT


def lies_about(copy: CopyLike, destination: DockerfileWord, project: Project) -> bool:
    """Whether a folder or a program of the project surely lands among the folders of the system."""
    at_root = normpath(join("/", destination.value)) == "/"
    return (
        at_root
        and lands_at_the_root(copy)
        and ships(copy)
        and (holds_folder(copy, project) or bool(program_sources(copy)))
    )


def holds_folder(copy: CopyLike, project: Project) -> bool:
    """Whether a whole folder is copied, so that what is in it lies about."""
    if copies_whole_context(copy):
        return True
    contexts = contexts_that_fit(copy.dockerfile, project)
    for source in local_sources(copy):
        known = [context for context in contexts if context.exists(source)]
        if any(context.is_folder(source) for context in known):
            return True
        if not known and "." not in source.rstrip("/").rpartition("/")[2].lstrip("."):
            return True  # a folder, by its name
    return False


def is_on_scratch(copy: CopyLike) -> bool:
    return copy.stage is not None and built_on(copy.stage).is_scratch


def _is_set(copy: CopyLike) -> bool:
    """Whether a WORKDIR stands above, in the stage, in one it is built on, or as a trigger beside this one."""
    stage = copy.stage
    return (
        stage is None
        or stage.last(Workdir, copy) is not None
        or any(_first_trigger(part) < copy.index for part in stage.chain())
    )


@remembered
def _first_trigger(stage: Stage) -> float:
    """The index of the first `ONBUILD WORKDIR` of a stage; infinity where there is none."""
    return next((step.index for step in stage.all_of(Onbuild) if step.inner and step.inner.name == "WORKDIR"), inf)
