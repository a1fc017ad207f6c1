from __future__ import annotations

from dagdock.api import Bad, Cmd, CommandInstruction, Entrypoint, Problem, Problems, rule

SHELLS = frozenset("sh bash ash dash zsh".split())
JOINED = ("&&", ";", "\n")


@rule(
    "DF644",
    severity="info",
    since="0.1",
    lessons=["L14"],
    bad=[
        Bad("FROM python:3.12-slim\nCMD «cd /srv/proj» && exec python main.py\n"),
        Bad('FROM python:3.12-slim\nENTRYPOINT ["sh", "-c", "«cd /srv/proj» && exec python main.py"]\n'),
    ],
    good=[
        'FROM python:3.12-slim\nWORKDIR /srv/proj\nCMD ["python", "main.py"]\n',
        'FROM python:3.12-slim\nCMD ["sh", "-c", "cd $PROJECT && exec python main.py"]\n',
        'FROM python:3.12-slim\nCMD ["sh", "-c", "cd /a && make && cd /b && exec ./run"]\n',
    ],
)
def cd_in_start_command(command: CommandInstruction) -> Problems:
    """CMD or ENTRYPOINT goes to a folder first, where WORKDIR would say so.

    `WORKDIR` sets the folder that a container starts in. It shows in the image, holds for `docker exec` as well, and
    often the program needs no shell any more, so that signals reach it.

    https://docs.docker.com/reference/dockerfile/#workdir
    """
    stage = command.stage
    if not isinstance(command, (Cmd, Entrypoint)) or stage is None or stage.last(type(command)) is not command:
        return
    script = command.script
    commands = [each for each in script.commands if not (each.has_flag("-c") and each.effective.name in SHELLS)]
    if script.broken or not script.understood or len(commands) < 2 or not stage.is_final:
        return
    move, following = commands[:2]
    folder = move.arguments[0].value if len(move.arguments) == 1 else None
    plain = not set(move.context) - {"script"} and not move.pipeline and not move.background
    if move.name != "cd" or not plain or not folder or not folder.startswith("/") or following.joined not in JOINED:
        return
    if any(each.name in ("cd", "pushd") for each in commands[1:]):
        return
    if stage.workdir_at() == folder.rstrip("/"):
        yield Problem(move, f"WORKDIR says `{folder}` already, so the container starts there. Leave this out")
    else:
        yield Problem(
            move, f"the container could start in `{folder}`. Write `WORKDIR {folder}` above, and leave this out"
        )
