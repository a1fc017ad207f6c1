"""What the outside says: on disk, in memory, and one over the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagdock.facts import Disk, Facts, Memory, Overlay, files_below, inside

FILES = {"a/b/x.txt": "x", "a/y.txt": "y", "z.txt": "é", "node_modules/m.js": ""}


@pytest.fixture(params=["disk", "memory", "overlay"])
def facts(request: pytest.FixtureRequest, tmp_path: Path) -> Facts:
    if request.param == "memory":
        return Memory(FILES)
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("old" if request.param == "overlay" and path == "z.txt" else text, "utf-8")
    disk = Disk(str(tmp_path))
    return Overlay(disk, {"z.txt": "é"}) if request.param == "overlay" else disk


def test_files_and_folders(facts: Facts) -> None:
    assert facts.is_file("a/y.txt")
    assert facts.is_file("a/../z.txt")
    assert not facts.is_file("a")
    assert facts.is_dir("a/b")
    assert facts.is_dir(".")
    assert not facts.is_dir("z.txt")
    assert facts.names(".") == ["a", "node_modules", "z.txt"]
    assert facts.folders(".") == ["a", "node_modules"]
    assert facts.names("missing") == facts.folders("z.txt") == []
    assert facts.read("z.txt") == "é".encode()
    assert facts.read("missing") is None
    assert list(files_below(facts)) == ["z.txt", "a/y.txt", "a/b/x.txt"]
    assert list(files_below(facts, "a/b")) == ["a/b/x.txt"]


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "..", "a/../../x", "a\0b", "\ud800"])
def test_nothing_outside_is_seen(facts: Facts, path: str) -> None:
    assert facts.read(path) is None
    assert not facts.is_file(path)
    assert not facts.is_dir(path)
    assert facts.names(path) == []


def test_inside() -> None:
    assert inside("a/./b/../c") == "a/c"
    assert inside("") == inside("./") == "."
    assert inside("..x") == "..x"
    assert inside("../x") is None


def test_links_are_not_followed_in_a_ring(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "again").symlink_to(tmp_path / "a")
    facts = Disk(str(tmp_path))
    assert list(files_below(facts)) == ["a/again", "a/up"]
    assert facts.is_dir("a/up")


def test_answers_are_remembered(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    facts = Disk(str(tmp_path))
    assert facts.read("a") == b"1"
    (tmp_path / "a").write_text("2")
    (tmp_path / "b").write_text("2")
    assert facts.read("a") == b"1"
