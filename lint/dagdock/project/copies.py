"""What COPY and ADD bring from the build context into an image, and where it lies there."""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice
from posixpath import join, normpath, relpath
from typing import TYPE_CHECKING

from dagdock.dockerfile import Add, Copy, CopyLike, Workdir
from dagdock.remembered import remembered

if TYPE_CHECKING:
    from dagdock.dockerfile import Instruction, Stage
    from dagdock.project.context import BuildContext

_REMOTE = ("http://", "https://", "ftp://", "git@", "git://", "ssh://", "oci://")
# Where a base image's own working directory begins, which nobody knows.
UNKNOWN_FOLDER = "/(working directory of the base image)"
_LONGEST = 4096  # no path is longer on Linux
_MOST = 50  # how many COPYs are looked through for where a file came from


def context_copy(instruction: Instruction) -> CopyLike | None:
    """The instruction as one that copies from the build context; None for `--from`, and behind ONBUILD."""
    if not isinstance(instruction, CopyLike) or instruction.onbuild is not None:
        return None
    return None if isinstance(instruction, Copy) and instruction.flag("from") else instruction


@remembered
def context_sources(copy: CopyLike) -> list[str]:
    """The sources that surely are paths of the context, in the order they are written."""
    found = [source.literal for source in copy.sources]
    return [source for source in found if source and not _is_remote(copy, source)]


def is_whole_context(source: str) -> bool:
    """Whether a source is the whole context: `.`, `/`, `./*` …"""
    folder = source[:-1] if source == "*" or source.endswith("/*") else source
    return normpath(join("/", folder)).strip("/") == ""


@remembered
def container_target(copy: CopyLike) -> str | None:
    """The absolute folder or file that a COPY writes to; None where it is unknown."""
    if copy.stage is None or copy.destination is None:
        return None
    destination = copy.destination.resolve(copy.stage.scope_at(copy))
    return None if destination is None else container_path(copy, destination)


def container_path(instruction: Instruction, path: str) -> str | None:
    """A path as the container has it: relative ones start at the working directory in force.

    The folder of the base image is unknown and stands as UNKNOWN_FOLDER, so paths below it can be compared.
    """
    if path.startswith("/"):
        return normpath(path)
    if instruction.stage is None:
        return None
    last = instruction.stage.last(Workdir, instruction)
    folder = UNKNOWN_FOLDER if last is None or last.stage is None else _folders(last.stage)[last.index]
    return None if folder is None else normpath(join(folder, path))


@remembered
def _folders(stage: Stage) -> dict[int, str | None]:
    """The folder behind each WORKDIR of a stage, by its index; None once a path is unknown, or longer than any."""
    found: dict[int, str | None] = {}
    folder: str | None = UNKNOWN_FOLDER
    for part in islice(stage.chain(), 1, None):
        if above := part.all_of(Workdir):
            folder = _folders(part)[above[-1].index]
            break
    for workdir in stage.all_of(Workdir):
        written = workdir.path.resolve(stage.scope_at(workdir)) if workdir.path else None
        folder = None if folder is None or written is None else normpath(join(folder, written))
        if folder is not None and len(folder) > _LONGEST:
            folder = None
        found[workdir.index] = folder
    return found


def copy_origin(path: str, stage: Stage, before: Instruction, context: BuildContext) -> str | None:
    """Where in the context a file of the container (absolute path) was copied from; None where that is unknown."""
    left = _MOST
    for part in stage.chain():
        copies = part.all_of(CopyLike)
        place = bisect_left(copies, before.index, key=_index)
        for copy in reversed(copies[max(place - left, 0) : place]):
            if context_copy(copy) and (found := copied_from(path, copy, context)):
                return found
        left -= place
        if left <= 0:
            return None
    return None


def _index(instruction: Instruction) -> int:
    return instruction.index


def copied_from(path: str, copy: CopyLike, context: BuildContext) -> str | None:
    """The file or folder of the context that one COPY brings to an absolute path of the container."""
    target = container_target(copy)
    if target is None or copy.destination is None:
        return None
    for source in context_sources(copy):
        clean = "." if is_whole_context(source) else normpath(join("/", source)).lstrip("/")
        if context.is_folder(clean):
            if path == target or path.startswith(target.rstrip("/") + "/"):
                inner = normpath(join(clean, relpath(path, target)))
                if context.exists(inner):
                    return inner
            continue
        for match in context.matches(source):
            inner = normpath(join(target, match.rpartition("/")[2]))
            if path == inner or (path == target and not _is_folder(copy)):
                return match
    return None


def _is_folder(copy: CopyLike) -> bool:
    """Whether a COPY surely writes into a folder, whatever it copies."""
    return len(copy.sources) > 1 or (copy.destination is not None and copy.destination.value.endswith(("/", ".")))


def _is_remote(copy: CopyLike, source: str) -> bool:
    return isinstance(copy, Add) and (source.startswith(_REMOTE) or ".git#" in source or source.endswith(".git"))
