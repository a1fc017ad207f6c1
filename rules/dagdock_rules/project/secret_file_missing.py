from __future__ import annotations

import re
from posixpath import join
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, rule

from ._ignored import ignored_by_git
from .env_file_not_ignored import SAMPLES

if TYPE_CHECKING:
    from dagdock.api import ComposeFile, Project


@rule(
    "PJ163",
    severity="warning",
    since="0.1",
    kind="project",
    lessons=["L24"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  db:\n    image: postgres:16\n    secrets: [password]\n"
                "secrets:\n  password:\n    file: «./secrets/password.txt»\n",
                "secrets/db_password.txt": "x\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  db:\n    image: postgres:16\n    secrets: [password]\n"
            "secrets:\n  password:\n    file: ./secrets/password.txt\n",
            "secrets/password.txt": "x\n",
            ".gitignore": "secrets/\n",
        },
        {
            "compose.yaml": "services:\n  db:\n    image: postgres:16\n    secrets: [password]\n"
            "secrets:\n  password:\n    file: ./password.txt\n",
            ".gitignore": "password.txt\n",
        },
    ],
)
def secret_file_missing(file: ComposeFile, project: Project) -> Problems:
    """The file of a secret or a configuration is not there.

    `docker compose config` does not look for it, and `docker compose up` ends with "bind source path does not exist",
    or Docker makes a folder of that name. The path starts from the folder of the Compose file. A file that git ignores
    is taken to be made on each machine, and so is one of which a sample is there.

    https://docs.docker.com/reference/compose-file/secrets/
    """
    from ..compose._model import is_included  # the rules on Compose files are loaded with such a file

    if is_included(file, project) or file.is_fragment:
        return
    for resource in (*file.secrets.values(), *file.configs.values()):
        value = resource.value("file")
        text = value.resolved if value else None
        if value is None or not text or not text.startswith(".") or value.span.source is not file.source:
            continue
        path = project.relative(join(file.directory_of(value), text))
        if path is None or project.exists(path) is not False or ignored_by_git(path, project):
            continue
        if _is_made_from_a_sample(path, project) or _is_told_of(text, file):
            continue
        from ..compose._starts import starts_above  # the rules on Compose files are loaded with such a file

        if starts_above(file, project):
            return
        is_secret = file.secrets.get(resource.name) is resource
        yield Problem(
            value,
            f"`{text}` is not there, so no container that uses it starts. "
            + ("Make it before the start" if is_secret else "Put the file there")
            + ", or correct the path",
            severity="info" if is_secret else None,  # secrets are not in the repository
        )


def _is_told_of(path: str, file: ComposeFile) -> bool:
    """Whether a comment names the folder that it lies in, as in a command: it comes from elsewhere."""
    folder = next((part for part in path.split("/")[:-1] if part.strip(".")), "")
    return len(folder) > 3 and bool(re.search(rf"^\s*#.*/{re.escape(folder)}\b", file.source.text, re.MULTILINE))


def _is_made_from_a_sample(path: str, project: Project) -> bool:
    """Whether a sample lies where the file should be, for everybody to make their own."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    others = [other.lower() for other in project.facts.names(folder or ".")]
    return any(stem.lower() in other and any(word in other for word in SAMPLES) for other in others)
