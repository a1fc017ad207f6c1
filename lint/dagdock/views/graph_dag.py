"""DAG files for `dagdock graph`: DAGs with their tasks and what follows what, as JSON."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagdock.dag import DagModule
    from dagdock.dag.evaluation import BuiltDag, Doubt
    from dagdock.project import Project


def as_json(module: DagModule, project: Project) -> dict[str, Any]:
    """What the file defines, for scripts; keys in a fixed order."""
    built = project.built(module)
    return {
        "path": module.source.path,
        "kind": "dag",
        "unknown": [_doubt(one) for one in built.unknown],
        "assumed": [_doubt(one) for one in built.assumed],
        "errors": [{"line": one.line, "kind": one.kind, "message": one.message} for one in built.errors],
        "dags": [_dag(dag) for dag in built.dags],
    }


def _dag(dag: BuiltDag) -> dict[str, Any]:
    tasks, edges = dag.task_count, dag.edge_count
    return {
        "dag_id": dag.dag_id,
        "complete": dag.complete,
        "unknown": [_doubt(one) for one in dag.unknown],
        "counts": {
            "tasks": {"at_least": tasks.at_least, "exact": tasks.exact},
            "edges": {"at_least": edges.at_least, "exact": edges.exact},
        },
        "line": dag.line,
        "schedule": _plain(dag.arguments.get("schedule", dag.arguments.get("schedule_interval"))),
        "start_date": _plain(dag.arguments.get("start_date")),
        "catchup": _plain(dag.arguments.get("catchup")),
        "max_active_runs": _plain(dag.arguments.get("max_active_runs")),
        "tags": _plain(dag.arguments.get("tags")),
        "tasks": [
            {
                "task_id": task.task_id,
                "operator": task.operator_name,
                "mapped": task.mapped,
                "group": task.group,
                "trigger_rule": task.trigger_rule,
                "line": task.line,
                **({"possible": True} if task.possible else {}),
            }
            for task in dag.tasks
        ],
        "edges": [[up.task_id, down.task_id] for up, down in dag.edges()],
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {"line": doubt.line, "reason": doubt.reason, **({"path": doubt.path} if doubt.path else {})}


def _plain(value: Any) -> Any:
    """A value as JSON has it; null for what is not known or has no such form."""
    if isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [one for one in map(_plain, value) if one is not None]
    return None
