from __future__ import annotations

from dagdock.api import Bad, Cmd, CopyLike, Entrypoint, Expose, Problem, Problems, Project, Run, Stage, rule

from ..packages import installs
from ._base_image import known_image
from ._both_downloaders import BARE
from ._servers import server_of
from ._started import listening, started
from ._users import is_explained, is_root, is_usual_root

SYSTEMS = BARE | {"archlinux", "busybox"}

# Programs that run those of a project.
LANGUAGES = frozenset(
    "python python3 node nodejs java ruby dotnet php perl deno bun npm npx yarn pnpm gunicorn uvicorn flask celery "
    "airflow streamlit rails puma bundle sh bash ash jupyter jupyter-lab jupyter-notebook sleep tail".split()
)


@rule(
    "DF603",
    severity="warning",
    since="0.1",
    security=6.5,
    lessons=["L13"],
    aliases=[
        "hadolint:DL3002",
        "trivy:DS-0002",
        "checkov:CKV_DOCKER_8",
        "kics:last-user-is-root",
        "sonar:S6471",
        "semgrep:last-user-is-root",
    ],
    tags=["security"],
    bad=[Bad('FROM python:3.12-slim\nUSER app\n«USER root»\nRUN apt-get update\nCMD ["python", "app.py"]\n')],
    good=[
        "FROM python:3.12-slim\nUSER root\nRUN apt-get update\nUSER app\n",
        'FROM nginx:1.27\nUSER root\nCMD ["nginx", "-g", "daemon off;"]\n',
        (
            "FROM python:3.12-slim\n"
            "# The agent has to run as root: it reads the sockets of all users.\n"
            "USER root\n"
            'CMD ["agent"]\n'
        ),
        "FROM golang:1.23 AS build\nUSER root\nFROM alpine:3.20\nUSER app\nCOPY --from=build /app /app\n",
    ],
)
def root_user(stage: Stage, project: Project) -> Problems:
    """The last USER of the image is root.

    Everything in the container then runs with all rights in it, and whoever breaks into the program has them too:
    they can change any file of the image, read every mounted volume and attack the host from there. Switch to root
    only for the steps that need it, and back to an ordinary user at the end. Nothing is said where the comment right
    above tells that the program has to run as root.

    https://docs.docker.com/build/building/best-practices/#user
    """
    user = stage.user_at()
    if stage.is_final and user and user.user and is_root(user, stage) and not is_usual_root(stage, project):
        if is_explained(user) or _starts_nothing(stage) or _is_packed_tool(stage) or _drops_by_itself(stage):
            return
        value = user.user.resolve(stage.scope_at(user)) or user.user.value
        yield Problem(
            user,
            f"the container runs as `{value}`: whoever breaks into it owns everything in it. "
            f"Add {_remedy(stage)} after the steps that need root",
        )


def _drops_by_itself(stage: Stage) -> bool:
    """Whether the container starts what the base image says, which begins as root and changes to an ordinary user."""
    known = known_image(stage.root_image)
    return bool(known and known["user"] == "drops") and stage.last(Cmd) is None and stage.last(Entrypoint) is None


def _starts_nothing(stage: Stage) -> bool:
    """Whether the image is a system with more packages, and at most a shell starts in it: people work there."""
    image = stage.root_image
    if image is None or image.familiar not in SYSTEMS:
        return False
    kinds = (Entrypoint, Expose, CopyLike)
    cmd = stage.last(Cmd)
    if cmd and not (cmd.exec_form and len(cmd.exec_form) == 1 and cmd.exec_form[0].endswith("sh")):
        return False
    steps = [step for part in stage.chain() for step in part.instructions]
    installs_some = any(isinstance(step, Run) and any(installs(step.script)) for step in steps)
    return installs_some and not any(isinstance(step, kinds) for step in steps)


def _is_packed_tool(stage: Stage) -> bool:
    """Whether the image is there for a tool of others, which runs on the files of whoever calls it: no server, no file
    of the project, no language in which that would be written."""
    found = started(stage)
    steps = [step for part in stage.chain() for step in part.instructions]
    if not found or any(isinstance(step, (CopyLike, Expose)) for step in steps):
        return False
    if (known_image(stage.root_image) or {}).get("name"):
        return False  # the image has an ordinary user, whom this takes away
    scope = stage.scope_at()
    return bool(found[1]) and not any(
        command.name is None
        or "/" in command.words[0].text
        or command.name.rstrip("0123456789.") in LANGUAGES
        or listening(command, scope)
        or server_of(command)
        for command in found[1]
    )


def _remedy(stage: Stage) -> str:
    user = stage.user_at()
    if user and user.user and user.user.value.lower() == "containeradministrator":
        return "`USER ContainerUser`, which images of Windows have,"
    known = known_image(stage.root_image)
    own = known.get("name") if known else None
    return f"`USER {own}`, as the base image has it," if own else "a `USER` line with an ordinary user"
