"""The real command in a process of its own: bytes in and out, pipes, terminals, encodings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

unix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and terminals of Unix")
ROOT = Path(__file__).parents[2]
LATEST = "FROM alpine:latest\nUSER 1000\n"
TWICE = b'FROM example.com/base:3.20\r\nUSER 1000\r\nCMD ["a\xff"]\r\nCMD ["b"]'
ONCE = b'FROM example.com/base:3.20\r\nUSER 1000\r\nCMD ["b"]'
COMMAND = [sys.executable, "-m", "dagdock"]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "NO_COLOR", "PYTHONUTF8")}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(ROOT / "lint"), str(ROOT / "rules")]), **more}


def dagdock(folder: Path, *arguments: str, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=environment(**more), input=stdin, capture_output=True, check=False
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text(LATEST)
    return tmp_path


def test_fixing_standard_input_gives_the_mended_bytes(repository: Path) -> None:
    done = dagdock(repository, "check", "--fix", "-", "--stdin-filename", "Dockerfile", stdin=TWICE)
    assert done.stdout == ONCE
    assert b"Fixed 1 problem." in done.stderr
    assert (repository / "Dockerfile").read_text() == LATEST
    clean = dagdock(repository, "check", "--fix", "-", "--stdin-filename", "Dockerfile", stdin=ONCE)
    assert clean.stdout == ONCE


def test_fixing_a_file_keeps_every_other_byte(repository: Path) -> None:
    path = repository / "Dockerfile"
    path.write_bytes(TWICE)
    assert dagdock(repository, "check", "--fix").returncode == 0
    assert path.read_bytes() == ONCE
    before = path.stat()
    dagdock(repository, "check", "--fix")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (ONCE, before.st_mtime_ns)


def test_paths_are_relative_to_the_working_directory(repository: Path) -> None:
    (repository / "sub").mkdir()
    (repository / "sub" / "Dockerfile").write_text(LATEST)
    done = dagdock(repository / "sub", "check", "--format", "concise", "--quiet")
    assert done.stdout.startswith(b"Dockerfile:1:6 ")


def test_a_narrow_encoding_is_no_problem(repository: Path) -> None:
    (repository / "Dockerfile").write_text("# é 🐳\nFROM alpine:latest\nLABEL a='é 🐳'\nUSER 1000\n", encoding="utf-8")
    done = dagdock(repository, "check", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 1
    assert not done.stderr
    assert done.stdout.isascii()


@unix
def test_a_closed_pipe_is_quiet(repository: Path) -> None:
    (repository / "Dockerfile").write_text("FROM alpine:latest\n" * 2000)
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m dagdock check --select DF102 | head -1'],
        cwd=repository,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.stdout.startswith(b"Dockerfile:1:6")
    assert done.stderr == b""


@unix
def test_colours_only_on_a_terminal(repository: Path) -> None:
    assert b"\x1b[" not in dagdock(repository, "check").stdout
    assert b"\x1b[" in dagdock(repository, "check", "--color", "always").stdout
    assert b"\x1b[" in on_terminal(repository, "check")
    assert b"\x1b[" not in on_terminal(repository, "check", NO_COLOR="1")


def on_terminal(folder: Path, *arguments: str, command: Sequence[str] = COMMAND, **more: str) -> bytes:
    """What a command writes where standard output and error are a terminal."""
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*command, *arguments], cwd=folder, env=environment(TERM="xterm", **more), stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            if not piece:
                break
            written += piece
        process.wait()
    os.close(ours)
    return written


@unix
def test_progress_is_shown_and_wiped_out(repository: Path) -> None:
    code = (
        "import sys, time\n"
        "from dagdock.cli import Progress\n"
        "progress = Progress(sys.stderr)\n"
        "progress.tell(1, 4)\n"
        "time.sleep(1.1)\n"
        "progress.tell(2, 4)\n"
        "progress.clear()\n"
    )
    written = on_terminal(repository, command=[sys.executable, "-c", code])
    assert written == "\r\x1b[Kchecking… 50 %\r\x1b[K".encode()


@unix
def test_an_interrupt_says_little(repository: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "check", "-", "--stdin-filename", "Dockerfile"],
        cwd=repository,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        process.stdin.write(b"#" * 1_000_000)  # more than a pipe holds: when all of it is gone, it is being read
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err == b"dagdock: interrupted\n"
