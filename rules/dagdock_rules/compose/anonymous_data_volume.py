from __future__ import annotations

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Project, Service, Span, VolumeMount, rule

from ._edits import declare
from ._model import as_run
from ._stores import built_on, data_folders, store_by_image, store_of


@rule(
    "DC302",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L22", "L26"],
    tags=["data"],
    bad=[
        Bad(
            "services:\n  db:\n    image: postgres:16\n    volumes:\n      - «/var/lib/postgresql/data»\n",
            fixed="services:\n  db:\n    image: postgres:16\n    volumes:\n      - db-data:/var/lib/postgresql/data\n\n"
            "volumes:\n  db-data:\n",
        ),
        Bad(
            "services:\n  db:\n    image: mysql:8\n    volumes:\n"
            "      - «type: volume\n        target: /var/lib/mysql»\n"
        ),
    ],
    good=[
        "services:\n  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n",
        "services:\n  web:\n    image: node:22\n    volumes: ['.:/app', /app/node_modules]\n",
    ],
)
def anonymous_data_volume(service: Service, project: Project) -> Problems:
    """The data of a database are in a volume without a name.

    Compose makes it anew for each new container: after `docker compose down` the old one is still on the disk, but
    nothing leads to it any more, and the next clean-up deletes it. Give the volume a name and declare it.

    https://docs.docker.com/reference/compose-file/volumes/
    """
    running = as_run(service, project)
    if not any(mount.is_anonymous for mount in service.volumes):
        return
    image = None if service.build is None else built_on(running, project)
    store = store_of(running) or (store_by_image(image) if image else None)
    folders = data_folders(running, store, image) if store else None
    for mount in service.volumes:
        if mount.is_anonymous and mount.target and mount.target in (folders or ()):
            yield Problem(
                mount,
                "this volume has no name, so the next container gets a new, empty one. Give it a name: "
                f"`{service.name}-data:{mount.target}`",
                fix=_name(service, mount),
            )


def _name(service: Service, mount: VolumeMount) -> Fix | None:
    name = f"{service.name}-data"
    declared = declare(service.file, "volumes", name)
    if declared is None or mount.form != "short" or name in service.file.volumes:
        return None
    start = mount.span.start
    return Fix(f"Name it `{name}`", [Edit(Span(mount.span.source, start, start), f"{name}:"), declared], "unsafe")
