from __future__ import annotations

import re
from posixpath import basename, join
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, rule

from ._ignored import ignored_by_git, is_in_git, is_repository
from .env_file_not_ignored import SAMPLES

if TYPE_CHECKING:
    from dagdock.api import ComposeFile, Project


@rule(
    "PJ164",
    severity="warning",
    since="0.1",
    kind="project",
    security=7.0,
    lessons=["L24"],
    tags=["security"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  db:\n    image: postgres:16\n    secrets: [password]\n"
                "secrets:\n  password:\n    file: «./db_password.txt»\n",
                "db_password.txt": "8d5f2c61b7aa4e9d90c3\n",
                ".gitignore": "*.pyc\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  db:\n    image: postgres:16\n    secrets: [password]\n"
            "secrets:\n  password:\n    file: ./db_password.txt\n",
            "db_password.txt": "8d5f2c61b7aa4e9d90c3\n",
            ".gitignore": "*.pyc\ndb_password.txt\n",
        },
        {
            "compose.yaml": "services:\n  db:\n    image: postgres:16\n    secrets: [password]\n"
            "secrets:\n  password:\n    file: ./db_password.txt\n",
            "db_password.txt": "",
            ".gitignore": "*.pyc\n",
        },
    ],
)
def secret_file_tracked(file: ComposeFile, project: Project) -> Problems:
    """The file of a secret lies in the repository, and nothing keeps git from taking it.

    A secret in a file of its own stays out of images and listings, but not out of the history of git: the next
    `git add .` takes it, and what was in git once counts as known. Name the file in `.gitignore`; if it was committed
    before, change what is in it.

    https://docs.docker.com/compose/how-tos/use-secrets/
    """
    from ..compose._occasion import is_for_tests, is_for_trial  # the rules on Compose files are loaded with such a file

    if is_for_tests(file, project) or is_for_trial(file, project):
        return
    for resource in file.secrets.values():
        value = resource.value("file")
        text = value.resolved if value else None
        if value is None or not text or value.span.source is not file.source:
            continue
        path = project.relative(join(file.directory_of(value), text))
        if path is None or not _holds_a_secret(path, project):
            continue
        if is_repository(path, project) and not ignored_by_git(path, project):
            remedy = f"Add a line `{basename(path)}` to `.gitignore`; if it was committed before, change what is in it"
            why = f"no `.gitignore` keeps it out of git. {remedy}"
            if is_in_git(path, project):
                why = f"it is in git: whoever reads the repository has it. Take it out (`git rm --cached`). {remedy}"
            yield Problem(value, f"`{text}` holds a secret, and {why}")


def _holds_a_secret(path: str, project: Project) -> bool:
    """Not a sample, a file without content, a public certificate or a word that stands for one."""
    content = (project.facts.read(path) or b"").decode("utf-8-sig", "replace")
    name = basename(path).lower()
    if not content.strip() or any(word in path.lower() for word in (*SAMPLES, "fixture", "demo")):
        return False
    if name.endswith((".crt", ".cer", ".pub")) or "BEGIN CERTIFICATE" in content:
        return False
    is_named = re.search(r"secret|pass|pwd|token|key|credential|cred", name)
    if not is_named and len(content.split("\n")) > 2 and "PRIVATE KEY" not in content:
        return False  # settings that are handed over as a secret
    text = content.lower()
    return not any(word in text for word in ("changeme", "change_me", "change-me", "replace", "your", "example", "<"))
