from __future__ import annotations

from typing import Any

from dagdock.api import (
    Bad,
    Cmd,
    DockerfileWord,
    Entrypoint,
    ImageRef,
    Problem,
    Problems,
    Project,
    Run,
    Stage,
    rule,
)

from ._final_image import facts_of_final

# Releases of Debian and Ubuntu: the same image, on another system.
SYSTEMS = frozenset("bookworm bullseye buster stretch trixie jammy noble focal bionic".split())
# Python packages that come as source code in C, and what a build calls that only the full image has.
COMPILED = frozenset(
    "psycopg2 mysqlclient uwsgi python-ldap pycurl pygraphviz gssapi xmlsec pyaudio dbus-python".split()
)
COMPILERS = frozenset("gcc g++ cc c++ make cmake git hg svn cargo rustc node-gyp".split())


@rule(
    "DF125",
    severity="info",
    since="0.1",
    lessons=["L07"],
    bad=[
        Bad('FROM «python:3.12»\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n'),
        Bad('FROM «eclipse-temurin:21-jdk»\nCOPY app.jar /\nCMD ["java", "-jar", "/app.jar"]\n'),
        Bad('FROM «node:22-bookworm»\nCOPY . .\nRUN npm ci\nCMD ["node", "server.js"]\n'),
    ],
    good=[
        'FROM python:3.12-slim\nCOPY app.py .\nCMD ["python", "app.py"]\n',
        'FROM node:22 AS build\nRUN npm ci\nFROM node:22-slim\nCOPY --from=build /app /app\nCMD ["node", "app.js"]\n',
        'FROM python:3.12\nRUN git clone https://example.com/app.git && make -C app\nCMD ["python", "app.py"]\n',
    ],
)
def full_base_image(stage: Stage, project: Project) -> Problems:
    """The final image is built on the full variant of an image that has a small one.

    The full variant is made for building: with its compilers and headers the image is pulled, stored and started as
    a thing several times as large, and each of its hundreds of packages can have a hole. Run the program on the small
    variant, and build in a stage of its own what needs more.

    https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image
    """
    about = facts_of_final(stage)
    image, word = stage.image, stage.image_word
    if about is None or image is None or word is None or "variant" not in about:
        return
    if "of" in about:
        yield from _of_java(stage, word, image, about)
        return
    if not _is_full(image.tag or ""):
        return
    if not any(_compiles(run) for run in stage.all_of(Run)) and not _needs_headers(stage, project):
        version = (image.tag or "").partition("-")[0]
        yield Problem(
            word,
            f"`{stage.base}` brings {about['brings']}, which a program that only runs does not need. Try "
            f"`{image.familiar}:{version}-{about['variant']}`, and add the packages that the build then misses",
        )


def _of_java(stage: Stage, word: DockerfileWord, image: ImageRef, about: dict[str, Any]) -> Problems:
    """A JDK below a program that `java` starts, and that no step of the image builds."""
    parts = (image.tag or "").split("-")
    started = stage.last(Entrypoint) or stage.last(Cmd)
    commands = [each.effective for each in started.script.commands] if started else []
    if about["of"] not in parts or not commands or commands[-1].name != "java":
        return
    runs = [each for each in stage.all_of(Run) if not each.script.understood or each.script.broken]
    words = (each.effective.name for run in stage.all_of(Run) for each in run.script.commands)
    if not runs and not any(name in about["tools"] for name in words):
        tag = "-".join(about["variant"] if part == about["of"] else part for part in parts)
        yield Problem(
            word,
            f"`{stage.base}` brings {about['brings']}, which a program that only runs does not need. Take "
            f"`{image.familiar}:{tag}`",
        )


def _needs_headers(stage: Stage, project: Project) -> bool:
    """Whether a Python package is installed that comes as source code in C and is compiled here."""
    return any(requirement.name in COMPILED for requirement in project.requirements_of(stage).requirements)


def _is_full(tag: str) -> bool:
    """Whether a tag is a version and at most a system: `3.12`, `3.12-bookworm`."""
    import re

    version, _, system = tag.partition("-")
    return re.fullmatch(r"\d+(?:\.\d+)*", version) is not None and (not system or system in SYSTEMS)


def _compiles(run: Run) -> bool:
    """Whether a RUN calls a compiler or its like, or installs packages that are there for building."""
    if not run.script.understood or run.script.broken:
        return True
    text = run.body.text
    if any(
        sign in text
        for sign in (
            "-dev",
            "build-essential",
            "node-gyp",
            "--no-binary",
            "git+",
            "setup.py",
            "apt",
            "bundle",
            "gem install",
        )
    ):
        return True
    return any((command.effective.name or "") in COMPILERS for command in run.script.commands)
