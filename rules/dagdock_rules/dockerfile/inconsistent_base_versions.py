from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problem, Problems, Related, Stage, remembered, rule


@rule(
    "DF123",
    severity="info",
    since="0.1",
    lessons=["L08"],
    bad=[
        Bad("FROM node:20 AS build\nRUN npm ci\nFROM «node:22-slim»\nCOPY --from=build /app /app\n"),
    ],
    good=[
        "FROM node:22 AS build\nRUN npm ci\nFROM node:22.11-slim\nCOPY --from=build /app /app\n",
        "FROM python:3.11-slim AS test-py311\nFROM python:3.12-slim AS test-py312\n",
        "FROM golang:1.23 AS build\nFROM alpine:3.20\n",
    ],
)
def inconsistent_base_versions(file: Dockerfile) -> Problems:
    """One file takes two versions of the same image.

    What is built with one version then runs with another: compiled modules may not load, and a bug shows only in one of
    them. Most often one line was forgotten when the other was raised. Name one version, with an ARG above the first
    FROM where several stages need it. Stages whose names tell the versions apart, and files with more than two
    versions, are left alone.

    https://docs.docker.com/build/building/multi-stage/
    """
    first: dict[str, Stage] = {}
    found: list[tuple[Stage, Stage]] = []
    versions: dict[str, set[tuple[str, ...]]] = {}
    for stage in file.stages:
        image = stage.image
        if image is None or stage.is_scratch or not image.tag or _says_version(stage):
            continue
        version = _version(image.tag)
        if not version:
            continue
        versions.setdefault(image.familiar, set()).add(version)
        earlier = first.setdefault(image.familiar, stage)
        if earlier is not stage and earlier.image and not _agree(version, _version(earlier.image.tag or "")):
            found.append((stage, earlier))
    for stage, earlier in found:
        image, word = stage.image, stage.image_word
        if image is None or word is None or earlier.image_word is None or len(versions[image.familiar]) > 2:
            continue
        yield Problem(
            word,
            f"this stage takes `{stage.base}` and the one in line {earlier.span.line} `{earlier.base}`. Name one "
            "version for both, or say in the stages' names why they differ",
            related=[Related(earlier.image_word, "the other version")],
        )


def _says_version(stage: Stage) -> bool:
    """Whether the name of a stage tells of its version, or a comment above its FROM."""
    if stage.name and any(character.isdigit() for character in stage.name):
        return True
    return stage.span.line - 1 in _numbered_comments(stage.dockerfile)


@remembered
def _numbered_comments(file: Dockerfile) -> set[int]:
    """The lines of the comments that hold a digit."""
    return {comment.span.line for comment in file.comments if any(character.isdigit() for character in comment.text)}


def _version(tag: str) -> tuple[str, ...]:
    """The numbers that a tag begins with."""
    import re

    found = re.match(r"v?(\d+(?:\.\d+)*)(?![\w.])", tag)
    return tuple(found[1].split(".")) if found else ()


def _agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether one version may be the other: `3.12` and `3.12.4`."""
    size = min(len(one), len(other))
    return one[:size] == other[:size]
