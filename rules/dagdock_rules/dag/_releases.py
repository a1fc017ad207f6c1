"""Which releases of Airflow can load a file at all."""

from __future__ import annotations

import ast
import re
from functools import cache, lru_cache

from dagdock.api import Dag, DagModule, Project

# Packages whose classes Airflow 1 took in by name; since Airflow 2 they hold modules only.
_PACKAGES = frozenset(
    ("airflow.operators", "airflow.hooks", "airflow.sensors", "airflow.contrib.operators", "airflow.contrib.hooks")
)
# Names and modules that Airflow 2 no longer has (tried on 2.10.5).
_GONE = (
    "airflow.operators.sensors.",
    "airflow.operators.dagrun_operator.DagRunOrder",
    "airflow.utils.apply_defaults",
    "airflow.models.BaseHook",
    "airflow.contrib.kubernetes.",
)


# Modules whose names all moved to others, for which Airflow 3 has no stand-ins (tried on 3.3.2).
_GONE_IN_3 = ("airflow.contrib.",)


def is_before(dag: Dag, project: Project, major: int, minor: int = 0) -> bool:
    """Whether the Airflow that a DAG is for is surely older than a release: by its own file, or by the project."""
    return is_file_before(dag.module, project, major, minor)


def is_file_before(module: DagModule, project: Project, major: int, minor: int = 0) -> bool:
    """The same for whatever DAGs a file makes."""
    if is_for_airflow_1(module):
        return major >= 2
    version = project.airflow_version(module.source.whole)
    return version is not None and version.at_least(major, minor) is False


def is_before_3(module: DagModule) -> bool:
    """Whether Airflow 3 cannot load a file, by what it imports."""
    return is_for_airflow_1(module) or any(
        path.startswith(_GONE_IN_3) and _is_sure(module, places) for path, places in module.imports.items()
    )


def _is_sure(module: DagModule, places: list[ast.alias]) -> bool:
    """Whether one of these imports is done in any case."""
    parents = [module.names.parents.get(place) for place in places]
    return any(isinstance(parent, (ast.Import, ast.ImportFrom)) and parent in module.tree.body for parent in parents)


@lru_cache(maxsize=1)  # several rules ask, one after the other
def is_for_airflow_1(module: DagModule) -> bool:
    """Whether Airflow 2 cannot load a file, as it imports or calls what only Airflow 1 had.

    Only lines that run in any case count: what stands in `try` or `if` may have another way beside it.
    """
    for path, places in module.imports.items():
        package, _, name = path.rpartition(".")
        is_old = (package in _PACKAGES and name[:1].isupper()) or path.startswith(_GONE)
        if is_old and _is_sure(module, places):
            return True
    # There, a function of the caller decided whether and with what the other DAG was run.
    return "TriggerDagRunOperator" in module.source.text and any(
        task.name == "TriggerDagRunOperator" and "python_callable" in task.own for task in module.tasks
    )


@cache
def signs_of_airflow_1() -> re.Pattern[bytes]:
    """A text that each file holds which only Airflow 1 can load; others may hold it, too."""
    packages = "|".join(re.escape(name) for name in sorted(_PACKAGES))
    gone = "|".join(re.escape(name.rpartition(".")[2] or name.rstrip(".")) for name in _GONE)
    return re.compile(rf"(?:{packages})[ \t]+import|{gone}|TriggerDagRunOperator".encode())
