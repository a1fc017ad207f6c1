from __future__ import annotations

from dagdock.api import Bad, CopyLike, Problem, Problems, Project, rule

from ._copies import contexts_that_fit, from_context, is_whole, leaves_out, local_sources
from ._secret_files import is_harmless, is_secret_file, secrets_below


@rule(
    "DF703",
    severity="error",
    since="0.1",
    security=8.0,
    lessons=["L05", "L09", "L24"],
    tags=["security"],
    bad=[
        Bad("FROM python:3.12-slim\nCOPY «.env» /app/.env\n"),
        Bad("FROM node:22-slim\nCOPY package.json «.npmrc» ./\nRUN npm ci && rm .npmrc\n"),
        Bad({"Dockerfile": "FROM python:3.12-slim\nCOPY «app/» .\n", "app/.env": "DB_PASSWORD=Str0ngPa55w0rd77"}),
    ],
    good=[
        "FROM python:3.12-slim\nCOPY .env.example /app/.env\n",
        "FROM node:22-slim\nCOPY package.json ./\nRUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci\n",
        "FROM debian:12\nCOPY certs/ca.pem /usr/local/share/ca-certificates/\n",
        {"Dockerfile": "FROM node:22-slim\nCOPY package.json .npmrc ./\n", ".npmrc": "engine-strict=true\n"},
    ],
)
def copy_secret_file(copy: CopyLike, project: Project) -> Problems:
    """A file that holds secrets is copied into the image.

    Whoever can pull the image can read it, from its layer even when a later RUN deletes it again. Give passwords to
    the container when it starts (environment, secrets of Compose or Kubernetes), and those that only the build needs
    by `RUN --mount=type=secret`, which leaves nothing behind.

    https://docs.docker.com/build/building/secrets/
    """
    if from_context(copy) is None:
        return
    known = set(local_sources(copy))
    for source in copy.sources:
        path = source.literal
        if path not in known or path is None:
            continue
        name = _name(path)
        if is_secret_file(name):
            if not _is_harmless(copy, path, name, project):
                yield Problem(
                    source,
                    f"`{path}` and what it holds can be read by everyone who gets the image, even if a later step "
                    "deletes it. Use `RUN --mount=type=secret`, or hand it over when the container starts",
                )
        elif not is_whole(path) and (found := _inside(copy, path, project)):
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            yield Problem(
                source,
                f"this also copies `{found[0]}`{more}, with what everyone who gets the image can read then. Leave it "
                "out in the .dockerignore, and hand it over when the container starts",
            )


def _inside(copy: CopyLike, path: str, project: Project) -> list[str]:
    """The secret files in a folder that is copied."""
    contexts = contexts_that_fit(copy.dockerfile, project)
    if len(contexts) != 1 or not contexts[0].is_folder(path):
        return []
    return [file for file in secrets_below(path, contexts[0], project) if not leaves_out(copy, file)]


def _name(path: str | None) -> str:
    return (path or "").rstrip("/").rpartition("/")[2]


def _is_harmless(copy: CopyLike, path: str, name: str, project: Project) -> bool:
    contexts = contexts_that_fit(copy.dockerfile, project)
    return len(contexts) == 1 and is_harmless(name, project.text(contexts[0].path(path)))
