from __future__ import annotations

import re
from posixpath import basename

from dagdock.api import (
    Bad,
    Edit,
    Fix,
    Mapping,
    Problem,
    Problems,
    Project,
    Sequence,
    Service,
    VolumeMount,
    rule,
)

from ._edits import STEP, column, declare, lines_below, written_entry
from ._model import as_run, files_beside, is_extended
from ._occasion import is_for_tests, is_for_trial, is_for_work, is_profile_of_tests
from ._stores import Store, asks_to_keep, built_on, data_folders, store_by_image, store_of

# Scripts with which the images of databases fill an empty folder.
_SCRIPTS = "/docker-entrypoint-initdb.d"
# So many servers of one kind are there to be tried, not to keep data.
MANY = 3


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
    """A database keeps its data inside its container, where no later container finds them.

    `docker compose down` removes the container, and the one that `up` makes next starts with an empty database; what
    is left of the old data, if anything, is a volume without a name that the next clean-up deletes. Mount a named
    volume on the folder that the image writes its data to: it is there again for the next container. A database that
    may forget everything, in tests for instance, says so best with a `tmpfs` on that folder.

    https://docs.docker.com/get-started/docker-concepts/running-containers/persisting-container-data/
    https://docs.docker.com/reference/compose-file/volumes/
    """
    if service.image is None and service.build is None:
        return  # an override: the file that names the image is the one to look at
    if any(fault.kind == "syntax" for fault in service.file.faults):
        return  # the mount may stand where nothing could be read
    running = as_run(service, project)
    image = None if service.build is None else built_on(running, project)
    store = store_of(running) or (store_by_image(image) if image else None)
    folders = data_folders(running, store, image) if store and running.complete else None
    if is_for_tests(service.file, project):
        return  # what a test leaves behind is to be forgotten
    if (profiles := running.profiles) and all(map(is_profile_of_tests, profiles)):
        return
    if store is None or folders is None or _may_keep(running, folders) or is_extended(service.file, project):
        return
    if _is_one_of_many(running, store) or _is_list_of_images(service) or _is_for_a_test(running):
        return
    if store.name == "Grafana" and (service.build or any("provisioning" in (m.target or "") for m in running.volumes)):
        return  # what it shows is given to it
    lasts = asks_to_keep(running, store)
    if _may_forget(running) or (store.facts.get("severity") == "info" and not lasts and _is_cache(running)):
        return
    near = next((str(mount.target) for mount in running.volumes if _is_near(mount, store)), None)
    instead = f"; the mount on `{near}` does not cover them" if near else ""
    if near is None and (is_for_work(service.file, project) or is_for_trial(service.file, project)):
        return  # nobody misses what was tried out
    is_filled = any((mount.target or "").startswith(_SCRIPTS) for mount in running.volumes)
    lost = folders if store.facts.get("together") else folders[:1]
    where = " and ".join(f"`{folder}`" for folder in lost)
    again = f", but for what `{_SCRIPTS}` makes anew" if is_filled else ""
    is_less = is_filled or (store.facts.get("severity") == "info" and not lasts)
    yield Problem(
        service.image if service.image and service.entry.span.holds(service.image) else service,
        f"the data in {where} are lost with the container, after `docker compose down`{again}{instead}. "
        + _remedy(service, lost, name := _name_of_volume(service, project)),
        severity="info" if is_less else None,
        fix=None if near or name in running.file.volumes else _mount(service, lost, name),
    )


def _name_of_volume(service: Service, project: Project) -> str:
    """What to call the new volume: not as the one of another file in the folder, whose project has the same name."""
    name, file = f"{service.name}-data", service.file
    if any(
        service.name in other.services and not other.is_fragment for other in files_beside(file, project, service.name)
    ):
        words = re.split(r"[^a-z0-9]+", basename(file.source.path).lower().rpartition(".")[0])
        own = [word for word in words if word and word not in ("docker", "compose")]
        return "-".join([*own, name])
    return name


def _is_list_of_images(service: Service) -> bool:
    """Whether the services of the file say nothing but their images: a list for a program that looks for releases."""
    services = service.file.services.values()
    return len(services) >= MANY and all(other.entries.keys() == {"image"} for other in services)


