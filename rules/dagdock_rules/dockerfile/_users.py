"""Which user an image runs as."""

from __future__ import annotations

import re

from dagdock.api import CommandInstruction, Copy, Stage, User

ROOT = frozenset(("root", "0", "containeradministrator", "administrator"))
DROPPERS = r"\b(?:gosu|su-exec|setpriv|s6-setuidgid|chroot --userspec|fixuid|fixdockergid)\b"


def is_root(user: User, stage: Stage) -> bool:
    """Whether USER surely names root, with or without a group."""
    value = user.user.resolve(stage.scope_at(user)) if user.user else None
    return value is not None and value.partition(":")[0].lower() in ROOT


def drops_root(stage: Stage) -> bool:
    """Whether the image brings a tool that changes to an ordinary user when the container starts."""
    return any(
        re.search(DROPPERS, instruction.body.text)
        for part in stage.chain()
        for instruction in part.instructions
        if isinstance(instruction, (CommandInstruction, Copy))
    )
