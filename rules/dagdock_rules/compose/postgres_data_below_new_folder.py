from __future__ import annotations

import re

from dagdock.api import Bad, Fix, Problem, Problems, Project, Service, rule

from ._model import as_run

OLD, NEW = "/var/lib/postgresql/data", "/var/lib/postgresql"


@rule(
    "DC303",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L22"],
    tags=["data"],
    bad=[
        Bad(
            "services:\n  db:\n    image: postgres:18\n    volumes:\n      - data:«/var/lib/postgresql/data»\n"
            "volumes:\n  data:\n",
            fixed="services:\n  db:\n    image: postgres:18\n    volumes:\n      - data:/var/lib/postgresql\n"
            "volumes:\n  data:\n",
        ),
    ],
    good=[
        "services:\n  db:\n    image: postgres:17\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n",
        "services:\n  db:\n    image: postgres:18\n    volumes: ['data:/var/lib/postgresql']\nvolumes:\n  data:\n",
        "services:\n  db:\n    image: postgres:18\n    environment: {PGDATA: /var/lib/postgresql/data}\n"
        "    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n",
    ],
)
def postgres_data_below_new_folder(service: Service, project: Project) -> Problems:
    """PostgreSQL 18 gets its volume where only older releases look for it.

    From release 18 on the image keeps the data in a folder of each release below `/var/lib/postgresql`, and that is
    where the volume belongs. With something mounted on `/var/lib/postgresql/data` it refuses to start. Data of an
    older release have to be taken over with `pg_upgrade` or a dump first.

    https://hub.docker.com/_/postgres
    https://github.com/docker-library/postgres/pull/1259
    """
    running = as_run(service, project)
    image = running.image_ref
    if image is None or image.familiar != "postgres" or running.build or running.variable("PGDATA"):
        return
    version = re.match(r"(\d{1,3})(?!\d)", image.tag or "")
    if version is None or int(version[1]) < 18 or running.env_files:
        return
    for mount in service.volumes:
        if mount.target == OLD and mount.written_target:
            place = mount.target
            exact = place.span.text == OLD
            yield Problem(
                place,
                f"PostgreSQL {version[1]} does not start with a mount here. Mount it on `{NEW}`; data of an older "
                "release must be taken over with `pg_upgrade` or a dump",
                fix=Fix.replace(f"Mount it on `{NEW}`", place, NEW, "unsafe") if exact else None,
            )
