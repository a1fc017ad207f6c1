from __future__ import annotations

import json

from dagdock.api import Bad, Cmd, CommandInstruction, Entrypoint, Fix, Problem, Problems, rule

# Words that only a shell understands; with any of them the command cannot do without one.
BUILT_IN = frozenset(
    ". : [ alias bg cd eval exit export fg jobs read set shift source test trap type ulimit umask unset wait".split()
)
SPECIAL = frozenset("$&;<>*()|\"'`\\?[]{}~#=!\n")


@rule(
    "DF601",
    severity="warning",
    since="0.1",
    fix="safe",
    lessons=["L10"],
    aliases=[
        "hadolint:DL3025",
        "buildkit:JSONArgsRecommended",
        "kics:not-using-json-in-cmd-and-entrypoint-arguments",
        "sonar:S7019",
        "semgrep:prefer-json-notation",
    ],
    bad=[
        Bad(
            "FROM python:3.12-slim\n«CMD python app.py»\n",
            fixed='FROM python:3.12-slim\nCMD ["python", "app.py"]\n',
        ),
        Bad("FROM node:22-slim\n«ENTRYPOINT npm run migrate && node server.js»\n"),
    ],
    good=[
        'FROM python:3.12-slim\nCMD ["python", "app.py"]\n',
        "FROM python:3.12-slim\nCMD exec gunicorn --bind :$PORT app:app\n",
        'FROM debian:12\nSHELL ["/bin/bash", "-c"]\nCMD python app.py\n',
    ],
)
def shell_form_cmd(command: CommandInstruction) -> Problems:
    """CMD or ENTRYPOINT is written as a shell line.

    Docker then starts `/bin/sh -c "your command"`: the shell is process 1 and your program only its child. `docker
    stop` sends its signal to the shell, which does not pass it on, so the program cannot finish its work and is
    killed after ten seconds; an ENTRYPOINT in shell form also drops CMD and the arguments of `docker run`. Write the
    exec form, a JSON list of words, or begin the line with `exec` when it needs a shell.

    https://docs.docker.com/reference/build-checks/json-args-recommended/
    """
    text = command.shell_text
    if not isinstance(command, (Cmd, Entrypoint)) or text is None or not text.text.strip():
        return
    if command.json_fault or command.dialect in ("powershell", "cmd", "unknown"):
        return
    if command.stage and command.stage.shell_at(command):
        return  # a SHELL of one's own is a choice
    words = text.text.split()
    plain = not any(character in SPECIAL for character in text.text.strip()) and words[0] not in BUILT_IN
    if words[0] == "exec" and not (plain and len(words) > 1):
        return
    fix = None
    if plain and not command.comments and not command.heredocs:
        array = json.dumps(words[1:] if words[0] == "exec" else words, ensure_ascii=False)
        fix = Fix.replace("Write it in exec form", text.span(0, len(text.text.rstrip())), array)
    commands = command.script.commands
    program = f"`{commands[0].name}`" if len(commands) == 1 and commands[0].name else "the program"
    remedy = "Write it as a JSON list of words" if plain else "Begin the line with `exec`, or move it into a script"
    yield Problem(
        command,
        f"{command.name} in shell form runs under `/bin/sh -c`, so {program} never gets the signal of `docker stop`. "
        f"{remedy}",
        fix=fix,
    )
