from __future__ import annotations

from fnmatch import fnmatchcase
from posixpath import dirname, join
from typing import TYPE_CHECKING

from dagdock.api import Bad, Fix, Problem, Problems, Project, Related, rule

from ._copies import contexts_that_fit

if TYPE_CHECKING:
    from dagdock.api import IgnoreFile, IgnorePattern

DEEPEST, MOST = 4, 400
# Names that people mean wherever they are; of others (`bin`, `README.md`) there may well be more below on purpose.
EVERYWHERE = frozenset(
    "__pycache__ node_modules .venv venv .DS_Store .pytest_cache .mypy_cache .ruff_cache .tox .terraform .idea .vscode "
    ".env .ipynb_checkpoints .gradle .next .cache coverage obj Thumbs.db .vs .git .svn .coverage .eggs".split()
)
# Kinds of files that no program is made of: only these are left out everywhere without a loss.
REMAINS = frozenset(
    "*.pyc *.pyo *.pyd *.py[co] *.py[cod] *.py[codz] *.log *.swp *.swo *.sw? *~ ._* *.bak *.tmp *.egg-info *.class "
    "*.orig *.rej *.pid *.DS_Store".split()
)
# Nobody looks into these, and many a project has them only below the root.
CLOSED = frozenset((".git", "node_modules", ".venv", "venv", "__pycache__", ".terraform", "vendor"))
MOST_PATTERNS = 1000


@rule(
    "DF514",
    severity="info",
    since="0.1",
    kind="dockerfile",
    fix="unsafe",
    lessons=["L05"],
    tags=["cache"],
    bad=[
        Bad(
            {".dockerignore": ".git\n«__pycache__»\n", "app/__pycache__/main.pyc": "", "Dockerfile": "FROM alpine:3\n"},
            fixed={".dockerignore": ".git\n**/__pycache__\n"},
        ),
        Bad(
            {".dockerignore": "«!README.md»\n*.md\n", "Dockerfile": "FROM alpine:3\n"},
            fixed={".dockerignore": "*.md\n!README.md\n"},
        ),
        Bad(
            {".dockerignore": ".git\n«../secrets»\n", "Dockerfile": "FROM alpine:3\n"},
            fixed={".dockerignore": ".git\n"},
        ),
    ],
    good=[
        {".dockerignore": ".git\n**/__pycache__\n", "app/__pycache__/main.pyc": "", "Dockerfile": "FROM alpine:3\n"},
        {".dockerignore": "*.md\n!README.md\n", "Dockerfile": "FROM alpine:3\n"},
    ],
)
def dockerignore_no_effect(file: IgnoreFile, project: Project) -> Problems:
    """A line of the .dockerignore does nothing.

    The patterns look like those of a .gitignore and are not read like them. `__pycache__` means the one in the root of
    the build context only; `**/__pycache__` means all of them. The last line that matches decides, so a line with `!`
    must stand below the one it takes something back from.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    if len(file.patterns) > MOST_PATTERNS:
        return  # a program wrote it
    first = next((place for place, pattern in enumerate(file.patterns) if not pattern.negated), len(file.patterns))
    for place, pattern in enumerate(file.patterns):
        if pattern.fault:
            continue
        if pattern.cleaned.startswith(".."):
            yield Problem(
                pattern,
                f"`{pattern.text}` lies outside of the build context, which is never sent. Delete it",
                fix=Fix.delete_lines("Delete this line", pattern),
            )
        elif pattern.negated:
            later = _later_match(pattern, file)
            if later is not None:
                yield Problem(
                    pattern,
                    f"`{later.text}` in line {later.span.line} leaves it out again, for the last line that matches "
                    "decides. Move this line below that one",
                    related=[Related(later, "this line decides")],
                    fix=_below(pattern, later),
                )
            elif place <= first:
                yield Problem(
                    pattern,
                    "nothing above leaves anything out, so there is nothing to take back. Delete it",
                    fix=Fix.delete_lines("Delete this line", pattern),
                )
        else:
            found = _deeper(pattern, file, project)
            if found and _is_context(file, project):
                yield Problem(
                    pattern,
                    f"`{pattern.text}` means the root of the build context only, and `{found}` is sent. Write "
                    f"`**/{pattern.cleaned}`",
                    fix=Fix.replace(f"Write `**/{pattern.cleaned}`", pattern, f"**/{pattern.cleaned}", "unsafe"),
                )


def _below(pattern: IgnorePattern, later: IgnorePattern) -> Fix:
    """Move a line below another one."""
    moved = Fix.insert_line_after("", later, str(pattern.text)).edits
    deleted = Fix.delete_lines("", pattern).edits
    return Fix(f"Move this line below line {later.span.line}", [*deleted, *moved], "unsafe")


def _later_match(pattern: IgnorePattern, file: IgnoreFile) -> IgnorePattern | None:
    """The line below that leaves out what this one takes back, where nothing takes it back once more."""
    if not pattern.literal:
        return None
    last = file.decides(pattern.cleaned)
    return last if last and not last.negated and last.span.start > pattern.span.start else None


def _is_context(file: IgnoreFile, project: Project) -> bool:
    """Whether some Dockerfile is surely built from the folder, so that what lies in it is sent at all."""
    folder = dirname(project.path_of(file) or "") or "."
    return project.once(("built from", folder), lambda: _builds_from(folder, project))


def _builds_from(folder: str, project: Project) -> bool:
    return any(
        context.folder == folder and (context.stated is not None or context.certain)
        for dockerfile in project.dockerfiles(b"")
        for context in contexts_that_fit(dockerfile, project)
    )


def _deeper(pattern: IgnorePattern, file: IgnoreFile, project: Project) -> str:
    """A file or folder below the root that a plain name would mean in a .gitignore, and that is sent to the build."""
    name = pattern.cleaned
    path = project.path_of(file)
    if path is None or "/" in name or "**" in name or name in ("*", ".") or pattern.text.startswith("/"):
        return ""
    if name not in EVERYWHERE and name not in REMAINS:
        return ""
    root = dirname(path) or "."
    if not path.endswith("/.dockerignore") and path != ".dockerignore":
        return ""
    if any(fnmatchcase(entry, name) for entry in project.facts.names(root)):
        return ""  # it does something
    waiting, seen = [(root, 0)], 0
    for folder, depth in waiting:
        for entry in project.facts.folders(folder):
            below = entry if folder == "." else join(folder, entry)
            inside = below if root == "." else below[len(root) + 1 :]
            if file.ignored(inside):
                continue
            if depth and fnmatchcase(entry, name):
                return inside
            seen += 1
            if depth < DEEPEST and entry not in CLOSED and seen < MOST:
                waiting.append((below, depth + 1))
        if depth and seen < MOST:
            for entry in project.facts.names(folder):
                inside = join(folder, entry) if root == "." else join(folder, entry)[len(root) + 1 :]
                if fnmatchcase(entry, name) and not file.ignored(inside):
                    return inside
    return ""
