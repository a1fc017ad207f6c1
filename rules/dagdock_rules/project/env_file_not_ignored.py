from __future__ import annotations

import re
from posixpath import basename, join
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, rule

from ._ignored import ignored_by_git, is_repository

if TYPE_CHECKING:
    from dagdock.api import ComposeFile, Located, Project

SAMPLES = ("example", "sample", "dist", "template", "tpl", "defaults", "default", "test", "ci")


@rule(
    "PJ160",
    severity="warning",
    since="0.1",
    kind="project",
    security=7.0,
    lessons=["L24"],
    tags=["security"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  db:\n    image: postgres:16\n    env_file: «.env»\n",
                ".env": "POSTGRES_PASSWORD=hunter2\n",
                ".gitignore": "*.pyc\n",
            }
        ),
        Bad(
            {
                "compose.yaml": "services:\n  db:\n    image: postgres:16\n    environment:\n"
                "      POSTGRES_PASSWORD: «${DB_PASSWORD}»\n",
                ".env": "DB_PASSWORD=hunter2\n",
                ".gitignore": "*.pyc\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  db:\n    image: postgres:16\n    env_file: .env\n",
            ".env": "POSTGRES_PASSWORD=hunter2\n",
            ".gitignore": "*.pyc\n.env\n",
        },
        {
            "compose.yaml": "services:\n  db:\n    image: postgres:16\n    env_file: .env\n",
            ".env": "LEVEL=debug\nPOSTGRES_PASSWORD=\n",
            ".gitignore": "*.pyc\n",
        },
    ],
)
def env_file_not_ignored(file: ComposeFile, project: Project) -> Problems:
    """A file with passwords lies in the repository, and nothing keeps git from taking it.

    `.env` is the place for secrets because it stays on the machine. Without an entry in `.gitignore` the next
    `git add .` makes it part of the history, and what was in git once counts as known: passwords have to be changed,
    not only deleted. Keep a sample without values in git (`.env.example`).

    https://docs.docker.com/compose/how-tos/environment-variables/best-practices/
    https://git-scm.com/docs/gitignore
    """
    if file.included_by:
        return
    seen: set[str] = set()
    for path, place in _env_files(file, project):
        if path in seen:
            continue
        seen.add(path)
        secret = _secret_in(path, project)
        if secret and is_repository(path, project) and not ignored_by_git(path, project):
            yield Problem(
                place,
                f"`{path}` holds `{secret}`, and no `.gitignore` keeps it out of git. Add a line `{basename(path)}` to "
                "`.gitignore`; if it was committed before, change what is in it",
            )


def _env_files(file: ComposeFile, project: Project) -> list[tuple[str, Located]]:
    """The files that variables come from, each with a place that says so."""
    found: list[tuple[str, Located]] = []
    for service in file.services.values():
        for env_file in service.env_files:
            path = file.path_of(env_file.path) if env_file.span.source is file.source else None
            relative = project.relative(path) if path else None
            if relative:
                found.append((relative, env_file))
    own = project.relative(join(file.directory, ".env"))
    if own and project.facts.is_file(own):
        from dagdock.api import Scalar, Value

        for node in file.tree.nodes():
            if isinstance(node, Scalar) and "$" in node.value:
                variables = [variable for variable in Value(node, {}).variables if variable.name in file.env]
                if variables:
                    found.append((own, variables[0]))
                    break
    return found


def _secret_in(path: str, project: Project) -> str | None:
    """The name of a secret that the file gives a value."""
    from ..compose._secrets import gives_secret_away

    words = re.split(r"[._-]+", basename(path).lower())
    content = project.facts.read(path)
    if content is None or not set(words).isdisjoint(SAMPLES):
        return None
    for line in content.decode("utf-8-sig", "replace").splitlines()[:2000]:
        match = re.match(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*(?:\s#.*)?$", line)
        if match and "$" not in match[2] and gives_secret_away(match[1], match[2]):
            return match[1]
    return None
