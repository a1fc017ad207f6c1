"""Reports into files: whole or not at all, folders made, nothing of the user's overwritten; one status for all."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dagdock import cli
from dagdock.report import FORMATS

Check = Callable[..., tuple[int, str, str]]
LATEST = "FROM alpine:latest\nUSER 1000\n"
unix = pytest.mark.skipif(sys.platform == "win32", reason="devices and modes of Unix")


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Runs `dagdock check` in a folder of its own; gives the exit status and what was printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text(LATEST)

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = cli.main(["check", "--select", "DF102", *arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        return (status, *capsys.readouterr())

    return run


def outputs(*written: str) -> list[str]:
    return [argument for output in written for argument in ("--output", output)]


def test_the_command_line_knows_every_format() -> None:
    assert cli.FORMATS == FORMATS


def test_all_formats_in_one_run(check: Check) -> None:
    status, out, err = check("--quiet", "--format", "concise", *outputs(*(f"{form}:out/{form}" for form in FORMATS)))
    assert (status, out[:23], err) == (1, "Dockerfile:1:6 warning[", "")
    assert sorted(os.listdir("out")) == sorted(FORMATS)
    for form in set(FORMATS) - {"junit"}:  # which says how long it took
        assert check("--format", form)[1] == Path(f"out/{form}").read_text("utf-8")


@pytest.mark.parametrize("form", FORMATS)
def test_the_status_is_the_same_for_every_format(check: Check, form: str) -> None:
    assert check("--format", form)[0] == 1
    assert check("--format", form, "--exit-zero")[0] == 0
    assert check("--format", form, "--fail-on", "error")[0] == 0
    assert check("--format", form, "nowhere")[0] == 2
    assert check("--format", form, "--select", "nonsense")[0] == 2


@pytest.mark.parametrize("form", FORMATS)
def test_what_could_not_be_checked_is_seen_in_every_format(check: Check, form: str) -> None:
    _, out, err = check("--format", form, "nowhere")
    assert "no such file or folder" in out or form == "sarif"
    assert ("nowhere: no such file or folder" in err) == (form not in ("text", "concise", "github"))


def test_a_name_of_several_lines_is_told_on_one(check: Check) -> None:
    assert check("--format", "json", "a\n::error::b")[2] == "dagdock: a\\x0a::error::b: no such file or folder\n"


def test_junit_counts_as_the_status_does(check: Check) -> None:
    assert ' failures="1"' in check("--format", "junit", "--exit-zero")[1]
    assert ' failures="1"' not in check("--format", "junit", "--fail-on", "error")[1]


def test_folders_are_made(check: Check) -> None:
    assert check(*outputs("json:reports/today/a.json"))[0] == 1
    assert json.loads(Path("reports/today/a.json").read_text())["findings"]


@unix
def test_a_file_that_is_there_keeps_its_mode_and_a_link_stays_one(check: Check) -> None:
    Path("real.json").write_text("old " * 1000)
    Path("real.json").chmod(0o640)
    Path("link.json").symlink_to("real.json")
    assert check(*outputs("json:link.json"))[0] == 1
    assert Path("link.json").is_symlink() and json.loads(Path("real.json").read_text())["version"] == 1
    assert stat.S_IMODE(Path("real.json").stat().st_mode) == 0o640


@unix
def test_a_new_file_has_the_mode_that_the_user_gives_new_files(check: Check) -> None:
    before = os.umask(0o027)
    try:
        check(*outputs("json:new.json"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("new.json").stat().st_mode) == 0o640


@unix
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/dev/full", "No space left on device"),
        ("a-folder", "Is a directory"),
        ("Dockerfile/x.json", "Not a directory"),
        ("/proc/nowhere/x.json", ""),
        ("read-only.json", "the file is read-only"),
    ],
)
def test_what_cannot_be_written_is_said(check: Check, path: str, reason: str) -> None:
    Path("a-folder").mkdir()
    Path("read-only.json").write_text("mine")
    Path("read-only.json").chmod(0o444)
    status, out, _ = check("--format", "concise", *outputs(f"json:{path}", "sarif:good.sarif"))
    assert status == 2
    assert f"{path}: failed: the json report cannot be written: {reason}" in out
    assert Path("read-only.json").read_text() == "mine"
    assert json.loads(Path("good.sarif").read_text())["version"] == "2.1.0"


@unix
def test_half_a_file_is_never_left(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    Path("there.json").write_text("whole")
    monkeypatch.setattr(os, "replace", full)
    assert check(*outputs("json:there.json", "json:new.json"))[0] == 2
    assert Path("there.json").read_text() == "whole"
    assert sorted(os.listdir()) == [".git", "Dockerfile", "there.json"]


def test_two_reports_do_not_share_a_file(check: Check) -> None:
    status, out, err = check(*outputs("json:a.json", "sarif:./a.json"))
    assert (status, out) == (2, "") and "two reports would go to `./a.json`" in err
    assert not Path("a.json").exists()
    if sys.platform != "win32":
        assert check(*outputs("json:/dev/null", "sarif:/dev/null"))[0] == 1


def test_a_file_that_is_checked_is_not_overwritten(check: Check) -> None:
    status, _, err = check(*outputs("json:Dockerfile"))
    assert status == 2 and "`json:Dockerfile` would overwrite a file that is checked" in err
    assert Path("Dockerfile").read_text() == LATEST


def test_standard_output_is_for_the_format(check: Check) -> None:
    status, out, err = check(*outputs("json:-"))
    assert (status, out) == (2, "") and "--format json writes to standard output" in err
    assert not Path("-").exists()


def test_the_summary_of_a_step_is_added_to(check: Check, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    Path("summary").write_text("before\n")
    check(*outputs("markdown:summary"))
    check(*outputs(f"markdown:{tmp_path / 'summary'}"))
    text = Path("summary").read_text("utf-8")
    assert text.startswith("before\n## dagdock\n") and text.count("## dagdock") == 2


def test_the_category_of_sarif(check: Check) -> None:
    log = json.loads(check("--format", "sarif", "--sarif-category", "services/api")[1])
    assert log["runs"][0]["automationDetails"]["id"] == "services/api/"
