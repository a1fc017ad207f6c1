from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, rule

from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import Located, Project, Service


@rule(
    "PJ162",
    severity="warning",
    since="0.1",
    kind="project",
    precision="very-high",
    lessons=["L10"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    build: .\n    command: «serve --port 80»\n",
                "Dockerfile": "FROM alpine:3.20\nENTRYPOINT /run.sh\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    build: .\n    command: serve --port 80\n",
            "Dockerfile": 'FROM alpine:3.20\nENTRYPOINT ["/run.sh"]\n',
        },
        {
            "compose.yaml": "services:\n  web:\n    build: .\n    entrypoint: /run.sh\n    command: serve\n",
            "Dockerfile": "FROM alpine:3.20\nENTRYPOINT /other.sh\n",
        },
    ],
)
def command_ignored(service: Service, project: Project) -> Problems:
    """The image's ENTRYPOINT is in shell form, so the `command` of a service never reaches it.

    An ENTRYPOINT without brackets is run as `/bin/sh -c "…"`, and what Compose adds becomes arguments of that shell,
    which nothing reads. The container starts as if `command` was not there. Write the ENTRYPOINT as a list.

    https://docs.docker.com/reference/dockerfile/#shell-form-entrypoint-example
    """
    command = service.command
    if command is None or not service.build or not command.words or service.has("entrypoint"):
        return
    if is_said_before(service, command, _places):
        return
    from dagdock.api import Entrypoint

    stage = project.stage_of(service)
    entrypoint = stage.last(Entrypoint) if stage else None
    if entrypoint is None or entrypoint.shell_text is None:
        return
    text = entrypoint.shell_text.text
    if "$@" not in text and "$*" not in text and "$0" not in text and "$1" not in text:
        yield Problem(
            command,
            "the Dockerfile has an ENTRYPOINT in shell form, which takes no arguments: this never reaches it. Write "
            "the ENTRYPOINT as a list",
        )


def _places(service: Service) -> list[Located]:
    return [service.command] if service.command else []
