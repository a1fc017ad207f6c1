from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from posixpath import join

from dagdock.api import (
    Bad,
    Command,
    Copy,
    CopyLike,
    DockerfileWord,
    Instruction,
    Problem,
    Problems,
    Related,
    Run,
    Stage,
    Volume,
    load_data,
    remembered,
    rule,
)

from ._copies import absolute, copies_whole_context, from_context, inside_container, program_sources
from ._layers import ships
from ._values import texts_of

# Commands that write below the folders they are given.
WRITES = frozenset("mkdir touch cp mv chown chmod tar unzip curl wget ln install rm rsync tee initdb sqlite3".split())
LAST_ONLY = frozenset("ln cp mv rsync".split())
# Nobody writes more of them in a stage.
MOST = 50


@rule(
    "DF632",
    severity="info",
    since="0.1",
    lessons=["L15"],
    bad=[
        Bad("FROM postgres:16\nVOLUME /seed\n«COPY seed.sql /seed/»\n"),
        Bad("FROM debian:12\nVOLUME /var/lib/app\n«RUN mkdir -p /var/lib/app/cache && chown -R 1000 /var/lib/app»\n"),
        Bad("FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nVOLUME «/app»\n"),
        Bad("FROM mysql:8.4\n«COPY backup/ /var/lib/mysql/»\n"),
    ],
    good=[
        "FROM debian:12\nRUN mkdir -p /var/lib/app && chown -R 1000 /var/lib/app\nVOLUME /var/lib/app\n",
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nVOLUME /app/data\n",
        "FROM debian:12\nWORKDIR /data\nVOLUME /data\nRUN cd /srv && mkdir logs\n",
    ],
)
def volume_in_image(stage: Stage) -> Problems:
    """A VOLUME lies over files of the image.

    What a step below the VOLUME writes into it is lost with the classic builder, and kept with BuildKit: the image
    depends on who builds it. And code in a volume stays as it was when the volume was made: a container that gets its
    old volume back runs the old code, however new the image. Put VOLUME behind the steps that fill it, and only over
    folders for data. The volumes of the stages below count, and those that images of databases bring along.

    https://docs.docker.com/reference/dockerfile/#notes-about-specifying-volumes
    """
    told: set[int] = set()
    volumes = list(islice(_volumes(stage), MOST))
    for volume, word in volumes:
        path = word.resolve(volume.stage.scope_at(volume)) if volume.stage else None
        folder = absolute(volume, path) if path else None
        if folder is None or folder == "/":
            continue
        below = islice(stage.instructions, max(0, volume.index - stage.instructions[0].index) + 1, None)
        later = next((each for each in below if _fills(each, folder)), None)
        if later is not None and later.index in told:
            continue
        if later is not None:
            told.add(later.index)
            yield Problem(
                later,
                f"`{folder}` is a volume since line {volume.span.line}, so what this step puts there is lost where "
                "BuildKit is off, as in older Docker. Move the VOLUME below it",
                related=[Related(word, "declared as a volume here")],
            )
            continue
        code = next((each for each in stage.instructions if each.index < volume.index and _is_code(each, folder)), None)
        if code is not None:
            yield Problem(
                word,
                f"`{folder}` holds what line {code.span.line} copies, and a volume keeps its first content: a "
                "container with its old volume runs old code. Make a volume of the folder with the data only",
                related=[Related(code, "the files are copied here")],
            )
    yield from _of_image(stage)


def _volumes(stage: Stage) -> Iterator[tuple[Volume, DockerfileWord]]:
    """The volumes of a stage and of those it is built on."""
    for part in stage.chain():
        for volume in part.all_of(Volume):
            yield from ((volume, word) for word in volume.paths)


def _of_image(stage: Stage) -> Problems:
    """What is copied over the volumes that the image brings along."""
    image = stage.root_image
    folders = load_data("dagdock_rules", "image-volumes").get(image.familiar, {}) if image else {}
    if image is None or not folders:
        return
    major = (image.tag or "").partition("-")[0].partition(".")[0]
    for copy in stage.all_of(CopyLike):
        written = _written(copy) if from_context(copy) else []  # data made in another stage are put there on purpose
        for folder in folders.get(major, folders[""]):
            if ships(copy) and any(_is_below(path, folder) for path in written):
                yield Problem(
                    copy,
                    f"`{folder}` is a volume of `{stage.root.base}`: what this puts there is lost with the classic "
                    "builder, and a container that has its data already never sees it. Put it into another folder",
                )
                break


def _fills(instruction: Instruction, folder: str) -> bool:
    """Whether an instruction writes below a folder."""
    return any(_is_below(path, folder) for path in _written(instruction))


@remembered
def _written(instruction: Instruction) -> list[str | None]:
    """The paths of the image that an instruction writes to, as far as they can be told."""
    if copy := from_context(instruction):
        return [inside_container(copy)]
    if isinstance(instruction, Copy) and instruction.destination and instruction.onbuild is None:
        path = instruction.destination.literal
        return [absolute(instruction, path.rstrip("/"))] if path else []
    if not isinstance(instruction, Run) or not instruction.script.understood:
        return []
    found: list[str | None] = []
    folder: str | None = "."  # where relative paths start; None where that is not known
    for command in instruction.script.commands:
        effective = command.effective
        if command.name in ("cd", "pushd", "popd"):
            folder = _entered(folder, command, instruction)
        places = [
            redirect.target.value for redirect in command.redirects if redirect.target and ">" in redirect.operator
        ]
        if effective.name in WRITES and effective.name != "rm":
            words = effective.arguments[-1:] if effective.name in LAST_ONLY else effective.arguments
            places += [text for word in words for text in texts_of(word, instruction) or ()]
        if effective.name == "git" and [word.value for word in effective.words[1:2]] == ["clone"]:
            places += texts_of(effective.words[-1], instruction) or ()
        # The words of other commands may be no paths at all.
        relative = effective.name in ("touch", "mkdir") and folder is not None
        paths = [each for each in places if each and (each.startswith("/") or (relative and each[0] not in "-$"))]
        found += (absolute(instruction, join(folder or "/", path)) for path in paths)
    return found


def _entered(folder: str | None, command: Command, run: Run) -> str | None:
    """The folder that `cd` surely leads to from another one, for the rest of the RUN."""
    texts = texts_of(command.arguments[0], run) if command.name == "cd" and len(command.arguments) == 1 else None
    plain = not command.context and not command.pipeline and command.joined in ("", "&&", ";", "\n")
    if not plain or not texts or len(texts) != 1 or texts[0][:1] in ("", "-", "~"):
        return None
    return join(folder, texts[0]) if folder is not None else texts[0] if texts[0].startswith("/") else None


def _is_code(instruction: Instruction, folder: str) -> bool:
    """Whether an instruction copies the project itself into a folder."""
    copy = from_context(instruction)
    if copy is None or inside_container(copy) != folder:
        return False
    return copies_whole_context(copy) or bool(program_sources(copy))


def _is_below(path: str | None, folder: str) -> bool:
    return path is not None and (path == folder or path.startswith(folder + "/"))
