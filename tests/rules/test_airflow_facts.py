"""What the data files say about Airflow's operators hangs together, and is found by the paths that people import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import dagdock_rules
from dagdock_rules.dag._operators import _operator, terms

DATA = Path(dagdock_rules.__file__).parent / "data" / "airflow"
FILES = sorted(DATA.glob("*.json"))


def table(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_says_where_it_is_from(path: Path) -> None:
    facts = table(path)
    assert facts["source"].startswith("apache-airflow 2.")
    assert len(facts["date"]) == len("2026-11-22")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_operators_ask_for_what_they_take(path: Path) -> None:
    for name, facts in table(path).get("operators", {}).items():
        takes = {one for key in ("a", "a2", "a3") for one in facts.get(key, "").split()}
        assert set(facts.get("r", "").split()) <= takes | terms("operator"), name
        assert not set(facts.get("old", "").split()) & takes, name


def test_all_files_are_small() -> None:
    assert sum(path.stat().st_size for path in FILES) < 1_000_000


@pytest.mark.parametrize(
    ("path", "argument", "field"),
    [
        ("airflow.operators.bash.BashOperator", "bash_command", "env"),
        ("airflow.providers.standard.operators.bash.BashOperator", "bash_command", "env"),
        ("airflow.operators.bash_operator.BashOperator", "bash_command", "env"),
        ("airflow.providers.cncf.kubernetes.operators.kubernetes_pod.KubernetesPodOperator", "image", "arguments"),
        ("airflow.providers.google.cloud.operators.bigquery.BigQueryInsertJobOperator", "job_id", "configuration"),
        ("airflow.providers.microsoft.azure.operators.adls.ADLSListOperator", "path", "path"),
        ("airflow.contrib.operators.ssh_operator.SSHOperator", "command", "command"),
        ("airflow.operators.postgres_operator.PostgresOperator", "sql", "sql"),
        ("airflow.providers.postgres.operators.postgres.PostgresOperator", "sql", "parameters"),
    ],
)
def test_operators_are_found(path: str, argument: str, field: str) -> None:
    operator = _operator(path, taskflow=False)
    assert operator is not None
    assert argument in operator.arguments() | operator.earlier_arguments()
    assert field in operator.fields()


@pytest.mark.parametrize("path", ["airflow.operators.S3ToRedshiftOperator", "airflow.operators.mine.MyOperator"])
def test_plugins_are_not_taken_for_providers(path: str) -> None:
    assert _operator(path, taskflow=False) is None


@pytest.mark.parametrize(
    ("path", "argument"),
    [
        ("airflow.decorators.task", "multiple_outputs"),
        ("airflow.sdk.task.docker", "image"),
        ("airflow.decorators.task.virtualenv", "requirements"),
        ("airflow.decorators.task.sensor", "poke_interval"),
        ("airflow.decorators.setup", "retries"),
    ],
)
def test_decorators_are_found(path: str, argument: str) -> None:
    operator = _operator(path, taskflow=True)
    assert operator is not None
    assert argument in operator.arguments()
    assert _operator("airflow.sdk.asset", taskflow=True) is None


def test_versions_differ() -> None:
    assert "execution_date" in terms("context", 2) - terms("context", 3)
    assert "all_done_min_one_success" in terms("trigger_rules", 3) - terms("trigger_rules", 2)
    assert {"poke", "reschedule"} == terms("modes")
    assert "sla" in terms("operator") and "mode" in terms("sensor")
