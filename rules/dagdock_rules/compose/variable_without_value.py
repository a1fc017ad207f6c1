from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join

from dagdock.api import (
    Bad,
    ComposeFile,
    Interpolation,
    Problem,
    Problems,
    Project,
    Related,
    Scalar,
    Value,
    nearest,
    rule,
)

from ..secrets import is_secret_name
from ._model import is_included

# What a shell or a machine has set anyway, and what CI services set.
SET_ANYWHERE = frozenset(
    "HOME USER USERNAME LOGNAME PWD HOSTNAME UID GID SHELL PATH LANG TZ TMPDIR DISPLAY XAUTHORITY XDG_RUNTIME_DIR "
    "SSH_AUTH_SOCK DOCKER_HOST COMPOSE_PROJECT_NAME DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY HOST APPDATA "
    "USERPROFILE PUID PGID CI".split()
)
# What may set variables before it calls Compose, by the end of its name.
SCRIPTS = (
    ".sh", ".bash", ".mk", ".ps1", ".bat", ".py", "Makefile", "makefile", "justfile", "Jenkinsfile", "package.json",
    ".envrc", "Vagrantfile", "Rakefile", ".gitlab-ci.yml", ".travis.yml", "azure-pipelines.yml",
)  # fmt: skip
WORKFLOWS = ".github/workflows"
# Laravel's Sail is started by `vendor/bin/sail`, which sets these.
SET_BY_SAIL = ("WWWUSER", "WWWGROUP", "SAIL_")


@rule(
    "DC410",
    severity="warning",
    since="0.1",
    lessons=["L24"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    image: web:1\n    environment:\n"
                "      DATABASE_PASSWORD: «${DB_PASWORD}»\n",
                ".env": "DB_PASSWORD=\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    image: web:1\n    environment:\n      A: ${A}\n      B: ${B:-b}\n"
            "      C: ${C:?}\n      HOME: $HOME\n      PRICE: $$5\n",
            ".env": "A=1\n",
        },
        "services:\n  web:\n    image: web:1\n    environment:\n      A: ${A}\n",
        {
            "compose.yaml": "services:\n  web:\n    image: web:1\n    environment: {A: '${A}'}\n",
            ".env": "B=1\n",
            ".env.example": "A=\n",
        },
    ],
)
def variable_without_value(file: ComposeFile, project: Project) -> Problems:
    """A variable that neither `.env` nor a sample of it knows.

    Where nobody sets it, Compose warns and puts in an empty text: an empty password, a setting that is not there. Often
    it is a name with a typing error. Add it to `.env` (and to the sample that is in git), write a default
    (`${NAME:-…}`, or `${NAME:-}` for an empty one), or have Compose stop without it (`${NAME:?}`). Where there is no
    `.env` and no sample, the values come from somewhere else, and nothing is said; where there is only a sample, it is
    a hint, but for secrets.

    https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
    """
    own = dirname(project.path_of(file.source.whole) or "")
    sample = _variables_file(project, own)
    if not sample or is_included(file, project) or file.is_fragment:
        return
    missing = {str(variable.name): variable for variable in reversed(list(_missing(file, project, own)))}
    close = {name: near for name in missing if (near := nearest(name, file.env) or _without_prefix(name, file))}
    unlike = [name for name in reversed(missing) if name not in close]
    for name, variable in reversed(missing.items()):
        if name not in close and name != unlike[0]:
            continue  # told with the first one
        others = unlike[1:] if name not in close else []
        more = f" (nor {len(others)} other{'s' if others[1:] else ''} of this file)" if others else ""
        holds_secret = any(map(is_secret_name, (name, *others)))
        yield Problem(
            variable,
            f"`{sample}` beside the file does not set `{name}`{more}: where the shell does not either, Compose puts "
            "in an empty text. "
            + (f"Did you mean `{close[name]}`?" if name in close else f"Add it there, or write {_instead(variable)}"),
            severity=None if sample == ".env" or holds_secret or name in close else "info",
            related=[Related(missing[other], f"nor `{other}`") for other in others],
        )


def _without_prefix(name: str, file: ComposeFile) -> str | None:
    """A variable that is set, and called the same without the first word: `EXTRA_MODULES` for `N8N_EXTRA_MODULES`."""
    shorter = name.partition("_")[2]
    return shorter if "_" in shorter and shorter in file.env else None


def _instead(variable: Interpolation) -> str:
    """What to write in its place, by what is wanted."""
    name = str(variable.name)
    if name.islower() and variable.span.text == f"${name}":
        return f"`$${name}` if the program is to get it as it stands"
    return f"`${{{name}:?}}` to stop without it, or `${{{name}:-}}` if it may be empty"


def _missing(file: ComposeFile, project: Project, folder: str) -> Iterator[Interpolation]:
    """The variables that stand alone and that no file beside or script of the project names."""
    known = b"\n".join(_texts_beside(project, folder))
    is_of_sail = "laravel/sail" in file.source.text or "sail-" in file.source.text
    for variable in _variables(file):
        name = str(variable.name)
        if variable.operator or name in SET_ANYWHERE or name in file.env or name.encode() in known:
            continue
        if not name.startswith(("CI_", "GITHUB_", "COMPOSE_", *(SET_BY_SAIL if is_of_sail else ()))):
            yield variable


def _variables(file: ComposeFile) -> Iterator[Interpolation]:
    """The variables of the file's texts, in order, without those inside of defaults."""
    for node in file.tree.nodes():
        if isinstance(node, Scalar) and "$" in node.value:
            found = Value(node, {}).variables
            tested = set(re.findall(r"-[zn]\s+[\"']?\$\{?(\w+)", node.value)) if "-" in node.value else set()
            for variable in found:
                if variable.name in tested:
                    continue  # a script that asks whether it is empty knows what to do
                if not any(other is not variable and other.span.holds(variable.span) for other in found):
                    yield variable


def _variables_file(project: Project, folder: str) -> str:
    """The name of the `.env` beside the file, else of a sample of it; empty where there is none."""
    names = project.facts.names(folder or ".")
    return ".env" if ".env" in names else next(filter(_is_env, names), "")


def _texts_beside(project: Project, folder: str) -> list[bytes]:
    """The files of environments and the scripts beside the file, at the top and where they usually lie."""
    return [
        project.facts.read(join(place, name)) or b""
        for place in dict.fromkeys((folder, dirname(folder), "", "bin", "scripts", WORKFLOWS))
        for name in project.facts.names(place or ".")
        if _is_env(name) or name.endswith(SCRIPTS) or "env" in name.lower() or place == WORKFLOWS
    ]


def _is_env(name: str) -> bool:
    return name == ".env" or name.startswith((".env.", "env.", "sample.env", "example.env", "dotenv"))
