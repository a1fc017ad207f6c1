"""Files and folders that surely belong to root, so that an ordinary user may change neither owner nor mode."""

from __future__ import annotations

from bisect import bisect_left

from dagdock.api import Command, Copy, CopyLike, Instruction, Project, Run, Stage, User, remembered

from ._base_image import known_image
from ._copies import absolute, contexts_that_fit, copied_from, inside_container, local_sources

# Folders of the system, which are root's in every image.
SYSTEM = frozenset(
    "/ /opt /srv /var /var/lib /var/log /usr /usr/share /usr/local /usr/bin /usr/lib /usr/local/bin /usr/local/lib "
    "/etc /mnt /bin /lib /sbin /root".split()
)
# So many instructions are looked through for what made a file.
MOST = 100
# What may give files to somebody.
GIVERS = ("chown", "chgrp", "setfacl", "usermod", "install ", "rsync", "sudo", "chmod u+s")


def belongs_to_root(
    path: str, command: Command, run: Run, user: User, project: Project, *, below: bool
) -> Instruction | None:
    """What made a path, or with `below` anything in it, root's where a command of RUN is called; `user` for folders
    of the system, None where it may belong to another.

    COPY and ADD make files of root whoever USER names, unless `--chown` says otherwise; so does a RUN above USER.
    All of that holds until something gives them away.
    """
    stage = run.stage
    target = absolute(run, path)
    if target is None or stage is None or _gives_before(run, command):
        return None
    giving = _giving(stage)
    place = bisect_left(giving, run.index)
    given = giving[place - 1] if place else -1
    known = known_image(stage.root_image)
    from_root = known is not None and known["user"] == "root"
    if target in SYSTEM:
        others = [part for part in stage.chain() if part is not stage]
        return user if from_root and given < 0 and not any(map(_giving, others)) else None
    above = [step for step in stage.instructions if given < step.index < run.index and step.onbuild is None]
    for step in above[: -MOST - 1 : -1]:
        if isinstance(step, CopyLike):
            if _may_be_given(step, target):
                return None
            if _brings(step, target, project, below):
                return step
        elif isinstance(step, Run) and target in _folders(step):
            return step if from_root and step.index < user.index and stage.user_at(step) is None else None
    return None


def _may_be_given(copy: CopyLike, target: str) -> bool:
    """Whether a COPY that says an owner, or keeps that of another stage, may write there."""
    if copy.flag("chown") is None and not (isinstance(copy, Copy) and copy.from_):
        return False
    copied = inside_container(copy)
    return copied is None or f"{target}/".startswith(f"{copied.rstrip('/')}/")


def _brings(copy: CopyLike, target: str, project: Project, below: bool) -> bool:
    """Whether a COPY from the context surely writes a file there."""
    copied = inside_container(copy)
    if copied is None or copy.flag("chown") or (isinstance(copy, Copy) and copy.from_):
        return False
    if copied == target or (below and copied.startswith(f"{target}/")):
        return below or copy.destination is None or not copy.destination.value.endswith(("/", "."))
    folder = copied.rstrip("/")
    if any(f"{folder}/{source.rstrip('/').rpartition('/')[2]}" == target for source in local_sources(copy)):
        return True
    return any(copied_from(target, copy, context) for context in contexts_that_fit(copy.dockerfile, project))


def _folders(run: Run) -> set[str | None]:
    """The folders that a RUN makes."""
    return {
        absolute(run, word.value)
        for command in run.script.commands
        if command.effective.name == "mkdir"
        for word in command.effective.options(("-m", "--mode")).operands
        if word.value
    }


def _gives_before(run: Run, command: Command) -> bool:
    """Whether a command before that one, in the same RUN, may give files to somebody."""
    earlier = run.script.commands[: run.script.commands.index(command)]
    return any(giver in each.span.text for each in earlier for giver in GIVERS)


@remembered
def _giving(stage: Stage) -> list[int]:
    """The indexes of the RUNs of a stage that may give files to somebody."""
    return [run.index for run in stage.all_of(Run) if any(giver in run.span.text for giver in GIVERS)]
