"""Start-up stays short: what must not be imported to check one Dockerfile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# Each costs a good part of the 90 ms that one small file may take; times measured alone, in milliseconds.
HEAVY = {
    "asyncio": 50,
    "click": 40,
    "concurrent.futures": 13,
    "dataclasses": 14,
    "difflib": 3,
    "shutil": 6,
    "email": 20,
    "http": 15,
    "importlib.metadata": 35,
    "importlib.resources": 25,
    "jsonschema": 140,
    "libcst": 245,
    "logging": 12,
    "multiprocessing": 12,
    "pygls": 500,
    "rich": 100,
    "sarif_om": 85,
    "sqlite3": 5,
    "subprocess": 10,
    "unittest": 20,
}
# What reads other formats or belongs to other commands. (The models of other kinds are cheap without their readers,
# and rules across files name them.)
OTHERS = {"yaml", "dagdock.mend", "dagdock.testing", "dagdock.docs", "dagdock.starter", "dagdock.yamltree.reading"}

ROOT = Path(__file__).parents[1]


def imported(folder: Path, *arguments: str) -> set[str]:
    code = (
        f"import sys; sys.path[:0] = {[str(ROOT / 'lint'), str(ROOT / 'rules')]!r}\n"
        "from dagdock.cli import main\n"
        "status = main(sys.argv[1:])\n"
        "print(*sys.modules, file=sys.stderr)\n"
        "sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return set(done.stderr.split())


def in_package(names: set[str], modules: set[str]) -> set[str]:
    return {module for module in modules for name in names if module == name or module.startswith(f"{name}.")}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text("FROM alpine:latest\nUSER 1000\n")
    return tmp_path


def test_one_dockerfile(repository: Path) -> None:
    modules = imported(repository, "check", "Dockerfile")
    assert "dagdock.dockerfile" in modules
    assert not in_package(set(HEAVY) | OTHERS | {"tree_sitter"}, modules)


def test_one_dockerfile_with_a_run(repository: Path) -> None:
    (repository / "Dockerfile").write_text("FROM alpine:latest\nRUN apk add curl\n")
    modules = imported(repository, "check", "Dockerfile")
    assert not in_package(set(HEAVY) | OTHERS, modules)


def test_one_compose_file(repository: Path) -> None:
    (repository / "compose.yaml").write_text("services:\n  web:\n    image: nginx\n")
    modules = imported(repository, "check", "compose.yaml")
    assert "dagdock.compose" in modules
    assert not in_package(set(HEAVY) | {"dagdock.dockerfile", "dagdock.dag", "dagdock_rules.airflow"}, modules)


def test_one_compose_file_with_ports_and_a_healthcheck(repository: Path) -> None:
    (repository / "compose.yaml").write_text(
        "services:\n  web:\n    image: nginx:1.27\n    ports: ['127.0.0.1:80:80']\n"
        "    healthcheck: {test: [CMD, curl, localhost]}\n"
    )
    modules = imported(repository, "check", "compose.yaml")
    assert not in_package(set(HEAVY) | {"dagdock.dockerfile", "dagdock.dag", "socket"}, modules)


def test_one_dag(repository: Path) -> None:
    (repository / "hello.py").write_text(
        "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n"
        "with DAG('hello', schedule='@daily'):\n    BashOperator(task_id='hello', bash_command='true')\n"
    )
    modules = imported(repository, "check", "hello.py")
    assert "dagdock.dag" in modules
    assert not in_package(set(HEAVY) | {"dagdock.dockerfile", "dagdock.compose", "yaml"}, modules)


def test_rules_of_other_kinds_stay_on_the_shelf(repository: Path) -> None:
    modules = imported(repository, "check", "Dockerfile")
    assert not in_package({"dagdock_rules.compose", "dagdock_rules.dag"}, modules)


def test_the_version_needs_nothing(repository: Path) -> None:
    modules = imported(repository, "--version")
    assert not in_package({"dagdock.engine", "dagdock.hooks", "pluggy", "dagdock_rules"}, modules)
