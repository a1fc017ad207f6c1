from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

from ..secrets import without_secrets

if TYPE_CHECKING:
    from dagdock.api import Command, CommandInstruction, Dockerfile, Project, Script, Source


@rule(
    "PJ110",
    severity="warning",
    since="0.1",
    kind="project",
    lessons=["L10"],
    bad=[
        Bad(
            {
                "Dockerfile": "FROM python:3.12-slim\nCOPY entrypoint.sh /\n"
                '«ENTRYPOINT ["/entrypoint.sh"]»\nCMD ["gunicorn", "app:app"]\n',
                "entrypoint.sh": '#!/bin/sh\nset -e\npython manage.py migrate\n"$@"\n',
            }
        ),
        Bad(
            {
                "Dockerfile": 'FROM node:22-slim\nCOPY start.sh /\n«CMD ["/start.sh"]»\n',
                "start.sh": "#!/bin/sh\nnode migrate.js\nnode server.js\n",
            }
        ),
    ],
    good=[
        {
            "Dockerfile": 'FROM python:3.12-slim\nCOPY entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\n',
            "entrypoint.sh": '#!/bin/sh\nset -e\npython manage.py migrate\nexec "$@"\n',
        },
        {
            "Dockerfile": 'FROM python:3.12-slim\nCOPY start.sh /\nCMD ["/start.sh"]\n',
            "start.sh": "#!/bin/sh\ncelery -A app worker &\ngunicorn app:app\n",
        },
    ],
)
def shell_wrapper_without_exec(file: Dockerfile, project: Project) -> Problems:
    """The script that a container starts does not hand over to its program with `exec`.

    The shell then stays the first process and the program is its child. `docker stop` sends its signal to the shell,
    which does not pass it on, so the program cannot finish its work and is killed after ten seconds. With `exec` in
    front of the last command the program takes the shell's place.

    https://docs.docker.com/build/building/best-practices/#entrypoint
    """
    from ..dockerfile._entry_scripts import entry_scripts

    for starter, script in entry_scripts(file, project):
        stage = starter.stage
        if stage is None or not stage.is_final or stage.dialect_at() in ("powershell", "cmd", "unknown"):
            continue
        command = _last(script)
        if command is not None:
            name = script.path.rpartition("/")[2]
            yield Problem(
                starter,
                f"`{name}` ends with `{_short(command)}` as its child, which never sees the signal of `docker stop`. "
                f"Write `exec` before it, in line {command.span.line} of the script",
                related=[Related(command, "the command that needs `exec`")],
                severity="info" if _ends_at_once(starter) else None,
            )


def _ends_at_once(starter: CommandInstruction) -> bool:
    """Whether what the container starts by default only shows its help: a tool that nobody has to stop."""
    from dagdock.api import Cmd

    from ..dockerfile._started import HELP

    cmd = starter.stage.last(Cmd) if starter.stage else None
    return bool(cmd and cmd.exec_form and cmd.exec_form[-1] in HELP)


def _last(source: Source) -> Command | None:
    """The last command of a script, where it surely is a program that goes on and that the shell only waits for."""
    from dagdock.api import Mapped, parse_shell

    first = source.text.partition("\n")[0]
    if first.startswith("#!") and not any(shell in first for shell in ("sh", "bash", "ash", "dash", "zsh")):
        return None
    script = parse_shell(Mapped.of(source.whole), "bash")
    if script.broken or not script.understood or not script.commands or _handles_signals(script):
        return None
    last = max(script.commands, key=lambda command: command.start)
    if last.context or last.pipeline or last.background or last.negated or last.joined == "||":
        return None
    return last if _goes_on(last) and not source.text[last.span.end :].strip(" \t\r\n;") else None


def _handles_signals(script: Script) -> bool:
    """Whether the script needs its shell: for a trap, or for programs in the background."""
    return any(command.background or command.name in ("trap", "wait") for command in script.commands)


def _goes_on(command: Command) -> bool:
    """Whether a command runs what the container is there for, and is not `exec` already."""
    from ..dockerfile._servers import goes_on

    if command.name in ("exec", "tail", "sleep") or "exec" in command.wrappers or "exec" in command.effective.wrappers:
        return False
    if command.words and command.words[0].text in ('"$@"', "$@", '"${@}"', "$*"):
        return True
    return goes_on(command)


def _short(command: Command) -> str:
    text = without_secrets(" ".join(command.span.text.split()))
    return text if len(text) <= 40 else text[:39] + "…"
