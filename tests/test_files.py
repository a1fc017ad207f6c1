"""Which files a run is about."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dagdock.config import Config, Finder
from dagdock.disk import replace, shown, why_unreadable
from dagdock.files import Gathering

unix = pytest.mark.skipif(sys.platform == "win32", reason="links and modes of Unix")


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def make(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("FROM a\n")


def found(*paths: str, config: Config | None = None, force_exclude: bool = False) -> list[str]:
    gathering = Gathering(Finder(config=config or Config()).of_folder, force_exclude=force_exclude)
    names = [shown(item.path) for item in gathering.gather(paths or ["."])]
    assert not gathering.failures, gathering.failures
    return names


def test_what_may_be_ours_is_taken() -> None:
    make("Dockerfile", "a/app.Dockerfile", "a/Dockerfile.dev", "Containerfile", "x.txt", "b.py", "c.yml", "d.yaml")
    make("a/.dockerignore", "README.md", "a/Makefile")
    assert found() == [
        "Containerfile",
        "Dockerfile",
        "b.py",
        "c.yml",
        "d.yaml",
        "a/.dockerignore",
        "a/Dockerfile.dev",
        "a/app.Dockerfile",
    ]


def test_folders_that_nobody_wrote_are_skipped() -> None:
    make("node_modules/a/Dockerfile", ".git/Dockerfile", "venv/a.py", "env/a.py", "__pycache__/a.py", "src/a.py")
    Path("env/pyvenv.cfg").touch()
    assert found() == ["src/a.py"]


def test_what_go_and_composer_vendor_is_skipped() -> None:
    make("vendor/a/compose.yaml", "php/vendor/b/a.py", "own/vendor/a.py")
    Path("vendor/modules.txt").touch()
    Path("php/vendor/autoload.php").touch()
    assert found() == ["own/vendor/a.py"]


def test_ignore_files_are_honoured() -> None:
    Path(".git").mkdir()
    make("a.py", "build/a.py", "sub/b.py", "sub/keep.py", "sub/deep/b.py", "other/b.py", "excluded.py")
    Path(".gitignore").write_text("build/\nb.py\n")
    Path("sub/.gitignore").write_text("keep.py\n!b.py\n")
    Path(".git/info").mkdir()
    Path(".git/info/exclude").write_text("excluded.py\n")
    assert found() == ["a.py", "sub/b.py", "sub/deep/b.py"]


def test_ignore_files_above_the_start_count() -> None:
    Path(".git").mkdir()
    make("sub/a.py", "sub/b.py")
    Path(".gitignore").write_text("/sub/b.py\n")
    assert found("sub") == ["sub/a.py"]


def test_ignore_files_outside_a_repository_do_not() -> None:
    make("sub/a.py")
    Path(".gitignore").write_text("*.py\n")
    assert found("sub") == ["sub/a.py"]


def test_named_files_are_always_taken() -> None:
    make("a.py", "b.txt")
    Path(".gitignore").write_text("*.py\n")
    config = Config("x", os.getcwd(), {"exclude": ["a.py"]})
    assert found("a.py", "b.txt", "a.py", config=config) == ["a.py", "b.txt"]
    assert found("a.py", config=config, force_exclude=True) == []
    make("node_modules/b/Dockerfile")
    assert found("node_modules/b/Dockerfile") == ["node_modules/b/Dockerfile"]
    assert found("node_modules/b/Dockerfile", force_exclude=True) == []
    os.chdir("node_modules")
    assert found("b/Dockerfile", force_exclude=True) == ["b/Dockerfile"]


def test_exclude() -> None:
    make("a.py", "legacy/a.py", "legacy/deep/a.py", "x/old.py")
    config = Config("x", os.getcwd(), {"exclude": ["legacy", "old.py"]})
    assert found(config=config) == ["a.py"]


def test_each_file_once() -> None:
    make("sub/a.py")
    assert found(".", "sub", "sub/a.py") == ["sub/a.py"]


@unix
def test_links() -> None:
    make("sub/a.py")
    Path("sub/up").symlink_to("..", target_is_directory=True)
    Path("sub/b.py").symlink_to("a.py")
    Path("sub/c.py").symlink_to("nowhere.py")
    Path("sub/Dockerfile").symlink_to("production.txt")
    make("sub/production.txt")
    assert found() == ["sub/Dockerfile", "sub/a.py"], "what a link leads to is met on its own path, unless by no name"
    assert found("sub/b.py") == ["sub/b.py"]
    assert found("sub/b.py", ".", "sub/a.py") == ["sub/b.py", "sub/Dockerfile"], "no file twice"
    assert found("sub/up/sub/a.py", "sub") == ["sub/up/sub/a.py", "sub/Dockerfile"]
    assert why_unreadable(os.path.abspath("sub/c.py"), named=False) is None
    assert why_unreadable(os.path.abspath("sub/c.py"), named=True) == "no such file or folder"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_an_ignore_file_that_is_no_file_is_none() -> None:
    make("sub/a.py", "b.py")
    os.mkfifo(".gitignore")
    Path("sub/.gitignore").symlink_to("/dev/zero")
    Path(".git/info").mkdir(parents=True)
    os.mkfifo(".git/info/exclude")
    assert found() == ["b.py", "sub/a.py"]
    assert found("sub") == ["sub/a.py"]


def test_an_ignore_file_with_a_mark() -> None:
    make("a.py", "b.py")
    Path(".gitignore").write_bytes(b"\xef\xbb\xbfa.py\r\nx\x0cy\r\n")
    assert found() == ["b.py"]


def test_what_is_not_there() -> None:
    gathering = Gathering(Finder(isolated=True).of_folder)
    assert list(gathering.gather(["nowhere"])) == []
    [failure] = gathering.failures
    assert (failure.path, failure.message) == ("nowhere", "no such file or folder")


def test_why_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "data.yaml"
    with path.open("wb") as file:
        file.truncate(6_000_000)
    assert why_unreadable(str(path), named=False) is None
    assert why_unreadable(str(path), named=True) == (
        "too large to check: 6.0 MB where 5 MB is the limit; `exclude` it to go without"
    )
    path.rename(tmp_path / "Dockerfile")
    assert "too large" in (why_unreadable(str(tmp_path / "Dockerfile"), named=False) or "")


@unix
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile")
    assert why_unreadable(str(tmp_path / "Dockerfile"), named=True) == "is no regular file"


@unix
def test_replacing_keeps_mode_and_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"before")
    real.chmod(0o751)
    link.symlink_to("real")
    replace(str(link), b"after")
    assert link.is_symlink()
    assert real.read_bytes() == b"after"
    assert real.stat().st_mode & 0o777 == 0o751
    assert sorted(os.listdir(tmp_path)) == ["link", "real"]


def test_a_failed_replacement_leaves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        replace(str(path), b"after")
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["file"]
