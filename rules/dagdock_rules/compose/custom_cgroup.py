from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Service, rule


@rule(
    "DC713",
    severity="info",
    since="0.1",
    default=False,
    security=3.0,
    precision="very-high",
    lessons=["L25"],
    aliases=["kics:cgroup-not-default"],
    tags=["hardening", "security"],
    bad=[
        Bad("services:\n  web:\n    image: web:1\n    cgroup_parent: «m-executor»\n"),
        Bad("services:\n  web:\n    image: web:1\n    cgroup: «host»\n"),
    ],
    good=["services:\n  web:\n    image: web:1\n    cgroup: private\n"],
)
def custom_cgroup(service: Service) -> Problems:
    """A container is put into another control group than the one that Docker makes for it.

    Limits of memory and processors hold for the group: in a shared one, one container takes what others need, and with
    `cgroup: host` it sees those of the whole machine.

    https://docs.docker.com/reference/compose-file/services/#cgroup_parent
    """
    parent, mode = service.value("cgroup_parent"), service.value("cgroup")
    if parent and parent.raw:
        yield Problem(parent, "limits of this group hold for all that is in it, not for this container. Leave it out")
    if mode and mode.resolved == "host":
        yield Problem(mode, "this container sees the control groups of the whole machine. Write `private`")
