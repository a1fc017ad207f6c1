from __future__ import annotations

from dagdock.api import Bad, Cmd, Command, Entrypoint, Problem, Problems, Stage, rule

from ._servers import server_of

# Programs that only wait or tell something, so that the container has one process of its own all the same.
HELPERS = frozenset("sleep echo wait tail printf true : touch date logger trap".split())


@rule(
    "DF629",
    severity="info",
    since="0.1",
    lessons=["L10"],
    bad=[
        Bad("FROM python:3.12-slim\nCMD «celery -A app worker» & gunicorn app:app\n"),
        Bad('FROM python:3.12-slim\nCMD ["sh", "-c", "«nginx» & exec gunicorn app:app"]\n'),
        Bad("FROM debian:12\nCMD «service nginx start» && python3 app.py\n"),
    ],
    good=[
        'FROM python:3.12-slim\nCMD ["gunicorn", "app:app"]\n',
        "FROM python:3.12-slim\nCMD python migrate.py && exec gunicorn app:app\n",
        'FROM python:3.12-slim\nCMD ["sh", "-c", "sleep 5 & exec gunicorn app:app"]\n',
    ],
)
def several_processes(stage: Stage) -> Problems:
    """One container starts several programs side by side.

    Docker watches only the last of them: when the one in the background dies, nobody restarts it, its signals and its
    log lines get lost, and the two cannot be scaled or updated by themselves. Start each in a container of its own,
    from the same image with another command.

    https://docs.docker.com/engine/containers/multi-service_container/
    """
    for kind in (Entrypoint, Cmd):
        last = stage.last(kind)
        if last is None or last.stage is not stage or not last.script.understood:
            continue
        commands = [each for each in last.script.commands if not set(each.context) - {"script"}]
        for place, command in enumerate(commands):
            behind = [each for each in commands[place + 1 :] if each.effective.name not in HELPERS]
            beside = behind or [each for each in commands[:place] if each.background and _works(each)]
            if (command.background or _detaches(command)) and _works(command) and beside:
                yield Problem(
                    command,
                    f"`{_name(command)}` runs in the background beside `{_name(beside[-1])}`, and nobody notices when "
                    "it dies. Give each program a container of its own",
                )
                break


def _detaches(command: Command) -> bool:
    """Whether a command goes to the background by itself: `service nginx start`."""
    server = server_of(command)
    return server is not None and server.detached


def _works(command: Command) -> bool:
    return command.effective.name is not None and command.effective.name not in HELPERS


def _name(command: Command) -> str:
    return command.effective.name or "a program"
