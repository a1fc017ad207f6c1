from __future__ import annotations

from posixpath import basename, join
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, rule

from ._ignored import ignored_by_git
from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import Located, Project, Service

# Files that somebody writes, and that a program cannot do without.
WRITTEN = (
    ".conf", ".cfg", ".ini", ".toml", ".yaml", ".yml", ".sql", ".sh", ".template", ".tmpl", ".js", ".py", ".properties",
    ".cnf", ".html", ".xml", ".lua", ".vcl",
)  # fmt: skip


@rule(
    "PJ161",
    severity="warning",
    since="0.1",
    kind="project",
    lessons=["L26"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    volumes:\n"
                "      - «./nginx.conf:/etc/nginx/nginx.conf:ro»\n",
                "nginx/nginx.conf": "",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    volumes:\n"
            "      - ./nginx/nginx.conf:/etc/nginx/nginx.conf:ro\n      - ./logs:/var/log/nginx\n",
            "nginx/nginx.conf": "",
        },
        {
            "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    volumes: ['./local.conf:/etc/x.conf']\n",
            ".gitignore": "local.conf\n",
        },
    ],
)
def bind_source_missing(service: Service, project: Project) -> Problems:
    """A file is mounted that is not there.

    Docker then makes a *folder* of that name on the host and mounts it: the program finds a folder where it wants to
    read a file, and the start fails with "not a directory", or the settings are silently left out. Put the file there,
    or correct the path; it starts from the folder of the Compose file.

    https://docs.docker.com/engine/storage/bind-mounts/
    """
    _ = project.project_directories  # they say where relative paths of other files start
    for mount in service.volumes:
        source = str(mount.source or "")
        target = basename(str(mount.target or ""))
        if not mount.is_bind or not source.startswith(".") or not source.lower().endswith(WRITTEN):
            continue
        if not target.lower().endswith(WRITTEN):
            continue
        if service.file.included_by or service.file.is_fragment or service.span.source is not service.file.source:
            continue
        path = project.relative(join(service.file.directory_of(mount), source))
        if path is None or project.exists(path) is not False or ignored_by_git(path, project):
            continue
        if is_said_before(service, mount, _places):
            continue
        yield Problem(
            mount,
            f"`{source}` is not there, so Docker makes a folder of that name and mounts it in place of the file. Put "
            "the file there, or correct the path",
        )


def _places(service: Service) -> list[Located]:
    return list(service.volumes)
