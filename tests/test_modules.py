"""Modules of a folder: what Python would import, whether compiled files are there, stale, broken or missing."""

from __future__ import annotations

import compileall
import os
import sys
from pathlib import Path

import pytest

from dagdock.modules import modules_in


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "quick_pack" / "inner"
    folder.mkdir(parents=True)
    (tmp_path / "quick_pack" / "__init__.py").write_text("")
    (folder / "__init__.py").write_text("")
    (folder / "_shared.py").write_text("VALUE = 1\n")
    (folder / "one.py").write_text("from ._shared import VALUE\nMINE = VALUE + 1\n")
    (folder / "two.py").write_text("MINE = __name__\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    forget()
    return folder


def forget() -> None:
    for name in [name for name in sys.modules if name.startswith("quick_pack")]:
        del sys.modules[name]


def load(folder: Path) -> dict[str, object]:
    forget()
    return {module.__name__: vars(module).get("MINE") for module in modules_in("quick_pack.inner", str(folder))}


LOADED = {"quick_pack.inner.one": 2, "quick_pack.inner.two": "quick_pack.inner.two"}


def test_with_and_without_compiled_files(package: Path) -> None:
    assert load(package) == LOADED
    compileall.compile_dir(package, quiet=2)
    assert load(package) == LOADED
    import quick_pack.inner  # type: ignore[import-not-found]

    assert quick_pack.inner.one.__file__ == str(package / "one.py")


def test_a_compiled_file_is_what_runs_as_long_as_it_is_fresh(package: Path) -> None:
    compileall.compile_dir(package, quiet=2)
    compiled = next((package / "__pycache__").glob("two.*"))
    compiled.write_bytes(compiled.read_bytes().replace(b"__name__", b"__file__"))
    assert load(package)["quick_pack.inner.two"] == str(package / "two.py")
    (package / "two.py").write_text("MINE = 'new'\n")
    assert load(package)["quick_pack.inner.two"] == "new"


@pytest.mark.parametrize("content", [b"", b"short", bytes(200)])
def test_a_broken_compiled_file_does_not_matter(package: Path, content: bytes) -> None:
    compileall.compile_dir(package, quiet=2)
    next((package / "__pycache__").glob("one.*")).write_bytes(content)
    assert load(package) == LOADED


def test_a_module_of_any_size(package: Path) -> None:
    (package / "one.py").write_text(f"TEXT = '{'x' * 100_000}'\nMINE = len(TEXT)\n")
    compileall.compile_dir(package, quiet=2)
    assert load(package)["quick_pack.inner.one"] == 100_000


def test_a_file_that_is_not_read_to_its_end_is_left_to_python(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compileall.compile_dir(package, quiet=2)
    read = os.read
    monkeypatch.setattr(os, "read", lambda file, size: read(file, 40))
    assert load(package) == LOADED


def test_a_module_that_fails_is_not_left_behind(package: Path) -> None:
    (package / "one.py").write_text("raise RuntimeError('no')\n")
    compileall.compile_dir(package, quiet=2)
    with pytest.raises(RuntimeError):
        load(package)
    assert "quick_pack.inner.one" not in sys.modules
