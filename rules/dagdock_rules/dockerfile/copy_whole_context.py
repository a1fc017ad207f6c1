from __future__ import annotations

from dagdock.api import Bad, CopyLike, DockerfileWord, Problem, Problems, rule

from ._copies import from_context, is_whole


@rule(
    "DF508",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L05"],
    aliases=["sonar:S6470"],
    tags=["security"],
    bad=[
        Bad("FROM python:3.12-slim\nCOPY «.» /app\n"),
        Bad("FROM node:22-slim\nADD «*» /srv/\n"),
    ],
    good=[
        "FROM python:3.12-slim\nCOPY app /app\n",
        "FROM node:22-slim AS build\nCOPY . .\nRUN npm run build\nFROM nginx:1.27\nCOPY --from=build /dist /srv\n",
    ],
)
def copy_whole_context(copy: CopyLike) -> Problems:
    """The whole build context is copied into the image.

    Whatever lies in the folder, now or later, becomes part of the image. Naming the files and folders that the
    program needs keeps surprises out. The rule is off by default, for `COPY . .` with a good .dockerignore is as safe:
    `missing-dockerignore` and `dockerignore-lacks` look at that.

    https://docs.docker.com/build/building/best-practices/#exclude-with-dockerignore
    """
    if from_context(copy) is None or copy.stage is None or not copy.stage.is_final:
        return
    for source in copy.sources:
        if _is_everything(source):
            yield Problem(
                source,
                f"`{source.raw}` takes everything that lies in the build context, now and later. Name what the program "
                "needs",
            )


def _is_everything(source: DockerfileWord) -> bool:
    path = source.literal
    return bool(path) and (is_whole(path or "") or path in ("**", "./**", "*.*", "./*.*"))
