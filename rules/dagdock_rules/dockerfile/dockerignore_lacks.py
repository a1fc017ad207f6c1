from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import (
    Bad,
    BuildContext,
    CopyLike,
    Dockerfile,
    DockerfileWord,
    Edit,
    Fix,
    Problem,
    Problems,
    Project,
    Related,
    Run,
    rule,
)

from ._copies import contexts_that_fit, from_context, leaves_out, local_sources, whole_source
from ._layers import ships
from ._secret_files import fits, is_harmless, is_secret_file, secrets_below

if TYPE_CHECKING:
    from dagdock.api import IgnoreFile

WEIGHT = (
    ".git",
    "node_modules",
    "__pycache__",
    ".venv",
    "venv",
    ".tox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".ipynb_checkpoints",
    ".terraform",
    "airflow.db",
    "*.sqlite3",
    "*.log",
)
# Where programs write their logs; Airflow's lie deepest.
LOGS = [f"logs/{'*/' * depth}*.log" for depth in range(5)]


@rule(
    "DF503",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L05", "L24"],
    tags=["cache", "security"],
    bad=[
        Bad(
            {
                "Dockerfile": "FROM python:3.12-slim\nCOPY «.» /app\n",
                ".dockerignore": "*.md\n",
                ".env": "PASSWORD=secret",
                ".venv/pyvenv.cfg": "",
            },
            fixed={".dockerignore": "*.md\n.env\n.venv\n"},
        ),
    ],
    good=[
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY . /app\n",
            ".dockerignore": ".env\n.venv\n",
            ".env": "PASSWORD=secret",
            ".venv/pyvenv.cfg": "",
        },
        {"Dockerfile": "FROM python:3.12-slim\nCOPY . /app\n", ".dockerignore": "*.md\n", ".env.example": "PASSWORD="},
        {"Dockerfile": "FROM python:3.12-slim\nCOPY app /app\n", ".dockerignore": "*.md\n", ".env": "PASSWORD=secret"},
    ],
)
def dockerignore_lacks(file: Dockerfile, project: Project) -> Problems:
    """The .dockerignore lets files into the image that should stay out.

    The whole folder is copied, and among what the .dockerignore leaves there are secrets (`.env`, keys), the
    history in `.git`, or folders that belong to one machine only (`node_modules`, virtual environments, caches,
    logs). They end up in every image, and each change in them builds the steps below again. Only what really lies
    there is reported.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    contexts = contexts_that_fit(file, project)
    ignore_file = contexts[0].ignore_file if len(contexts) == 1 else None
    if ignore_file is None:
        return
    for instruction in file.instructions:
        copy = from_context(instruction)
        place = whole_source(copy) if copy else None
        if copy and place:
            secrets, weight = _let_in(contexts[0], project)
            exposed = [name for name in secrets if not leaves_out(copy, name)]
            names = exposed + [name for name in weight if not _is_wanted(name, copy) and not leaves_out(copy, name)]
            if names:
                yield _problem(place, names, ignore_file, exposed=bool(exposed) and ships(copy))
            return


def _problem(place: DockerfileWord, names: list[str], ignore_file: IgnoreFile, *, exposed: bool) -> Problem:
    listed = ", ".join(f"`{name}`" for name in names[:4]) + (" and more" if len(names) > 4 else "")
    source = ignore_file.source
    start = source.newline if source.text and not source.text.endswith(("\n", "\r")) else ""
    return Problem(
        place,
        f"this also copies {listed}. Add {'them' if len(names) > 1 else 'it'} to `{source.path}`",
        severity="error" if exposed else "warning",
        related=[Related(source.top, "this .dockerignore lets them in")],
        fix=Fix(
            "Add the lines to the .dockerignore",
            [
                Edit(
                    source.span(len(source.text), len(source.text)),
                    start + "".join(f"{n}{source.newline}" for n in names),
                )
            ],
            "unsafe",
        ),
    )


def _let_in(context: BuildContext, project: Project) -> tuple[list[str], list[str]]:
    """What should stay out and does not: the files with secrets, and what only weighs."""
    names = [name for name in context.root_listing if not context.ignored(name)]
    secrets = [name for name in names if _is_secret(name, context, project)]
    secrets += (path for path in secrets_below(".", context, project) if "/" in path)
    weight = [name for name in names if any(fits(name, pattern) for pattern in WEIGHT)]
    return secrets, [*weight, "logs"] if "logs" in names and _holds_logs(context) else weight


def _holds_logs(context: BuildContext) -> bool:
    return any(not context.ignored(path) for pattern in LOGS for path in context.matches(pattern)[:1])


def _is_secret(name: str, context: BuildContext, project: Project) -> bool:
    return is_secret_file(name) and not is_harmless(name, project.text(context.path(name)))


def _is_wanted(name: str, copy: CopyLike) -> bool:
    """Whether the build copies the folder on purpose, or needs it: a stage that only builds may read `.git`."""
    if name == ".git":
        return not ships(copy) or any(
            command.effective.name == "git"
            for run in (copy.stage.all_of(Run) if copy.stage else ())
            for command in run.script.commands
        )
    copies = [found for other in copy.dockerfile.instructions if (found := from_context(other))]
    return any(source.strip("./") == name.strip("./") for found in copies for source in local_sources(found))
