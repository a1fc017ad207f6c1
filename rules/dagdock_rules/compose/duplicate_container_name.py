from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Related, Service, Value, rule


@rule(
    "DC104",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dclint:no-duplicate-container-names"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1\n    container_name: shop\n"
            "  api:\n    image: api:1\n    container_name: «shop»\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1\n    container_name: web\n"
        "  api:\n    image: api:1\n    container_name: ${NAME}\n",
        "services:\n  a:\n    image: web:1\n    container_name: shop\n    profiles: [one]\n"
        "  b:\n    image: api:1\n    container_name: shop\n    profiles: [two]\n",
    ],
)
def duplicate_container_name(file: ComposeFile, project: Project) -> Problems:
    """Two services give their containers the same name.

    A name is there once on a machine, so Compose refuses the file. Leave `container_name` out: services reach each
    other by the names of the services anyway.

    https://docs.docker.com/reference/compose-file/services/#container_name
    """
    taken: dict[str, list[tuple[Value, Service]]] = {}
    for service in project.merged(file).services.values():
        name = service.container_name
        if name is None:
            continue
        text = str(name.resolved) if name.resolved is not None else str(name.raw)
        for other, owner in taken.get(text, []):
            if _may_run_together(service, owner):
                yield Problem(
                    name,
                    f"the container of `{owner.name}` has this name already, so Compose refuses the file. "
                    "Give this one another name, or none",
                    related=[Related(other, "taken here")],
                )
                break
        taken.setdefault(text, []).append((name, service))


def _may_run_together(one: Service, other: Service) -> bool:
    """Not where each has profiles of its own: such services stand in for each other."""
    sets = [{value.resolved for value in service.profiles} for service in (one, other)]
    return not all(sets) or None in set.union(*sets) or not sets[0].isdisjoint(sets[1])
