from __future__ import annotations

from posixpath import dirname

from dagdock.api import Bad, BuildContext, CopyLike, Dockerfile, Problem, Problems, Project, rule

from ._copies import contexts_that_fit, from_context, leaves_out, whole_source
from ._layers import is_shipped
from ._secret_files import is_published, is_secret_file

UNWANTED = frozenset((".git", "node_modules", "__pycache__", ".venv", "venv", ".env", "airflow.db", "logs", "target"))


@rule(
    "DF502",
    severity="warning",
    since="0.1",
    lessons=["L05", "L24"],
    tags=["cache", "security"],
    bad=[
        Bad("FROM python:3.12-slim\nCOPY «.» /app\n"),
        Bad({"app/Dockerfile": "FROM node:22-slim\nADD «.» /srv\n", "web/.dockerignore": ".git\n"}),
    ],
    good=[
        {"Dockerfile": "FROM python:3.12-slim\nCOPY . /app\n", ".dockerignore": ".git\n"},
        {"Dockerfile": "FROM python:3.12-slim\nCOPY . /app\n", "Dockerfile.dockerignore": ".git\n"},
        "FROM python:3.12-slim\nCOPY app /app\n",
    ],
)
def missing_dockerignore(file: Dockerfile, project: Project) -> Problems:
    """The whole folder is copied into the image, and no .dockerignore says what to leave out.

    `COPY . .` takes everything: the history in `.git`, a `.env` with passwords, `node_modules` and virtual
    environments, caches, data and logs. The image grows, secrets travel with it, and every file that changes, even a
    log, makes Docker build the steps below again. A `.dockerignore` beside the Dockerfile lists what stays out;
    `dagdock init` writes one to begin with.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    contexts = contexts_that_fit(file, project)
    if not contexts or any(
        _is_kept(context, project) or not (context.stated or context.certain) for context in contexts
    ):
        return
    model = _model(file, project)
    if model:
        reason = (
            f"since there is no .dockerignore. Copy `{model}`, which lies beside this file, to `.dockerignore` there"
        )
    elif empty := contexts[0].ignore_file:
        reason = f"since `{empty.source.path}` says nothing. Fill it"
    else:
        reason = "since there is no .dockerignore. Write one; `dagdock init` makes a first one"
    for instruction in file.instructions:
        copy = from_context(instruction)
        place = whole_source(copy) if copy else None
        if copy and place and not leaves_out(copy, ".git"):
            yield Problem(
                place,
                f"`{copy.name} {place.raw}` takes in all that lies in {_called(contexts[0])}, "
                f"{_such_as(contexts[0], project, file)}, {reason}",
                severity="info" if model or _is_only_built(copy, contexts[0], project) else None,
            )
            return


def _is_kept(context: BuildContext, project: Project) -> bool:
    """Whether an ignore file says anything; what an empty one lets in, `dockerignore-lacks` tells."""
    return context.ignore_file is not None and bool(context.ignore_file.patterns or _unwanted(context, project))


def _unwanted(context: BuildContext, project: Project) -> list[str]:
    names = [name for name in context.root_listing if name in UNWANTED or is_secret_file(name)]
    return [name for name in names if not is_published(name, project.text(context.path(name)))]


def _called(context: BuildContext) -> str:
    return "the build context" if context.folder == "." else f"`{context.folder}`"


def _is_only_built(copy: CopyLike, context: BuildContext, project: Project) -> bool:
    """Whether nothing is there yet that should stay out, and the stage only builds what another one takes."""
    return copy.stage is not None and not is_shipped(copy.stage) and not _unwanted(context, project)


def _model(file: Dockerfile, project: Project) -> str | None:
    """The name of a ready ignore file beside the Dockerfile, which a script or a user puts in its place."""
    folder = dirname(project.path_of(file) or "") or "."
    return next((name for name in project.facts.names(folder) if _is_model(name)), None)


def _is_model(name: str) -> bool:
    start, _, end = name.lower().lstrip(".").partition(".")
    return start == "dockerignore" and end in ("sample", "example", "template", "tpl", "dist", "tmpl")


def _such_as(context: BuildContext, project: Project, file: Dockerfile) -> str:
    """What is there and should stay out; where there is nothing of it yet, what comes there some day.

    What lies in a folder that is only guessed is not named, unless the Dockerfile stands in it.
    """
    at_home = (dirname(project.path_of(file) or "") or ".") == context.folder
    if (context.stated or at_home) and (there := _unwanted(context, project)):
        return ", ".join(f"`{name}`" for name in there[:3]) + " too"
    if "package.json" in context.root_listing:
        # It would lie over what `npm ci` has installed in the image.
        return "now and later: the `node_modules` of this machine, caches, logs"
    return "now and later: caches, logs, a `.env`"
