"""Short ways to have a DAG file evaluated."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dagdock.dag.evaluation import BuiltDag, BuiltFile
from dagdock.dag.module import DagModule
from dagdock.project import Project

HEAD = """\
from airflow import DAG
from airflow.decorators import dag, task, task_group
from airflow.models import Variable
from airflow.operators.empty import EmptyOperator
from airflow.utils.task_group import TaskGroup
"""

Build = Callable[..., BuiltFile]


@pytest.fixture
def build() -> Build:
    """Evaluate a text behind the usual imports, with other files of its project by keyword `files`."""

    def run(text: str, *, files: dict[str, str] | None = None, version: str = "2.10") -> BuiltFile:
        project = Project.in_memory({"dags/a.py": HEAD + text, **(files or {})}, airflow_version=version)
        module = project.document("dags/a.py")
        assert isinstance(module, DagModule)
        return project.built(module)

    return run


@pytest.fixture
def build_dag(build: Build) -> Callable[..., BuiltDag]:
    """The same for a file that makes one DAG."""

    def run(text: str, **options: object) -> BuiltDag:
        [dag] = build(text, **options).dags
        return dag

    return run
