"""The DAG files in fixtures/evaluation, compared with what real Airflows made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dagdock.project import Project

FIXTURES = Path(__file__).parents[3] / "fixtures" / "evaluation"
EXPECTED: dict[str, dict[str, Any]] = {
    file.stem.removeprefix("airflow-"): json.loads(file.read_text(encoding="utf-8"))
    for file in sorted(FIXTURES.glob("airflow-*.json"))
}


def shape(name: str, version: str) -> dict[str, Any]:
    """What the evaluation makes of a file, in the form of the expectations."""
    text = (FIXTURES / name).read_text(encoding="utf-8")
    project = Project.in_memory({f"dags/{name}": text}, airflow_version=version)
    module: Any = project.document(f"dags/{name}")
    found = {}
    for dag in project.built(module).dags:
        assert dag.complete, dag.unknown
        tasks = {
            str(task.task_id): {"mapped": task.mapped, "trigger_rule": task.trigger_rule}
            for task in sorted(dag.tasks, key=lambda task: str(task.task_id))
        }
        edges = sorted([up.task_id, down.task_id] for up, down in dag.edges())
        found[str(dag.dag_id)] = {"tasks": tasks, "edges": edges}
    return dict(sorted(found.items()))


def test_both_major_versions_are_there() -> None:
    assert {version.partition(".")[0] for version in EXPECTED} == {"2", "3"}


@pytest.mark.parametrize(
    ("version", "name"), [(version, name) for version, files in EXPECTED.items() for name in files]
)
def test_same_as_airflow(version: str, name: str) -> None:
    assert shape(name, version) == EXPECTED[version][name]
