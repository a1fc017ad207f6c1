"""The hooks file: which files each hook takes, and that its commands are ones that dagdock knows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagdock.cli import parser
from dagdock.project.classify import is_compose_name, is_dockerfile_name

ROOT = Path(__file__).parents[1]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
DOCKERFILES = [
    *("Dockerfile", "dockerfile", "DOCKERFILE", "a/Dockerfile.prod", "app.dockerfile", "Dockerfile-alpine"),
    *("web_Dockerfile", "Containerfile", "Containerfile.dev", "a/x.Containerfile"),
]
COMPOSE = [
    *("compose.yaml", "compose.yml", "docker-compose.yml", "a/docker-compose.override.yml", "compose.prod.yaml"),
    *("docker-compose-dev.yml", "airflow.docker-compose.yaml", "COMPOSE.YAML", "a/stack.yml"),
]
DAGS = ["dags/a.py", "airflow/dags/team/b.py", "pipelines/load.py"]
OTHERS = [
    "README.md",
    "Dockerfile.dockerignore",
    ".dockerignore",
    "dockerfiles/README.md",
    "notebooks/a.ipynb",
    "x.pyc",
]


def takes(hook: dict[str, Any], path: str) -> bool:
    """As pre-commit decides: `files` and not `exclude`."""
    return bool(re.search(hook["files"], path)) and not re.search(hook.get("exclude", "^$"), path)


@pytest.mark.parametrize(
    ("ids", "wanted"),
    [
        (["dagdock", "dagdock-fix"], [*DOCKERFILES, *COMPOSE, *DAGS]),
        (["dagdock-docker"], DOCKERFILES),
        (["dagdock-compose"], COMPOSE),
        (["dagdock-airflow"], DAGS),
    ],
)
def test_hooks_take_the_files_that_are_ours(ids: list[str], wanted: list[str]) -> None:
    for name in ids:
        taken = [path for path in [*DOCKERFILES, *COMPOSE, *DAGS, *OTHERS] if takes(HOOKS[name], path)]
        assert taken == wanted


def test_hooks_miss_no_name_that_dagdock_would_know() -> None:
    words = [
        "",
        "app",
        "docker",
        "docker-",
        "Dockerfile",
        "CONTAINERFILE",
        "compose",
        "ignore",
        "file",
        "j2",
        "yml",
        "YAML",
    ]
    names = [
        f"{a}{mark}{b}{ending}" for a in words for mark in (".", "-", "_", "") for b in words for ending in ("", ".yml")
    ]
    known = {name for name in names if is_dockerfile_name(name.lower()) or is_compose_name(name.lower())}
    assert len(known) > 100
    assert [name for name in known if not takes(HOOKS["dagdock"], name)] == []
    assert [
        name for name in known if is_dockerfile_name(name.lower()) and not takes(HOOKS["dagdock-docker"], name)
    ] == []


def test_hooks_run_commands_that_exist() -> None:
    for hook in HOOKS.values():
        program, *arguments = hook["entry"].split()
        assert program == "dagdock"
        assert parser().parse_args([*arguments, "Dockerfile"]).command == "check"


def test_files_are_never_split_over_processes() -> None:
    for hook in HOOKS.values():
        assert hook.get("require_serial") or hook["pass_filenames"] is False


def test_the_plain_name_leads_to_the_file() -> None:
    link = ROOT / "pre-commit-hooks.yaml"
    assert link.is_symlink() and link.resolve() == (ROOT / ".pre-commit-hooks.yaml").resolve()
