"""What COPY, ADD and bind mounts take from the build context: whether one path is among it."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import join, normpath
from typing import TYPE_CHECKING, Literal

from dagdock.ignorefile import WILDCARDS, Glob

if TYPE_CHECKING:
    from dagdock.dockerfile import Add
    from dagdock.project import BuildContext

Taken = Literal["yes", "may", "no"]


def is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def git_source(source: str) -> bool:
    """Whether ADD clones it: `https://host/repo.git#v1`, `git@host:repo`."""
    if source.startswith(("git@", "git://", "ssh://")):
        return True
    return is_url(source) and source.partition("#")[0].partition("?")[0].endswith(".git")


def is_pinned(add: Add, source: str) -> bool:
    """Whether ADD gets the same from a URL each time, or nothing: by its checksum, or by a whole commit."""
    reference = source.partition("#")[2].partition(":")[0]
    commit = len(reference) == 40 and all(digit in "0123456789abcdef" for digit in reference)
    return add.flag("checksum") is not None or commit


def clean(path: str) -> str:
    """A path in the context as Docker reads it: `/x`, `./x` and `../x` are all `x`, the whole context is `.`."""
    return normpath(join("/", path)).strip("/") or "."


def takes(source: str, path: str, *, parents: bool = False) -> Taken:
    """Whether a source takes a file of the context; `may` where the path is a folder that holds more than the source.

    `parents` is for `COPY --parents`, whose wildcards may span folders and which marks a pivot by `/./`.
    """
    wanted = clean(source)
    if wanted == "." or path == ".":
        return "yes" if wanted == path else "yes" if wanted == "." else "may"
    above = _with_parents(path)
    if WILDCARDS.isdisjoint(wanted):
        return "yes" if wanted in above else "may" if wanted.startswith(f"{path}/") else "no"
    glob = Glob(wanted, deep=parents)
    if any(glob.matches(part) for part in above):
        return "yes"
    fixed = wanted[: min(wanted.index(sign) for sign in WILDCARDS if sign in wanted)]
    return "may" if fixed.startswith(f"{path}/") else "no"


def excluded(patterns: Sequence[str], source: str, path: str) -> Taken:
    """Whether `--exclude` leaves a file out that a source takes. The patterns count from a folder that is copied."""
    wanted = clean(source)
    if wanted == "." or path.startswith(f"{wanted}/"):
        inner = path if wanted == "." else path[len(wanted) + 1 :]
        return "yes" if _matches_any(patterns, inner) else "no"
    return "may" if _matches_any(patterns, path.rpartition("/")[2]) or _matches_any(patterns, path) else "no"


def sent(context: BuildContext | None, path: str) -> bool:
    """Whether the ignore file lets a path into the build, as far as that is known."""
    return context is None or not context.ignored(path)


def landed(source: str, path: str, destination: str, *, alone: bool, parents: bool) -> list[str]:
    """Where in the image a file of the context may land that a source takes; `alone` where it is the only source."""
    wanted = clean(source)
    if parents:
        return [normpath(join(destination, path))]
    name = path.rpartition("/")[2]
    if wanted == path:
        inside = normpath(join(destination, name))
        return [inside] if destination.endswith("/") or not alone else [normpath(destination), inside]
    if wanted == ".":
        return [normpath(join(destination, path))]
    if WILDCARDS.isdisjoint(wanted):
        return [normpath(join(destination, path[len(wanted) + 1 :]))]
    glob = Glob(wanted, deep=False)
    top = next((part for part in _with_parents(path) if glob.matches(part)), path)
    if top == path:
        return [normpath(join(destination, name)), normpath(destination)]
    return [normpath(join(destination, path[len(top) + 1 :]))]


def _matches_any(patterns: Sequence[str], path: str) -> bool:
    globs = [Glob(clean(pattern)) for pattern in patterns]
    return any(glob.matches(part) for glob in globs for part in _with_parents(path))


def _with_parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
