from __future__ import annotations

from fnmatch import fnmatchcase

from dagdock.api import Bad, BuildContext, Dockerfile, Edit, Fix, Problem, Problems, Project, Related, rule

from ._copies import contexts_that_fit, copies_whole_context, from_context

SECRETS = (
    ".env",
    ".env.*",
    "*.pem",
    "*.key",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".npmrc",
    ".pypirc",
    ".netrc",
    ".git-credentials",
    "*.p12",
    "*.pfx",
    "*.kdbx",
    "*.tfvars",
    "service-account*.json",
    ".aws",
    ".ssh",
    ".kube",
)
# These look like secrets and are made to be shown.
SHOWN = (
    "*.example",
    "*.sample",
    "*.dist",
    "*.template",
    "*.defaults",
    "*.pub",
    "ca*.pem",
    "*-ca.pem",
    "cacert.pem",
    "*test*",
)
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
    ".terraform",
    "airflow.db",
    "*.sqlite3",
)


@rule(
    "DF503",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L05"],
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

    The whole folder is copied, and among what the .dockerignore leaves there are secrets (`.env`, keys), the history
    in `.git`, or folders that belong to one machine only (`node_modules`, virtual environments, caches). They end up
    in every image, and each change in them builds the steps below again. Only what really lies there is reported.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    contexts = contexts_that_fit(file, project)
    if len(contexts) != 1 or contexts[0].ignore_file is None:
        return
    ignore_file = contexts[0].ignore_file
    secrets, weight = _let_in(contexts[0], SECRETS), _let_in(contexts[0], WEIGHT)
    if not secrets and not weight:
        return
    for instruction in file.instructions:
        copy = from_context(instruction)
        if copy and copies_whole_context(copy):
            place = next(source for source in copy.sources if source.literal and source.literal.strip("./*") == "")
            names = secrets + weight
            listed = ", ".join(f"`{name}`" for name in names[:4]) + (" and more" if len(names) > 4 else "")
            source = ignore_file.source
            start = source.newline if source.text and not source.text.endswith(("\n", "\r")) else ""
            lines = start + "".join(name + source.newline for name in names)
            yield Problem(
                place,
                f"this copies {listed} into the image. Add {'them' if len(names) > 1 else 'it'} to `{source.path}`",
                severity="error" if secrets else "warning",
                related=[Related(source.top, "this .dockerignore lets them in")],
                fix=Fix(
                    "Add the lines to the .dockerignore",
                    [Edit(source.span(len(source.text), len(source.text)), lines)],
                    "unsafe",
                ),
            )
            return


def _let_in(context: BuildContext, patterns: tuple[str, ...]) -> list[str]:
    """Names in the context's root that match and are not ignored."""
    return [
        name
        for name in context.root_listing
        if any(fnmatchcase(name, pattern) for pattern in patterns)
        and not any(fnmatchcase(name, pattern) for pattern in SHOWN)
        and not context.ignored(name)
    ]
