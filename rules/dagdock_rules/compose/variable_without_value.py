from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join

from dagdock.api import Bad, ComposeFile, Interpolation, Problem, Problems, Project, Scalar, Value, nearest, rule

# What a shell or a machine has set anyway, and what CI services set.
SET_ANYWHERE = frozenset(
    "HOME USER USERNAME LOGNAME PWD HOSTNAME UID GID SHELL PATH LANG TZ TMPDIR DISPLAY XAUTHORITY XDG_RUNTIME_DIR "
    "SSH_AUTH_SOCK DOCKER_HOST COMPOSE_PROJECT_NAME DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY HOST APPDATA "
    "USERPROFILE PUID PGID CI".split()
)


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
    (`${NAME:-…}`), or have Compose stop without it (`${NAME:?}`). Where there is no `.env` and no sample, the values
    come from somewhere else, and nothing is said.

    https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
    """
    own = dirname(project.path_of(file.source.whole) or "")
    beside = _texts_beside(project, own)
    if not beside or file.included_by or file.is_fragment:
        return
    known = b"\n".join(beside)
    seen: set[str] = set()
    for variable in _variables(file):
        name = str(variable.name)
        if name in seen or name in SET_ANYWHERE or name in file.env or name.startswith(("CI_", "GITHUB_", "COMPOSE_")):
            continue
        seen.add(name)
        if variable.operator or name.encode() in known:
            continue
        close = nearest(name, file.env)
        yield Problem(
            variable,
            f"nothing sets `{name}`: `.env` beside the file lacks it, so Compose puts in an empty text. "
            + (f"Did you mean `{close}`?" if close else "Add it there, or demand it with `${" + name + ":?}`"),
        )


def _variables(file: ComposeFile) -> Iterator[Interpolation]:
    """The variables of the file's texts, in order, without those inside of defaults."""
    for node in file.tree.nodes():
        if isinstance(node, Scalar) and "$" in node.value:
            found = Value(node, {}).variables
            for variable in found:
                if not any(other is not variable and other.span.holds(variable.span) for other in found):
                    yield variable


def _texts_beside(project: Project, folder: str) -> list[bytes]:
    """The files of environments and the scripts beside the file and at the top; none without a `.env` or sample."""
    texts: list[bytes] = []
    has_env = False
    for place in {folder, dirname(folder), ""}:
        for name in project.facts.names(place or "."):
            is_env = name == ".env" or name.startswith((".env.", "env.", "sample.env", "example.env", "dotenv"))
            has_env = has_env or (is_env and place == folder)
            is_script = name.endswith((".sh", ".bash", ".mk", ".ps1", ".bat", ".py")) or name in (
                "Makefile",
                "justfile",
            )
            if is_env or is_script or "env" in name.lower():
                texts.append(project.facts.read(join(place, name)) or b"")
    return texts if has_env else []
