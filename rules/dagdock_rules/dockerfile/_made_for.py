"""What an image is made for, told by the names of its file and stages."""

from __future__ import annotations

from dagdock.api import Stage

DEVELOPMENT = frozenset(
    "dev devel develop development debug debugger local test tests testing e2e ci devcontainer example examples "
    "sample samples demo playground sandbox fixture fixtures testdata lint workspace".split()
)

BUILDING = frozenset("build builder building compile compiler sdk tools toolchain toolbox base".split())

NEWEST = frozenset("devel nightly edge latest daily unstable snapshot canary".split())
READ = frozenset(("doc", "docs", "documentation", "handbook", "tutorial", "tutorials"))


def is_for_development(stage: Stage) -> bool:
    """Whether a stage, or its file, is made for development or tests: `AS dev`, `Dockerfile.dev`, `.devcontainer/`."""
    return not DEVELOPMENT.isdisjoint(_words(stage))


def is_for_building(stage: Stage) -> bool:
    """Whether a stage, or its file, is made for others to build with: `AS builder`, `java-build.Dockerfile`."""
    return not BUILDING.isdisjoint(_words(stage))


def is_of_the_day(stage: Stage) -> bool:
    """Whether a stage, or its file, is made anew all the time from what is newest: `nightly/Dockerfile`."""
    return not NEWEST.isdisjoint(_words(stage))


def is_for_readers(stage: Stage) -> bool:
    """Whether the file is part of a handbook, for people to copy from and change: `docs/recipes/odbc.dockerfile`."""
    folders = stage.span.source.path.lower().split("/")[:-1]
    return any(folder in READ or folder.startswith(("recipe", "snippet")) for folder in folders)


def _words(stage: Stage) -> list[str]:
    import re

    # The file and its folder: folders further up speak of other things.
    place = "/".join(stage.span.source.path.split("/")[-2:])
    return re.split(r"[^a-z0-9]+", f"{stage.name or ''}/{place}".lower())
