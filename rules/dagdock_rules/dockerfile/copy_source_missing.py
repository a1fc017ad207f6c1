from __future__ import annotations

import posixpath
from collections.abc import Sequence

from dagdock.api import Bad, BuildContext, CopyLike, DockerfileWord, Fix, Problem, Problems, Project, nearest, rule

from ._copies import contexts_that_fit, from_context, is_whole, local_sources

# What a build outside of Docker makes first: such files are rightly not in the repository.
MADE_FOLDERS = frozenset(
    "target dist build out bin obj release releases publish artifacts artifact _build _output node_modules vendor "
    ".next .nuxt coverage generated gen tmp packages wheels wheelhouse deps assets static public".split()
)
MADE_ENDINGS = (
    ".jar",
    ".war",
    ".ear",
    ".whl",
    ".so",
    ".a",
    ".dll",
    ".exe",
    ".deb",
    ".rpm",
    ".apk",
    ".tar",
    ".gz",
    ".tgz",
    ".xz",
    ".zip",
    ".bz2",
    ".zst",
    ".crt",
    ".pem",
    ".key",
    ".env",
    ".bin",
    ".img",
    ".iso",
)
# Where people say what is to be made or fetched before the build.
TELLING = ("README.md", "README.rst", "README", "Makefile", "build.sh")
# Scripts and playbooks, which may gather the files of a build.
GATHERING = (".yml", ".yaml", ".sh", ".bash", ".ps1", ".mk", ".tf", "jenkinsfile", "justfile")
WORKFLOWS = ".github/workflows"
# What writes the files that say exact versions.
LOCKS = {
    "Cargo.lock": "cargo generate-lockfile",
    "Gemfile.lock": "bundle lock",
    "Pipfile.lock": "pipenv lock",
    "composer.lock": "composer update",
    "go.sum": "go mod tidy",
    "package-lock.json": "npm install",
    "pnpm-lock.yaml": "pnpm install",
    "poetry.lock": "poetry lock",
    "uv.lock": "uv lock",
    "yarn.lock": "yarn install",
}


@rule(
    "DF504",
    severity="error",
    since="0.1",
    fix="unsafe",
    bad=[
        Bad(
            {
                "Dockerfile": "FROM python:3.12-slim\nCOPY «requirments.txt» /app/\nCOPY src /app/src\n",
                "requirements.txt": "",
                "src/app.py": "",
            },
            fixed={"Dockerfile": "FROM python:3.12-slim\nCOPY requirements.txt /app/\nCOPY src /app/src\n"},
        ),
    ],
    good=[
        {"Dockerfile": "FROM python:3.12-slim\nCOPY src/*.py /app/\n", "src/app.py": ""},
        {"Dockerfile": "FROM eclipse-temurin:21\nCOPY src /src\nCOPY target/app.jar /app.jar\n", "src/App.java": ""},
        {"Dockerfile": "# put keys.txt here first\nFROM alpine:3.20\nCOPY keys.txt /\nCOPY a /\n", "a": ""},
        {"Dockerfile": "FROM alpine:3.20\nARG FILE\nCOPY $FILE /app/\nCOPY --from=nginx:1.27 /etc/nginx /etc/nginx\n"},
    ],
)
def copy_source_missing(copy: CopyLike, project: Project, *, made_by_ci: list[str] = []) -> Problems:
    """COPY or ADD names a file that is not in the build context.

    The build fails when it comes to this step, often after minutes of work. Paths are relative to the build context,
    the folder given to `docker build` (or `build.context` in a Compose file), wherever the Dockerfile stands. The
    option `made-by-ci` lists files and folders that another step makes before the build.

    https://docs.docker.com/reference/dockerfile/#copy
    """
    if from_context(copy) is None or "{{" in copy.span.text:
        return
    contexts = contexts_that_fit(copy.dockerfile, project)
    if not contexts:
        return
    known = set(local_sources(copy))
    for source in copy.sources:
        path = source.literal
        if path is None or path not in known or is_whole(path) or _is_made(path, made_by_ci) or _is_told(path, copy):
            continue
        if all(context.exists(path) is False and not context.matches(path) for context in contexts):
            if _is_told_beside(path, copy, contexts, project):
                continue
            yield _problem(copy, source, path, contexts[0], _named_in(path, copy, contexts, project))


