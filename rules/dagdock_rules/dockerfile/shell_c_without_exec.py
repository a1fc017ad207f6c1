from __future__ import annotations

from dagdock.api import Bad, Cmd, Command, CommandInstruction, Entrypoint, Problem, Problems, rule

from ._servers import goes_on
from ._shells import has_dash
from ._started import ends_in_exec


@rule(
    "DF643",
    severity="info",
    since="0.1",
    lessons=["L10"],
    bad=[
        Bad('FROM python:3.12-slim\nCMD ["sh", "-c", "python migrate.py && «gunicorn app:app»"]\n'),
        Bad('FROM python:3.12-slim\nCMD ["sh", "-c", "«python app.py 2>&1» | tee /var/log/app.log"]\n'),
    ],
    good=[
        'FROM python:3.12-slim\nCMD ["sh", "-c", "python migrate.py && exec gunicorn app:app"]\n',
        'FROM python:3.12-slim\nCMD ["sh", "-c", "gunicorn --bind :$PORT app:app"]\n',
        'FROM python:3.12-slim\nCMD ["bash", "-c", "python migrate.py && gunicorn app:app"]\n',
    ],
)
def shell_c_without_exec(command: CommandInstruction) -> Problems:
    """CMD or ENTRYPOINT is `["sh", "-c", "…"]`, and the program becomes a child of that shell.

    `docker stop` sends its signal to the first process, and a shell does not pass it on: the program cannot finish its
    work and is killed after ten seconds. Put `exec` in front of the last command, and the program takes the shell's
    place. A single command is left alone, and so is bash, which hands over to the last one by itself; Debian's `sh`
    does not. In a pipe no shell does: let the program write to the standard output alone, where `docker logs` finds it.

    https://docs.docker.com/reference/dockerfile/#exec-form-entrypoint-example
    """
    stage, words = command.stage, command.exec_form
    if not isinstance(command, (Cmd, Entrypoint)) or stage is None or not words or len(words) != 3:
        return
    if words[0].rpartition("/")[2] not in ("sh", "bash", "dash", "ash") or words[1] != "-c" or not stage.is_final:
        return
    if stage.last(type(command)) is not command or not command.script.understood or ends_in_exec(command):
        return
    entrypoint = stage.last(Entrypoint)
    if isinstance(command, Cmd) and entrypoint is not None and entrypoint.exec_form != []:
        return  # what that makes of it is unknown
    inner = [each for each in command.script.commands if "script" in each.context]
    if command.script.broken or not inner or any(each.background or each.name in ("trap", "wait") for each in inner):
        return
    if place := _child(inner, words[0], command):
        piped = "a pipe keeps the shell as the first process" if place.pipeline else "the shell stays the first process"
        remedy = (
            "Let it write to the standard output alone, and put `exec` in front of it"
            if place.pipeline
            else "Put `exec` in front of it"
        )
        yield Problem(place, f"{piped}, and `{place.effective.name}` never sees the signal of `docker stop`. {remedy}")


def _child(commands: list[Command], shell: str, starter: CommandInstruction) -> Command | None:
    """The program that goes on as a child of the shell, where that is sure."""
    last = commands[-1]
    if len(last.context) != 1 or last.name == "exec" or last.negated or last.joined == "||":
        return None
    if last.pipeline:
        first = last.pipeline[0]
        return first if last.pipeline[-1] is last and last.name == "tee" and goes_on(first) else None
    if len(commands) < 2 or shell.rpartition("/")[2] not in ("sh", "dash"):
        return None
    stage = starter.stage
    return last if stage is not None and has_dash(stage) and goes_on(last) else None
