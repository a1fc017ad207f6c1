from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Related, rule

from ._needs import Need, needs

Way = list[tuple[str, Need]]  # services, each with how it names the next one


@rule(
    "DC016",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L21"],
    tags=["references"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    depends_on: [api]\n"
            "  api:\n    image: api:1.4\n    links: [«web»]\n"
        ),
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    depends_on:\n"
            "      «web»:\n        condition: service_started\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    depends_on: [api, db]\n"
        "  api:\n    image: api:1.4\n    depends_on: [db]\n  db:\n    image: postgres:16\n",
    ],
)
def dependency_cycle(file: ComposeFile, project: Project) -> Problems:
    """Services wait for each other in a circle, so none of them can start.

    Compose refuses such a file. Besides `depends_on`, also `links`, `volumes_from` and `network_mode`, `pid` or `ipc`
    with `service:NAME` make a service wait for another one. Take out the one of them that is not needed for the start:
    services reach each other by name without it.

    https://docs.docker.com/compose/how-tos/startup-order/
    """
    services = project.merged(file).services
    edges = {name: [need for need in needs(service) if need.name in services] for name, service in services.items()}
    told: set[frozenset[str]] = set()
    for way in _circles(edges):
        names = [name for name, _ in way]
        if frozenset(names) in told:
            continue
        told.add(frozenset(names))
        closing = way[-1][1]
        circle = " → ".join(f"`{name}`" for name in [*names, names[0]])
        message = f"`{names[0]}` waits for itself" if len(names) == 1 else f"these wait for each other: {circle}"
        yield Problem(
            closing.name,
            f"{message}, so Compose refuses the file. Take out one `{closing.key}`",
            related=[Related(need.name, f"`{name}` waits for `{need.name}`") for name, need in way[:-1]],
        )


def _circles(edges: dict[str, list[Need]]) -> Iterator[Way]:
    """The circles that a walk through all services, depth first, comes upon."""
    done: set[str] = set()
    for start, first in edges.items():
        way: Way = []  # where the walk stands, without its last service
        places = {start: 0}
        waiting = [(start, iter(first))] if start not in done else []
        while waiting:
            name, rest = waiting[-1]
            need = next(rest, None)
            if need is None:
                waiting.pop()
                done.add(name)
                del places[name]
                if way:
                    way.pop()
            elif need.name in places:
                yield [*way[places[need.name] :], (name, need)]
            elif need.name not in done:
                way.append((name, need))
                places[need.name] = len(waiting)
                waiting.append((need.name, iter(edges[need.name])))
