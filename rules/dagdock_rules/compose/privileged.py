from __future__ import annotations

import re

from dagdock.api import Bad, Build, ImageRef, Located, Problem, Problems, Project, Service, rule

from ._model import runs_in_swarm
from ._purpose import PLAYERS, is_one_of, rights_added, works_on_networks

REMEDY = "Leave it out, or give only what the program's own documentation asks for, with `cap_add` or `devices`"

OFF = "keep it off machines that matter"
CADVISOR = "Try without: with `/dev/kmsg` under `devices` and its mounts it shows nearly all on most machines"
ON_THE_HOST = "set it there, in a file of `/etc/sysctl.d`, and leave this service out"

# Words in the names of images whose makers start them this way.
NEED_IT = frozenset(
    "binfmt buildkit informix k3d k3s kind kindest minikube rancher rke2 sysbox systemd cloudera/quickstart".split()
)


@rule(
    "DC702",
    severity="warning",
    since="0.1",
    security=8.0,
    precision="very-high",
    lessons=["L25"],
    aliases=["compose-lint:CL-0002", "kics:privileged-containers-enabled", "semgrep:privileged-service"],
    tags=["security"],
    bad=[
        Bad("services:\n  agent:\n    image: agent:2.1\n    «privileged: true»\n"),
        Bad("services:\n  agent:\n    build:\n      context: .\n      «privileged: true»\n"),
        Bad("x-base: &base\n  «privileged: yes»\nservices:\n  agent:\n    <<: *base\n    image: agent:2.1\n"),
    ],
    good=[
        "services:\n  agent:\n    image: agent:2.1\n    privileged: false\n    cap_add: [NET_ADMIN]\n",
        "services:\n  agent:\n    image: agent:2.1\n    privileged: ${PRIVILEGED}\n",
        "services:\n  agent:\n    image: agent:2.1\n    privileged: true\n    deploy: {labels: [a=b]}\n",
    ],
)
def privileged(service: Service, project: Project) -> Problems:
    """A container runs with all rights of the host.

    `privileged: true` switches off the walls around the container: it can use every device, load kernel modules and
    become root on the host. Who breaks into the program in it owns the machine. Nearly always one right is enough:
    `cap_add: [NET_ADMIN]` for a VPN, `devices: [/dev/…]` for hardware. In `build`, `privileged` and the entitlement
    `security.insecure` give the same to each RUN, and so to everything that it downloads. Swarm leaves the switch out.

    https://docs.docker.com/reference/compose-file/services/#privileged
    https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
    """
    switch = service.privileged
    entry = service.entries.get("privileged")
    if switch and entry and switch.boolean and not runs_in_swarm(service.file):
        yield Problem(
            entry,
            "this container has all rights of the host, so whoever breaks into it owns the machine. "
            + (remedy := _remedy(service, project)),
            severity="info" if remedy.endswith((OFF, ON_THE_HOST, CADVISOR)) else None,
        )
    if service.build and (place := _of_build(service.build)):
        yield Problem(
            place,
            "every RUN of this build, with all that it downloads, has all rights of the host. Leave it out, and do "
            "what needs them in a container",
        )


def _of_build(build: Build) -> Located | None:
    """What gives a build all rights."""
    switch = build.value("privileged")
    if switch and switch.boolean:
        return build.entries["privileged"]
    return next((value for value in build.values("entitlements") if value.resolved == "security.insecure"), None)


def _remedy(service: Service, project: Project) -> str:
    """What to do; an image whose makers ask for the switch is not to blame on the author."""
    stage = project.stage_of(service) if service.build else None
    images = [image for image in (service.image_ref, stage.root_image if stage else None) if image]
    if any(image.familiar == "docker" and "dind" in (image.tag or "") for image in images):
        return f"Docker in Docker cannot do without it: {OFF}"
    words = {word for image in images for word in _words(image)}
    if not words.isdisjoint(("db2", "db2express")):
        return "Db2 works with `cap_add: [IPC_LOCK, IPC_OWNER]` in its place"
    if "cadvisor" in words:
        return CADVISOR
    if not words.isdisjoint(NEED_IT):
        return f"The makers of this image ask for it: {OFF}"
    if _sets_kernel(service):
        return f"What it sets is a setting of the host's kernel: {ON_THE_HOST}"
    if rights_added(service) or service.values("devices"):
        given = "`cap_add`" if rights_added(service) else "`devices`"
        return f"Beside it the {given} here adds nothing: leave `privileged` out, if the program works without"
    if works_on_networks(service, project) and not is_one_of(service, PLAYERS, project):
        return (
            "It needs much of that for its work on networks: try `cap_add: [NET_ADMIN, NET_RAW]` in its place, else "
            f"{OFF}"
        )
    return REMEDY


def _sets_kernel(service: Service) -> bool:
    """Whether all that it does is to set something of the kernel: its command, in a shell or not, is `sysctl`."""
    words = [
        str(word.resolved) for command in (service.entrypoint, service.command) if command for word in command.words
    ]
    line = " ".join(words)
    restart = service.restart
    if restart and restart.resolved not in ("no", "on-failure"):
        return False
    if restart and restart.resolved == "no" and "sysctl" in service.name:
        return True
    sets = r"\bsysctl\s+(?:-\w+\s+)*[\w.]+\s*=|>\s*/proc/sys/|\btee\s+/proc/sys/"
    return bool(re.search(sets, line)) and not re.search(r"\bexec\b|\bsleep\s+inf|\btail\s+-f", line)


def _words(image: ImageRef) -> set[str]:
    return {image.repository, *re.split(r"[^a-z0-9]+", image.repository.lower())}
