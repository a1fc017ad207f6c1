"""What COPY and ADD bring in from the build context."""

from __future__ import annotations

from posixpath import join, normpath

from dagdock.api import Add, BuildContext, Copy, CopyLike, Dockerfile, Instruction, Project

WHOLE = frozenset((".", "./", "*", "./*", "/", "/.", "./."))
REMOTE = ("http://", "https://", "ftp://", "git@", "git://", "ssh://", "oci://")


def from_context(instruction: Instruction) -> CopyLike | None:
    """The instruction as one that copies from the build context; None for `--from`, and behind ONBUILD."""
    if not isinstance(instruction, CopyLike) or instruction.onbuild is not None:
        return None
    return None if isinstance(instruction, Copy) and instruction.flag("from") else instruction


def local_sources(copy: CopyLike) -> list[str]:
    """The sources that surely are paths of the context, in the order they are written."""
    found = [source.literal for source in copy.sources]
    return [source for source in found if source and not _is_remote(copy, source)]


def copies_whole_context(copy: CopyLike) -> bool:
    return any(source in WHOLE for source in local_sources(copy))


def contexts_that_fit(dockerfile: Dockerfile, project: Project) -> list[BuildContext]:
    """The contexts of a Dockerfile, without those that are only guessed and hold none of what it copies.

    A Dockerfile may be built from any folder. One that a Compose file states is taken at its word; the one guessed
    from where the Dockerfile stands counts when at least one plainly named source of it is there.
    """
    contexts = project.contexts_of(dockerfile)
    named = [
        source
        for instruction in dockerfile.instructions
        if (copy := from_context(instruction))
        for source in local_sources(copy)
        if source not in WHOLE
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
    """A path as the container has it: relative ones start at the working directory in force."""
    if path.startswith("/"):
        return normpath(path)
    folder = instruction.stage.workdir_at(instruction) if instruction.stage else None
    return None if folder is None else normpath(join(folder, path))


def _is_remote(copy: CopyLike, source: str) -> bool:
    return isinstance(copy, Add) and (source.startswith(REMOTE) or ".git#" in source or source.endswith(".git"))
