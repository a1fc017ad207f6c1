from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath
from typing import TYPE_CHECKING, NamedTuple

from dagdock.api import Bad, Problem, Problems, Related, rule

from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import Command, Located, Project, Run, Service, Stage, VolumeMount

# What an installer leaves in the folder that it works in.
FOLDERS = {
    "npm": "node_modules",
    "yarn": "node_modules",
    "pnpm": "node_modules",
    "bun": "node_modules",
    "composer": "vendor",
}
VERBS = ("install", "ci", "i", "clean-install", "add", "update")


class Made(NamedTuple):
    """A folder that a step makes in the image."""

    path: str
    run: Run
    tool: str


@rule(
    "PJ169",
    severity="info",
    since="0.1",
    kind="project",
    lessons=["L26"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    build: .\n    volumes:\n      - «.:/app»\n",
                "Dockerfile": "FROM node:22-slim\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"
                'CMD ["node", "server.js"]\n',
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    build: .\n    volumes: ['.:/app', /app/node_modules]\n",
            "Dockerfile": "FROM node:22-slim\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"
            'CMD ["node", "server.js"]\n',
        },
        {
            "compose.yaml": "services:\n  web:\n    build: .\n    volumes: [./src:/app/src]\n",
            "Dockerfile": "FROM node:22-slim\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"
            'CMD ["node", "server.js"]\n',
        },
    ],
)
def bind_hides_build(service: Service, project: Project) -> Problems:
    """A folder of the host is mounted over what the image has installed.

    The mount replaces the whole folder: the `node_modules` that the build put there cannot be seen, and the program
    takes those of the host, or finds none. On a fresh clone it fails with "Cannot find module". Mount a volume of its
    own over the folder (`- /app/node_modules`), or only the sources.

    https://docs.docker.com/engine/storage/bind-mounts/#mounting-into-a-non-empty-directory-on-the-container
    """
    stage = project.stage_of(service)
    if stage is None or not any(mount.is_bind for mount in service.volumes) or _installs_at_start(service):
        return
    running = project.merged(service.file).services.get(service.name, service)
    targets = [mount.target for mount in running.volumes]
    if None in targets or running.has("volumes_from"):
        return
    for mount in service.volumes:
        target, source = mount.target, mount.source
        if not mount.is_bind or not target or not source or is_said_before(service, mount, _places):
            continue
        for made in _made(stage):
            inside = made.path == target or made.path.startswith(str(target).rstrip("/") + "/")
            nearer = any(other and _covers(str(other), made.path) and len(other) > len(target) for other in targets)
            if not inside or nearer or made.path == target or _may_be_on_the_host(service, mount, made, project):
                continue
            yield Problem(
                mount,
                f"this hides `{made.path}`, which `{made.tool}` made in the image. Add `- {made.path}` below it, or "
                "mount only the sources",
                related=[Related(made.run.keyword, "it is made here")],
            )
            break


def _made(stage: Stage) -> Iterator[Made]:
    """What the steps of a stage install in folders of their own."""
    from dagdock.api import Run

    for part in stage.chain():
        for run in part.all_of(Run):
            folder = part.workdir_at(run)
            for command in run.script.commands if folder and run.script.understood else ():
                tool = command.effective.name or ""
                if tool in FOLDERS and _installs(command.effective) and not command.context and not _names(stage, tool):
                    yield Made(normpath(join(folder or "/", FOLDERS[tool])), run, tool)


def _names(stage: Stage, tool: str) -> bool:
    """Whether a step names the folder: it may be moved to where a mount does not hide it."""
    from dagdock.api import Env, Run

    return any(
        FOLDERS[tool] in run.span.text for part in stage.chain() for run in (*part.all_of(Run), *part.all_of(Env))
    )


def _installs(command: Command) -> bool:
    words = [word.value or "" for word in command.arguments]
    if any(word in ("-g", "--global", "--prefix", "-C", "--cwd", "--dir", "global") for word in words):
        return False
    verbs = [word for word in words if not word.startswith("-")]
    return verbs[0] in VERBS if verbs else command.name == "yarn"


def _installs_at_start(service: Service) -> bool:
    """Whether the command installs again, or comes from a script that is not seen."""
    for command in (service.command, service.entrypoint):
        text = " ".join(str(word.raw) for word in command.words) if command else ""
        if any(word in text for word in ("install", " ci", ".sh", "setup")):
            return True
    return False


def _covers(mounted: str, path: str) -> bool:
    return path == mounted or path.startswith(mounted.rstrip("/") + "/")


def _may_be_on_the_host(service: Service, mount: VolumeMount, made: Made, project: Project) -> bool:
    """Whether the folder lies in the mounted one on the host, too, or cannot be looked for there."""
    source, target = str(mount.source), str(mount.target).rstrip("/")
    if not source.startswith("."):
        return True
    path = project.relative(join(service.file.directory_of(mount), source, made.path[len(target) + 1 :]))
    return path is None or project.facts.is_dir(path)


def _places(service: Service) -> list[Located]:
    return list(service.volumes)
