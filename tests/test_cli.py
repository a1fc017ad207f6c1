"""The command line: options, exit statuses, what goes where."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from dagdock import cli

CLEAN = "FROM example.com/base:3.20\nUSER 1000\n"
LATEST = "FROM alpine:latest\nUSER 1000\n"
TWICE = 'FROM example.com/base:3.20\nUSER 1000\nCMD ["a"]\nCMD ["b"]\n'


class Done(NamedTuple):
    status: int
    out: str
    err: str


Dagdock = Callable[..., Done]


@pytest.fixture
def dagdock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Dagdock:
    """Runs `dagdock` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()

    def run(*arguments: str, stdin: bytes | None = None) -> Done:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            status = cli.main(arguments)
        except SystemExit as stop:
            status = int(stop.code or 0)
        return Done(status, *capsys.readouterr())

    return run


def codes(done: Done) -> list[str]:
    return [finding["code"] for finding in json.loads(done.out)["findings"]]


def test_status(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(CLEAN)
    assert dagdock("check").status == 0
    Path("Dockerfile").write_text(LATEST)
    assert dagdock("check").status == 1
    assert dagdock("check", "--exit-zero").status == 0
    assert dagdock("check", "--fail-on", "never").status == 0
    assert dagdock("check", "--fail-on", "error").status == 0
    assert dagdock("check", "--ignore", "DF102").status == 0
    assert dagdock("check", "nowhere").status == 2
    assert dagdock("check", "--nonsense").status == 2
    assert dagdock().status == 2
    assert dagdock("--version").status == 0


def test_findings_and_failures_together_are_2(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(LATEST)
    done = dagdock("check", "Dockerfile", "nowhere", "--format", "json")
    assert done.status == 2
    assert codes(done) == ["DF102"]
    assert json.loads(done.out)["errors"] == [{"path": "nowhere", "rule": None, "message": "no such file or folder"}]
    assert "nowhere: no such file or folder" in done.err


def test_severity_in_the_configuration_counts(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(LATEST)
    Path("dagdock.toml").write_text('severity = { DF102 = "info" }')
    assert dagdock("check").status == 0
    assert dagdock("check", "--fail-on", "info").status == 1
    assert dagdock("check", "--isolated").status == 1


def test_wrong_configuration(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(LATEST)
    Path("dagdock.toml").write_text("selct = []")
    done = dagdock("check")
    assert done == (2, "", "dagdock: dagdock.toml:1: unknown key `selct`; did you mean `select`?\n")
    assert dagdock("check", "--isolated").status == 1


def test_wrong_names(dagdock: Dagdock) -> None:
    done = dagdock("check", "--select", "latest-base-imag")
    assert done == (
        2,
        "",
        "dagdock: --select: no rule is called `latest-base-imag`; did you mean `latest-base-image`?\n",
    )
    assert dagdock("check", "--airflow-version", "two").status == 2


def test_hadolints_configuration(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(LATEST)
    Path(".hadolint.yaml").write_text("ignored: [DL3007]\nfailure-threshold: error\n")
    assert dagdock("check").status == 0
    Path(".hadolint.yaml").write_text("failure-threshold: error\n")
    done = dagdock("check", "--format", "json")
    assert (done.status, codes(done)) == (0, ["DF102"])
    assert dagdock("check", "--fail-on", "warning").status == 1


def test_per_file_ignores(dagdock: Dagdock) -> None:
    for folder in ("a", "b"):
        Path(folder).mkdir()
        Path(folder, "Dockerfile").write_text(LATEST)
    Path("dagdock.toml").write_text('[per-file-ignores]\n"a/**" = ["DF102"]\n')
    done = dagdock("check", "--format", "json")
    assert [finding["path"] for finding in json.loads(done.out)["findings"]] == ["b/Dockerfile"]


def test_selecting(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text("FROM alpine\nCMD a\n")
    done = dagdock("check", "--select", "DF1,shell-form-cmd", "--format", "json", "--ignore", "DL3025,DF103")
    assert codes(done) == ["DF101"]


def test_standard_input(dagdock: Dagdock) -> None:
    done = dagdock("check", "-", "--stdin-filename", "sub/Dockerfile", "--format", "json", stdin=LATEST.encode())
    assert done.status == 1
    assert [finding["path"] for finding in json.loads(done.out)["findings"]] == ["sub/Dockerfile"]
    assert dagdock("check", "-", stdin=b"").status == 2
    assert dagdock("check", "-", "--stdin-filename", "README.md", stdin=b"").status == 2
    assert dagdock("check", "-", "Dockerfile", "--stdin-filename", "Dockerfile", stdin=b"").status == 2
    assert "give - as the path" in dagdock("check", "--stdin-filename", "Dockerfile").err


def test_standard_input_takes_the_place_of_the_file(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(LATEST)
    assert dagdock("check", "-", "--stdin-filename", "Dockerfile", stdin=CLEAN.encode()).status == 0


def test_fix(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(TWICE)
    done = dagdock("check", "--fix")
    assert done.status == 0
    assert "Fixed 1 problem." in done.out
    assert Path("Dockerfile").read_text() == 'FROM example.com/base:3.20\nUSER 1000\nCMD ["b"]\n'
    assert "Fixed" not in dagdock("check", "--fix").out


def test_diff(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(TWICE)
    done = dagdock("check", "--diff")
    assert done.status == 1
    assert done.out.splitlines()[:2] == ["--- a/Dockerfile", "+++ b/Dockerfile"]
    assert '-CMD ["a"]' in done.out
    assert Path("Dockerfile").read_text() == TWICE
    Path("Dockerfile").write_text(CLEAN)
    assert dagdock("check", "--diff") == (0, "", "")


def test_outputs(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(LATEST)
    done = dagdock("check", "--output", "json:a.json", "--output", "sarif:a.sarif", "--format", "concise")
    assert done.out.startswith("Dockerfile:1:6 warning[DF102 latest-base-image] ")
    assert json.loads(Path("a.json").read_text())["findings"]
    assert json.loads(Path("a.sarif").read_text())["version"] == "2.1.0"
    assert dagdock("check", "--output", "xml:a").status == 2
    assert dagdock("check", "--output", "json").status == 2


def test_statistics(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(LATEST)
    assert dagdock("check", "--statistics").out == "1  DF102  latest-base-image\n"


def test_show_files(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(CLEAN)
    Path("a.py").write_text("print(1)")
    Path("b.yaml").write_text("a: 1")
    assert dagdock("check", "--show-files").out == "Dockerfile\n"


def test_quiet_and_verbose(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(CLEAN)
    assert dagdock("check", "--quiet").out == ""
    done = dagdock("check", "--verbose")
    assert "files: 1 (1 dockerfile)" in done.err


def test_what_cannot_be_read(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_bytes(b"\xff\xfeF\x00R\x00")
    done = dagdock("check", "Dockerfile", "--format", "json")
    assert done.status == 2
    assert "UTF-16" in json.loads(done.out)["errors"][0]["message"]


def test_a_file_above_has_one_name(dagdock: Dagdock, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("Dockerfile").write_text(LATEST)
    Path("old").mkdir()
    Path("old/Dockerfile").write_bytes(b"\xff\xfeF\x00R\x00")
    Path("Dockerfile.huge").write_bytes(b"#" * 6_000_000)
    Path("sub").mkdir()
    monkeypatch.chdir("sub")
    found = json.loads(dagdock("check", "..", "--format", "json").out)
    assert [finding["path"] for finding in found["findings"]] == ["../Dockerfile"]
    assert sorted(error["path"] for error in found["errors"]) == ["../Dockerfile.huge", "../old/Dockerfile"]


def test_pythons_warnings_stay_inside(dagdock: Dagdock) -> None:
    Path("a.py").write_text('from airflow import DAG\nx = "\\d"\nif x is 1: pass\nwith DAG("x"): pass\n')
    done = dagdock("check", "--format", "json", "--exit-zero")
    assert (done.status, done.err) == (0, "")


def test_nothing_to_check(dagdock: Dagdock) -> None:
    done = dagdock("check")
    assert (done.status, done.out) == (
        0,
        "Nothing to check: no Dockerfile, Compose file or Airflow DAG is among the files.\n",
    )
    assert dagdock("check", "nowhere").out.endswith("\nNothing could be checked.\n")


def test_a_path_that_is_empty_is_not_the_whole_folder(dagdock: Dagdock) -> None:
    Path("Dockerfile").write_text(TWICE)
    assert dagdock("check", "--fix", "").status == 2
    assert Path("Dockerfile").read_text() == TWICE


def test_one_configuration_or_none(dagdock: Dagdock) -> None:
    Path("dagdock.toml").write_text("")
    assert dagdock("check", "--isolated", "--config", "dagdock.toml").status == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
@pytest.mark.parametrize("command", [("check",), ("check", "--format", "json"), ("rules",), ("explain", "DF102")])
def test_what_cannot_be_written(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "Dockerfile").write_text(LATEST)
    run = [sys.executable, "-m", "dagdock", *command]
    with open("/dev/full", "w") as full:
        done = subprocess.run(run, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "dagdock: stopped by the system: No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no sh")
def test_streams_that_are_closed(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(LATEST)
    for line, status in (
        ("check >&-", 1),
        ("check 2>&-", 1),
        ("check >&- 2>&-", 1),
        ("check - --stdin-filename Dockerfile <&-", 2),
    ):
        done = subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m dagdock {line}'], cwd=tmp_path, capture_output=True, check=False
        )
        assert done.returncode == status, line
        assert b"Traceback" not in done.stderr and b"internal error" not in done.stderr


def test_no_code_of_the_repository_runs(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM alpine:latest\nRUN echo\n")
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    for module in ("pluggy", "yaml", "tree_sitter", "dagdock_rules", "unicodedata", "evil"):
        (tmp_path / f"{module}.py").write_text("open('ran', 'w')\nraise SystemExit('ran')\n")
    (tmp_path / "evil-1.0.dist-info").mkdir()
    (tmp_path / "evil-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (tmp_path / "evil-1.0.dist-info/entry_points.txt").write_text("[dagdock]\nevil = evil\n")
    run = [sys.executable, "-m", "dagdock", "check", "--format", "sarif"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert not (tmp_path / "ran").exists()


def test_an_internal_error_says_what_to_do(dagdock: Dagdock, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("oh")

    Path("Dockerfile").write_text(CLEAN)
    monkeypatch.setattr("dagdock.engine.Linter.check", fail)
    done = dagdock("check")
    assert done.status == 2
    assert "internal error: RuntimeError: oh" in done.err and "Please report it" in done.err
