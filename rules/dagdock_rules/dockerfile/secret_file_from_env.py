from __future__ import annotations

from dagdock.api import Bad, Env, Problem, Problems, Project, Related, rule

from ._copies import absolute, contexts_that_fit, copied_from, from_context, inside_container, local_sources
from ._layers import ships

# Variables that name a file with credentials in it.
NAMES = frozenset(
    "GOOGLE_APPLICATION_CREDENTIALS CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE AWS_SHARED_CREDENTIALS_FILE "
    "AZURE_CLIENT_CERTIFICATE_PATH KUBECONFIG NETRC PGPASSFILE BOTO_CONFIG OCI_CLI_CONFIG_FILE NPM_CONFIG_USERCONFIG "
    "SNOWFLAKE_PRIVATE_KEY_FILE GIT_ASKPASS_FILE DBT_GOOGLE_KEYFILE".split()
)


@rule(
    "DF705",
    severity="error",
    since="0.1",
    security=8.0,
    lessons=["L09"],
    aliases=["trivy:DS-0031"],
    tags=["security"],
    bad=[
        Bad(
            "FROM python:3.12-slim\nCOPY keys/sa.json /app/keys/sa.json\n"
            "ENV «GOOGLE_APPLICATION_CREDENTIALS=/app/keys/sa.json»\n"
        ),
        Bad(
            {
                "Dockerfile": "FROM python:3.12-slim\nCOPY . /app\n"
                "ENV «GOOGLE_APPLICATION_CREDENTIALS=/app/keys/sa.json»\n",
                "keys/sa.json": "{}",
            }
        ),
    ],
    good=[
        "FROM python:3.12-slim\nENV GOOGLE_APPLICATION_CREDENTIALS=/run/secrets/sa.json\nCOPY app /app\n",
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY . /app\nENV GOOGLE_APPLICATION_CREDENTIALS=/app/keys/sa.json\n",
            "keys/sa.json": "{}",
            ".dockerignore": "keys\n",
        },
    ],
)
def secret_file_from_env(env: Env, project: Project) -> Problems:
    """A variable names a file with credentials, and that file is copied into the image.

    The image carries the key to wherever it is pushed, and everybody who can pull it can use the account. Mount the
    file when the container starts (a secret of Compose or Kubernetes), and leave it out by .dockerignore.

    https://docs.docker.com/compose/how-tos/use-secrets/
    """
    stage = env.stage
    if stage is None or env.onbuild is not None or not ships(env):
        return
    contexts = contexts_that_fit(env.dockerfile, project)
    for pair in env.pairs:
        path = pair.value.resolve(stage.scope_at(env)) if pair.value else None
        target = absolute(env, path) if path and str(pair.key) in NAMES else None
        if target is None:
            continue
        for part in stage.chain():
            for step in part.instructions:
                copy = from_context(step)
                if copy is None:
                    continue
                source = next((found for each in contexts if (found := copied_from(target, copy, each))), None)
                if source is not None and any(each.ignored(source) for each in contexts):
                    continue
                named = inside_container(copy) == target and len(local_sources(copy)) == 1
                if source is not None or named:
                    yield Problem(
                        pair,
                        f"`{path}` holds credentials, and the {copy.name} in line {copy.span.line} puts it into the "
                        "image for everybody who can pull it. Mount it when the container starts",
                        related=[Related(copy, "copied here")],
                    )
                    return
