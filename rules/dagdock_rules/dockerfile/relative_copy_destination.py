from __future__ import annotations

from dagdock.api import Bad, CopyLike, Problem, Problems, rule

from ._layers import built_on

# Official images that set no working directory, so that it is `/`. Looked at: 2026-11, in the images' Dockerfiles.
AT_THE_ROOT = frozenset(
    "alpine debian ubuntu busybox python node ruby rust nginx fedora centos rockylinux almalinux amazonlinux openjdk "
    "eclipse-temurin maven postgres mysql mariadb mongo openresty perl archlinux".split()
)


@rule(
    "DF507",
    severity="warning",
    since="0.1",
    lessons=["L14"],
    aliases=["hadolint:DL3045"],
    bad=[
        Bad("FROM python:3.12-slim\nCOPY app.py «app/»\n"),
    ],
    good=[
        "FROM python:3.12-slim\nWORKDIR /srv\nCOPY app.py app/\n",
        "FROM python:3.12-slim\nCOPY app.py /srv/app/\n",
        "FROM python:3.12-slim\nARG TARGET\nCOPY app.py $TARGET\n",
    ],
)
def relative_copy_destination(copy: CopyLike) -> Problems:
    """Files are copied to a relative path, and no WORKDIR says where that is.

    Without a WORKDIR it is the one that the base image happens to have: the root of the file system in most, another
    folder in some, and another one in the next version. Set `WORKDIR` first or copy to an absolute path.

    https://docs.docker.com/reference/dockerfile/#workdir
    """
    stage, destination = copy.stage, copy.destination
    if destination is None or stage is None or _is_set(copy):
        return
    path = destination.value
    if not path or path.startswith(("/", "$", "\\", "{")) or path[1:2] == ":":
        return
    image = stage.root_image
    at_root = built_on(stage).is_scratch or (image is not None and image.familiar in AT_THE_ROOT)
    where = "the root of the file system" if at_root else "whatever working directory the base image has"
    yield Problem(
        destination,
        f"`{path}` lands in {where}, since no WORKDIR is set. Set one first or write an absolute path",
        severity="warning" if at_root else "info",
    )


def _is_set(copy: CopyLike) -> bool:
    """Whether a WORKDIR stands above, in the stage, in one it is built on, or as a trigger beside this one."""
    stage = copy.stage
    if stage is None or stage.workdirs_at(copy):
        return True
    return any(
        each.name == "WORKDIR"
        for part in stage.chain()
        for step in part.instructions
        if (part is not stage or step.index < copy.index) and (each := getattr(step, "inner", None)) is not None
    )
