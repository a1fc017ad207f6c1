from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, rule

from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import Located, Project, Script, Service


@rule(
    "PJ112",
    severity="warning",
    since="0.1",
    kind="project",
    lessons=["L11", "L21"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    build: .\n    healthcheck:\n"
                '      test: «["CMD", "curl", "-f", "http://localhost:8000/"]»\n',
                "Dockerfile": "FROM python:3.12-slim\nCOPY app.py .\n",
            }
        ),
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    image: node:22-alpine\n    healthcheck:\n"
                "      test: «curl -f http://localhost:3000/ || exit 1»\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    build: .\n    healthcheck:\n"
            '      test: ["CMD", "curl", "-f", "http://localhost:8000/"]\n',
            "Dockerfile": "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y curl\n",
        },
        {
            "compose.yaml": "services:\n  web:\n    image: node:22-alpine\n    healthcheck:\n"
            "      test: wget -qO- http://localhost:3000/ || exit 1\n",
        },
    ],
)
def service_health_tool_missing(service: Service, project: Project) -> Problems:
    """A service's healthcheck calls a program that its image does not have.

    Slim and Alpine images lack `curl`, slim ones `wget` and `ps` too. The check runs inside the container, so it fails
    each time: the service counts as unhealthy although it works, and whoever waits for it with `service_healthy` never
    starts. Install the tool in the image, or ask with what is there: `python -c`, BusyBox's `wget` on Alpine.

    https://docs.docker.com/reference/compose-file/services/#healthcheck
    """
    test = service.healthcheck.test if service.healthcheck else None
    if test is None or not _may_lack_something(service):
        return
    script = _script(service)
    if script is None or any(command.name in ("command", "which", "type") for command in script.commands):
        return
    for command in script.commands:
        name = command.effective.name
        words = command.effective.words
        if name and words and "/" not in (words[0].value or "") and _lacks(service, name, project):
            if is_said_before(service, test, _places):
                return
            yield Problem(
                test,
                f"the image of `{service.name}` has no `{name}`, so this check always fails. Install it there, or ask "
                "with a program that is there",
            )
            return


def _script(service: Service) -> Script | None:
    """The commands that the check runs."""
    from dagdock.api import Text, parse_exec, parse_shell

    test = service.healthcheck.test if service.healthcheck else None
    if test is None:
        return None
    if test.shell is not None:
        return parse_shell(test.shell)
    words = [Text(str(word.resolved), word.span) for word in test.words if word.resolved is not None]
    return parse_exec(words[1:]) if len(words) == len(test.words) and words[:1] == ["CMD"] else None


def _may_lack_something(service: Service) -> bool:
    """Whether anything is known of its image: a look from afar, before the check is read."""
    from ..dockerfile._tools import missing_in_base

    return service.build is not None or bool(missing_in_base(service.image_ref))


def _lacks(service: Service, tool: str, project: Project) -> bool:
    from ..dockerfile._tools import SHELLS, lacks, missing_in_base

    if tool in SHELLS:
        return False
    if service.build is not None:
        stage = project.stage_of(service)
        return stage is not None and lacks(stage, tool)
    return tool in (missing_in_base(service.image_ref) or ())


def _places(service: Service) -> list[Located]:
    test = service.healthcheck.test if service.healthcheck else None
    return [test] if test else []
