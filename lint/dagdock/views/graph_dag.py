"""DAG files for `dagdock graph`: DAGs with their tasks and what follows what, as JSON and as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagdock.dag import DagModule
    from dagdock.project import Project
    from dagdock.views.graph_picture import Picture


def as_json(module: DagModule, project: Project) -> dict[str, Any]:
    """What the file defines, for scripts; keys in a fixed order."""
    return {"path": module.source.path, "kind": "dag", "unknown": [], "dags": []}


def as_pictures(module: DagModule, project: Project) -> list[Picture]:
    """One picture for each DAG of a file."""
    return []
