"""Beside Compose itself: what it takes and refuses of the files in fixtures, and what it makes of their fixes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.hooks import Rules
from dagdock.mend import Mending

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
NAMES = ("compose", "docker-compose")
FILES = sorted(
    path
    for folder in ("lessons", "projects")
    for path in (FIXTURES / folder).rglob("*.y*ml")
    if path.name.startswith(NAMES) and ".override." not in path.name
)
# What Compose refuses when it reads a file. The errors of other rules show when the containers start.
LOADING = {rule.name for rule in Rules(third_party=False).of_kind("compose") if rule.code.startswith("DC0")}
# Each variable that a file asks for has a value, so that none stops Compose.
VALUES = """
    DB_PASSWORD FERNET_KEY INGEST_API_TOKEN JWT_SECRET MYSQL_ROOT_PASSWORD POSTGRES_PASSWORD SECRET_KEY
    WEBSERVER_SECRET_KEY
""".split()
each_file = pytest.mark.parametrize("path", FILES, ids=[path.relative_to(FIXTURES).as_posix() for path in FILES])


def ask(docker_compose: str, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [docker_compose, "-f", str(path), "--profile", "*", "config", "--no-env-resolution", *arguments]
    environment = {"HOME": os.devnull, **dict.fromkeys(VALUES, "given")}
    return subprocess.run(command, capture_output=True, text=True, cwd=path.parent, env=environment, check=False)


def target(path: Path) -> Target:
    return Target(str(path.parent), path.name, str(path))


def test_there_are_files() -> None:
    assert len(FILES) > 50


@each_file
def test_it_takes_and_refuses_the_same(path: Path, docker_compose: str) -> None:
    answer = ask(docker_compose, path, "--quiet")
    result = Linter().check(Workspace(), [target(path)])
    errors = [each for each in result.findings if each.severity == "error" and each.rule.name in LOADING]
    assert not result.errors
    assert (answer.returncode != 0) == bool(errors), (answer.stderr, errors)


@each_file
def test_safe_fixes_leave_the_model_as_it_is(path: Path, docker_compose: str, tmp_path: Path) -> None:
    copy = tmp_path / path.name
    shutil.copytree(path.parent, tmp_path, dirs_exist_ok=True)
    changes = Mending(Linter(), Workspace(), [target(copy)], ["safe"]).changes
    before = ask(docker_compose, copy, "--format", "json")
    for change in changes:
        Path(change.full).write_text(change.after)
    if changes and before.returncode == 0:
        assert ask(docker_compose, copy, "--format", "json").stdout == before.stdout
