"""Which classes are DAGs, operators and task groups: by their import, or by the bases they have in this file."""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from dagdock.dag.names import airflow_name

if TYPE_CHECKING:
    from dagdock.dag.module import DagModule

ClassKind = Literal["dag", "operator", "group"]

MAX_DEPTH = 20


class Classes:
    """Classes of one file, those it defines and those it imports."""

    def __init__(self, module: DagModule) -> None:
        self.module = module
        self._kinds: dict[ast.ClassDef, ClassKind | None] = {}

    def kind(self, node: ast.ClassDef) -> ClassKind | None:
        """What a class of this file is, through its bases."""
        if node not in self._kinds:
            self._kinds[node] = None  # a class among its own bases is nothing
            found = [kind for kind in (self.of(base) for base in node.bases) if kind]
            self._kinds[node] = found[0] if found else None
        return self._kinds[node]

    def of(self, node: ast.expr) -> ClassKind | None:
        """What the class is that an expression names."""
        if path := self.module.qualified(node):
            return kind_of_import(path)
        definition = self.definition(node)
        return self.kind(definition) if definition else None

    def definition(self, node: ast.expr) -> ast.ClassDef | None:
        """The class of this file that an expression names."""
        for _ in range(MAX_DEPTH):
            if not isinstance(node, ast.Name):
                return None
            bindings = self.module.names.bindings(node.id, node)
            if len(bindings) != 1:
                return None
            if isinstance(bindings[0].node, ast.ClassDef):
                return bindings[0].node
            if bindings[0].kind != "assign" or bindings[0].value is None:
                return None
            node = bindings[0].value
        return None

    def path(self, node: ast.expr) -> str | None:
        """The class by its import; for a class of this file its bare name."""
        if path := self.module.qualified(node):
            return path
        definition = self.definition(node)
        return definition.name if definition else None


# Libraries of other people that know nothing of Airflow, as DAG files use them at the top.
_LIBRARIES = frozenset(
    (
        *("boto3", "dateutil", "jinja2", "kubernetes", "numpy", "pandas", "pendulum", "psycopg2", "pytz"),
        *("requests", "sqlalchemy", "yaml"),
    )
)


def is_foreign(path: str) -> bool:
    """Whether an import may hide DAGs and tasks: it is neither Airflow's nor of a library that knows nothing of it."""
    top = path.partition(".")[0]
    return top not in ("airflow", "builtins") and top not in sys.stdlib_module_names and top not in _LIBRARIES


@lru_cache(maxsize=4096)
def kind_of_import(path: str) -> ClassKind | None:
    """What an imported class is. From unknown modules (a company's own) the last part of its name tells."""
    if "()" in path or path.startswith("builtins."):
        return None
    last = path.rpartition(".")[2]
    plain = last.removesuffix("Async")
    if not last[:1].isupper():
        return None
    name = airflow_name(path)
    if name == "DAG" or (name is None and last.endswith(("DAG", "Dag"))):
        return "dag"
    if last.endswith("TaskGroup"):
        return "group"
    if plain.endswith(("Operator", "Sensor")) and plain not in ("Operator", "Sensor"):
        return "operator" if name is None or name == last else None
    return "operator" if name == "ExternalTaskMarker" else None
