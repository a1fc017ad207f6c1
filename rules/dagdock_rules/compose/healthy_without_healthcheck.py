from __future__ import annotations

from posixpath import basename, dirname

from dagdock.api import Bad, ImageRef, Problem, Problems, Project, Related, Service, rule


@rule(
    "DC503",
    severity="error",
    since="0.1",
    lessons=["L21"],
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1.4\n    depends_on:\n      db:\n        condition: «service_healthy»\n"
            "  db:\n    image: postgres:16\n"
        ),
        Bad(
            "services:\n  web:\n    image: web:1.4\n    depends_on: {api: {condition: «service_healthy»}}\n"
            "  api:\n    image: api:2\n    healthcheck:\n      disable: true\n"
        ),
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    image: web:1.4\n    depends_on:\n      api:\n"
                "        condition: «service_healthy»\n  api:\n    build: .\n",
                "Dockerfile": "FROM python:3.12\nCOPY . .\nCMD python app.py\n",
            }
        ),
    ],
    good=[
        "services:\n  web:\n    image: web:1.4\n    depends_on:\n      db:\n        condition: service_healthy\n"
        "  db:\n    image: postgres:16\n    healthcheck: {test: pg_isready}\n",
        {
            "compose.yaml": "services:\n  web:\n    image: web:1.4\n    depends_on:\n      api:\n"
            "        condition: service_healthy\n  api:\n    build: .\n",
            "Dockerfile": "FROM python:3.12\nCOPY . .\nHEALTHCHECK CMD python ask.py\nCMD python app.py\n",
        },
        "services:\n  web:\n    image: web:1.4\n    depends_on:\n      api:\n        condition: service_healthy\n"
        "  api:\n    image: ${API_IMAGE}\n",
    ],
)
def healthy_without_healthcheck(service: Service, project: Project) -> Problems:
    """A service waits until another one is healthy, and that has no healthcheck.

    Nobody ever says that the other container is healthy, so Compose stops with "has no healthcheck configured". Give
    that service a `healthcheck`: `pg_isready` for PostgreSQL, a request to the server itself for a web service.

    https://docs.docker.com/reference/compose-file/services/#depends_on
    https://docs.docker.com/reference/compose-file/services/#healthcheck
    """
    services = project.merged(service.file).services
    for dependency in service.depends_on:
        condition, other = dependency.condition, services.get(dependency.service or "")
        if other is None or condition is None or dependency.required is False or not other.complete:
            continue
        if condition.resolved != "service_healthy" or _is_told_above(service, other, services):
            continue
        check, has_none = other.healthcheck, None
        if check and check.disabled:
            reason = f"the healthcheck of `{other.name}` is switched off"
        elif other.has("healthcheck") or (has_none := _has_none(other, project)) is False:
            continue
        elif has_none:
            reason = f"`{other.name}` has no healthcheck, neither here nor in its image"
        elif other.build is None:
            continue  # somebody else's image, which may bring one
        else:
            reason = (
                f"`{other.name}` has no healthcheck here; unless its image brings one, nobody says when it is healthy"
            )
        yield Problem(
            condition,
            f"{reason}, so Compose stops with an error. Give `{other.name}` a `healthcheck`",
            severity=None if (check and check.disabled) or has_none else "info",
            related=[Related(other, "the service that it waits for")],
        )


def _is_told_above(service: Service, other: Service, services: dict[str, Service]) -> bool:
    """Whether a service further up waits for the same one: what that lacks is told once."""
    for earlier in services.values():
        if earlier.name == service.name:
            return False
        for dependency in earlier.depends_on:
            condition = dependency.condition
            if dependency.service == other.name and condition and condition.resolved == "service_healthy":
                return True
    return False


def _has_none(service: Service, project: Project) -> bool | None:
    """Whether the image brings no healthcheck; None where nobody knows, False where there may well be one."""
    if service.build is None:
        if service.image_ref is None or service.has("provider"):
            return False
        if _is_official(service.image_ref):
            return True
        return False if _is_probed_here(service.image_ref, project) else None
    stage = project.stage_of(service)
    if stage is None:
        return False
    from dagdock.api import Healthcheck

    if any(part.all_of(Healthcheck) for part in stage.chain()):
        return False
    image = list(stage.chain())[-1].image
    return (image is not None and _is_official(image)) or None


def _is_probed_here(image: ImageRef, project: Project) -> bool:
    """Whether the project holds the Dockerfile of the image, by its folder's name, and that has a healthcheck."""
    folder = image.repository.rpartition("/")[2]
    paths = [path for path in project.inventory.dockerfiles if basename(dirname(path)) == folder]
    return any(b"HEALTHCHECK" in (project.facts.read(path) or b"") for path in paths)


def _is_official(image: ImageRef) -> bool:
    """Docker's own images bring none, by the rules that hold for them (docker-library's "no HEALTHCHECK")."""
    return "/" not in image.familiar
