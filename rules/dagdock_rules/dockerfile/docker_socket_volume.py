from __future__ import annotations

from posixpath import normpath

from dagdock.api import Bad, Problem, Problems, Volume, rule


@rule(
    "DF618",
    severity="error",
    since="0.1",
    precision="very-high",
    security=8.0,
    aliases=["semgrep:dockerfile-dockerd-socket-mount"],
    tags=["security"],
    bad=[Bad("FROM docker:27-cli\nVOLUME «/var/run/docker.sock»\n")],
    good=["FROM docker:27-cli\nVOLUME /var/lib/docker\n"],
)
def docker_socket_volume(volume: Volume) -> Problems:
    """The socket of Docker is declared as a volume.

    A volume in an image is an empty folder of its own, never the host's socket, so nothing in the container can talk
    to Docker through it. And whoever does mount the socket there gives the container all rights of the host: it should
    be asked for where the container is run, and only there.

    https://docs.docker.com/engine/security/protect-access/
    """
    for path in volume.paths:
        literal = path.literal
        if literal and normpath(literal) in ("/var/run/docker.sock", "/run/docker.sock"):
            yield Problem(
                path,
                f"a VOLUME is never the host's `{literal}`, only an empty folder in its place. Delete it, and mount "
                "the socket where the container is run if it must be",
            )
