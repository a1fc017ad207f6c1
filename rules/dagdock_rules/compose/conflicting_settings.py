from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Related, Section, Service, Value, rule, size_of

from ._model import as_run, is_for_swarm

Conflict = tuple[Value, Value | None, str]


@rule(
    "DC027",
    severity="error",
    since="0.1",
    precision="very-high",
    tags=["syntax"],
    bad=[
        Bad("services:\n  web:\n    image: nginx:1.27\n    container_name: «web»\n    scale: 2\n"),
        Bad(
            "services:\n  web:\n    build:\n      context: .\n      platforms: [linux/amd64]\n"
            "    platform: «linux/arm64»\n"
        ),
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    mem_limit: «1g»\n    deploy:\n      resources:\n"
            "        limits: {memory: 512m}\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    scale: 2\n    mem_limit: 1g\n    deploy:\n      replicas: 2\n"
        "      resources:\n        limits: {memory: 1024m}\n",
        "services:\n  web:\n    image: nginx:1.27\n    container_name: web\n    scale: ${COUNT:-1}\n",
    ],
)
def conflicting_settings(file: ComposeFile, project: Project) -> Problems:
    """Two settings of a service that say different things about the same matter.

    Compose refuses the whole file: a limit of the service and another one under `deploy`, `scale` and
    `deploy.replicas`, a `container_name` for several containers, a `platform` that is not among those that are built.
    Keep one of the two.

    https://docs.docker.com/reference/compose-file/deploy/#resources
    """
    if is_for_swarm(file):
        return
    told: set[int] = set()
    for service in file.services.values():
        for value, other, message in _conflicts(as_run(service, project)):
            if value.span.source is file.source and value.span.start not in told:
                told.add(value.span.start)
                related = [Related(other, "the other one is here")] if other else []
                yield Problem(value, f"{message}, so Compose refuses the file", related=related)


def _conflicts(service: Service) -> Iterator[Conflict]:
    deploy = service.deploy
    scale, replicas = service.value("scale"), deploy.value("replicas") if deploy else None
    counts = [value.integer for value in (scale, replicas) if value]
    if scale and replicas and None not in counts and counts[0] != counts[1]:
        yield scale, replicas, f"`scale` is {scale.resolved} and `deploy.replicas` is {replicas.resolved}"
    several = next((value for value in (scale, replicas) if value and (value.integer or 0) > 1), None)
    if several and service.container_name and service.container_name.resolved:
        message = f"{several.resolved} containers of the service `{service.name}` cannot all have one name"
        yield service.container_name, several, message
    platforms = service.build.values("platforms") if service.build else []
    platform = service.value("platform")
    built = [value.resolved for value in platforms]
    if platform and built and platform.resolved and all(built) and platform.resolved not in built:
        yield platform, platforms[0], f"`{platform.resolved}` is not among the `platforms` that are built"
    resources = deploy.section("resources") if deploy else None
    for key, part, other in _LIMITS:
        limits = resources.section(part) if resources else None
        if limits:
            yield from _limit(service, key, limits, other, f"deploy.resources.{part}.{other}")


_LIMITS = (
    ("cpus", "limits", "cpus"),
    ("mem_limit", "limits", "memory"),
    ("mem_reservation", "reservations", "memory"),
    ("pids_limit", "limits", "pids"),
)


def _limit(service: Service, key: str, limits: Section, other: str, place: str) -> Iterator[Conflict]:
    """Both must be the same; one that is not written under `deploy` counts as 0 there."""
    value, there = service.value(key), limits.value(other)
    read = size_of if "mem" in key else _number
    amount = read(value.resolved) if value and value.resolved else None
    opposite = read(there.resolved) if there and there.resolved else 0.0 if other not in limits.entries else None
    if value and amount and opposite is not None and abs(amount - opposite) > 1e-6 * amount:
        said = f"is {there.resolved}" if there else "is missing"
        yield value, there, f"`{key}` is {value.resolved} and `{place}` {said}"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
