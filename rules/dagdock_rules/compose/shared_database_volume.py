from __future__ import annotations

from typing import NamedTuple

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Related, Service, VolumeMount, rule

from ._stores import data_folders, store_of
from .duplicate_host_port import _may_run_together

# Servers of which only one may work on a folder; others (caches, object stores) are made to share, or keep apart.
ALONE = (
    "PostgreSQL", "MySQL", "MariaDB", "Percona", "MongoDB", "Elasticsearch", "OpenSearch", "Cassandra", "ScyllaDB",
    "SQL Server", "Oracle", "Neo4j", "ClickHouse", "CockroachDB", "InfluxDB", "Kafka", "RabbitMQ", "CouchDB",
)  # fmt: skip


class Kept(NamedTuple):
    """A database's mount on the folder of its data."""

    service: Service
    mount: VolumeMount


@rule(
    "DC307",
    severity="error",
    since="0.1",
    lessons=["L22"],
    tags=["data"],
    bad=[
        Bad(
            "services:\n  shop-db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\n"
            "  blog-db:\n    image: postgres:16\n    volumes: ['«data»:/var/lib/postgresql/data']\n"
            "volumes:\n  data:\n"
        ),
    ],
    good=[
        "services:\n  shop-db:\n    image: postgres:16\n    volumes: ['shop:/var/lib/postgresql/data']\n"
        "  blog-db:\n    image: postgres:16\n    volumes: ['blog:/var/lib/postgresql/data']\n"
        "volumes:\n  shop:\n  blog:\n",
        "services:\n  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\n"
        "  backup:\n    image: postgres:16\n    entrypoint: /backup.sh\n"
        "    volumes: ['data:/var/lib/postgresql/data:ro']\nvolumes:\n  data:\n",
    ],
)
def shared_database_volume(file: ComposeFile, project: Project) -> Problems:
    """Two database servers keep their data in one and the same volume.

    A server takes its folder for its own. The second one refuses to start on the lock of the first, or, where it does
    not see that lock from its container, writes over the other's files until neither can be read. Give each a volume.

    https://www.postgresql.org/docs/current/creating-cluster.html
    """
    kept: dict[str, Kept] = {}
    for service in project.merged(file).services.values():
        store = store_of(service)
        folders = data_folders(service, store) if store and store.name in ALONE else None
        for mount in service.volumes if folders else ():
            if mount.target not in (folders or ()) or mount.read_only is not False or not mount.source:
                continue
            if not (mount.is_named or mount.is_bind):
                continue
            key = str(mount.source) if mount.is_named else f"{file.directory_of(mount)}\n{mount.source}"
            other = kept.setdefault(key, Kept(service, mount))
            if other.service.name == service.name or not _may_run_together(other.service, service):
                continue
            # Which of several files are used together is not always clear; in one it is.
            if mount.span.source is file.source and other.mount.span.source is file.source:
                yield Problem(
                    mount.source,
                    f"`{other.service.name}` keeps its data here, too: two servers on one folder destroy each other's "
                    "files. Give each a volume of its own",
                    related=[Related(other.mount, f"the data of `{other.service.name}`")],
                )
