from __future__ import annotations

from functools import lru_cache

from dagdock.api import (
    Bad,
    Cmd,
    CommandInstruction,
    CopyLike,
    Dockerfile,
    Entrypoint,
    Problem,
    Problems,
    Project,
    Run,
    Stage,
    rule,
)

from ._base_image import known_image
from ._made_for import DEVELOPMENT
from ._users import begins_as_root, drops_root, is_workplace

INTERACTIVE = frozenset("sh bash ash zsh fish dash".split())
MAKES_USERS = frozenset("useradd adduser addgroup groupadd".split())
# Users that images bring along, as which their programs can run. Looked at: 2026-11.
READY = {"node": "node", "php": "www-data"}
# Programs that stay the user they were started as.
STAYS = frozenset(
    "python python3 node nodejs java ruby dotnet flask gunicorn uvicorn hypercorn daphne streamlit npm npx yarn pnpm "
    "bun deno php rails puma tsx ts-node".split()
)


@rule(
    "DF604",
    severity="info",
    since="0.1",
    security=4.0,
    lessons=["L13"],
    aliases=[
        "trivy:DS-0002",
        "checkov:CKV_DOCKER_3",
        "kics:missing-user-instruction",
        "sonar:S6471",
        "semgrep:missing-user",
        "semgrep:missing-user-entrypoint",
    ],
    tags=["security"],
    bad=[Bad('«FROM python:3.12-slim»\nCOPY app.py .\nCMD ["python", "app.py"]\n')],
    good=[
        'FROM python:3.12-slim\nCOPY app.py .\nUSER 1000\nCMD ["python", "app.py"]\n',
        'FROM nginxinc/nginx-unprivileged:1.27\nCMD ["nginx", "-g", "daemon off;"]\n',
        'FROM registry.example.com/base:3\nCMD ["app"]\n',
        'FROM postgres:16\nCMD ["postgres"]\n',
    ],
)
def missing_user(stage: Stage, project: Project) -> Problems:
    """The image never says which user it runs as, and its base image is known to leave it at root.

    Everything in the container then runs with all rights in it, and whoever breaks into the program has them too.
    Most programs need none of them: create a user, or take a number, and name it with USER behind the last step that
    needs root. Where each Compose service that is built from the file names a stage (`target`), those stages are looked
    at, else the last one.

    https://docs.docker.com/build/building/best-practices/#user
    """
    first = list(stage.chain())[-1]
    if (
        stage not in _built(stage.dockerfile, project)
        or not stage.from_instruction
        or stage.user_at()
        or drops_root(stage)
        or begins_as_root(stage)
        or is_workplace(stage)
    ):
        return
    facts = known_image(first.image) if not first.is_scratch else {"user": "root"}
    if (
        not facts
        or facts.get("user") != "root"
        or not _starts_program(stage)
        or (_makes_user(stage) and not _stays_root(stage))
        or _is_privileged(stage)
    ):
        return
    yield Problem(
        stage.from_instruction,
        f"the image runs as root, since it has no USER line. Add {_user(first)} {_place(stage)}",
    )


@lru_cache(maxsize=4)  # each stage of a file asks
def _built(file: Dockerfile, project: Project) -> list[Stage]:
    """The stages that are made into images and run: those that Compose services ask for, else the last one.

    Where there are several, those named for the work on the project (`AS dev`) are left out.
    """
    services = project.services_building(file)
    asked = [project.stage_of(service) for service in services if service.build and service.build.target]
    if services and len(asked) == len(services) and None not in asked:
        built = [stage for stage in file.stages if stage in asked]
    else:
        built = file.stages[-1:]
    return [stage for stage in built if len(file.stages) == 1 or not _is_named_for_work(stage)]


def _is_named_for_work(stage: Stage) -> bool:
    return not DEVELOPMENT.isdisjoint(str(stage.name or "").lower().replace("_", "-").split("-"))


def _user(first: Stage) -> str:
    if first.is_scratch:
        return "a number, such as `USER 10001`,"
    ready = READY.get(first.image.familiar) if first.image else None
    return f"`USER {ready}`, which the image has," if ready else "`USER` with an ordinary user"


def _place(stage: Stage) -> str:
    """Where USER goes: behind the last step that may need root."""
    last = stage.last(Cmd) or stage.last(Entrypoint)
    works = [step.index for step in stage.instructions if isinstance(step, (Run, CopyLike))]
    if last and last.stage is stage and last.index > max(works, default=0):
        return f"before {last.name}"
    return "at the end of the file" if stage.is_final else f"at the end of the stage `{stage.name}`"


def _starts_program(stage: Stage) -> bool:
    """Whether the image is made to start a program of its own, which is no shell to work in."""
    commands = [
        instruction
        for part in stage.chain()
        for instruction in part.instructions
        if isinstance(instruction, (Cmd, Entrypoint))
    ]
    return bool(commands) and not any(_is_shell(command) for command in commands)


def _is_shell(command: CommandInstruction) -> bool:
    words = list(command.exec_form or (command.shell_text.text.split() if command.shell_text else []))
    return len(words) == 1 and words[0].rpartition("/")[2] in INTERACTIVE


def _makes_user(stage: Stage) -> bool:
    return any(
        command.effective.name in MAKES_USERS
        for part in stage.chain()
        for instruction in part.instructions
        if isinstance(instruction, Run)
        for command in instruction.script.commands
    )


def _stays_root(stage: Stage) -> bool:
    """Whether what starts is surely no script that changes to the user that was made, and is told of none."""
    starter = stage.last(Entrypoint) or stage.last(Cmd)
    commands = starter.script.commands if starter else []
    if not commands or starter is None or starter.script.broken:
        return False
    words = [word.value or "" for word in commands[-1].effective.words]
    told = any(word.startswith(("--user", "--uid")) or (word == "-u" and words[0] == "gunicorn") for word in words)
    return not told and all(command.effective.name in STAYS for command in commands)


def _is_privileged(stage: Stage) -> bool:
    """Whether a comment says that the container is run with all rights of the host."""
    return any("--privileged" in comment.text for comment in stage.dockerfile.comments)
