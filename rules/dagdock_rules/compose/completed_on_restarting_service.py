from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Related, Service, rule

FOREVER = ("always", "unless-stopped")


@rule(
    "DC505",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L21", "L27"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1.4\n    depends_on:\n      migrate:\n"
            "        condition: «service_completed_successfully»\n"
            "  migrate:\n    image: web:1.4\n    command: migrate\n    restart: always\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1.4\n    restart: always\n    depends_on:\n      migrate:\n"
        "        condition: service_completed_successfully\n"
        "  migrate:\n    image: web:1.4\n    command: migrate\n    restart: on-failure\n",
    ],
)
def completed_on_restarting_service(service: Service, project: Project) -> Problems:
    """A service waits until another one has ended, and that is started again each time it ends.

    `restart: always` and `unless-stopped` start a container again after success, too, so it never counts as completed
    and what waits for it never starts. Let the task restart `on-failure` only, or not at all.

    https://docs.docker.com/reference/compose-file/services/#restart
    """
    services = project.merged(service.file).services
    for dependency in service.depends_on:
        condition, other = dependency.condition, services.get(dependency.service or "")
        if other is None or condition is None or condition.resolved != "service_completed_successfully":
            continue
        restart = other.restart
        if restart and restart.resolved in FOREVER:
            yield Problem(
                condition,
                f"`{other.name}` is started again each time it ends (`restart: {restart.resolved}`), so it never "
                "counts as completed and this never starts. Write `restart: on-failure` there",
                related=[Related(restart, "started again here")],
            )
