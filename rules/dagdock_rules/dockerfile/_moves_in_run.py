"""Where a RUN goes by `cd`."""

from __future__ import annotations

from dagdock.api import Command, Run


def leading_cd(run: Run) -> tuple[Command, Command] | None:
    """The `cd FOLDER` that a RUN begins with, and the command that follows it; None where nothing profits from it."""
    commands = run.script.commands
    if run.script.broken or len(commands) < 2 or commands[-1].name in ("cd", "pushd"):
        return None
    move, following = commands[0], commands[1]
    plain = move.name == "cd" and len(move.arguments) == 1 and not move.context and not move.pipeline
    return (move, following) if plain and following.joined in ("&&", ";", "\n") and not following.context else None
