from __future__ import annotations

import re
from posixpath import basename, dirname, join
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

from ._ignored import ignored_by_git, is_in_git, is_repository, tells_what_is_in_git

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
    not only deleted. Keep a sample without values in git (`.env.example`). Of files that are in git already one is told
    for the first Compose file of a folder, unless it is for tests or examples; values that ask to be changed are none.

    https://docs.docker.com/compose/how-tos/environment-variables/best-practices/
    https://git-scm.com/docs/gitignore
    """
    from ..compose._model import is_included  # the rules on Compose files are loaded with such a file

    if is_included(file, project) or not tells_what_is_in_git(project):
        return
    in_git: list[tuple[str, str, Located]] = []
    for path, places in _env_files(file, project).items():
        secret, place = _secret_at(path, places, project)
        if secret is None or not is_repository(path, project) or ignored_by_git(path, project):
            continue
        if is_in_git(path, project):
            if not _is_told_before(path, file, project):
                in_git.append((path, secret, place))
        else:
            yield Problem(
                place,
                f"`{path}` holds `{secret}`, and no `.gitignore` keeps it out of git. Add a line `{basename(path)}` to "
                "`.gitignore`"
                + (
                    ""
                    if project.facts.is_dir(".git")
                    else f"; where git has it already, `git rm --cached {path}`, and change what is in it"
                ),
            )
    if not in_git:
        return
    from ..compose._occasion import is_short_lived  # the rules on Compose files are loaded with such a file

    if not is_short_lived(file, project) and not _keeps_others_out(project):
        path, secret, place = in_git[0]
        yield Problem(
            place,
            f"`{path}` holds `{secret}` and is in git, so everyone who can read the repository has it. "
            f"{_remedy(path, secret, project)}",
            severity="info",  # the values may be there to start with
            related=[Related(other, f"so does `{name}`: `{what}`") for name, what, other in in_git[1:]],
        )


def _remedy(path: str, secret: str, project: Project) -> str:
    """What to do: a file in which other settings stand as well stays for all the others."""
    settings = re.findall(rb"^\s*(?:export\s+)?\w+\s*=", project.facts.read(path) or b"", re.MULTILINE)
    if basename(path) == ".env" and len(settings) > 2 * len(_secrets_in(path, project)):
        return (
            f"Change it, and keep the new one in a `.env.local` that git ignores (`docker compose --env-file {path} "
            f"--env-file {join(dirname(path), '.env.local')}` reads both)"
        )
    return f"Take it out with `git rm --cached {path}`, add it to `.gitignore`, then change what is in it"


def _is_told_before(path: str, file: ComposeFile, project: Project) -> bool:
    """Whether another Compose file of the folder, before this one by name, reads the same file of variables."""
    from ..compose._model import files_beside

    own = file.source.path
    others = (other for other in files_beside(file, project, basename(path)) if other.source.path < own)
    return any(path in _env_files(other, project) for other in others)


def _keeps_others_out(project: Project) -> bool:
    """Whether `.gitignore` names another file for one's own values: what is in git holds defaults then."""
    content = (project.facts.read(".gitignore") or b"").decode("utf-8", "replace")
    return bool(re.search(r"^[/*\w]*\.env\.(?!\*)\w+", content, re.MULTILINE))


def _env_files(file: ComposeFile, project: Project) -> dict[str, dict[str, Located]]:
    """The files that variables come from, each with the places where this file uses them, by the variable's name.

    A place without a name takes all that is in the file.
    """
    found: dict[str, dict[str, Located]] = {}
    for service in file.services.values():
        for env_file in service.env_files:
            path = file.path_of(env_file.path) if env_file.span.source is file.source else None
            relative = project.relative(path) if path else None
            if relative:
                found.setdefault(relative, {}).setdefault("", env_file)
    own = project.relative(join(file.directory, ".env"))
    if own and project.facts.is_file(own):
        from dagdock.api import Scalar, Value

        for node in file.tree.nodes():
            if isinstance(node, Scalar) and "$" in node.value:
                for variable in Value(node, {}).variables:
                    if variable.name in file.env:
                        found.setdefault(own, {}).setdefault(str(variable.name), variable)
    return found


def _secret_at(path: str, places: dict[str, Located], project: Project) -> tuple[str | None, Located]:
    """The name of a secret in such a file, and where it is used."""
    secrets = _secrets_in(path, project)
    for secret in secrets:
        if secret in places:
            return secret, places[secret]
    if "" in places and secrets:
        return secrets[0], places[""]
    return None, next(iter(places.values()))


def _is_to_be_replaced(value: str) -> bool:
    """`change-me`, `<password>`, `your-secret`."""
    return bool(
        re.match(
            r"[\"']?(?:<|change[ _-]?|replace[ _-]?|insert[ _-]|your[ _-]|put[ _-]|todo|xxx)", value, re.IGNORECASE
        )
    )


def _secrets_in(path: str, project: Project) -> list[str]:
    """The names of the secrets that the file gives a value."""
    from ..compose._secrets import gives_secret_away

    words = re.split(r"[._-]+", basename(path).lower())
    content = project.facts.read(path)
    if content is None or not set(words).isdisjoint(SAMPLES):
        return []
    found = []
    for line in content.decode("utf-8-sig", "replace").splitlines()[:2000]:
        match = re.match(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*(?:\s#.*)?$", line)
        if (
            match is None
            or "$" in match[2]
            or _is_to_be_replaced(match[2])
            or set(re.split(r"[^a-z0-9]+", match[2].lower().strip("'\""))) <= set(match[1].lower().split("_"))
        ):
            continue
        if gives_secret_away(match[1], match[2]):
            found.append(match[1])
    return found
