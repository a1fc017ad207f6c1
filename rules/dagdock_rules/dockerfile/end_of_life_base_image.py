from __future__ import annotations

import re
from functools import cache, lru_cache

from dagdock.api import (
    Bad,
    Cmd,
    Dockerfile,
    Entrypoint,
    ImageRef,
    Problem,
    Problems,
    Project,
    Related,
    Run,
    Stage,
    remembered,
    rule,
)

from ..packages import installs
from ._apt_lists import archive_step
from ._base_image import argument_behind
from ._comments import said_above
from ._end_of_life import End, end_of, names_release, official_name
from ._layers import is_shipped

MONTHS = "January February March April May June July August September October November December".split()
# The newest Python that releases of Airflow run on, and one that all do which are still cared for.
# https://airflow.apache.org/docs/apache-airflow/stable/installation/prerequisites.html
PYTHONS = (((3, 1), "3.13"), ((2, 9), "3.12"), ((2, 7), "3.11"))
PYTHON_OF_ALL = "3.12"
# So many folders above a Dockerfile may be named after the version of what it makes: `3.5.1/java11-ubuntu/Dockerfile`.
FOLDERS = 3
# Words of a comment that says why an old release is taken.
REASONS = ("older", "oldest", "an old", "use old", "compatib", "glibc", "legacy", "end of life", "end-of-life", "eol")
CONFIG = '[rules.end-of-life-base-image]\nas-of = "2026-11-22"\n'


# What the images of Node had up to 24 (docker-node, #2422), and what Node itself brought.
GONE_FROM_NODE = ("yarn", "yarnpkg", "corepack")

