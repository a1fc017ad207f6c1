from __future__ import annotations

from dagdock.api import Bad, Located, Mapping, Problem, Problems, Section, Service, VolumeMount, rule

SHARED = ("shared", "rshared")


@rule(
    "DC709",
    severity="warning",
    since="0.1",
    security=5.0,
    lessons=["L25"],
    aliases=["compose-lint:CL-0017", "kics:volume-mounted-in-multiple-containers"],
    tags=["security"],
    bad=[
        Bad("services:\n  web:\n    image: shop/web:1.4\n    volumes:\n      - /mnt/data:/data:«rshared»\n"),
        Bad(
            "services:\n  web:\n    image: shop/web:1.4\n    volumes:\n      - type: bind\n        source: /mnt/data\n"
            "        target: /data\n        bind:\n          propagation: «shared»\n"
        ),
    ],
    good=["services:\n  web:\n    image: shop/web:1.4\n    volumes:\n      - /mnt/data:/data:rslave\n"],
)
def shared_mount_propagation(service: Service) -> Problems:
    """What a container mounts below this folder appears on the host, too.

    With `shared` and `rshared` mounts go in both directions: a container that may mount can put something over folders
    of the host. `rslave` hands on the host's mounts to the container and none back.

    https://docs.docker.com/engine/storage/bind-mounts/#configure-bind-propagation
    """
    for mount in service.volumes:
        place = _shared(mount, service)
        if place:
            yield Problem(
                place,
                "what this container mounts below the folder appears on the host, too. Write `rslave`, which only "
                "hands on the host's mounts, or leave it out",
            )


def _shared(mount: VolumeMount, service: Service) -> Located | None:
    for option in mount.options:
        if option in SHARED:
            return option
    bind = mount.node.get("bind") if isinstance(mount.node, Mapping) else None
    if isinstance(bind, Mapping):
        value = Section(bind, service.env).value("propagation")
        if value and value.resolved in SHARED:
            return value
    return None