def _problem(copy: CopyLike, source: DockerfileWord, path: str, context: BuildContext, gathered: str) -> Problem:
    close = nearest(path, context.root_listing) if "/" not in path else None
    also = _named_again(path, copy) if close else None
    where = "the build context" if context.folder == "." else f"the build context `{context.folder}`"
    if gathered and not close:
        return Problem(
            source,
            f"`{path}` is not in {where}, so the build fails here unless it is put there first. `{gathered}` names it: "
            "if that fetches it, say so in a comment above, else commit the file",
            severity="warning",
        )
    return Problem(
        source,
        f"`{path}` is not in {where}, so the build fails here. "
        + (f"Did you mean `{close}`?" if close else _remedy(path))
        + (f" Line {also} names it too" if also else ""),
        fix=Fix.replace(f"Write `{close}`", source, close, "unsafe")
        if close and not source.quoted and not also
        else None,
    )


def _named_again(path: str, copy: CopyLike) -> int | None:
    """The line of a later instruction that counts on the name; none where the copy is given that name anyway."""
    import re

    name = path.rpartition("/")[2]
    if copy.destination is not None and copy.destination.value.rpartition("/")[2] == name:
        return None
    word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
    for other in copy.dockerfile.instructions:
        found = word.search(other.span.text) if other.index > copy.index else None
        if found:
            return other.span.source.span(other.span.start + found.start(), other.span.start + found.end()).line
    return None


def _remedy(path: str) -> str:
    maker = LOCKS.get(path.rpartition("/")[2])
    return f"`{maker}` writes it; commit it then" if maker else "Commit it, or name a file that is there"


def _is_told(path: str, copy: CopyLike) -> bool:
    """Whether a comment of the file speaks of it: somebody is to put it there before the build."""
    import re

    name = re.escape(path.strip("/.").rpartition("/")[2])
    return any(
        re.search(rf"(?<![\w.-]){name}(?![\w-])", comment.text) and not comment.text.startswith(("COPY ", "ADD "))
        for comment in copy.dockerfile.comments
    )


def _is_told_beside(path: str, copy: CopyLike, contexts: Sequence[BuildContext], project: Project) -> bool:
    """Whether git leaves the file out, or a README or Makefile tells how to make or get it: one beside the Dockerfile,
    in the context or in the folder above that."""
    import re

    name = path.strip("/").rpartition("/")[2]
    inside = path.strip("./")
    places = [posixpath.dirname(project.path_of(copy.dockerfile) or ""), *(each.folder for each in contexts)]
    folders = dict.fromkeys((*places, *(posixpath.dirname(place) for place in places if place != ".")))
    is_typo = bool(nearest(path, [each for context in contexts for each in context.root_listing]))
    # A plain word, such as `data`, may speak of anything.
    shown = inside if "/" in inside else name if re.search(r"[._-]", name.lstrip(".")) else ""
    told = (
        re.compile(rf"(?<![\w.-]){re.escape(shown)}(?![\w-])") if shown and not is_typo and name not in LOCKS else None
    )
    for folder in folders:
        ignored = project.text(posixpath.normpath(posixpath.join(folder, ".gitignore")))
        if ignored and any(line.strip().strip("/") in (name, inside) for line in ignored.text.splitlines()):
            return True
        for file in TELLING if told else ():
            source = project.text(posixpath.normpath(posixpath.join(folder, file)))
            if told and source is not None and told.search(source.text):
                return True
    return False


def _named_in(path: str, copy: CopyLike, contexts: Sequence[BuildContext], project: Project) -> str:
    """A script or playbook beside the Dockerfile, in the context or of the workflows that names the file."""
    import re

    name = path.strip("/").rpartition("/")[2]
    if not re.search(r"[._-]", name.lstrip(".")) or name in LOCKS:
        return ""
    named = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
    places = [posixpath.dirname(project.path_of(copy.dockerfile) or ""), *(each.folder for each in contexts), WORKFLOWS]
    for folder in dict.fromkeys(place or "." for place in places):
        for file in project.facts.names(folder):
            if file.lower().endswith(GATHERING) and "compose" not in file:
                source = project.text(posixpath.normpath(posixpath.join(folder, file)))
                if source is not None and named.search(source.text):
                    return file
    return ""


def _is_made(path: str, made_by_ci: list[str]) -> bool:
    parts = path.strip("/").removeprefix("./").split("/")
    lower = path.lower()
    return (
        any(part in MADE_FOLDERS for part in parts)
        or lower.endswith(MADE_ENDINGS)
        or any(path.strip("/") == made.strip("/") or path.startswith(made.rstrip("/") + "/") for made in made_by_ci)
    )
