from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import Located, Project, Service, Stage

# Where plain servers listen as their images configure them. Docker Hub, 2026-11.
SERVERS = {"nginx": (80, 443), "httpd": (80, 443), "caddy": (80, 443, 2019), "php": (80, 9000)}


@rule(
    "PJ167",
    severity="info",
    since="0.1",
    kind="project",
    lessons=["L12"],
    bad=[
        Bad(
            {
                "compose.yaml": 'services:\n  web:\n    build: .\n    ports:\n      - «"8080:8080"»\n',
                "Dockerfile": 'FROM python:3.12-slim\nEXPOSE 8000\nCMD ["gunicorn", "-b", ":8000", "app:app"]\n',
            }
        ),
        Bad({"compose.yaml": 'services:\n  db:\n    image: postgres:16\n    ports:\n      - «"5433:5433"»\n'}),
    ],
    good=[
        {
            "compose.yaml": 'services:\n  web:\n    build: .\n    ports: ["8080:8000"]\n',
            "Dockerfile": "FROM python:3.12-slim\nCOPY . .\nEXPOSE 8000\n",
        },
        {
            "compose.yaml": 'services:\n  web:\n    build: .\n    ports: ["8080:8080"]\n'
            "    command: serve --port 8080\n",
            "Dockerfile": "FROM python:3.12-slim\nCOPY . .\nEXPOSE 8000\n",
        },
        {"compose.yaml": 'services:\n  db:\n    image: postgres:16\n    ports: ["5433:5432"]\n'},
    ],
)
def port_not_exposed(service: Service, project: Project) -> Problems:
    """A port is published on which the container does not listen, as far as its image says.

    The right side of `ports` is the port inside the container. Docker opens the port on the host whether or not
    anybody answers inside, so a wrong number shows only as "connection reset". The image says another number: by the
    EXPOSE of its Dockerfile, or because it is a server whose port is known.

    https://docs.docker.com/reference/compose-file/services/#ports
    """
    running = project.merged(service.file).services.get(service.name, service)
    if len(service.ports) != 1 or len(running.ports) != 1 or running.env_files or running.has("network_mode"):
        return
    port = service.ports[0]
    target = port.target
    if target is None or target.first != target.last or port.protocol != "tcp":
        return
    number = target.first
    stage = project.stage_of(service) if service.build else None
    known = _exposed(stage) if stage else _usual(running)
    if not known or number in known or _is_told(running, stage, number):
        return
    if is_said_before(service, port, _places):
        return
    words = ", ".join(str(each) for each in sorted(known))
    exposes = list(stage.chain()) if stage else []
    from dagdock.api import Expose

    yield Problem(
        port.node.span,
        f"the Dockerfile exposes {words}, not {number}: if nothing listens on {number}, this port leads nowhere. "
        f"Correct the number here, or write `EXPOSE {number}` there"
        if stage
        else f"`{running.name}` listens on {words} in its container, not on {number}. "
        f"Write `{port.published or number}:{sorted(known)[0]}`",
        related=[Related(each, "the ports of the image") for part in exposes for each in part.all_of(Expose)][:1],
    )


def _exposed(stage: Stage) -> set[int]:
    """The ports that a stage exposes; none where one is not known."""
    from dagdock.api import Expose

    found: set[int] = set()
    for part in stage.chain():
        for expose in part.all_of(Expose):
            for word in expose.words:
                text = (word.resolve((expose.stage or part).scope_at(expose)) or "").partition("/")[0]
                if not text.isdigit() or len(text) > 5:
                    return set()
                found.add(int(text))
    return found


def _usual(service: Service) -> set[int]:
    from ..compose._stores import store_of

    if service.volumes and not (store := store_of(service)):
        return set()  # a file may be mounted that says otherwise
    store = store_of(service)
    if store is not None:
        as_usual = not service.configs and service.entrypoint is None and service.command is None
        return set(store.ports) if as_usual and store.name != "InfluxDB" else set()  # its releases differ
    image = service.image_ref
    return set(SERVERS.get(image.familiar, ())) if image and service.command is None and not service.configs else set()


def _is_told(service: Service, stage: Stage | None, number: int) -> bool:
    """Whether the number, or a variable that may hold it, is named anywhere else."""
    texts = [str(setting.value.raw) for setting in service.environment if setting.value]
    for command in (service.command, service.entrypoint, service.healthcheck.test if service.healthcheck else None):
        texts += [str(command.node.span.text)] if command else []
    if stage is not None:
        texts += [each.span.text for part in stage.chain() for each in part.instructions if each.name != "EXPOSE"]
    return any(re.search(rf"(?<![\d.]){number}(?!\d)", text) for text in texts)


def _places(service: Service) -> list[Located]:
    return list(service.ports)
