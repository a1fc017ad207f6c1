from __future__ import annotations

import re
from collections.abc import Iterator

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Resource, Service, rule

from ._unused import take_out, unused, with_section


@rule(
    "DC305",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L26"],
    bad=[
        Bad(
            "services:\n  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\n"
            "volumes:\n  data:\n  «cache»:\n    driver: local\n",
            fixed="services:\n  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\n"
            "volumes:\n  data:\n",
        ),
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    volumes: [./html:/srv]\nvolumes:\n  «html»:\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    volumes: [./html:/srv]\n",
        ),
    ],
    good=[
        "services:\n  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n",
        "services:\n  db:\n    image: postgres:16\n    volumes: ['${VOLUME}:/x']\nvolumes:\n  data:\n",
        {
            "compose.yaml": "services:\n  db:\n    image: postgres:16\nvolumes:\n  data:\n",
            "compose.override.yaml": "services:\n  db:\n    volumes: ['data:/var/lib/postgresql/data']\n",
        },
    ],
)
def unused_volume(file: ComposeFile, project: Project) -> Problems:
    """A volume is declared, and no service mounts it.

    Somebody meant data to be kept there, and they are not: the mount is missing or names another volume. Or it is left
    over from before and only misleads.

    https://docs.docker.com/reference/compose-file/volumes/
    """
    if any("`volumes`" in fault.message for fault in file.shape):
        return  # a mount that cannot be read as it stands may mean it
    gone = list(unused(file, project, "volumes", _mounted))
    for volume in gone:
        if "$" in volume.name:
            continue  # which is no name, and told by itself
        yield Problem(
            volume,
            f"no service mounts the volume `{volume.name}`, so nothing is kept in it. "
            f"{_remedy(file, volume, with_section(file, 'volumes', gone))}",
            fix=take_out(file, "volumes", volume),
        )


def _remedy(file: ComposeFile, volume: Resource, section: str) -> str:
    """What to do, where something of its name is mounted, or was."""
    mounts = ((mount, service) for service in file.services.values() for mount in service.volumes)
    for mount, service in mounts:
        if mount.is_bind and (mount.source or "").rstrip("/") == f"./{volume.name}":
            return f"Delete the entry{section}: `{service.name}` mounts the folder `./{volume.name}`"
    commented = re.search(rf"^\s*#\s*-\s*[\"']?{re.escape(volume.name)}:/", file.source.text, re.MULTILINE)
    if commented:
        line = first = file.source.position(commented.end()).line
        while re.match(r"\s*#\s*(?:-|volumes:)", file.source.line_span(first - 1).text if first > 1 else ""):
            first -= 1
        if not re.match(r"\s*#\s*volumes:", file.source.line_span(first).text):
            first = line
        where = "there" if first == line else f"in lines {first} {'and' if first + 1 == line else 'to'} {line}"
        return f"Its mount in line {line} is commented out: delete the entry{section}, or take the `#` away {where}"
    return f"Mount it, or delete the entry{section}"


def _mounted(service: Service) -> Iterator[str | None]:
    for mount in service.volumes:
        if mount.is_named is None or mount.is_named:
            yield str(mount.source) if mount.source is not None else None
