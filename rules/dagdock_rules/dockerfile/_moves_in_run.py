"""Where a RUN goes by `cd`."""

from __future__ import annotations

from dagdock.api import Command, Run


def leading_cd(run: Run) -> tuple[Command, Command] | None:
    """The `cd FOLDER` that a RUN begins with, perhaps behind `mkdir FOLDER`, and the command that follows it.

    None where nothing profits from it.
    """
    commands = run.script.commands
    while len(commands) > 2 and commands[0].name == "set" and not commands[0].context:
        commands = commands[1:]
    made = len(commands) > 2 and _makes(commands[0], commands[1])
    move, following = commands[1:3] if made else commands[:2] if len(commands) > 1 else (None, None)
    if move is None or following is None or run.script.broken or commands[-1].name in ("cd", "pushd"):
        return None
    plain = move.name == "cd" and len(move.arguments) == 1 and not move.context and not move.pipeline
    return (move, following) if plain and following.joined in ("&&", ";", "\n") and not following.context else None


def _makes(first: Command, second: Command) -> bool:
    """`mkdir -p /app && cd /app`."""
    folders = [word.text for word in first.arguments if not word.text.startswith("-")]
    same = second.name == "cd" and folders == [word.text for word in second.arguments]
    return first.name == "mkdir" and same and second.joined == "&&" and not first.context
