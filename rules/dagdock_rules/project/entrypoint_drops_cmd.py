from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import CommandInstruction, Located, Project, Service

# Programs and scripts that run what is written behind them, and nothing of their own.
WRAPPERS = r"(?:docker[-_])?entry[-_]?point(?:\.sh)?|tini|dumb-init|docker-php-entrypoint|--"


@rule(
    "PJ168",
    severity="info",
    since="0.1",
    kind="project",
    lessons=["L10"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    build: .\n    entrypoint: «/entrypoint.sh»\n",
                "Dockerfile": "FROM python:3.12-slim\nCOPY . .\n"
                'ENTRYPOINT ["/entrypoint.sh"]\nCMD ["gunicorn", "app"]\n',
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    build: .\n    entrypoint: /entrypoint.sh\n"
            "    command: gunicorn app\n",
            "Dockerfile": 'FROM python:3.12-slim\nCOPY . .\nCMD ["gunicorn", "app"]\n',
        },
        {
            "compose.yaml": "services:\n  web:\n    build: .\n    entrypoint: python debug.py\n",
            "Dockerfile": 'FROM python:3.12-slim\nCOPY . .\nCMD ["gunicorn", "app"]\n',
        },
    ],
)
def entrypoint_drops_cmd(service: Service, project: Project) -> Problems:
    """A service sets the entrypoint, and with that the image's CMD is gone.

    `entrypoint` in a Compose file replaces ENTRYPOINT *and* empties CMD. A script that prepares things and then runs
    its arguments (`exec "$@"`) has none left: the container ends at once. Write the command under `command`, too.

    https://docs.docker.com/reference/compose-file/services/#entrypoint
    """
    entrypoint = service.entrypoint
    if entrypoint is None or not entrypoint.words or service.has("command") or not service.complete:
        return
    last = entrypoint.words[-1].resolved
    if last is None or not re.fullmatch(WRAPPERS, basename(last)) or is_said_before(service, entrypoint, _places):
        return
    from dagdock.api import Cmd

    running = project.merged(service.file).services.get(service.name, service)
    stage = project.stage_of(service)
    cmd: CommandInstruction | None = stage.last(Cmd) if stage else None
    if cmd is not None and not running.has("command"):
        yield Problem(
            entrypoint,
            f"this also drops the image's CMD (`{cmd.body.text[:60]}`), so nothing is left to run. Write it as "
            "`command` here",
            related=[Related(cmd, "the CMD that is dropped")],
        )


def _places(service: Service) -> list[Located]:
    return [service.entrypoint] if service.entrypoint else []
