from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Service, rule

from ._model import as_run


@rule(
    "DC512",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L27"],
    aliases=["kics:healthcheck-not-set"],
    tags=["hardening"],
    bad=[Bad('services:\n  «web»:\n    image: nginx:1.27\n    ports: ["80:80"]\n')],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    healthcheck: {test: curl -f http://localhost}\n",
        {
            "compose.yaml": "services:\n  web:\n    build: .\n",
            "Dockerfile": "FROM nginx:1.27\nHEALTHCHECK CMD curl -f http://localhost\n",
        },
        "services:\n  load:\n    image: load:1\n    restart: 'no'\n",
    ],
)
def service_without_healthcheck(service: Service, project: Project) -> Problems:
    """A service has no healthcheck.

    Docker knows that the process is there, not that the program answers. With a `healthcheck` it shows, and others can
    wait for it with `condition: service_healthy`. An image may bring one of its own that cannot be seen from here.

    https://docs.docker.com/reference/compose-file/services/#healthcheck
    """
    running = as_run(service, project)
    if not running.complete or running.has("healthcheck") or running.has("provider"):
        return
    if (running.restart and running.restart.resolved == "no") or service.span.source is not running.span.source:
        return
    stage = project.stage_of(running) if running.build else None
    from dagdock.api import Healthcheck

    if stage is None or not any(part.all_of(Healthcheck) for part in stage.chain()):
        yield Problem(service, "nobody sees whether the program in it still answers. Add a `healthcheck`")
