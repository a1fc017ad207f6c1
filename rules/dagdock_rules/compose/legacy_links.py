from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Service, rule

from ._model import as_run


@rule(
    "DC510",
    severity="info",
    since="0.1",
    lessons=["L20"],
    tags=["deprecated"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1\n    «links»:\n      - db\n    depends_on: [db]\n"
            "  db:\n    image: postgres:16\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1\n    depends_on: [db]\n  db:\n    image: postgres:16\n",
        "services:\n  web:\n    image: web:1\n    links: ['db:database']\n  db:\n    image: postgres:16\n",
    ],
)
def legacy_links(service: Service, project: Project) -> Problems:
    """`links` to services that can be reached by name anyway.

    Since Compose makes a network for each project, services find each other by name without `links`, which Docker
    calls a legacy feature. What is left of its effect, the order of the start, is what `depends_on` is for. A link
    that gives another name (`db:database`) does something and is left alone.

    https://docs.docker.com/engine/network/links/
    """
    entry = service.entries.get("links")
    running = as_run(service, project)
    if entry is None or not service.links or running.has("network_mode") or running.has("networks"):
        return
    services = project.merged(service.file).services
    for link in service.links:
        other = services.get(link.service or "")
        if other is None or (link.alias and link.alias != link.service) or other.has("networks"):
            return
    waits = {dependency.service for dependency in running.depends_on}
    late = list(dict.fromkeys(str(link.service) for link in service.links if link.service not in waits))
    remedy = "Delete it"
    if late and not running.has("depends_on"):
        remedy = f"For the order of the start write `depends_on: [{', '.join(late)}]` in its place"
    elif late:
        remedy += f"; for the order of the start name {', '.join(f'`{name}`' for name in late)} under `depends_on`"
    yield Problem(
        entry.name,
        f"services of one file reach each other by name without `links`, which is kept for old files only. {remedy}",
    )
