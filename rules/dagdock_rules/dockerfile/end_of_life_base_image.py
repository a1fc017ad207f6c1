from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problem, Problems, Project, Related, Stage, remembered, rule

from ._base_image import argument_behind
from ._end_of_life import end_of, names_release

MONTHS = "January February March April May June July August September October November December".split()
CONFIG = '[rules.end-of-life-base-image]\nas-of = "2026-11-22"\n'


@rule(
    "DF122",
    severity="warning",
    since="0.1",
    security=5.0,
    lessons=["L07"],
    tags=["security"],
    bad=[
        Bad("FROM «python:3.8-slim»\n"),
        Bad("ARG NODE=16\nFROM «node:${NODE}-alpine»\n"),
        Bad("FROM «openjdk:17-slim»\n"),
        Bad("FROM «ruby:3.3-buster»\n"),
    ],
    good=[
        {"dagdock.toml": CONFIG, "Dockerfile": "FROM python:3.13-slim-bookworm\n"},
        {"dagdock.toml": CONFIG, "Dockerfile": "FROM node:24-alpine\n"},
        "FROM python:3-slim\n",
        "FROM registry.example.com/python:3.8\n",
    ],
)
def end_of_life_base_image(stage: Stage, project: Project, *, as_of: str = "") -> Problems:
    """A base image is of a release that gets no more security updates.

    Holes that are found from that day on stay open in the image, and its package sources may vanish, so that one day
    not even the build works. Move to a release that is still cared for. The dates are a part of dagdock; the option
    `as-of` compares them with another day than today. Nothing is said in a file or folder that is named after the
    release, as repositories have that keep one image for each.

    https://endoflife.date/
    """
    image = stage.image
    if image is None or stage.image_word is None or (image.tag is None and image.digest):
        return
    end = end_of(image, as_of or project.today)
    if end is None or _is_said_above(stage) or names_release(image, stage.span.source.path):
        return
    argument = argument_behind(stage)
    remedy = f"Move on{_named(end.instead)}" if end.instead else "Move to a later release"
    yield Problem(
        stage.image_word,
        f"{end.what} has had no security updates since {_in_words(end.day)}. {remedy}",
        related=[Related(argument, "the version is set here")] if argument else (),
    )


def _is_said_above(stage: Stage) -> bool:
    """Whether an earlier stage of the file takes the same image."""
    return _first_with(stage.dockerfile).get(str(stage.base)) != stage.index


@remembered
def _first_with(file: Dockerfile) -> dict[str, int]:
    """The first stage of a file with each image."""
    found: dict[str, int] = {}
    for stage in file.stages:
        found.setdefault(str(stage.base), stage.index)
    return found


def _named(instead: str) -> str:
    return f" to {instead}" if " " in instead else f", for example to `{instead}`"


def _in_words(day: str) -> str:
    year, month, number = day.split("-")
    return f"{int(number)} {MONTHS[int(month) - 1]} {year}"
