from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule


@rule(
    "DF413",
    severity="warning",
    since="0.1",
    security=7.0,
    lessons=["L09"],
    aliases=["checkov:CKV2_DOCKER_17"],
    tags=["security"],
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
    one is wanted, set it when the container starts, from a secret.

    https://docs.docker.com/build/building/secrets/
    """
    secret = any(mount.type == "secret" for mount in run.mounts)
    for command in run.script.commands:
        effective = command.effective
        takes_input = effective.name == "chpasswd" or (
            effective.name == "passwd" and any(word.value == "--stdin" for word in effective.arguments)
        )
        if takes_input and not secret:
            yield Problem(
                effective.words[0],
                "the password stays readable in the history of the image, and is the same in every container. Leave it "
                "out, or set it when the container starts",
            )
