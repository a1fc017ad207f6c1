"""Which releases of a language a project refuses, by what its manifest says and the tag of the base image."""

from __future__ import annotations

import pytest

from dagdock.hooks import Rules
from dagdock.testing import marked

(RULE,) = (rule for rule in Rules(third_party=False).of_kind("project") if rule.code == "PJ132")


def is_refused(image: str, install: str, manifest: str, text: str) -> bool:
    files = {"Dockerfile": f"FROM {image}\nWORKDIR /app\nCOPY . .\nRUN {install}\n", manifest: text}
    return "«" in marked(RULE, files)["Dockerfile"]


@pytest.mark.parametrize(
    ("tag", "asked", "refused"),
    [
        ("3.12", ">=3.12", False),
        ("3.12-slim", ">=3.12.4", False),
        ("3.12.3", ">=3.12.4", True),
        ("3.11", ">= 3.12, <4", True),
        ("3.13", ">=3.10,<3.13", True),
        ("3.12", "<3.12.4", False),
        ("3.13", "<3.12.4", True),
        ("3.9", "^3.10", True),
        ("3.14", "^3.10", False),
        ("3.12", "~3.11", True),
        ("3.12", "~=3.11.2", True),
        ("3.13", "~=3.11", False),
        ("3.12", "==3.11.*", True),
        ("3.11", "==3.11.*", False),
        ("3.8", ">=3.10 || 3.8", False),
        ("3", ">=3.10", False),
        ("3.12", ">=3.10,!=3.11.0", False),
    ],
)
def test_python(tag: str, asked: str, refused: bool) -> None:
    text = f'[project]\nname = "a"\nrequires-python = "{asked}"\n'
    assert is_refused(f"python:{tag}", "pip install -e .[dev]", "pyproject.toml", text) is refused
    text = f'[tool.poetry.dependencies]\npython = "{asked}"\n'
    assert is_refused(f"python:{tag}", "poetry install --only main", "pyproject.toml", text) is refused


@pytest.mark.parametrize("install", ["pip install -r a.txt", "cd sub && pip install .", "pip install . || true"])
def test_what_does_not_surely_build_the_project(install: str) -> None:
    assert not is_refused("python:3.9", install, "pyproject.toml", '[project]\nrequires-python = ">=3.12"\n')


@pytest.mark.parametrize(
    ("tag", "asked", "refused"),
    [
        ("1.23", "1.24", True),
        ("1.23-alpine3.20", "1.23.4", False),
        ("1.23.3", "1.23.4", True),
        ("1.20", "1.24", False),  # tries it
        ("1.20", "1.24.0", True),  # cannot read it
        ("1.24", "1.16", False),
    ],
)
def test_go(tag: str, asked: str, refused: bool) -> None:
    assert is_refused(f"golang:{tag}", "go build ./...", "go.mod", f"module a\n\ngo {asked} // x\n") is refused


@pytest.mark.parametrize(
    ("tag", "refused"), [("3.3", False), ("3.3.5-slim", False), ("3.3.4", True), ("3.2", True), ("3.4", True)]
)
def test_ruby(tag: str, refused: bool) -> None:
    assert is_refused(f"ruby:{tag}", "bundle install", "Gemfile", "ruby '3.3.5'\n") is refused


def test_rust() -> None:
    package = '[package]\nname = "a"\nrust-version = "1.80"\n'
    assert is_refused("rust:1.79-slim", "cargo build --release", "Cargo.toml", package)
    assert not is_refused("rust:1.80", "cargo build --release", "Cargo.toml", package)
    assert not is_refused("rust:1.79", "rustup default stable && cargo build", "Cargo.toml", package)
    files = {
        "Dockerfile": "FROM rust:1.79\nWORKDIR /app\nCOPY . .\nRUN cargo build\n",
        "Cargo.toml": package,
        "rust-toolchain.toml": '[toolchain]\nchannel = "1.81"\n',
    }
    assert marked(RULE, files) == files


def test_a_version_that_each_build_may_say() -> None:
    files = {
        "Dockerfile": "ARG V=3.9\nFROM python:$V\nWORKDIR /app\nCOPY . .\nRUN pip install .\n",
        "pyproject.toml": '[project]\nrequires-python = ">=3.12"\n',
    }
    assert marked(RULE, files) == files
