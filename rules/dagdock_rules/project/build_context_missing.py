from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, rule

if TYPE_CHECKING:
    from dagdock.api import Project, Service


@rule(
    "PJ001",
    severity="error",
    since="0.1",
    kind="project",
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
    if build and path is not None and build.context and project.exists(path) is False:
        yield Problem(
            build.context,
            f"there is no folder `{path}`, so `{service.name}` cannot be built. "
            "The path starts at the Compose file's folder",
        )
