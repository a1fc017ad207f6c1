from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Service, remembered, rule

from ._model import as_run, is_for_swarm


@rule(
    "DC511",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L27"],
    aliases=["kics:restart-policy-on-failure-not-set-to-5"],
    tags=["hardening"],
    bad=[Bad("services:\n  «web»:\n    image: nginx:1.27\n")],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    restart: on-failure:5\n",
        "services:\n  web:\n    image: nginx:1.27\n    restart: 'no'\n    depends_on:\n"
        "      migrate: {condition: service_completed_successfully}\n  migrate:\n    image: web:1\n",
    ],
)
def service_without_restart(service: Service, project: Project) -> Problems:
    """A service has no restart policy.

    When it crashes or the machine restarts, it stays down. `restart: unless-stopped` brings it back; `restart: no`
    says that this is meant. Tasks that others wait for until they are completed need none. `service-stays-down` says
    this by default, once for each file and only where there is no healthcheck either.

    https://docs.docker.com/reference/compose-file/services/#restart
    """
    running = as_run(service, project)
    deploy = running.deploy
    if not running.complete or running.has("restart") or (deploy and deploy.has("restart_policy")):
        return
    if is_for_swarm(service.file) or running.has("provider") or service.span.source is not running.span.source:
        return
    if str(service.name) not in _tasks(project.merged(service.file)):
        yield Problem(service, "without `restart` it stays down when it crashes or the machine restarts. Say which")


@remembered
def _tasks(model: ComposeFile) -> set[str]:
    """The services that others wait for until they are completed."""
    return {
        str(dependency.service)
        for service in model.services.values()
        for dependency in service.depends_on
        if dependency.condition and dependency.condition.resolved == "service_completed_successfully"
    }
