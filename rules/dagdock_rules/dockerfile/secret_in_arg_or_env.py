from __future__ import annotations

from dagdock.api import Arg, Bad, Env, PairsInstruction, Problem, Problems, Project, Run, rule

from ..secrets import is_placeholder
from ._layers import is_made_for
from ._secret_names import carries_secret

# What values are made of that stand for nothing: `XXXXXXXX`, `00000000-0000-0000-0000-000000000000`.
NOTHING = frozenset("x0-*")


@rule(
    "DF701",
    severity="warning",
    since="0.1",
    security=7.0,
    lessons=["L09"],
    aliases=[
        "hadolint:DL3064",
        "buildkit:SecretsUsedInArgOrEnv",
        "trivy:DS-0031",
        "kics:secrets-stored-in-dockerfile",
        "sonar:S6472",
        "semgrep:secret-in-build-arg",
    ],
    tags=["security"],
    bad=[
        Bad("FROM python:3.12-slim\nENV «DB_PASSWORD=hunter2-prod»\n"),
        Bad("FROM node:22-slim\nARG «NPM_TOKEN»\nRUN npm ci\n"),
    ],
    good=[
        "FROM postgres:16\nENV POSTGRES_PASSWORD_FILE=/run/secrets/db\n",
        "FROM node:22-slim\nRUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci\n",
        'FROM python:3.12-slim\nENV DB_PASSWORD=""\n',
        "FROM python:3.12-slim\nENV DB_PASSWORD=$DB_PASSWORD\n",
        "FROM golang:1.23\nENV GOPRIVATE=example.com TOKEN_URL=https://example.com/token\n",
    ],
)
def secret_in_arg_or_env(instruction: PairsInstruction, project: Project) -> Problems:
    """ARG or ENV carries a password, token or key.

    Both are written into the image: ENV into its configuration, ARG into the history of the build, where `docker
    history` shows them to everyone who can pull the image. Hand secrets over when the container starts; those that
    the build itself needs come by `RUN --mount=type=secret`, which leaves nothing behind. A stage that others only copy
    from is not part of the image; what it was given stays in the build cache all the same.

    https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
    https://docs.docker.com/build/building/secrets/
    """
    if not isinstance(instruction, (Arg, Env)):
        return
    for pair in instruction.pairs:
        if carries_secret(instruction, pair):
            if instruction.stage is None or not is_made_for(instruction.stage, project):
                place = (
                    "stands in this file for everyone who can read the repository"
                    if pair.value is not None and pair.value.literal
                    else "is not in the image, but stays readable in the build cache, and in the build record that "
                    "BuildKit can attach to the image"
                )
                yield Problem(
                    pair,
                    f"`{pair.key}` {place}. Hand it to the RUN that needs it with `--mount=type=secret`",
                    severity="info",
                )
                continue
            kept = "in the history of the image" if isinstance(instruction, Arg) else "in the image"
            value = str(pair.value.literal or "").lower() if pair.value is not None else ""
            to_fill_in = ("your" in value and is_placeholder(value)) or (value != "" and set(value) <= NOTHING)
            yield Problem(
                pair,
                f"{'what is filled in for ' if to_fill_in else ''}`{pair.key}` stays readable {kept}. "
                f"{_remedy(instruction, str(pair.key))}",
                severity="info" if to_fill_in else None,
            )


def _remedy(instruction: Arg | Env, name: str) -> str:
    """How the program or the step that needs it gets it."""
    runs = [run for stage in instruction.dockerfile.stages for run in stage.all_of(Run)]
    if isinstance(instruction, Env) and not any(name in run.span.text for run in runs):
        return f"Hand it over when the container starts, as with `docker run -e {name}`"
    return "Use `RUN --mount=type=secret` for the build, or hand it over when the container starts"
