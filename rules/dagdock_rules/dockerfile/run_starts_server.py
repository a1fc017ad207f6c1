from __future__ import annotations

from dagdock.api import Bad, Command, Problem, Problems, Project, Related, Run, Script, rule

from ._entries import script_server, started_anyway
from ._servers import server_of

# What may follow a service that was started for nothing: none of these could have needed it.
IDLE = frozenset(
    "echo printf true : rm rmdir mkdir touch sleep exit apt-get apt apk yum dnf chmod chown ls cat".split()
)
REMEDY = "Start it with CMD or ENTRYPOINT, which run when the container starts"


@rule(
    "DF401",
    severity="error",
    since="0.1",
    lessons=["L04"],
    aliases=["hadolint:DL3001"],
    bad=[
        Bad("FROM python:3.12-slim\nCOPY . /app\nRUN pip install /app && «flask run --host 0.0.0.0»\n"),
        Bad("FROM debian:12\nRUN apt-get update && apt-get install -y nginx\nRUN «service nginx start»\n"),
        Bad('FROM node:22-slim\nRUN «["npm", "start"]»\n'),
        Bad(
            {
                "Dockerfile": "FROM python:3.12-slim\nWORKDIR /app\nCOPY app.py .\nRUN «python app.py»\n",
                "app.py": "from flask import Flask\n\napp = Flask(__name__)\napp.run()\n",
            }
        ),
    ],
    good=[
        'FROM python:3.12-slim\nRUN flask db upgrade\nCMD ["flask", "run"]\n',
        "FROM nginx:1.27\nCOPY site.conf /etc/nginx/conf.d/\nRUN nginx -t\n",
        "FROM postgres:16\nRUN pg_ctl -D /data -w start && psql -f /schema.sql && pg_ctl -D /data stop\n",
        "FROM node:22-slim\nRUN npm run build\n",
        'FROM alpine:3.22\nRUN wget -O- https://bootstrap.example.com/get-pip.py | python\nCMD ["python"]\n',
        'FROM alpine:3.22\nRUN seqtk 2>&1 | head -3\nCMD ["seqtk"]\n',
    ],
)
def run_starts_server(run: Run, project: Project) -> Problems:
    """RUN starts a program that does not end, or one that is gone when the step is over.

    RUN happens while the image is built, and only files survive it. A server in RUN keeps the build waiting for ever,
    and a service that goes to the background dies with the step: the finished image holds none of it. What a
    container shall run belongs into CMD or ENTRYPOINT, which Docker executes when the container starts.

    https://docs.docker.com/reference/dockerfile/#cmd
    https://docs.docker.com/reference/dockerfile/#run
    """
    script = run.script
    for number, command in enumerate(script.commands):
        place = command if run.exec_form is None else run.body.span(0, len(run.body.text.rstrip()))
        if _is_endless_loop(command, script):
            yield Problem(
                place, "this loop does not end by itself, so the build hangs in this RUN. " + REMEDY, aliases=[]
            )
            continue
        following = script.commands[number + 1 : number + 2]
        if not _is_executed(command) or (following and following[0].joined == "||"):
            continue
        server = server_of(command) or script_server(command, run, project)
        later = None if server else started_anyway(command, run)
        if later and not command.background:
            yield Problem(
                place,
                f"this is the command of {later.name} in line {later.span.line}, and here it runs while the image is "
                "built: if it does not end, the build hangs. Delete this RUN",
                severity="warning",
                related=[Related(later, "this starts it in the container")],
                aliases=[],
            )
        elif server and (server.detached or command.background):
            if not _is_used(script, number):
                yield Problem(
                    place,
                    f"`{server.name}` runs for this build step only and is not in the finished image: RUN keeps "
                    "files, no processes. Start it with CMD or ENTRYPOINT",
                    severity="warning",
                    aliases=["hadolint:DL3001"] if server.name.startswith("service ") else [],
                )
        elif server:
            yield Problem(
                place, f"`{server.name}` does not end by itself, so the build hangs in this RUN. " + REMEDY, aliases=[]
            )


def _is_endless_loop(command: Command, script: Script) -> bool:
    """`while true` that nothing leaves, at the top of the script."""
    endless = ("true", ":") if command.context == ("while", "condition") else ("false",)
    if command.context not in (("while", "condition"), ("until", "condition")) or command.name not in endless:
        return False
    return not any(other.name in ("break", "exit", "return", "kill") for other in script.commands)


def _is_executed(command: Command) -> bool:
    """Whether the command runs for sure and until it ends: no condition, no function, no time limit."""
    if "timeout" in command.effective.wrappers or (command.joined == "||"):
        return False
    return all(part in ("subshell", "script") for part in command.context)


def _is_used(script: Script, number: int) -> bool:
    """Whether a later command of the same RUN may talk to the server or stop it."""
    return any(not _is_idle(command) for command in script.commands[number + 1 :])


def _is_idle(command: Command) -> bool:
    name = command.effective.name
    if name in ("service", "systemctl"):
        return not any(word.value == "stop" for word in command.effective.arguments)
    return name in IDLE
