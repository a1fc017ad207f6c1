from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Service, rule

from ._secrets import gives_secret_away, written_text


@rule(
    "DC405",
    severity="warning",
    since="0.1",
    security=7.0,
    lessons=["L24"],
    tags=["security"],
    bad=[
        Bad("services:\n  web:\n    build:\n      context: .\n      args:\n        NPM_TOKEN: «npm-1a2b3c4d5e6f»\n"),
        Bad("services:\n  web:\n    build:\n      context: .\n      args:\n        - DB_PASSWORD=«hunter2»\n"),
    ],
    good=[
        "services:\n  web:\n    build:\n      context: .\n      args:\n        NODE_VERSION: 22\n      secrets: [npm]\n"
        "secrets:\n  npm:\n    environment: NPM_TOKEN\n",
    ],
)
def secret_in_build_args(service: Service) -> Problems:
    """A password, token or key is passed to a build as an argument.

    It stands in the file, and everyone who gets the image reads it with `docker history`, even where the Dockerfile
    deletes it again. List it under `build.secrets` and read it in the Dockerfile with `RUN --mount=type=secret`.

    https://docs.docker.com/build/building/secrets/
    """
    for setting in service.build.args if service.build else []:
        if setting.value and gives_secret_away(setting.name, written_text(setting.value)):
            yield Problem(
                setting.value,
                f"`{setting.name}` can be read in this file and, with `docker history`, in the image. Hand it over "
                "with `build.secrets`",
            )