def _is_for_a_test(service: Service) -> bool:
    """Whether the name of the database, or of the service, says that it is for tests or to show something."""
    names = [str(service.name)]
    for key in ("POSTGRES_DB", "POSTGRES_USER", "MYSQL_DATABASE", "MARIADB_DATABASE", "MONGO_INITDB_DATABASE"):
        setting = service.variable(key)
        names.append((setting.resolved or "") if setting else "")
    return any(not {"demo", "e2e", "test", "tests"}.isdisjoint(re.split(r"[^a-z0-9]+", name.lower())) for name in names)


def _is_one_of_many(service: Service, store: Store) -> bool:
    """Whether the file has several such servers, all alike: releases to try something with, or the parts of a cluster
    of which each has all that the others have."""
    alike = [other for other in service.file.services.values() if store_of(other) == store]
    return len(alike) >= MANY and not any(mount.is_named for other in alike for mount in other.volumes)


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


def _is_near(mount: VolumeMount, store: Store) -> bool:
    """Whether a mount was probably meant to hold the data: `/var/lib/postgres` for `/var/lib/postgresql/data`."""
    target = (mount.target or "").lower()
    if mount.read_only or re.search(r"\.\w+$|conf|init|plugin|backup|log|/etc/|cert|secret", target):
        return False
    return (
        bool(re.fullmatch(r"/data(/.*)?|/var/lib/.+|.*/(?:pg|db|my|mongo)[_-]?data", target))
        or store.name.lower() in target
    )


def _remedy(service: Service, folders: list[str], name: str) -> str:
    """What to do; the author may have written the mount already, as a comment."""
    folder = folders[0]
    source = service.span.source
    later = [other.span.start for other in service.file.services.values() if other.span.source is source]
    end = min((start for start in later if start > service.span.start), default=len(source.text))
    pattern = rf"^\s*#\s*-\s*[\"']?[^\s:#]+:{re.escape(folder)}(?![\w.-])(/?)"
    if commented := re.search(pattern, source.text[service.span.start : end], re.MULTILINE):
        more = " and the other lines of that comment" if commented[1] else ""
        return f"Take the `#` away in front of the mount on `{folder}`{more}"
    names = [_name_of_part(name, folder, folders) for folder in folders]
    mounts = " and ".join(f"`{each}:{folder}`" for each, folder in zip(names, folders, strict=True))
    new = " and ".join(f"`{each}:`" for each in names if each not in service.file.volumes)
    declared = f", and list {new} under `volumes` at the top level" if new else ""
    return f"Mount a named volume {'on each' if folders[1:] else 'there'}: {mounts}{declared}"


def _name_of_part(name: str, folder: str, folders: list[str]) -> str:
    """What to call the volume of one of several folders: `db-data` and `db-datalog`."""
    return name if folder == folders[0] else f"{name.removesuffix('-data')}-{basename(folder)}"


def _may_forget(service: Service) -> bool:
    """Whether the command says that the data do not matter: PostgreSQL that does not even wait for the disk."""
    words = [word.resolved or "" for word in service.command.words] if service.command else []
    return any(word.replace(" ", "").endswith("fsync=off") for word in words)


def _is_cache(service: Service) -> bool:
    """Whether other data than these are what the services work with: another database stands beside it, or a variable
    calls it a cache or a queue."""
    others = [other for other in service.file.services.values() if other.name != service.name]
    if any(store and store.facts.get("severity") != "info" for store in map(store_of, others)):
        return True
    for other in others:
        for setting in other.environment:
            if re.search(r"BROKER|CELERY|CACHE|QUEUE|RESULT|SESSION", setting.name.upper()):
                return True
    return bool(re.search(r"cache|broker|queue", f"{service.name} {service.container_name or ''}"))


def _mount(service: Service, folders: list[str], name: str) -> Fix | None:
    """Mount a volume of its own, in the service as it is written in its file, and declare it."""
    if folders[1:]:
        return None
    mapping = _written_mapping(service)
    declared = declare(service.file, "volumes", name)
    mounted = _add_mount(mapping, f"{name}:{folders[0]}") if mapping else None
    return Fix(f"Mount the volume `{name}` there", [mounted, declared], "unsafe") if mounted and declared else None


def _written_mapping(service: Service) -> Mapping | None:
    """What is written below the service's name."""
    node = service.file.keys["services"].value
    entry = written_entry(node, service.name) if isinstance(node, Mapping) else None
    body = entry.value if entry else None
    return body if isinstance(body, Mapping) and not body.flow and body.anchor is None and body.entries else None


def _add_mount(mapping: Mapping, item: str) -> Edit | None:
    entry = written_entry(mapping, "volumes")
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
