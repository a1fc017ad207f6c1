from __future__ import annotations

from posixpath import basename, dirname, join
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, nearest, rule

from ._ignored import ignored_by_git
from ._shared import is_said_before

if TYPE_CHECKING:
    from dagdock.api import ComposeFile, Located, Project, Service, VolumeMount

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
    from ..compose._model import is_included  # the rules on Compose files are loaded with such a file

    _ = project.project_directories  # they say where relative paths of other files start
    if is_included(service.file, project) or service.file.is_fragment or service.span.source is not service.file.source:
        return
    from ..compose._starts import starts_above  # the rules on Compose files are loaded with such a file

    missing: dict[str, list[VolumeMount]] = {}
    for mount in service.volumes:
        path = _written_file(mount, service, project)
        if path is None or project.exists(path) is not False or ignored_by_git(path, project):
            continue
        if not is_said_before(service, mount, _places) and not _is_told_above(path, service, project):
            # The files of a folder that is not there are told with the first of them.
            folder = dirname(path)
            missing.setdefault(folder if _is_gone(folder, project) else path, []).append(mount)
    for mounts in missing.values() if missing and not starts_above(service.file, project) else ():
        first, *others = mounts
        close = "" if others else _close_to(first, service, project)
        remedy = f"Did you mean `{close}`?" if close else "Put the file there, or correct the path"
        more = f" (nor {len(others)} other{'s' if others[1:] else ''} of that folder)" if others else ""
        yield Problem(
            first,
            f"`{first.source}` is not there{more}, so Docker makes a folder of that name and mounts it in place of the "
            f"file. {remedy}",
            related=[Related(mount, "nor is this") for mount in others],
        )


def _close_to(mount: VolumeMount, service: Service, project: Project) -> str:
    """The file beside the missing one that was probably meant: `./data.yml` for `./data.yaml`."""
    source = str(mount.source)
    folder = project.relative(join(service.file.directory_of(mount), dirname(source) or "."))
    name = nearest(basename(source), project.facts.names(folder)) if folder is not None else None
    return source.removesuffix(basename(source)) + name if name else ""


def _is_gone(folder: str, project: Project) -> bool:
    return project.once(("no such folder", folder), lambda: project.exists(folder) is False)


def _is_told_above(path: str, service: Service, project: Project) -> bool:
    """Whether a service further up mounts the same file."""
    first = project.once(("first to mount", service.file), lambda: _first_to_mount(service.file, project))
    return first.get(path, service.name) != service.name


def _first_to_mount(file: ComposeFile, project: Project) -> dict[str, str]:
    """The first service that mounts each of the files, by their paths."""
    found: dict[str, str] = {}
    for service in file.services.values():
        for mount in service.volumes:
            if path := _written_file(mount, service, project):
                found.setdefault(path, str(service.name))
    return found


def _written_file(mount: VolumeMount, service: Service, project: Project) -> str | None:
    """The path of a file of the project that is mounted as a file, and that a program cannot do without."""
    source = str(mount.source or "")
    target = basename(str(mount.target or ""))
    if not mount.is_bind or not source.startswith(".") or not source.lower().endswith(WRITTEN):
        return None
    if not target.lower().endswith(WRITTEN):
        return None
    return project.relative(join(service.file.directory_of(mount), source))


def _places(service: Service) -> list[Located]:
    return list(service.volumes)
