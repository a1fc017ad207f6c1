"""Facts as TOML: the same whether they are read anew or kept, and read anew when the file changes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dagdock.tables import load_data


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "some_facts"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "data" / "a.toml").write_text("date = 2026-11-01\nwords = ['é']\n[deep.er]\nn = 1\nx = 1.5\nyes = true\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.delitem(sys.modules, "some_facts", raising=False)
    load_data.cache_clear()
    return folder / "data"


FACTS = {"date": "2026-11-01", "words": ["é"], "deep": {"er": {"n": 1, "x": 1.5, "yes": True}}}


def read() -> object:
    load_data.cache_clear()
    return load_data("some_facts", "a")


def test_kept_and_read_are_the_same(package: Path) -> None:
    assert read() == FACTS
    [kept] = (package / "__pycache__").iterdir()
    assert kept.suffix == ".marshal"
    assert read() == FACTS


def test_a_changed_file_is_read_anew(package: Path) -> None:
    read()
    (package / "a.toml").write_text("n = 2\n")
    assert read() == {"n": 2}


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xe9\x02"])
def test_a_broken_copy_does_no_harm(package: Path, content: bytes) -> None:
    read()
    [kept] = (package / "__pycache__").iterdir()
    kept.write_bytes(content)
    assert read() == FACTS


def test_where_nothing_may_be_written(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "makedirs", refuse)
    assert read() == FACTS
    monkeypatch.undo()
