from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problem, Problems, Project, rule

from ._copies import contexts_that_fit, copies_whole_context, from_context


@rule(
    "DF502",
    severity="warning",
    since="0.1",
    lessons=["L05"],
    tags=["cache", "security"],
    bad=[
        Bad("FROM python:3.12-slim\nCOPY «.» /app\n"),
        Bad({"app/Dockerfile": "FROM node:22-slim\nADD «.» /srv\n", "web/.dockerignore": ".git\n"}),
    ],
    good=[
        {"Dockerfile": "FROM python:3.12-slim\nCOPY . /app\n", ".dockerignore": ".git\n"},
        {"Dockerfile": "FROM python:3.12-slim\nCOPY . /app\n", "Dockerfile.dockerignore": ".git\n"},
        "FROM python:3.12-slim\nCOPY app /app\n",
    ],
)
def missing_dockerignore(file: Dockerfile, project: Project) -> Problems:
    """The whole folder is copied into the image, and no .dockerignore says what to leave out.

    `COPY . .` takes everything: the history in `.git`, a `.env` with passwords, `node_modules` and virtual
    environments, caches, data and logs. The image grows, secrets travel with it, and every file that changes, even a
    log, makes Docker build the steps below again. A `.dockerignore` beside the Dockerfile lists what stays out;
    `dagdock init` writes one to begin with.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    contexts = contexts_that_fit(file, project)
    if not contexts or any(context.ignore_file for context in contexts):
        return
    for instruction in file.instructions:
        copy = from_context(instruction)
        if copy and copies_whole_context(copy):
            place = next(source for source in copy.sources if source.literal and source.literal.strip("./*") == "")
            yield Problem(
                place,
                f"`{copy.name} {place.raw}` takes in everything, also `.git`, `.env` and caches, since there is no "
                ".dockerignore. Write one; `dagdock init` makes a first one",
            )
            return
