from __future__ import annotations

from dagdock.api import Bad, Command, Problem, Problems, Run, rule


@rule(
    "DF413",
    severity="warning",
    since="0.1",
    security=7.0,
    lessons=["L09"],
    aliases=["checkov:CKV2_DOCKER_17"],
    tags=["security"],
    words=["passwd"],
    words_near=True,
    bad=[
        Bad("FROM debian:12\nRUN echo 'root:secret' | «chpasswd»\n"),
    ],
    good=[
        "FROM debian:12\nRUN --mount=type=secret,id=users chpasswd < /run/secrets/users\n",
        "FROM debian:12\nRUN passwd -l root\n",
    ],
)
def password_by_chpasswd(run: Run) -> Problems:
    """A password is set in the image.

    The RUN stays readable in the history of the image, so everybody who can pull it knows the password, and it is the
    same in every container. A container needs no passwords of users: `docker exec` gives a shell without one. Where
    one is wanted, set it when the container starts, from a secret. Nothing is said of `root:Docker!`, which Azure App
    Service demands word for word of an image that it gives a shell in, and keeps from the outside.

    https://docs.docker.com/build/building/secrets/
    https://learn.microsoft.com/azure/app-service/configure-custom-container#enable-ssh
    """
    secret = any(mount.type == "secret" for mount in run.mounts)
    for command in run.script.commands:
        effective = command.effective
        takes_input = effective.name == "chpasswd" or (
            effective.name == "passwd" and any(word.value == "--stdin" for word in effective.arguments)
        )
        if takes_input and not secret and not _is_for_app_service(command):
            yield Problem(
                effective.words[0],
                "the password stays readable in the history of the image, and is the same in every container. Leave it "
                "out, or set it when the container starts",
            )


def _is_for_app_service(command: Command) -> bool:
    """Whether what it is told is the password that the platform prescribes."""
    return any(word.value == "root:Docker!" for other in command.pipeline for word in other.words)
