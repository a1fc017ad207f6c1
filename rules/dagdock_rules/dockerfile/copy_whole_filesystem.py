from __future__ import annotations

from dagdock.api import Bad, Copy, Problem, Problems, rule

from ._whole_root import brings_whole_root, is_system


@rule(
    "DF120",
    severity="warning",
    since="0.1",
    lessons=["L06"],
    aliases=["hadolint:DL3067"],
    bad=[
        Bad('FROM node:22 AS build\nRUN npm ci\nFROM node:22-slim\n«COPY --from=build / /»\nCMD ["node", "app.js"]\n'),
    ],
    good=[
        "FROM node:22 AS build\nRUN npm ci\nFROM node:22-slim\nCOPY --from=build /app /app\n",
        "FROM alpine:3.20 AS build\nRUN apk upgrade\nFROM scratch\nCOPY --from=build / /\n",
        "FROM alpine:3.20 AS build\nFROM alpine:3.20\nCOPY --from=build / /srv/root\n",
        "FROM tonistiigi/xx:1.5.0 AS xx\nFROM golang:1.23\nCOPY --from=xx / /\n",
    ],
)
def copy_whole_filesystem(copy: Copy) -> Problems:
    """The whole file system of another stage is copied over this one.

    That brings along what stages are for leaving behind: compilers, caches, the build's secrets; and its `/etc` and
    libraries replace those of this image. Copy the folders that are needed. On `scratch` it is the usual way to make
    one layer of an image, and is left alone; so are images that may hold no more than the few files of a tool.

    https://docs.docker.com/build/building/multi-stage/
    """
    if copy.stage is None or copy.stage.is_scratch or not brings_whole_root(copy) or not is_system(copy):
        return
    yield Problem(
        copy,
        f"this brings the whole file system of `{copy.from_.value if copy.from_ else ''}` into the image, build tools "
        "included. Copy only the folders that are needed",
    )
