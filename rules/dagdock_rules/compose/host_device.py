from __future__ import annotations

import re

from dagdock.api import Bad, Mapping, Problem, Problems, Project, Section, Sequence, Service, Value, rule

from ._purpose import MONITORS, is_one_of


@rule(
    "DC708",
    severity="warning",
    since="0.1",
    security=8.0,
    precision="very-high",
    lessons=["L25"],
    aliases=["compose-lint:CL-0016"],
    tags=["security"],
    bad=[
        Bad("services:\n  web:\n    image: shop/web:1.4\n    devices:\n      - «/dev/sda:/dev/sda»\n"),
        Bad('services:\n  web:\n    image: shop/web:1.4\n    devices: ["«/dev/mem»"]\n'),
    ],
    good=[
        "services:\n  media:\n    image: media:3\n    devices:\n      - /dev/dri:/dev/dri\n      - /dev/ttyUSB0\n"
        "      - /dev/net/tun\n      - /dev/sda:/dev/sda:r\n",
        "services:\n  smart:\n    image: analogj/scrutiny:v0.8-collector\n    devices: [/dev/sda]\n",
    ],
)
def host_device(service: Service, project: Project) -> Problems:
    """A container gets a disk or the memory of the host itself.

    Who writes to a disk past its file system, or to the memory, changes any file and any program of the host. Mount
    the folder that the program needs instead; a program that only reads the state of disks does with `:r`.

    https://docs.docker.com/reference/compose-file/services/#devices
    """
    if is_one_of(service, MONITORS, project):
        return
    for value in _sources(service):
        path, _, rest = (value.resolved or "").partition(":")
        permissions = rest.rpartition(":")[2] if rest else ""
        what = "memory" if re.fullmatch(r"/dev/(?:k?mem|port)", path) else "disk"
        if what == "memory" or re.fullmatch(
            r"/dev/(?:[shv]d[a-z]\d*|nvme\d+n\d+(?:p\d+)?|mmcblk\d+(?:p\d+)?|dm-\d+)", path
        ):
            if permissions == "r":
                continue
            yield Problem(
                value,
                f"with the {what} `{path}` this container changes any file of the host. Mount the folder that it needs"
                + (" instead, or let it only read (`:r`)" if what == "disk" else " instead"),
            )


def _sources(service: Service) -> list[Value]:
    found = service.values("devices")
    node = service.get("devices")
    if isinstance(node, Sequence):
        longs = [Section(item, service.env).value("source") for item in node.items if isinstance(item, Mapping)]
        found += [value for value in longs if value]
    return found
