"""What a DAG file makes, with the modules and files of its project at hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from dagdock.project.documents import Documents

if TYPE_CHECKING:
    import ast

    from dagdock.dag import DagModule, Function
    from dagdock.dag.evaluation import BuiltFile

# Folders that Airflow puts on the path of imports, beside that of the DAGs.
_IMPORT_FOLDERS = ("", "dags", "plugins", "include", "src", "config")
# Where Airflow lives in the images that people use.
_HOMES = ("/opt/airflow", "/usr/local/airflow", "/home/airflow/gcs", "/root/airflow")
_MAX_MODULE_SIGNS = 1_000_000
_LIBRARIES = ("airflow.", "cosmos.")


class ProjectSurroundings:
    """Answers an evaluation's questions about the files around a DAG file."""

    def __init__(self, project: Documents) -> None:
        self._project = project
        self._modules: dict[str, DagModule | None] = {}
        self._found: dict[tuple[str, int, str], tuple[DagModule, str] | None] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._holders: dict[str, dict[str, list[str]]] = {}

    def path_of(self, module: DagModule) -> str:
        return self._project.path_of(module.source.whole) or module.source.path

    def file_name(self, path: str) -> str:
        root = self._project.facts.root.replace("\\", "/").rstrip("/")
        return f"{root}/{path}"

    def module(self, name: str, level: int, path: str) -> tuple[DagModule, str] | None:
        key = name, level, dirname(path)
        if key not in self._found:
            self._found[key] = self._find(name, level, path)
        return self._found[key]

    def _find(self, name: str, level: int, path: str) -> tuple[DagModule, str] | None:
        top = name.partition(".")[0]
        if level == 0 and (not top or top in sys.stdlib_module_names):
            return None
        tail = name.replace(".", "/")
        if level:
            folder = dirname(path)
            for _ in range(level - 1):
                folder = dirname(folder)
            return self._in(folder, tail)
        if name.startswith("airflow."):
            # Airflow's own examples import each other.
            tail = tail.removeprefix("airflow/example_dags/")
            if tail.startswith("airflow/"):
                return None
        folder = dirname(path)
        above = [folder]
        while above[-1]:
            above.append(dirname(above[-1]))
        for folder in above:
            for beside in _IMPORT_FOLDERS:
                if found := self._in(join(folder, beside) if beside else folder, tail):
                    return found
        return self._beside(above, tail) if "/" in tail else None

    def _beside(self, above: list[str], tail: str) -> tuple[DagModule, str] | None:
        """A module in some folder that the project puts on the path of imports in its own way."""
        first = tail.partition("/")[0]
        places = [place for folder in above for place in self._holding(folder).get(first, ())]
        found = [one for place in places if (one := self._in(place, tail))]
        return found[0] if len(found) == 1 else None

    def _holding(self, folder: str) -> dict[str, list[str]]:
        """For each name that stands in folders of a folder, those folders."""
        if folder not in self._holders:
            holders = self._holders[folder] = {}
            for name in self._project.facts.folders(folder or "."):
                place = join(folder, name)
                for one in self._names_in(place):
                    holders.setdefault(one, []).append(place)
        return self._holders[folder]

    def _names_in(self, folder: str) -> frozenset[str]:
        if folder not in self._names:
            self._names[folder] = frozenset(self._project.facts.names(folder or "."))
        return self._names[folder]

    def _in(self, folder: str, tail: str) -> tuple[DagModule, str] | None:
        first, deeper, _ = tail.partition("/")
        there = self._names_in(folder)
        # Most names are of libraries: what the folder holds says so without a look at each place.
        if first not in there and (deeper or f"{first or '__init__'}.py" not in there):
            return None
        names = [f"{tail}.py", f"{tail}/__init__.py"] if tail else ["__init__.py"]
        for name in names:
            path = normpath(join(folder, name))
            if self._project.facts.is_file(path):
                module = self._parsed(path)
                return (module, path) if module is not None else None
        return None

    def _parsed(self, path: str) -> DagModule | None:
        from dagdock.dag import DagModule, parse

        document = self._project.document(path)
        if isinstance(document, DagModule):
            return document
        if path not in self._modules:
            source = self._project.text(path)
            small = source is not None and len(source.text) <= _MAX_MODULE_SIGNS
            self._modules[path] = parse(source) if source is not None and small else None
        return self._modules[path]

    def read(self, name: str, path: str) -> bytes | None:
        for place in self._places(name, path):
            if self._project.facts.is_file(place):
                return self._project.facts.read(place)
        return None

    def names(self, name: str, path: str) -> list[tuple[str, bool]] | None:
        facts = self._project.facts
        # A folder that is named by its place in an image may be empty there, and nothing would fail.
        for place in () if name.startswith(_HOMES) else self._places(name, path):
            if facts.is_dir(place):
                folders = set(facts.folders(place))
                return [(one, one in folders) for one in facts.names(place) if one != "__pycache__"]
        return None

    def _places(self, name: str, path: str) -> Iterator[str]:
        """Where a file may be that code opens by a name: Airflow may have been started in any folder above."""
        root = self._project.facts.root.replace("\\", "/").rstrip("/")
        name = normpath(name)
        if name == root or name.startswith(f"{root}/"):
            yield name[len(root) + 1 :] or "."
        for folder in _HOMES:
            if name.startswith(f"{folder}/"):
                name = name[len(folder) + 1 :]
        if name.startswith(("/", "..")):
            return
        above = dirname(path)
        while above:
            yield normpath(join(above, name))
            above = dirname(above)
        yield name


