from __future__ import annotations

import re
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Project, Service, rule

from ._model import as_run

if TYPE_CHECKING:
    from dagdock.api import Stage, VolumeMount

CODE = ("app", "code", "html", "lib", "site", "source", "src", "www")
# Variables that say what a program runs for; of `shop.settings.production` the last word counts.
FLAGS = (
    "NODE_ENV", "APP_ENV", "RAILS_ENV", "RACK_ENV", "FLASK_ENV", "ENV", "ENVIRONMENT", "ASPNETCORE_ENVIRONMENT",
    "MIX_ENV", "DJANGO_ENV", "DJANGO_SETTINGS_MODULE", "DJANGO_CONFIGURATION", "SPRING_PROFILES_ACTIVE",
)  # fmt: skip
PRODUCTION = frozenset(("prod", "production"))


@rule(
    "DC304",
    severity="warning",
    since="0.1",
    lessons=["L26"],
    bad=[
        Bad(
            {
                "docker-compose.prod.yml": "services:\n  web:\n    build: .\n    volumes:\n      - «.:/app»\n",
                "Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY . .\n",
            }
        ),
        Bad(
            {
                "docker-compose.prod.yml": "services:\n  web:\n    volumes:\n      - «.:/app»\n",
                "compose.yaml": "services:\n  web:\n    build: .\n",
                "Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY . .\n",
            }
        ),
        Bad(
            "services:\n  web:\n    build: ./web\n    environment:\n      NODE_ENV: production\n    volumes:\n"
            "      - «./web/src:/app/src»\n"
        ),
        Bad(
            {
                "deploy/production/compose.yaml": "services:\n  web:\n    image: ghcr.io/shop/web:1.4\n    volumes:\n"
                "      - «${PWD}/src:/srv/app»\n",
            }
        ),
    ],
    good=[
        "services:\n  web:\n    build: .\n    volumes:\n      - .:/app\n",
        {
            "docker-compose.prod.yml": "services:\n  web:\n    build: .\n    volumes:\n      - ./uploads:/app/uploads\n"
            "      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n",
            "Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY . .\n",
        },
    ],
)
def source_mounted_in_production(service: Service, project: Project) -> Problems:
    """In a file for production the code of the machine lies over the code of the image.

    The container then runs what happens to lie in the folder, not what was built and tested, and what the build
    installed below it is hidden. On a machine without the folder it runs nothing. For development this is what you
    want; keep it in `compose.override.yaml`, which production does not load.

    https://docs.docker.com/compose/how-tos/production/
    """
    running = as_run(service, project)
    if not _is_for_production(service, running):
        return
    if running.build is None:
        yield from _without_build(service, project)
        return
    context = project.context_path(running)
    stage = project.stage_of(running)
    folder = _workdir(stage) if stage else None
    for mount in service.volumes:
        source = _source(mount)
        path = project.relative(normpath(join(service.file.directory, source))) if source.startswith(".") else None
        if path is None or context is None or mount.target is None:
            continue
        if (path == context and _covers(mount.target, folder)) or (_is_code(path) and _is_inside(path, context)):
            yield Problem(
                mount,
                "this lays the code of the machine over that of the image, so what runs is not what was built. Leave "
                "it out here, and keep it in `compose.override.yaml` for development",
            )


def _without_build(service: Service, project: Project) -> Problems:
    """Code that is mounted into an image which is not built here."""
    for mount in service.volumes if service.has("image") else ():
        source = _source(mount)
        path = project.relative(normpath(join(service.file.directory, source))) if source.startswith(".") else None
        if path is None or mount.target is None or not any(part in CODE for part in mount.target.split("/")):
            continue
        if source in (".", "./") or (_is_code(path) and basename(mount.target) in CODE):
            yield Problem(
                mount,
                "what runs comes from a folder of this machine and not from the image, so it is what lies there by "
                "chance. Build an image with the code in it",
            )


def _source(mount: VolumeMount) -> str:
    """The folder of the machine that is mounted, `.` for the one that Compose is called in; empty where not known."""
    if mount.is_bind and mount.source:
        return str(mount.source)
    return re.sub(r"\$(?:PWD(?!\w)|\{PWD(?::?-\.)?\})", ".", mount.written_source or "") if not mount.source else ""


def _workdir(stage: Stage) -> str | None:
    """The folder that an image works in, as its last WORKDIR says it."""
    from dagdock.api import Workdir

    workdir = stage.last(Workdir)
    return workdir.path.literal if workdir and workdir.path else None


def _covers(target: str, workdir: str | None) -> bool:
    """Whether a mount lies over the folder that the image works in."""
    return workdir is None or (workdir.rstrip("/") + "/").startswith(target.rstrip("/") + "/")


def _is_inside(path: str, context: str) -> bool:
    return context == "." or path.startswith(context + "/")


def _is_code(path: str) -> bool:
    """Whether a folder holds code by its name."""
    return basename(path) in ("src", "app", "lib", "source", "code", "server", "backend", "api")


def _is_for_production(service: Service, running: Service) -> bool:
    """Whether the file or its folder is named after production, or the service, as it runs, is told so."""
    path = service.file.source.path.lower()
    words = re.split(r"[^a-z]+", basename(path))
    if not PRODUCTION.isdisjoint(words):
        return True
    if not {"dev", "development", "local", "override", "test"}.isdisjoint(words):
        return False
    if basename(dirname(path)) in PRODUCTION:
        return True
    settings = [setting.resolved for name in FLAGS if (setting := running.variable(name))]
    return any(value and value.lower().rpartition(".")[2] in PRODUCTION for value in settings)