# Commands whose newer compilers refuse what older ones took.
_COMPILERS = frozenset("make gcc g++ cc c++ gfortran clang cmake configure".split())
_SYSTEMS = ("debian:", "ubuntu:", "alpine:")


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
    release, as repositories have that keep one image for each. It is a hint where only files are copied from the
    stage, where a folder beside it holds a later version, where the packages come from the archive of old releases
    already, and where the folder is named after the version of a package that comes with the release.

    https://endoflife.date/
    """
    image = stage.image
    if image is None or stage.image_word is None or (image.tag is None and image.digest):
        return
    end = end_of(image, as_of or project.today)
    if end is None or _is_said_above(stage) or names_release(image, stage.span.source.path):
        return
    if stage.from_instruction and any(reason in said_above(stage.from_instruction) for reason in REASONS):
        return
    argument = argument_behind(stage)
    archive = archive_step(stage)
    message = f"{end.what} has had no security updates since {_in_words(end.day)}"
    if archive:
        message += f", and line {archive.span.line} installs from the archive of old releases"
    message += f". {_remedy(stage, end, archive, project)}"
    is_mild = (
        archive is not None
        or _only_lends_files(stage, image)
        or _named_by_folder(stage) != ""
        or _is_superseded(stage.dockerfile, project)
    )
    yield Problem(
        stage.image_word,
        message,
        related=[Related(argument, "the version is set here")] if argument else (),
        severity="info" if is_mild else None,
    )


def _remedy(stage: Stage, end: End, archive: Run | None, project: Project) -> str:
    """What to take instead, and what this file must change with it."""
    if stage.image and official_name(stage.image) == "python" and (held := _held_by_airflow(stage, end, project)):
        return held
    remedy = f"Move on{_named(end.instead)}" if end.instead else "Move to a later release"
    if (tool := _gone_from_node(stage)) and re.match(r"node:2[5-9]\b", end.instead):
        return f"Move on to `{re.sub('2[5-9]', '24', end.instead, count=1)}`, the last that brings `{tool}`"
    if end.system and not end.instead:
        remedy = f"Take a tag with a later release in place of `{end.system}`"
    if archive:
        return f"{remedy}, and take that line out"
    name = official_name(stage.image) if stage.image and not end.system and is_shipped(stage) else ""
    if name == "postgres":
        return f"{remedy}. If there is data to keep, dump it before and restore it there"
    if name == "mysql" and stage.image and (stage.image.tag or "").startswith("5"):
        return f"{remedy}. If there is data to keep, start it once with `mysql:8.0` between the two"
    pinned = _pinned(stage, project) if stage.image and official_name(stage.image) == "python" else ""
    if pinned and not end.system:
        return f"{remedy}. `{pinned}` is pinned, and may have to move with it"
    gone, bound = _bound_to_release(stage)
    if gone:
        return f"{remedy}. `{gone}` is gone there: the program has to move to Python 3"
    if re.match(r"debian:(?:1[3-9]|trixie)|ubuntu:2[6-9]", end.instead) and _calls_apt_key(stage):
        return f"{remedy}. `apt-key` is gone there: store keys in `/etc/apt/keyrings`"
    if bound:
        return f"{remedy}. `{bound}` may have another name or version there"
    if stage.image and official_name(stage.image) == "python" and (stage.image.tag or "").startswith("2"):
        return f"{remedy}. The program has to run on Python 3 then"
    if end.instead.startswith(_SYSTEMS) and _compiles(stage):
        return f"{remedy}. The newer compiler there may ask for changes of what is built from source"
    return remedy


def _compiles(stage: Stage) -> bool:
    """Whether a RUN builds something from source."""
    commands = (command for run in stage.all_of(Run) for command in run.script.commands)
    return any((command.effective.name or "").rpartition("/")[2] in _COMPILERS for command in commands)


def _calls_apt_key(stage: Stage) -> bool:
    return any("apt-key" in run.body.text for run in stage.all_of(Run))


def _gone_from_node(stage: Stage) -> str:
    """What the stage, or one that is built on it, runs and the images of Node have no more: yarn since 26, corepack
    since 25; empty where it runs neither."""
    if stage.image is None or official_name(stage.image) != "node":
        return ""
    steps = [step for part in (stage, *stage.children) for step in part.instructions]
    commands = [each for step in steps if isinstance(step, (Run, Cmd, Entrypoint)) for each in step.script.commands]
    called = {each.effective.name or "" for each in commands}
    called |= {str(step.exec_form[0]) for step in steps if isinstance(step, (Cmd, Entrypoint)) and step.exec_form}
    brought = {str(word.value).partition("@")[0] for each in commands for word in each.effective.arguments}
    # `npm install -g yarn` brings it.
    return next((name for name in GONE_FROM_NODE if name in called and name not in brought), "")


def _held_by_airflow(stage: Stage, end: End, project: Project) -> str:
    """Where the file installs Airflow: the newest Python that its release runs on, or that both have to move on."""
    if not _installs_airflow(stage.dockerfile, project):
        return ""
    if end.system:
        return f"Take a tag with a later release in place of `{end.system}`"
    version = project.airflow_version(stage)
    python = PYTHON_OF_ALL
    if version is not None and version.high is not None:
        python = next((python for since, python in PYTHONS if version.at_least(*since)), "")
    if not python:
        return f"Airflow {version} has to move on with it: a later Python needs a later Airflow"
    image = re.sub(r"python:\d+\.\d+", f"python:{python}", end.instead) if "python:" in end.instead else ""
    return f"Move on to a Python that Airflow supports{f', for example `{image}`' if image else ''}"


@lru_cache(maxsize=4)  # each stage of a file asks
def _installs_airflow(file: Dockerfile, project: Project) -> bool:
    return any(
        each.name == "apache-airflow" for stage in file.stages for each in project.requirements_of(stage).requirements
    )


def _pinned(stage: Stage, project: Project) -> str:
    """The first package of Python that the image installs in one release, which may be too old for another Python."""
    for each in project.requirements_of(stage).requirements:
        if (each.specifier or "").startswith(("==", "~=", "<")):
            return f"{each.name}{each.specifier}"
    return ""


def _only_lends_files(stage: Stage, image: ImageRef) -> bool:
    """Whether nothing of the image is shipped: later stages copy files from it. What Go builds holds Go itself."""
    if official_name(image) == "golang" or not stage.used_by:
        return False
    return not any(is_shipped(user) for user in stage.children) and not is_shipped(stage)


def _named_by_folder(stage: Stage) -> str:
    """The package of the base after whose version the folder is named: `graphviz/2.43/Dockerfile` installs `graphviz`
    as the release has it; empty where there is none."""
    *folders, version, _ = ["", *stage.span.source.path.lower().split("/")]
    return folders[-1] if folders and version[:1].isdigit() and folders[-1] in _packages(stage) else ""


def _is_superseded(file: Dockerfile, project: Project) -> bool:
    """Whether a folder is named after a version, and one beside it after a later one: `tool/1.0/Dockerfile` stays as it
    was."""
    folders = (project.path_of(file) or "").split("/")[:-1]
    for depth in range(max(0, len(folders) - FOLDERS), len(folders)):
        own = _as_version(folders[depth])
        if own:
            others = (place.split("/") for place in project.inventory.dockerfiles)
            beside = (parts[depth] for parts in others if len(parts) > depth + 1 and parts[:depth] == folders[:depth])
            return any(_as_version(name) > own for name in beside)
    return False


def _as_version(folder: str) -> tuple[int, ...]:
    """The numbers of a folder's name, such as `1.0.1` or `v2.3`; none of one that is called otherwise."""
    found = re.match(r"v?(\d+(?:\.\d+)+)", folder)
    return tuple(int(number) for number in found[1].split(".")) if found else ()


def _bound_to_release(stage: Stage) -> tuple[str, str]:
    """A package of the stage that newer releases no longer have, and one whose name or pin says a version."""
    packages = _packages(stage)
    gone = next((name for name in packages if _of_python_2().fullmatch(name)), "")
    bound = next((name for name in packages if _says_version().search(name)), "") or _named_by_folder(stage)
    return gone, bound


@remembered
def _packages(stage: Stage) -> list[str]:
    """What apt and apk install by name."""
    return [
        word.value
        for run in stage.all_of(Run)
        for call in installs(run.script)
        if call.family in ("apt", "apk")
        for word in call.packages
        if word.value
    ]


@cache
def _of_python_2() -> re.Pattern[str]:
    return re.compile(r"python(?:2(?:\.7)?)?(?:-(?:dev|pip|setuptools|virtualenv|numpy|minimal))?")


@cache
def _says_version() -> re.Pattern[str]:
    """`php7.4-cli`, `openjdk-11-jdk`, `curl=7.58.0-2`."""
    return re.compile(r"=\d|[a-z-]\d+\.\d|-\d{1,2}(?:-|$)")


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
