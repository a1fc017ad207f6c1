from __future__ import annotations

from dagdock.api import Bad, Located, Problem, Problems, Project, Stage, parse_image, rule

from ..registries import untrusted
from ._contexts import is_named_context
from ._stage_names import is_number, named_in

CONFIG = 'trusted-registries = ["docker.io", "*.example.com", "ghcr.io/acme"]\n'
# Docker's own reader of Dockerfiles, which most builds take without naming it.
FRONTENDS = ("docker/dockerfile", "docker/dockerfile-upstream")


@rule(
    "DF105",
    severity="error",
    since="0.1",
    security=6.0,
    lessons=["L17"],
    aliases=["hadolint:DL3026"],
    tags=["security"],
    bad=[
        Bad({"dagdock.toml": CONFIG, "Dockerfile": "FROM «quay.io/someone/python:3.12»\n"}),
        Bad(
            {
                "dagdock.toml": CONFIG,
                "Dockerfile": "# syntax=«quay.io/someone/dockerfile:1»\nFROM alpine:3.20\n",
            }
        ),
        Bad(
            {
                "dagdock.toml": CONFIG,
                "Dockerfile": "FROM alpine:3.20\nCOPY --from=«ghcr.io/astral-sh/uv:0.5» /uv /usr/local/bin/\n",
            }
        ),
    ],
    good=[
        {
            "dagdock.toml": CONFIG,
            "Dockerfile": "FROM python:3.12 AS build\nFROM images.example.com/base:3\nCOPY --from=build /app /app\n",
        },
        {"dagdock.toml": CONFIG, "Dockerfile": "FROM ghcr.io/acme/base:3\n"},
        {
            "dagdock.toml": 'trusted-registries = ["images.example.com"]\n',
            "Dockerfile": "# syntax=docker/dockerfile:1\nFROM images.example.com/base:3\n",
        },
        "FROM quay.io/someone/python:3.12\n",
    ],
)
def untrusted_registry(stage: Stage, project: Project, *, trusted_registries: list[str] = []) -> Problems:
    """An image comes from a registry that is not among the trusted ones.

    Everything in a base image runs with the rights of yours, and the image behind `# syntax=` runs the build, so
    many teams say where images may come from. The list `trusted-registries` of the configuration says it: names of
    registries, where `*` at either end stands for anything, or a registry with a folder such as `ghcr.io/acme`. An
    image without a registry is from `docker.io`. Without that list the rule says nothing.

    https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image
    """
    if not trusted_registries:
        return
    for name, place in _images(stage, project):
        said = untrusted(name, trusted_registries)
        if said:
            yield Problem(place, said)


def _images(stage: Stage, project: Project) -> list[tuple[str, Located]]:
    """The images that a stage is built on, copies from and mounts, each with its place; with the first stage the one
    that reads the file."""
    file = stage.dockerfile
    found: list[tuple[str, Located]] = []
    for directive in file.directives if stage.index == 0 else ():
        image = parse_image(directive.value) if directive.name == "syntax" and not directive.repeated else None
        if image and image.familiar not in FRONTENDS:
            found.append((str(directive.value), directive.value))
    if stage.image_word and stage.base and stage.parent is None and not stage.is_scratch:
        found.append((stage.base, stage.image_word))
    for instruction in stage.instructions:
        for name, by_index in named_in(instruction):
            is_stage = file.stage_named(name, before=stage, by_index=by_index) or (by_index and is_number(name))
            if not is_stage and name not in ("scratch", stage.name):
                found.append((str(name), name))
    return [(name, place) for name, place in found if not is_named_context(name, file, project)]
