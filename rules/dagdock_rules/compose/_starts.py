"""Where the paths of a Compose file start: for `-f a.yaml -f parts/b.yaml`, in the folder of the first one."""

from __future__ import annotations

import re
from posixpath import basename, dirname, join

from dagdock.api import ComposeFile, Project

_MOST = 20  # paths that are looked for


def starts_above(file: ComposeFile, project: Project) -> bool:
    """Whether a path of the file leads to nothing from its own folder, but to a file from one above; whether one leads
    out of its folder and back, as it must where the file may be loaded after any other; or whether a script beside it
    loads it so."""
    return project.once(("starts above", file), lambda: _starts_above(file, project))


def _starts_above(file: ComposeFile, project: Project) -> bool:
    folder = dirname(project.path_of(file.source.whole) or "")
    if folder and re.search(rf"[\s\"'\[,](?:\.\./)+{re.escape(folder)}(?:/|\s|$)", file.source.text):
        return True
    found = re.findall(r"[\s\"'\[,]\./([\w.-]+/[\w./-]*\w)", file.source.text) if folder else []
    paths = [path for path in dict.fromkeys(found[:_MOST]) if "." in basename(path)]
    if any(project.exists(join(folder, path)) is False and _is_above(path, folder, project) for path in paths):
        return True
    return _is_loaded_after_another(basename(file.source.path), folder, project)


def _is_loaded_after_another(name: str, folder: str, project: Project) -> bool:
    """Whether a script of the folder names it behind a file of another one, or as what overrides something."""
    wanted = name.encode("utf-8", "surrogateescape")
    command = rb"(?:-f|--file)[ =]\S*/\S+\.ya?ml\b[^\n]*(?:-f|--file)[ =]\S*" + re.escape(wanted)
    command += rb"|--[\w-]*override[\w-]*[ =]\S*" + re.escape(wanted)
    for other in project.facts.names(folder or "."):
        if other.endswith((".sh", ".md")) or other in ("Makefile", "justfile"):
            text = project.facts.read(join(folder, other)) or b""
            if wanted in text and re.search(command, text):
                return True
    return False


def _is_above(path: str, folder: str, project: Project) -> bool:
    return bool(way_up(path, folder, project))


def way_up(path: str, folder: str, project: Project) -> str:
    """How many folders above a file is there at a path: `../..`; empty where it is in none."""
    way = ""
    while folder:
        folder, way = dirname(folder), f"../{way}"
        if project.facts.is_file(join(folder, path)):
            return way.rstrip("/")
    return ""
