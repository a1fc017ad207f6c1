"""What COPY and ADD bring in from the build context."""

from __future__ import annotations

from posixpath import join, normpath, relpath
from weakref import WeakKeyDictionary

from dagdock.api import Add, BuildContext, Copy, CopyLike, Dockerfile, DockerfileWord, Instruction, Project, Stage

REMOTE = ("http://", "https://", "ftp://", "git@", "git://", "ssh://", "oci://")
# Folders and files that hold a project's own programs, and nothing that an installation of packages could need.
SOURCE_FOLDERS = frozenset(
    "src source app dags plugins api backend frontend server client web public static templates views tests".split()
)
SOURCE_FILES = (".py", ".js", ".ts", ".jsx", ".tsx", ".rb", ".php", ".go", ".java", ".cs", ".html", ".css", ".ipynb")
TOOL_FILES = ("setup", "install", "get-", "bootstrap", "hook", "config", "patch", "gulpfile", "conf.", "version")
# Where a base image's own working directory begins, which nobody knows.
UNKNOWN_FOLDER = "/(working directory of the base image)"


def from_context(instruction: Instruction) -> CopyLike | None:
    """The instruction as one that copies from the build context; None for `--from`, and behind ONBUILD."""
    if not isinstance(instruction, CopyLike) or instruction.onbuild is not None:
        return None
    return None if isinstance(instruction, Copy) and instruction.flag("from") else instruction


def local_sources(copy: CopyLike) -> list[str]:
    """The sources that surely are paths of the context, in the order they are written."""
    found = [source.literal for source in copy.sources]
    return [source for source in found if source and not _is_remote(copy, source)]


def is_whole(source: str) -> bool:
    """Whether a source is the whole context: `.`, `/`, `./*` …"""
    folder = source[:-1] if source == "*" or source.endswith("/*") else source
    return normpath(join("/", folder)).strip("/") == ""


def whole_source(copy: CopyLike) -> DockerfileWord | None:
    """The source that is the whole context."""
    return next((word for word in copy.sources if word.literal and is_whole(word.literal)), None)


def copies_whole_context(copy: CopyLike) -> bool:
    return whole_source(copy) is not None


def program_sources(copy: CopyLike) -> list[str]:
    """The sources that surely are the project's own programs: `src`, `app.py`, `./dags/`."""
    return [source for source in local_sources(copy) if _is_program(source)]


# Every COPY of a file asks for these; they are the same for all of them.
_FITTING: WeakKeyDictionary[Project, dict[str, list[BuildContext]]] = WeakKeyDictionary()


def contexts_that_fit(dockerfile: Dockerfile, project: Project) -> list[BuildContext]:
    """The contexts of a Dockerfile, without those that are only guessed and hold none of what it copies.

    A Dockerfile may be built from any folder. One that a Compose file states is taken at its word; the one guessed
    from where the Dockerfile stands counts when at least one plainly named source of it is there.
    """
    path = project.path_of(dockerfile)
    known = _FITTING.setdefault(project, {})
    if path is None:
        return []
    if path not in known:
        known[path] = _that_fit(dockerfile, project.contexts_of(dockerfile))
    return known[path]


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


def inside_container(copy: CopyLike) -> str | None:
    """The absolute folder or file that a COPY writes to; None where it is unknown."""
    if copy.stage is None or copy.destination is None:
        return None
    destination = copy.destination.resolve(copy.stage.scope_at(copy))
    return None if destination is None else absolute(copy, destination)


def absolute(instruction: Instruction, path: str) -> str | None:
    """A path as the container has it: relative ones start at the working directory in force.

    The folder of the base image is unknown and stands as UNKNOWN_FOLDER, so paths below it can be compared.
    """
    if path.startswith("/"):
        return normpath(path)
    if instruction.stage is None:
        return None
    folder = UNKNOWN_FOLDER
    for workdir in instruction.stage.workdirs_at(instruction):
        written = workdir.path.resolve((workdir.stage or instruction.stage).scope_at(workdir)) if workdir.path else None
        if written is None:
            return None
        folder = normpath(join(folder, written))
    return normpath(join(folder, path))


def origin(path: str, stage: Stage, before: Instruction, context: BuildContext) -> str | None:
    """Where in the context a file of the container (absolute path) was copied from; None where that is unknown."""
    for part in stage.chain():
        for instruction in reversed(part.instructions):
            copy = from_context(instruction)
            if copy and (part is not stage or copy.index < before.index):
                found = copied_from(path, copy, context)
                if found:
                    return found
    return None


def copied_from(path: str, copy: CopyLike, context: BuildContext) -> str | None:
    """The file or folder of the context that one COPY brings to an absolute path of the container."""
    target = inside_container(copy)
    if target is None or copy.destination is None:
        return None
    for source in local_sources(copy):
        clean = "." if is_whole(source) else normpath(join("/", source)).lstrip("/")
        if context.is_folder(clean):
            if path == target or path.startswith(target.rstrip("/") + "/"):
                inner = normpath(join(clean, relpath(path, target)))
                if context.exists(inner):
                    return inner
            continue
        for match in context.matches(source):
            name = match.rpartition("/")[2]
            if path in (target, normpath(join(target, name))):
                return match
    return None


def _is_program(source: str) -> bool:
    name = source.rstrip("/*").rpartition("/")[2].lower()
    if source.endswith(SOURCE_FILES):
        return not any(word in name for word in TOOL_FILES)
    return name in SOURCE_FOLDERS


def _is_remote(copy: CopyLike, source: str) -> bool:
    return isinstance(copy, Add) and (source.startswith(REMOTE) or ".git#" in source or source.endswith(".git"))
