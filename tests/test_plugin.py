"""A stranger's plugin, really installed: its rules are found, run, listed, tested, and named when they break."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "tests/plugin"
DAG = 'from airflow import DAG\n\nwith DAG(dag_id="orders"):\n    pass\n'

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that pip has installed the plugin into, without the network."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(PLUGIN, folder / "source", ignore=shutil.ignore_patterns("__pycache__", "build"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    made = subprocess.run(
        [*pip, "--target", str(folder / "site"), str(folder / "source")],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return folder / "site"


def environment(*packages: Path) -> dict[str, str]:
    """What a command needs to find dagdock, and the given packages."""
    kept = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "PYTHONPATH")}
    paths = [*packages, ROOT / "lint", ROOT / "rules"]
    return {**kept, "PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONIOENCODING": "utf-8"}


def dagdock(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dagdock", *arguments],
        cwd=folder,
        env=environment(site),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text("FROM python:3.12\n")
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags/orders.py").write_text(DAG)
    (tmp_path / "runbooks").mkdir()
    return tmp_path


def test_its_rules_find_what_they_look_for(installed: Path, repository: Path) -> None:
    run = dagdock(installed, repository, "check", "--select", "acme", "--format", "json")
    assert run.returncode == 1, run.stderr
    found = [
        (finding["code"], finding["path"], finding["start"]["line"]) for finding in json.loads(run.stdout)["findings"]
    ]
    assert found == [("ACME101", "Dockerfile", 1), ("ACME201", "dags/orders.py", 3)]


def test_its_options_are_set_like_any(installed: Path, repository: Path) -> None:
    (repository / "dagdock.toml").write_text('[rules.foreign-registry]\nregistry = "docker.io"\n')
    (repository / "Dockerfile").write_text("FROM docker.io/python:3.12\n")
    (repository / "runbooks/orders.md").write_text("Call Ann.\n")
    run = dagdock(installed, repository, "check", "--select", "ACME")
    assert run.returncode == 0, run.stdout + run.stderr


def test_its_rules_are_listed_and_explained(installed: Path, tmp_path: Path) -> None:
    listed = json.loads(dagdock(installed, tmp_path, "rules", "--format", "json").stdout)
    assert [rule["name"] for rule in listed if rule["code"].startswith("ACME")] == [
        "foreign-registry",
        "missing-runbook",
    ]
    page = dagdock(installed, tmp_path, "explain", "foreign-registry")
    assert page.returncode == 0 and 'registry = "registry.acme.example"' in page.stdout


def test_it_is_an_extension_in_sarif(installed: Path, repository: Path) -> None:
    run = dagdock(installed, repository, "check", "--select", "ACME", "--format", "sarif")
    (extension,) = json.loads(run.stdout)["runs"][0]["tool"]["extensions"]
    assert (extension["name"], extension["version"]) == ("dagdock_acme", "1.2.0")
    assert [rule["id"] for rule in extension["rules"]] == ["ACME101", "ACME201"]


def test_its_own_tests_pass_and_can_fail(installed: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(installed, site)
    shutil.copy(PLUGIN / "tests/test_rules.py", tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_rules.py"]
    run = subprocess.run(command, cwd=tmp_path, env=environment(site), capture_output=True, text=True, check=False)
    assert "2 passed" in run.stdout, run.stdout
    rule = site / "dagdock_acme/dockerfile/foreign_registry.py"
    rule.write_text(rule.read_text(encoding="utf-8").replace("«python:3.12»", "«python»:3.12"), encoding="utf-8")
    run = subprocess.run(command, cwd=tmp_path, env=environment(site), capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed" in run.stdout, run.stdout
    assert "FROM «python:3.12»" in run.stdout


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("__init__.py", "raise RuntimeError('no licence')\n", ["plugin acme does not load", "no licence"]),
        ("__init__.py", "import sys\nsys.exit('no licence')\n", ["plugin acme does not load", "no licence"]),
        ("__init__.py", "this is no Python\n", ["plugin acme does not load", "SyntaxError"]),
        ("dockerfile/foreign_registry.py", "1 / 0\n", ["plugin acme", "ZeroDivisionError"]),
    ],
)
def test_a_plugin_that_does_not_load_is_named(
    installed: Path, repository: Path, file: str, text: str, told: list[str]
) -> None:
    site = repository / "site"
    shutil.copytree(installed, site)
    (site / "dagdock_acme" / file).write_text(text)
    shutil.rmtree(repository / "dags")
    run = dagdock(site, repository, "check", "Dockerfile", "--select", "DF")
    assert run.returncode == 2
    for words in told:
        assert words in run.stdout + run.stderr
    assert "Traceback" not in run.stderr


def test_a_rule_that_crashes_is_named_and_the_rest_is_checked(installed: Path, repository: Path) -> None:
    site = repository / "site"
    shutil.copytree(installed, site)
    rule = site / "dagdock_acme/dockerfile/foreign_registry.py"
    rule.write_text(
        rule.read_text(encoding="utf-8").replace("    if stage", "    1 / 0\n    if stage"), encoding="utf-8"
    )
    run = dagdock(site, repository, "check", "Dockerfile", "dags", "--select", "ACME", "--format", "json")
    assert run.returncode == 2
    report = json.loads(run.stdout)
    assert [finding["code"] for finding in report["findings"]] == ["ACME201"]
    (error,) = report["errors"]
    assert (error["rule"], error["path"]) == ("ACME101", "Dockerfile")
    assert "ZeroDivisionError" in error["message"] and "acme" in error["message"]
