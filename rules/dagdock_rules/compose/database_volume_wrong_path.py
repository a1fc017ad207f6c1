from __future__ import annotations

import re

from dagdock.api import Bad, Fix, Problem, Problems, Project, Service, VolumeMount, rule

from ._model import as_run
from ._stores import data_folders, store_of

# The folder that an official image declares as VOLUME: Docker mounts a nameless volume there, whatever lies above.
DECLARED = {
    "postgres": "/var/lib/postgresql/data",
    "mysql": "/var/lib/mysql",
    "mariadb": "/var/lib/mysql",
    "mongo": "/data/db",
}


@rule(
    "DC306",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L22"],
    tags=["data"],
    bad=[
        Bad(
            "services:\n  db:\n    image: mongo:7\n    volumes:\n      - data:«/data»\nvolumes:\n  data:\n",
            fixed="services:\n  db:\n    image: mongo:7\n    volumes:\n      - data:/data/db\nvolumes:\n  data:\n",
        ),
        Bad(
            "services:\n  db:\n    image: mysql:8.4\n    volumes:\n      - data:«/var/lib/mysql/data»\n"
            "volumes:\n  data:\n",
            fixed="services:\n  db:\n    image: mysql:8.4\n    volumes:\n      - data:/var/lib/mysql\n"
            "volumes:\n  data:\n",
        ),
    ],
    good=[
        "services:\n  db:\n    image: mongo:7\n    volumes: ['data:/data/db', './dump:/dump']\nvolumes:\n  data:\n",
        "services:\n  db:\n    image: postgres:18\n    volumes: ['data:/var/lib/postgresql']\nvolumes:\n  data:\n",
    ],
)
def database_volume_wrong_path(service: Service, project: Project) -> Problems:
    """A database's volume is mounted above or below the folder that holds its data.

    The image declares its data folder as a volume of its own. With a mount on a folder above it Docker puts a nameless
    volume over it, and with one below it the data lie beside it: either way what was meant to keep the data stays
    empty, and the next container starts with an empty database. Mount it on the very folder.

    https://docs.docker.com/reference/dockerfile/#volume
    """
    running = as_run(service, project)
    image, store = running.image_ref, store_of(running)
    folder = DECLARED.get(image.familiar) if image else None
    if image is None or store is None or folder is None or running.has("volumes_from") or running.env_files:
        return
    version = re.match(r"(\d{1,3})(?!\d)", image.tag or "")
    if image.familiar == "postgres" and (version is None or int(version[1]) >= 18):
        return
    if data_folders(running, store) != [folder] and folder not in (data_folders(running, store) or ())[:1]:
        return
    targets = [mount.target for mount in running.volumes]
    if None in targets or folder in targets or running.values("tmpfs"):
        return
    for mount in service.volumes:
        if mount.target and (_is_above(mount, folder) or _is_data_below(mount, folder)):
            exact = mount.target.span.text == mount.target
            yield Problem(
                mount.target,
                f"the data are in `{folder}`, and not in what is mounted here: the next container starts with an empty "
                f"database. Mount it on `{folder}`",
                fix=Fix.replace(f"Mount it on `{folder}`", mount.target, folder, "unsafe") if exact else None,
            )
            return


def _is_above(mount: VolumeMount, folder: str) -> bool:
    return folder.startswith(str(mount.target).rstrip("/") + "/") and mount.target != "/"


def _is_data_below(mount: VolumeMount, folder: str) -> bool:
    return mount.target in (f"{folder}/data", f"{folder}/db", f"{folder}/mysql", f"{folder}/pgdata")
