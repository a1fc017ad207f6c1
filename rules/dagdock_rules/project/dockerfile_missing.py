from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Fix, Problem, Problems, Related, nearest, rule

from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import Project, Service, Value


@rule(
    "PJ002",
    severity="error",
    since="0.1",
    lessons=["L28"],
    kind="project",
    fix="unsafe",
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    build:\n      context: web\n"
                "      dockerfile: «Dockerfile.prd»\n",
                "web/Dockerfile.prod": "FROM nginx:1.27\n",
            },
            fixed={
                "compose.yaml": "services:\n  web:\n    build:\n      context: web\n      dockerfile: Dockerfile.prod\n"
            },
        ),
        Bad({"compose.yaml": "services:\n  web:\n    build: «web»\n", "web/index.html": ""}),
    ],
    good=[
        {"compose.yaml": "services:\n  web:\n    build: web\n", "web/Dockerfile": "FROM nginx:1.27\n"},
        {"compose.yaml": "services:\n  web:\n    build:\n      context: .\n      dockerfile_inline: FROM nginx:1.27\n"},
        {
            "compose.yaml": "services:\n  web:\n    extends: {file: $ROOT/base.yaml, service: app}\n"
            "    build: {dockerfile: web}\n"
        },
    ],
)
def dockerfile_missing(service: Service, project: Project) -> Problems:
    """A service is built by a Dockerfile that is not there.

    The path of `dockerfile` is relative to the build context, not to the Compose file; without it Compose looks for
    `Dockerfile` in the context. Compose accepts the file, and the build fails.

    https://docs.docker.com/reference/compose-file/build/#dockerfile
    """
    build = service.build
    folder, path = project.context_path(service), project.dockerfile_path(service)
    if build is None or folder is None or path is None or build.inline:
        return
    if project.exists(folder) is not True or project.exists(path) is not False:
        return
    place = build.dockerfile or build.context
    if place is None or is_said_before(service, place, _places):
        return
    same = [other for other in service.file.services.values() if other.build and project.dockerfile_path(other) == path]
    if same[0].name != service.name and same[0].span.source is service.file.source:
        return  # told there
    context = project.context_of_service(service)
    close = nearest(path.rpartition("/")[2], context.root_listing) if context and build.dockerfile else None
    from ..compose._starts import way_up  # the rules on Compose files are loaded with such a file

    name = str(build.dockerfile.resolved) if build.dockerfile else ""
    way = way_up(name, folder, project) if "/" in name and build.context and build.context.resolved == "." else ""
    yield Problem(
        place,
        f"there is no `{path}`, so `{service.name}` cannot be built. "
        + (
            f"It would be found with `context: {way}`"
            if way
            else _remedy(close, "" if build.dockerfile is None else folder)
        ),
        related=[Related(other, "is built by it, too") for other in same[1:]],
        fix=Fix.replace(f"Write `{close}`", place, close, "unsafe") if close and place.raw == place.resolved else None,
    )


def _remedy(close: str | None, context: str) -> str:
    if close:
        return f"Did you mean `{close}`?"
    where = f", which starts at the build context `{context}`" if context not in ("", ".") else ""
    return f"Write one, or correct the path{where}"


def _places(service: Service) -> list[Value]:
    places = [service.build.dockerfile, service.build.context] if service.build else []
    return [place for place in places if place]
