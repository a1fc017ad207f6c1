from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Service, rule

from ._model import as_run

# Folders that images write to when they start, by their Dockerfiles and entrypoints on Docker Hub, 2026-11.
WRITTEN = {
    "nginx": ("/var/cache/nginx", "/run"),
    "httpd": ("/usr/local/apache2/logs",),
    "postgres": ("/run/postgresql",),
    "mysql": ("/run/mysqld", "/tmp"),
    "mariadb": ("/run/mysqld", "/tmp"),
    "mongo": ("/tmp",),
    "wordpress": ("/run/apache2", "/run/lock"),
}


@rule(
    "DC717",
    severity="info",
    since="0.1",
    lessons=["L25"],
    bad=[
        Bad("services:\n  web:\n    image: nginx:1.27\n    «read_only»: true\n"),
        Bad(
            "services:\n  db:\n    image: postgres:16\n    «read_only»: true\n"
            "    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    read_only: true\n    tmpfs: [/var/cache/nginx, /var/run]\n",
        "services:\n  api:\n    image: api:1\n    read_only: true\n",
    ],
)
def read_only_without_tmpfs(service: Service, project: Project) -> Problems:
    """A program that writes when it starts is given a file system that it cannot write to.

    `read_only: true` is good against intruders, but NGINX makes folders below `/var/cache/nginx`, and databases put
    their sockets below `/run`: they end with "Read-only file system". Give them these folders as `tmpfs`, which is
    empty at each start.

    https://docs.docker.com/reference/compose-file/services/#read_only
    https://docs.docker.com/reference/compose-file/services/#tmpfs
    """
    running = as_run(service, project)
    switch, image = running.value("read_only"), running.image_ref
    entry = service.entries.get("read_only")
    if entry is None or switch is None or switch.boolean is not True or image is None or running.build:
        return
    if running.command is not None or running.entrypoint is not None or running.has("user"):
        return
    targets = [mount.target for mount in running.volumes]
    given = [value.resolved for value in running.values("tmpfs")]
    if None in targets or None in given or image.registry not in (None, "docker.io"):
        return
    writable = [_real(str(text).partition(":")[0]) for text in (*targets, *given)]
    needed = WRITTEN.get(image.familiar, ())
    missing = [folder for folder in needed if not any(_holds(each, folder) for each in writable)]
    configured = any(each.startswith(("/etc/", "/usr/local/apache2/conf")) for each in writable)
    if missing and not configured:
        yield Problem(
            entry.name,
            f"`{image.familiar}` writes to {' and '.join(f'`{each}`' for each in missing)} when it starts, and fails. "
            f"Add `tmpfs: [{', '.join(missing)}]`",
        )


def _real(path: str) -> str:
    return path.removeprefix("/var") if path.startswith("/var/run") else path.rstrip("/")


def _holds(mounted: str, folder: str) -> bool:
    return folder == mounted or folder.startswith(mounted + "/")
