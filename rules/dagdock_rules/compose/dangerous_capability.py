from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Service, Severity, rule

from ._purpose import MONITORS, is_one_of, works_on_networks

# What the container may do with it, behind "lets this container".
WHAT = {
    "ALL": "become root on the host, nearly as `privileged` does",
    "SYS_ADMIN": "become root on the host",
    "SYS_MODULE": "load modules into the kernel of the host, and so become root there",
    "SYS_RAWIO": "reach the memory and the hardware of the host",
    "NET_ADMIN": "change addresses, routes and firewall rules of its network",
    "BPF": "load programs into the kernel of the host",
    "PERFMON": "look into all processes of the host",
    "SYS_BOOT": "restart the host",
    "SYS_TIME": "set the clock of the host",
    "SYSLOG": "read the messages of the host's kernel, its addresses in memory, too",
    "SYS_PTRACE": "look into the memory of its other processes and change it",
    "DAC_READ_SEARCH": "read every file whoever may read it, those of the host too",
}
WORST = ("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH")
CODES = {
    "ALL": "CL-0011", "SYS_ADMIN": "CL-0024", "SYS_MODULE": "CL-0024", "SYS_RAWIO": "CL-0024", "NET_ADMIN": "CL-0011",
    "BPF": "CL-0028", "PERFMON": "CL-0028", "SYS_BOOT": "CL-0029", "SYS_TIME": "CL-0029", "SYSLOG": "CL-0030",
    "SYS_PTRACE": "CL-0027", "DAC_READ_SEARCH": "CL-0027",
}  # fmt: skip


@rule(
    "DC705",
    severity="warning",
    since="0.1",
    security=7.0,
    lessons=["L25"],
    aliases=[f"compose-lint:{code}" for code in sorted(set(CODES.values()))],
    tags=["security"],
    bad=[
        Bad("services:\n  web:\n    image: shop/web:1.4\n    cap_add: [«SYS_ADMIN»]\n"),
        Bad("services:\n  web:\n    image: shop/web:1.4\n    cap_add:\n      - CHOWN\n      - «cap_net_admin»\n"),
    ],
    good=[
        "services:\n  web:\n    image: shop/web:1.4\n    cap_drop: [ALL]\n    cap_add: [NET_BIND_SERVICE]\n",
        "services:\n  vpn:\n    image: linuxserver/wireguard:1.0.20210914\n    cap_add: [NET_ADMIN]\n",
    ],
)
def dangerous_capability(service: Service, project: Project) -> Problems:
    """A container gets a right over the host that hardly any program needs.

    Rights that Docker withholds by default are the ones with which a program gets out of its container, or takes the
    host down. `SYS_ADMIN` alone stands for so much that it is nearly `privileged`. Add only the right that the program
    asks for, to an image that you trust.

    https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
    https://man7.org/linux/man-pages/man7/capabilities.7.html
    """
    if service.privileged and service.privileged.boolean:
        return  # which gives all of them, and is told by itself
    for value in service.values("cap_add"):
        name = (value.resolved or "").upper().removeprefix("CAP_")
        if name not in WHAT:
            continue
        if name in ("NET_ADMIN", "SYS_MODULE") and (
            works_on_networks(service, project) or is_one_of(service, MONITORS, project)
        ):
            continue
        watches = name in ("SYS_PTRACE", "SYS_ADMIN", "PERFMON", "BPF", "DAC_READ_SEARCH", "SYSLOG")
        on_host = service.network_mode is not None and service.network_mode.resolved == "host"
        severity: Severity | None = "info" if name not in WORST and not (name == "NET_ADMIN" and on_host) else None
        if watches and is_one_of(service, MONITORS, project):
            continue
        what = WHAT[name].replace("its network", "the host") if on_host else WHAT[name]
        remedy = "Leave it out, unless the program's own documentation asks for it"
        if name == "ALL":
            remedy = "Name the rights that the program needs, each by itself, as in `cap_add: [SYS_PTRACE]`"
        if name == "SYS_ADMIN" and any("/dev/fuse" in device.raw for device in service.values("devices")):
            severity, remedy = "info", "FUSE cannot do without it: give it only to an image that you trust"
        yield Problem(
            value,
            f"`{name}` lets this container {what}. {remedy}",
            severity=severity,
            aliases=[f"compose-lint:{CODES[name]}"],
        )
