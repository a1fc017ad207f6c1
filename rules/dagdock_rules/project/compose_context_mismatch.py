from __future__ import annotations

from posixpath import dirname, normpath
from typing import TYPE_CHECKING

from dagdock.api import Bad, BuildContext, Problem, Problems, Related, rule

from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import CopyLike, Dockerfile, Located, Project, Service


@rule(
    "PJ150",
    severity="error",
    since="0.1",
    kind="project",
    lessons=["L28"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    build:\n      context: «.»\n      dockerfile: web/Dockerfile\n",
                "web/Dockerfile": "FROM node:22-slim\nCOPY package.json server.js /srv/\n",
                "web/package.json": "{}",
                "web/server.js": "",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    build: web\n",
            "web/Dockerfile": "FROM node:22-slim\nCOPY package.json server.js /srv/\n",
            "web/package.json": "{}",
            "web/server.js": "",
        },
        {
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      dockerfile: web/Dockerfile\n",
            "web/Dockerfile": "FROM node:22-slim\nCOPY web/package.json web/server.js /srv/\n",
            "web/package.json": "{}",
            "web/server.js": "",
        },
    ],
)
def compose_context_mismatch(service: Service, project: Project) -> Problems:
    """The `context` of a service is not the folder that its Dockerfile is written for.

    Paths behind COPY are relative to the build context. Here none of them is in the folder that the Compose file
    names, and all of them are in another one: the build stops at the first COPY. Name that folder as the context, or
    write the paths from this one.

    https://docs.docker.com/reference/compose-file/build/#context
    """
    dockerfile = project.dockerfile_of(service)
    context = project.context_of_service(service)
    if dockerfile is None or context is None or service.build is None or service.build.inline is not None:
        return
    place: Located = service.build.context or service.build
    if is_said_before(service, place, _places):
        return
    sources = list(_sources(dockerfile))
    if not sources or any(context.exists(source) is not False for source in sources):
        return
    path = project.path_of(dockerfile) or ""
    for folder in dict.fromkeys((dirname(path) or ".", *_above(dirname(path)))):
        other = BuildContext(project.facts, folder)
        if folder != normpath(context.folder) and all(other.matches(source) for source in sources):
            yield Problem(
                place,
                f"`{sources[0]}`{' and the other files' if len(sources) > 1 else ''} that `{dockerfile.source.path}` "
                f"copies {'are' if len(sources) > 1 else 'is'} in `{project.shown(folder)}`, not in this context. Name "
                "that folder here",
                related=[Related(_first(dockerfile), "copied here")],
            )
            return


def _places(service: Service) -> list[Located]:
    return [service.build.context or service.build] if service.build else []


def _above(folder: str) -> list[str]:
    found = []
    while folder and folder != ".":
        folder = dirname(folder) or "."
        found.append(folder)
    return found


def _copies(dockerfile: Dockerfile) -> list[CopyLike]:
    from dagdock.api import Copy, CopyLike

    return [
        step
        for step in dockerfile.instructions
        if isinstance(step, CopyLike) and not (isinstance(step, Copy) and step.from_)
    ]


def _sources(dockerfile: Dockerfile) -> list[str]:
    """The plainly named files and folders that a Dockerfile copies."""
    texts = [word.literal for copy in _copies(dockerfile) for word in copy.sources]
    return [text for text in texts if text and text.strip("./*") and "://" not in text and not text.startswith("git@")]


def _first(dockerfile: Dockerfile) -> Located:
    return next(copy for copy in _copies(dockerfile) if copy.sources)
