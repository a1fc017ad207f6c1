from __future__ import annotations

import re

from dagdock.api import Bad, ComposeFile, Edit, Entry, Fix, Mapping, Problem, Problems, Project, Sequence, Service, rule

from ._edits import STEP, column, declare, is_plain_name, lines_below, written
from ._model import as_run, is_extended
from ._stores import asks_to_keep, data_folders, store_of


@rule(
    "DC301",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L22", "L15"],
    tags=["data"],
    bad=[
        Bad(
            "services:\n  db:\n    image: «postgres:16»\n    environment:\n      POSTGRES_DB: shop\n",
            fixed="services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_DB: shop\n"
            "    volumes:\n      - db-data:/var/lib/postgresql/data\n\nvolumes:\n  db-data:\n",
        ),
        Bad(
            "services:\n  mongo:\n    image: «mongo:7»\n    volumes:\n"
            "      - ./init.js:/docker-entrypoint-initdb.d/i.js\nvolumes:\n  cache:\n",
            fixed="services:\n  mongo:\n    image: mongo:7\n    volumes:\n"
            "      - ./init.js:/docker-entrypoint-initdb.d/i.js\n      - mongo-data:/data/db\n"
            "volumes:\n  cache:\n  mongo-data:\n",
        ),
    ],
    good=[
        "services:\n  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n",
        "services:\n  db:\n    image: postgres:16\n    tmpfs: /var/lib/postgresql/data\n",
        "services:\n  load:\n    image: postgres:16\n    command: psql -h db -f /load.sql\n",
        'services:\n  cache:\n    image: redis:7\n    command: redis-server --save ""\n',
    ],
)
def database_without_volume(service: Service, project: Project) -> Problems:
    """A database keeps its data inside its container, where it is lost with it.

    `docker compose down`, a new image or a changed setting replaces the container, and everything in the database is
    gone. Mount a named volume on the folder that the image writes its data to: volumes outlive containers. A database
    that may forget everything, in tests for instance, says so best with a `tmpfs` on that folder.

    https://docs.docker.com/get-started/docker-concepts/running-containers/persisting-container-data/
    https://docs.docker.com/reference/compose-file/volumes/
    """
    service = as_run(service, project)
    store = store_of(service)
    if store is None or service.image is None or not service.complete:
        return
    folders = data_folders(service, store)
    if folders is None or _may_keep(service, folders) or is_extended(service.file, project):
        return
    is_info = _is_for_tests(service) or (store.facts.get("severity") == "info" and not asks_to_keep(service, store))
    near = next(
        (mount.target for mount in service.volumes if mount.target and _is_near(mount.target, folders[0])), None
    )
    instead = f" (`{near}` is mounted, but the data are not there)" if near else ""
    yield Problem(
        service.image,
        f"the data in `{folders[0]}` are lost with the container{instead}. Mount a named volume there: "
        f"`{service.name}-data:{folders[0]}`",
        severity="info" if is_info else None,
        fix=None if near else _mount(service, folders[0]),
    )


def _may_keep(service: Service, folders: list[str]) -> bool:
    """Whether something is mounted over one of the folders, inside it, or in a place that is not known."""
    if service.has("volumes_from"):
        return True
    targets = [mount.target for mount in service.volumes]
    targets += [
        value.resolved and value.filled.piece(0, len(value.resolved.partition(":")[0]))
        for value in service.values("tmpfs")
    ]
    return any(target is None or _touches(target, folder) for target in targets for folder in folders)


def _touches(target: str, folder: str) -> bool:
    one, other = target.rstrip("/") + "/", folder.rstrip("/") + "/"
    return one.startswith(other) or other.startswith(one)


def _is_near(target: str, folder: str) -> bool:
    """Whether a mount was probably meant to hold the data: `/var/lib/postgres` for `/var/lib/postgresql/data`."""
    return target.startswith(("/var/lib/", "/data", "/usr/share/")) and not re.search(
        r"\.\w+$|conf|init|plugin", target
    )


def _is_for_tests(service: Service) -> bool:
    """Whether the file is named after tests or CI."""
    words = re.split(r"[^a-z0-9]+", service.file.source.path.lower())
    return not {"test", "tests", "testing", "ci", "e2e", "integration", "spec"}.isdisjoint(words)


def _mount(service: Service, folder: str) -> Fix | None:
    file, name = service.file, f"{service.name}-data"
    mapping = _written_mapping(file, service)
    if mapping is None or name in file.volumes or not is_plain_name(name) or file.bases:
        return None
    declared = declare(file, "volumes", name)
    mounted = _add_mount(mapping, f"{name}:{folder}")
    return Fix(f"Mount the volume `{name}` there", [mounted, declared], "unsafe") if mounted and declared else None


def _written_mapping(file: ComposeFile, service: Service) -> Mapping | None:
    """What is written below the service's name, where that is all of it."""
    node = service.entry.value
    plain = isinstance(node, Mapping) and not node.flow and node.anchor is None and node.source is file.source
    return node if isinstance(node, Mapping) and plain and node.entries else None


def _add_mount(mapping: Mapping, item: str) -> Edit | None:
    entry: Entry | None = written(mapping, "volumes")
    if entry is None:
        if "volumes" in mapping.merged():
            return None
        margin = " " * column(mapping.entries[0].key)
        return lines_below(mapping.entries[-1].span, [f"{margin}volumes:", f"{margin}{STEP}- {item}"])
    value = entry.value
    if not isinstance(value, Sequence) or value.flow or not value.items:
        return None
    last = value.items[-1]
    line = last.source.line_span(last.source.position(value.items[0].begin).line).text
    margin = line[: len(line) - len(line.lstrip())]
    return lines_below(last.span, [f"{margin}- {item}"]) if line.lstrip().startswith("- ") else None
