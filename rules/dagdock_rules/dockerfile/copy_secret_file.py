from __future__ import annotations

import posixpath

from dagdock.api import Bad, CopyLike, Problem, Problems, Project, Run, Source, Stage, remembered, rule

from ._copies import contexts_that_fit, from_context, inside_container, is_whole, leaves_out, local_sources
from ._secret_files import holds_no_credentials, is_harmless, is_secret_file, is_secret_place, is_shown, secrets_below

# What tools of a build read without being told.
READ_BY_TOOLS = frozenset(
    ".npmrc .pypirc .netrc .git-credentials .ssh .aws .my.cnf .pgpass kubeconfig .kube .vault-token".split()
)
# Keys, what makes them, and where that stands.
KEY_FILES = (".key", ".pem", ".p12", ".pfx", ".jks")
KEY_TOOLS = ("openssl ", "keytool", "ssh-keygen", "mkcert", "certtool", "cfssl")
MAKERS = (".sh", ".bash", ".py", ".md", ".mk", "makefile", "justfile")


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
        Bad("FROM amazon/aws-cli:2.31.0\nCOPY «credentials» /root/.aws/credentials\n"),
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
    by `RUN --mount=type=secret`, which leaves nothing behind. A key that a script of the repository makes anew is worth
    a warning only.

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
        if is_secret_file(name) or _lands_as_secret(copy, path, name):
            if not _is_harmless(copy, path, name, project):
                # An .npmrc holds a token, or nothing but the address of a registry.
                unsure = name == ".npmrc" and _text(copy, path, project) is None
                holds = ", and the token that it may hold" if unsure else ""
                yield Problem(
                    source,
                    f"everyone who gets the image can read `{path}`{holds}, even if a later step deletes it. "
                    f"{_remedy(copy, name)}",
                    severity="warning" if unsure or _is_made_here(copy, name, project) else None,
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


def _lands_as_secret(copy: CopyLike, path: str, name: str) -> bool:
    """Whether a file lies, or comes to lie, where a program looks for its secrets: `/root/.aws/credentials`."""
    target = inside_container(copy) or ""
    places = (path, f"{target.rstrip('/')}/{name}", target if len(copy.sources) == 1 else "")
    return not is_shown(name) and any(map(is_secret_place, places))


def _remedy(copy: CopyLike, name: str) -> str:
    """How the step or the program that reads the file gets it."""
    later = "mount it when the container starts, for example as a secret of Compose or Kubernetes"
    if name.endswith(".env") or name.startswith(".env"):
        later = "hand it over when the container starts, as with `docker run --env-file`"
    if name in READ_BY_TOOLS or name.startswith("id_") or _is_used(copy, name):
        return f"Use `RUN --mount=type=secret` for the build, or {later}"
    return f"Leave it out, and {later}"


def _is_used(copy: CopyLike, name: str) -> bool:
    """Whether a RUN of the stage names the file."""
    return copy.stage is not None and name in _runs(copy.stage)


@remembered
def _runs(stage: Stage) -> str:
    return "\n".join(run.span.text for run in stage.all_of(Run))


def _is_made_here(copy: CopyLike, name: str, project: Project) -> bool:
    """Whether a script beside the Dockerfile, or in the folder above, makes a key of that name: one for trials."""
    folder = posixpath.dirname(project.path_of(copy.dockerfile) or "")
    for place in dict.fromkeys((folder, posixpath.dirname(folder))):
        for file in project.facts.names(place or ".") if name.endswith(KEY_FILES) else ():
            if file.lower().endswith(MAKERS):
                source = project.text(posixpath.join(place, file))
                if source is not None and name in source.text and any(tool in source.text for tool in KEY_TOOLS):
                    return True
    return False


def _name(path: str | None) -> str:
    return (path or "").rstrip("/").rpartition("/")[2]


def _is_harmless(copy: CopyLike, path: str, name: str, project: Project) -> bool:
    source = _text(copy, path, project)
    return is_harmless(name, source) if is_secret_file(name) else holds_no_credentials(source)


def _text(copy: CopyLike, path: str, project: Project) -> Source | None:
    """The file, where it can be read; one outside of the context, too, though `copy-outside-context` forbids it."""
    if path.startswith("../"):
        folder = posixpath.dirname(project.path_of(copy.dockerfile) or "")
        return project.text(posixpath.normpath(posixpath.join(folder, path)))
    contexts = contexts_that_fit(copy.dockerfile, project)
    return project.text(contexts[0].path(path)) if len(contexts) == 1 else None
