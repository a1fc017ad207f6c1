"""What COPY and ADD bring in from the build context."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from dagdock.api import BuildContext, CopyLike, Dockerfile, DockerfileWord, IgnorePattern, Project, copied_from
from dagdock.api import container_path as absolute
from dagdock.api import container_target as inside_container
from dagdock.api import context_copy as from_context
from dagdock.api import context_sources as local_sources
from dagdock.api import copy_origin as origin
from dagdock.api import is_whole_context as is_whole

__all__ = [
    "absolute",
    "contexts_that_fit",
    "copied_from",
    "copies_whole_context",
    "from_context",
    "inside_container",
    "is_whole",
    "leaves_out",
    "local_sources",
    "origin",
    "program_sources",
    "whole_source",
]

# Folders and files that hold a project's own programs, and nothing that an installation of packages could need.
SOURCE_FOLDERS = frozenset(
    "src source app dags plugins api backend frontend server client web public static templates views tests etl jobs "
    "pipelines notebooks worker workers".split()
)
SOURCE_FILES = (".py", ".js", ".ts", ".jsx", ".tsx", ".rb", ".php", ".go", ".java", ".cs", ".html", ".css", ".ipynb")
TOOL_FILES = (
    "setup", "install", "get-", "bootstrap", "hook", "config", "patch", "gulpfile", "conf.", "version", "__init__",
    "__about__",
)  # fmt: skip


def whole_source(copy: CopyLike) -> DockerfileWord | None:
    """The source that is the whole context."""
    return next((word for word in copy.sources if word.literal and is_whole(word.literal)), None)


def copies_whole_context(copy: CopyLike) -> bool:
    return whole_source(copy) is not None


def leaves_out(copy: CopyLike, name: str) -> bool:
    """Whether `--exclude` keeps a name in the context's root out; also where a variable in one may do so."""
    patterns = [flag.value for flag in copy.flags if flag.name == "exclude" and flag.value]
    return any("$" in pattern or IgnorePattern(pattern).matches(name) for pattern in patterns)


def program_sources(copy: CopyLike) -> list[str]:
    """The sources that surely are the project's own programs: `src`, `app.py`, `./dags/`."""
    return [source for source in local_sources(copy) if _is_program(source)]


# Every COPY of a file asks for these; they are the same for all of them as long as its contexts are.
_FITTING: WeakKeyDictionary[Project, dict[str, tuple[list[BuildContext], list[BuildContext]]]] = WeakKeyDictionary()


def contexts_that_fit(dockerfile: Dockerfile, project: Project) -> list[BuildContext]:
    """The contexts of a Dockerfile, without those that are only guessed and hold none of what it copies.

    A Dockerfile may be built from any folder. One that a Compose file states is taken at its word; the one guessed
    from where the Dockerfile stands counts when at least one plainly named source of it is there.
    """
    path = project.path_of(dockerfile)
    if path is None:
        return []
    contexts = project.contexts_of(dockerfile)
    known = _FITTING.setdefault(project, {}).get(path)
    if known is None or known[0] is not contexts:  # an editor's project learns of changes
        known = _FITTING[project][path] = (contexts, _that_fit(dockerfile, contexts))
    return known[1]


def _that_fit(dockerfile: Dockerfile, contexts: list[BuildContext]) -> list[BuildContext]:
    named = [
        source
        for instruction in dockerfile.instructions
        if (copy := from_context(instruction))
        for source in local_sources(copy)
        if not is_whole(source)
    ]
    return [
        context
        for context in contexts
        if context.stated is not None or not named or any(context.matches(source) for source in named)
    ]


def _is_program(source: str) -> bool:
    name = source.rstrip("/*").rpartition("/")[2].lower()
    if source.endswith(SOURCE_FILES):
        return not any(word in name for word in TOOL_FILES)
    return name in SOURCE_FOLDERS
