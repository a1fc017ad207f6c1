"""Names of stages and where they are used."""

from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Copy, Dockerfile, DockerfileWord, Instruction, Run, Stage, Text, remembered

# What people call the stages of a file; none of them is an official image.
USUAL = frozenset(
    "build builder build-env build-stage builder-stage base deps dependencies dev development prod production "
    "runtime runner final release compile compiler install test tests frontend backend client server app".split()
)

_MARKS = str.maketrans("", "", "-_.")


def named_in(instruction: Instruction) -> Iterator[tuple[Text, bool]]:
    """What `COPY --from` and `from=` of mounts name, and whether a number counts the stages there.

    What stands behind ONBUILD is read in another file's build, so it names nothing here.
    """
    if instruction.onbuild is not None:
        return
    if isinstance(instruction, Copy):
        flag = instruction.from_
        if flag and flag.value:
            yield flag.value, True
    elif isinstance(instruction, Run):
        yield from ((mount.from_, False) for mount in instruction.mounts if mount.from_)


def named_from(stage: Stage) -> Iterator[Text]:
    """The stages, indexes, images and named contexts that a stage copies from or mounts, as written."""
    for instruction in stage.instructions:
        yield from (name for name, _ in named_in(instruction))


def uses(stage: Stage) -> Iterator[Text | DockerfileWord]:
    """Every place below a stage that names it, plainly written: FROM, `COPY --from`, `from=` of a mount."""
    for other in stage.dockerfile.stages[stage.index + 1 :]:
        if other.parent is stage and other.image_word and other.image_word.literal:
            yield other.image_word
        for instruction in other.instructions:
            for name, _ in named_in(instruction):
                if stage.dockerfile.stage_named(name, before=other, by_index=False) is stage:
                    yield name


def is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()


def is_image_name(name: str) -> bool:
    """Whether a name is plainly one of an image: with a registry, a folder, a tag or a digest."""
    return any(sign in name for sign in "/:@.")


@remembered
def stage_names(file: Dockerfile) -> list[str]:
    """The names that stages have, without those that Docker refuses."""
    names = [str(stage.name) for stage in file.stages if stage.name]
    return [name for name in names if name[0].isalpha() and name.translate(_MARKS).isalnum()]
