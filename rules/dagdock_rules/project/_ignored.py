"""What git leaves out of a repository, by the `.gitignore` files on the way to a file."""

from __future__ import annotations

from fnmatch import fnmatchcase
from posixpath import dirname, join
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagdock.api import Project


def ignored_by_git(path: str, project: Project) -> bool:
    """Whether a `.gitignore` leaves a file out; the last pattern that matches decides."""
    ignored = False
    for folder, content in _files(path, project).items():
        for line in content.decode("utf-8-sig", "replace").splitlines():
            pattern = line.rstrip()
            if (
                pattern
                and not pattern.startswith("#")
                and _matches(pattern.removeprefix("!"), path[len(folder) :].lstrip("/"))
            ):
                ignored = not pattern.startswith("!")
    return ignored


def is_in_git(path: str, project: Project) -> bool:
    """Whether git follows a file already, so that no `.gitignore` keeps it out; no where that cannot be told."""
    name = path.encode("utf-8", "surrogateescape")
    # An entry of the index has the length of its name before the name.
    return bytes([len(name) & 0xFF]) + name + b"\0" in (project.facts.read(".git/index") or b"")


def tells_what_is_in_git(project: Project) -> bool:
    """Whether it shows what git follows: not in a copy of a repository that has commits and no index."""
    facts = project.facts
    if facts.is_file(".git/index") or not facts.is_dir(".git"):
        return True
    return not facts.is_file(".git/packed-refs") and not facts.names(".git/refs/heads")


def is_repository(path: str, project: Project) -> bool:
    """Whether a file lies in a repository of git, as far as that shows."""
    return bool(_files(path, project)) or project.facts.is_dir(".git")


def _files(path: str, project: Project) -> dict[str, bytes]:
    """The `.gitignore` files from the top down to the file, by their folders."""
    folders = [""]
    for part in dirname(path).split("/") if dirname(path) else []:
        folders.append(join(folders[-1], part))
    found = {folder: project.facts.read(join(folder, ".gitignore")) for folder in folders}
    return {folder: content for folder, content in found.items() if content}


def _matches(pattern: str, path: str) -> bool:
    """Whether a pattern is about a file or about one of the folders that it lies in."""
    only_folders = pattern.endswith("/")
    clean = pattern.strip("/").removeprefix("**/")
    anchored = "/" in clean or (pattern.startswith("/") and not pattern.startswith("/**/"))
    parts = path.split("/")
    for count in range(1, len(parts) + (not only_folders)):
        candidate = "/".join(parts[:count]) if anchored else parts[count - 1]
        if fnmatchcase(candidate, clean):
            return True
    return False
