from __future__ import annotations

import posixpath

from dagdock.api import Bad, CopyLike, Problem, Problems, rule

from ._destinations import homeless_destination, lands_at_the_root
from ._layers import ships


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

    The base image sets no working directory either, so they land in the root of the file system, among `/bin` and
    `/etc`. Set `WORKDIR` first or copy to an absolute path. What the rule cannot know, `inherited-copy-destination`
    reports on request: base images that may set one, and stages that others only copy from.

    https://docs.docker.com/reference/dockerfile/#workdir
    """
    destination = homeless_destination(copy)
    if destination is not None and lands_at_the_root(copy) and ships(copy):
        folder = posixpath.normpath(posixpath.join("/", destination.value))
        where = (
            "this copies into `/`, the root of the file system, among `/bin` and `/etc`,"
            if folder == "/"
            else f"`{destination.value}` becomes `{folder}`, at the root of the file system,"
        )
        yield Problem(destination, f"{where} as no WORKDIR is set. Set one first or write an absolute path")
