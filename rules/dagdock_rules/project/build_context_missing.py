from __future__ import annotations

from posixpath import join, split
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, nearest, rule

from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import Project, Service, Value


@rule(
    "PJ001",
    severity="error",
    since="0.1",
    kind="project",
    lessons=["L28"],
    bad=[
        Bad({"compose.yaml": "services:\n  web:\n    build: «./wbe»\n", "web/Dockerfile": "FROM nginx:1.27\n"}),
    ],
    good=[
        {"compose.yaml": "services:\n  web:\n    build: ./web\n", "web/Dockerfile": "FROM nginx:1.27\n"},
        {
            "compose.yaml": "services:\n  web:\n    build: ${WEB_FOLDER}\n  app:\n    build: https://example.org/app.git\n"
        },
    ],
)
def build_context_missing(service: Service, project: Project) -> Problems:
    """A service is built from a folder that is not there.

    `build` names the build context: the folder that holds the files of the image. Its path is relative to the Compose
    file. Compose accepts the file, and the build fails.

    https://docs.docker.com/reference/compose-file/build/#context
    """
    build = service.build
    path = project.context_path(service)
    if build is None or build.context is None or path is None or project.exists(path) is not False:
        return
    if not is_said_before(service, build.context, _places):
        yield Problem(
            build.context,
            f"there is no folder `{path}`, so `{service.name}` cannot be built. {_remedy(path, project)}",
        )


def _remedy(path: str, project: Project) -> str:
    above, name = split(path)
    folders = [other for other in project.facts.names(above or ".") if project.facts.is_dir(join(above, other))]
    if close := nearest(name, folders):
        return f"Did you mean `{join(above, close)}`?"
    return "Make it, or correct the path: it starts at the folder of the Compose file"


def _places(service: Service) -> list[Value]:
    return [service.build.context] if service.build and service.build.context else []
