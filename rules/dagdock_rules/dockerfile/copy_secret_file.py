from __future__ import annotations

from fnmatch import fnmatchcase

from dagdock.api import Bad, CopyLike, Problem, Problems, rule

from ._copies import from_context, local_sources

SECRETS = (
    ".env",
    ".env.*",
    "*.env",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".npmrc",
    ".pypirc",
    ".netrc",
    ".git-credentials",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.kdbx",
    "*.tfvars",
    "*.ppk",
    ".htpasswd",
    ".pgpass",
    ".my.cnf",
    "kubeconfig",
    "credentials.json",
    "service-account*.json",
    "service_account*.json",
    "*privkey*.pem",
    "*-key.pem",
    "*_key.pem",
    "key.pem",
    "private.pem",
)
FOLDERS = frozenset((".aws", ".ssh", ".kube", ".gnupg"))
SHOWN = (
    "*.example",
    "*.sample",
    "*.dist",
    "*.template",
    "*.tmpl",
    "*.defaults",
    "*.pub",
    "public*.key",
    "*example*",
    "*sample*",
    "*dummy*",
    "*-archive-keyring*",
    "*.gpg.key",
    "*apt*.key",
    "*repo*.key",
    "*signing*.key",
    "*release*.key",
    "*.list.key",
    "gpg*.key",
)


@rule(
    "DF703",
    severity="error",
    since="0.1",
    security=8.0,
    lessons=["L05", "L09"],
    tags=["security"],
    bad=[
        Bad("FROM python:3.12-slim\nCOPY «.env» /app/.env\n"),
        Bad("FROM node:22-slim\nCOPY package.json «.npmrc» ./\nRUN npm ci && rm .npmrc\n"),
    ],
    good=[
        "FROM python:3.12-slim\nCOPY .env.example /app/.env\n",
        "FROM node:22-slim\nCOPY package.json ./\nRUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci\n",
        "FROM debian:12\nCOPY certs/ca.pem /usr/local/share/ca-certificates/\n",
    ],
)
def copy_secret_file(copy: CopyLike) -> Problems:
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
        if path is None or path not in known:
            continue
        name = path.rstrip("/").rpartition("/")[2]
        if name in FOLDERS or (_matches(name, SECRETS) and not _matches(name, SHOWN)):
            yield Problem(
                source,
                f"`{path}` and what it holds can be read by everyone who gets the image, even if a later step deletes "
                "it. Use `RUN --mount=type=secret`, or hand it over when the container starts",
            )


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name.lower(), pattern) for pattern in patterns)
