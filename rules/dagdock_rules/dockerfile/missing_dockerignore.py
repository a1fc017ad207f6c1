from __future__ import annotations

from posixpath import dirname

from dagdock.api import Bad, BuildContext, CopyLike, Dockerfile, Problem, Problems, Project, rule

from ._copies import contexts_that_fit, from_context, leaves_out, whole_source
from ._layers import is_shipped
from ._secret_files import is_published, is_secret_file

UNWANTED = frozenset((".git", "node_modules", "__pycache__", ".venv", "venv", ".env", "airflow.db", "logs", "target"))

# Lists of packages whose tools make folders beside them.
MAKE_FOLDERS = ("package.json", "pom.xml", "build.gradle", ".csproj", "Cargo.toml", "composer.json", "mix.exs", ".sln")
# Settings that hold more than others should see, where git leaves them out.
PRIVATE = (".env", ".yml", ".yaml", ".json", ".ini", ".conf", ".cfg", ".toml", ".properties", ".key", ".pem", ".npmrc")


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
    `dagdock init` writes one to begin with. It is a hint where the folder holds a few files and nothing of that kind.

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
                severity="info" if model or _is_mild(copy, contexts[0], project) else None,
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


def _is_mild(copy: CopyLike, context: BuildContext, project: Project) -> bool:
    """Whether nothing is there yet that should stay out, and the stage only builds what another one takes, or the
    folder holds a few files and no list of packages whose tool makes folders there."""
    if copy.stage is None or _unwanted(context, project) or _left_out_by_git(context, project):
        return False
    if not is_shipped(copy.stage):
        return True
    names = context.root_listing
    return not any(name.endswith(MAKE_FOLDERS) or context.is_folder(name) for name in names)


def _left_out_by_git(context: BuildContext, project: Project) -> list[str]:
    """The settings and keys that the .gitignore of the folder names: people have them, and the repository does not."""
    source = project.text(context.path(".gitignore"))
    lines = (line.strip().lstrip("/") for line in source.text.splitlines()) if source else ()
    # A plain name stands in the .gitignore of many that have no such file.
    return [line for line in lines if "/" in line and line.endswith(PRIVATE) and not set(line) & set("*?[!#")]


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
    if (context.stated or at_home) and (private := _left_out_by_git(context, project)):
        return "what git leaves out too, such as " + " and ".join(f"`{name}`" for name in private[:2])
    if "package.json" in context.root_listing:
        # It would lie over what `npm ci` has installed in the image.
        return "now and later: the `node_modules` of this machine, caches, logs"
    return "now and later: caches, logs, a `.env`"
