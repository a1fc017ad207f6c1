from __future__ import annotations

from dagdock.api import Bad, Build, Located, Problem, Problems, Service, rule

REMEDY = "Give it only what it needs, with `cap_add` or `devices`"

# Parts of the names of images whose makers start them this way.
NEED_IT = ("cadvisor", "informix", "k3s", "kindest/node", "rke", "rancher", "minikube", "sysbox", "binfmt")


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
    ],
)
def privileged(service: Service) -> Problems:
    """A container runs with all rights of the host.

    `privileged: true` switches off the walls around the container: it can use every device, load kernel modules and
    become root on the host. Who breaks into the program in it owns the machine. Nearly always one right is enough:
    `cap_add: [NET_ADMIN]` for a VPN, `devices: [/dev/…]` for hardware. In `build`, `privileged` and the entitlement
    `security.insecure` give the same to each RUN, and so to everything that it downloads.

    https://docs.docker.com/reference/compose-file/services/#privileged
    https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
    """
    switch = service.privileged
    entry = service.entries.get("privileged")
    if switch and entry and switch.boolean:
        yield Problem(
            entry,
            "this container has all rights of the host, so whoever breaks into it owns the machine. "
            + (remedy := _remedy(service)),
            severity=None if remedy == REMEDY else "info",
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


def _remedy(service: Service) -> str:
    """What to do; an image whose makers ask for the switch is not to blame on the author."""
    image = service.image_ref
    if image is None:
        return REMEDY
    if image.familiar == "docker" and "dind" in (image.tag or ""):
        return "Docker in Docker cannot do without it: keep it off machines that matter"
    if "db2" in image.name.lower():
        return "Db2 works with `cap_add: [IPC_LOCK, IPC_OWNER]` in its place"
    if any(name in image.name.lower() for name in NEED_IT):
        return "The makers of this image ask for it: keep it off machines that matter"
    return REMEDY
