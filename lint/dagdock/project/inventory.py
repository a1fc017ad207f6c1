"""Where in a project the files stand that links lead to: found by their names, without opening them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import dirname, join

from dagdock.facts import SKIPPED, Facts
from dagdock.project.classify import is_compose_name, is_dockerfile_name

# A single small Dockerfile must not walk a big tree: nearer folders come first, and farther ones are left out.
MAX_FOLDERS = 300
MAX_DEPTH = 5
_PACKAGING = frozenset(("pyproject.toml", "setup.cfg", "setup.py", "pipfile", "poetry.lock", "uv.lock"))


class Inventory:
    """The Compose files, Dockerfiles, requirement files and packaging files of a project, nearest to the root first."""

    __slots__ = ("compose", "dockerfiles", "other_yaml", "packaging", "requirements")

    def __init__(self, facts: Facts, checked: Iterable[str] = ()) -> None:
        """`checked` are the files that a run is about: they are known from the start, whatever their depth, so that
        what is found does not hang on the order in which they are checked."""
        self.compose: list[str] = []
        self.other_yaml: list[str] = []
        """Of the checked files those that may be Compose files by their content."""
        self.dockerfiles: list[str] = []
        self.requirements: list[str] = []
        self.packaging: list[str] = []
        waiting = ["."]
        for count, folder in enumerate(waiting):
            if count >= MAX_FOLDERS:
                break
            below = self._look_in(facts, folder)
            if folder.count("/") < MAX_DEPTH - 1:
                waiting += [
                    name if folder == "." else join(folder, name)
                    for name in below
                    if name not in SKIPPED and name != "site-packages"
                ]

        # What stands above a file is about it, however far down that is.
        above = {folder for path in checked for folder in _above(path)}
        for folder in sorted(above.difference(waiting[:MAX_FOLDERS])):
            self._look_in(facts, folder)

        seen = {*self.compose, *self.dockerfiles, *self.requirements, *self.packaging}
        for path in sorted(checked):
            if path not in seen:
                name = path.rpartition("/")[2].lower()
                self._add(name, path)
                if name.endswith((".yml", ".yaml")) and not is_compose_name(name):
                    self.other_yaml.append(path)

    def _look_in(self, facts: Facts, folder: str) -> list[str]:
        """Take in what stands in one folder; the names of the folders in it."""
        below = facts.folders(folder)
        folders = set(below)
        for name in facts.names(folder):
            if name not in folders:
                self._add(name.lower(), name if folder == "." else join(folder, name))
        return below

    def _add(self, name: str, path: str) -> None:
        if name.endswith((".yml", ".yaml")):
            if is_compose_name(name):
                self.compose.append(path)
        elif name in _PACKAGING:
            self.packaging.append(path)
        elif is_requirements(path):
            self.requirements.append(path)
        elif is_dockerfile_name(name):
            self.dockerfiles.append(path)


def _above(path: str) -> Iterator[str]:
    """The folders that a path lies in, the root left out."""
    while path := dirname(path):
        yield path


def is_requirements(path: str) -> bool:
    """Whether a path is named like a requirement or constraint file of pip."""
    folder, _, name = path.lower().rpartition("/")
    if not name.endswith((".txt", ".in")):
        return False
    return "requirements" in name or name.startswith("constraints") or folder.rpartition("/")[2] == "requirements"
