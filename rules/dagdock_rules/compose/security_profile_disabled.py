from __future__ import annotations

import re

from dagdock.api import Bad, Problem, Problems, Service, rule

from ._purpose import rights_added

WHAT = {
    "seccomp": "every system call of the kernel is open to the container, those that only serve attacks too",
    "apparmor": "nothing holds the container back from files and kernel settings that Docker protects",
    "label": "SELinux no longer keeps the container from the files of the host",
    "systempaths": "the container sees and changes kernel settings under /proc and /sys that Docker hides",
}


@rule(
    "DC706",
    severity="warning",
    since="0.1",
    security=6.0,
    precision="very-high",
    lessons=["L25"],
    aliases=["compose-lint:CL-0009", "kics:default-seccomp-profile-disabled", "semgrep:seccomp-confinement-disabled"],
    tags=["security"],
    bad=[
        Bad("services:\n  web:\n    image: shop/web:1.4\n    security_opt:\n      - «seccomp:unconfined»\n"),
        Bad("services:\n  web:\n    image: shop/web:1.4\n    security_opt: [«label=disable»]\n"),
    ],
    good=[
        "services:\n  web:\n    image: shop/web:1.4\n    security_opt:\n      - no-new-privileges:true\n"
        "      - seccomp:./web.json\n      - label=type:container_t\n",
    ],
)
def security_profile_disabled(service: Service) -> Problems:
    """A protection of the kernel around a container is switched off.

    Docker lets a container use only the system calls and files that ordinary programs need. Without these profiles an
    error in the kernel, or in the program, is enough to get out. Where a program needs one call more, give it a
    profile of its own with just that (`seccomp:profile.json`).

    https://docs.docker.com/engine/security/seccomp/
    https://docs.docker.com/engine/security/apparmor/
    """
    for value in service.values("security_opt"):
        match = re.fullmatch(r"(seccomp|apparmor|systempaths)[=:]unconfined|(label)[=:]disable", value.resolved or "")
        if match and match[2] and any("docker.sock" in (mount.source or "") for mount in service.volumes):
            continue  # the engine's socket cannot be opened otherwise, and whoever has it needs no way around SELinux
        if match:
            debugs = match[1] == "seccomp" and "SYS_PTRACE" in rights_added(service)
            remedy = (
                "Leave it out: since Linux 4.8 a debugger does with `cap_add: [SYS_PTRACE]`"
                if debugs
                else "Leave it out; if the program does not work then, give it a profile of its own"
            )
            yield Problem(value, f"{WHAT[match[1] or match[2]]}. {remedy}", severity="info" if debugs else None)