def imported_function(surroundings: ProjectSurroundings, module: DagModule, name: str) -> Function | None:
    """The function of another module of the project that a name stands for (`helpers.load`, `.helpers.load`)."""
    plain = name.lstrip(".")
    owner, _, own = plain.rpartition(".")
    found = surroundings.module(owner, len(name) - len(plain), surroundings.path_of(module)) if own else None
    bindings = found[0].names.root.bindings.get(own, ()) if found else ()
    if found is None or len(bindings) != 1 or bindings[0].kind != "def":
        return None
    return found[0].function_of(bindings[0].node)


def imported_value(
    surroundings: ProjectSurroundings, module: DagModule, name: str
) -> tuple[DagModule, ast.expr] | None:
    """What another module of the project assigns to a name (`helpers.TABLES`), and that module."""
    plain = name.lstrip(".")
    owner, _, own = plain.rpartition(".")
    found = surroundings.module(owner, len(name) - len(plain), surroundings.path_of(module)) if own else None
    bindings = found[0].names.root.bindings.get(own, ()) if found else ()
    if found is None or len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None:
        return None
    return found[0], bindings[0].value


def imported_modules(surroundings: ProjectSurroundings, module: DagModule) -> Iterator[tuple[DagModule, ast.alias]]:
    """The modules of the project that run when a module is imported, each with the import that brings it.

    Imports inside functions and for type checkers alone do not count, nor what those modules import in turn.
    """
    path = surroundings.path_of(module)
    seen = {module}
    for name, aliases in module.imports.items():
        plain = name.lstrip(".")
        parts = plain.split(".")
        if name.startswith(_LIBRARIES) or (plain == name and parts[0] in sys.stdlib_module_names):
            continue
        if not any(module.runs_at(alias) == "parse" for alias in aliases):
            continue
        for length in range(1, len(parts) + 1):  # packages run before what is in them
            found = surroundings.module(".".join(parts[:length]), len(name) - len(plain), path)
            if found and found[0] not in seen:
                seen.add(found[0])
                yield found[0], aliases[0]


def built(surroundings: ProjectSurroundings, module: DagModule, major: int) -> BuiltFile:
    """What a file makes for an Airflow of that major version."""
    from dagdock.dag.evaluation import build

    return build(module, surroundings, major)
