from __future__ import annotations

import re

from dagdock.api import Bad, Dockerfile, Expose, Problem, Problems, Stage, remembered, rule

from ._ports import read
from ._started import started

PORTS = {
    22: "SSH",
    23: "Telnet",
    3389: "Remote Desktop",
    5800: "VNC",
    5900: "VNC",
}

# What is in a file, or its folder's name, that is about a server of Git or SFTP; and words in the name of a file or a
# folder for what is there to be worked in through such a port.
SERVERS = ("git-shell", "gitolite", "gitea", "gogs", "gitlab", "sftp")
MADE_FOR = frozenset("ssh sshd openssh dropbear bastion vnc novnc xvfb x11 rdp xrdp desktop kasm".split())


@rule(
    "DF617",
    severity="warning",
    since="0.1",
    security=5.0,
    lessons=["L12"],
    aliases=["trivy:DS-0004", "checkov:CKV_DOCKER_1", "kics:exposing-port-22", "sonar:S6473"],
    tags=["security"],
    bad=[
        Bad("FROM debian:12\nRUN apt-get update && apt-get install -y openssh-server\nEXPOSE 80 «22»\n"),
        Bad("FROM debian:12\nENV VNC_PORT=5900\nEXPOSE «$VNC_PORT»\n"),
    ],
    good=[
        "FROM debian:12\nEXPOSE 2222 8022 3389/udp\n",
        {"sshd/Dockerfile": "FROM debian:12\nRUN apt-get update && apt-get install -y openssh-server\nEXPOSE 22\n"},
    ],
)
def admin_port_exposed(expose: Expose) -> Problems:
    """EXPOSE opens a port that machines are administered through.

    Whoever reaches SSH, Remote Desktop or VNC of a container can work in it, and passwords are tried on these ports all
    day long. A container needs none of them: `docker exec` opens a shell in it from outside, with the rights of the
    host. Servers for Git and SFTP, which speak SSH to serve files, are left alone, and so is what is called after the
    port: `sshd/Dockerfile`, `desktop-vnc/Dockerfile`.

    https://docs.docker.com/reference/cli/docker/container/exec/
    """
    if _is_made_for_it(expose.dockerfile) or (expose.stage is not None and _is_ssh_server(expose.stage)):
        return
    for word in expose.words:
        text = word.literal
        if text is None and expose.stage is not None:
            text = word.resolve(expose.stage.scope_at(expose))
        port = read(text or "")
        numbers = port.numbers
        if numbers is None or port.protocol.lower() not in ("", "tcp"):
            continue
        found = next((number for number in PORTS if number in numbers), None)
        if found is not None:
            yield Problem(
                word,
                f"port {found} is for {PORTS[found]}, through which the container can be taken over. Leave it out, and "
                "use `docker exec` to look inside",
            )


def _is_ssh_server(stage: Stage) -> bool:
    """Whether SSH is all that the container is there for: it starts `sshd`."""
    found = started(stage)
    return found is not None and [command.effective.name for command in found[1]] == ["sshd"]


@remembered
def _is_made_for_it(file: Dockerfile) -> bool:
    """Whether the image speaks SSH to serve repositories or files, or is there to be worked in from outside."""
    place = "/".join(file.source.path.split("/")[-2:]).lower()
    text = f"{place}/{file.source.text}".lower()
    return not MADE_FOR.isdisjoint(re.split(r"[^a-z0-9]+", place)) or any(word in text for word in SERVERS)
