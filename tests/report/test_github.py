"""The format for GitHub Actions: commands that the runner reads back as they were meant."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagdock.fix import Fix
from dagdock.report import github
from dagdock.result import Failure
from dagdock.rule import Problem, Severity
from dagdock.text import Source

HOSTILE = "50%25 ::error::x, a=b:c; \"quoted\" '🐳' é ]"
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


@pytest.fixture(autouse=True)
def no_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A command as GitHub's runner reads it: `::level name=value,…::text`, with the escapes undone."""
    assert line.startswith("::") and line.endswith("\n") and line.count("\n") == 1 and "\r" not in line
    head, _, text = line[2:-1].partition("::")
    level, _, listed = head.partition(" ")
    properties = {}
    for pair in listed.split(","):
        name, _, value = pair.partition("=")
        for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            value = value.replace(escape, character)
        properties[name] = value
    return level, properties, text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def test_a_finding(kit: Any) -> None:
    (span,) = kit.marked("FROM a\nRUN «é 🐳»\n")
    problem = Problem(span, "wrong", fix=Fix.replace("Mend it", span, "y"))
    assert kit.written("github", kit.result((kit.rule(), problem))) == (
        "::warning title=DF203 copy-before-install,file=Dockerfile,line=2,endLine=2,col=5,endColumn=8::"
        "wrong%0AFix: Mend it (--fix)\n"
    )


def test_nothing_to_say(kit: Any) -> None:
    assert kit.written("github", kit.result()) == ""


def test_columns_are_given_only_within_a_line(kit: Any) -> None:
    assert "line=1,endLine=2::" in kit.one("github", "«RUN a \\\n b»\n")
    assert "line=1,endLine=1,col=1,endColumn=6::" in kit.one("github", "«RUN a\n»CMD b\n")
    assert "line=1,endLine=1,col=1,endColumn=1::" in kit.one("github", "«»RUN a\n")


@pytest.mark.parametrize("path", [HOSTILE, "a\nb/Dockerfile", "a\r\n::stop-commands::x", "%0A", "a,line=9", " x y "])
def test_names_and_messages_come_through(kit: Any, path: str) -> None:
    (span,) = kit.marked("«x»", path)
    level, properties, text = read(kit.written("github", kit.result((kit.rule(), Problem(span, HOSTILE)))))
    assert (level, properties["file"], text) == ("warning", path, HOSTILE)
    assert set(properties) == {"title", "file", "line", "endLine", "col", "endColumn"}


def test_bytes_that_are_no_text(kit: Any) -> None:
    (span,) = kit.marked("«x»", "caf\udce9/Dockerfile")
    written = kit.written("github", kit.result((kit.rule(), Problem(span, "\udcff \x1b[31m"))))
    assert ",file=caf\ufffd/Dockerfile," in written and written.endswith("::\\xff \\x1b[31m\n")


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1), st.text())
def test_whatever_is_said_stays_one_command(kit: Any, path: str, message: str) -> None:
    problem = Problem(Source(path, "x").whole, message)
    level, properties, _ = read(kit.written("github", kit.result((kit.rule(), problem))))
    assert level == "warning" and properties["file"] == path


def test_the_gravest_come_first_and_what_is_not_shown_is_said(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github, "SHOWN", 2)
    severities: list[Severity] = ["info", "warning", "error", "info", "warning", "warning"]
    problems = [(kit.rule(), Problem(span, "m", severity=severity)) for span, severity in zip(
        kit.marked("«a»\n" * len(severities)), severities, strict=True
    )]  # fmt: skip
    result = kit.result(*problems)
    commands = [read(line) for line in kit.written("github", result).splitlines(keepends=True)]
    assert [level for level, _, _ in commands] == ["error", *["warning"] * 3, *["notice"] * 3]
    assert commands[4][2].startswith("1 more than GitHub shows")
    monkeypatch.setattr(github, "SHOWN", 3)
    assert "more than" not in kit.written("github", result)


def test_what_could_not_be_checked_is_an_error(kit: Any) -> None:
    result = kit.result()
    result.errors = [Failure("crashed: KeyError", "dags/b.py", rule="AF101"), Failure("plugin x does not load")]
    assert kit.written("github", result).splitlines() == [
        "::error title=dagdock%3A AF101 crashed,file=dags/b.py::crashed: KeyError",
        "::error title=dagdock%3A failed::plugin x does not load",
    ]


def test_paths_start_at_the_repository(kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my app").mkdir()
    monkeypatch.chdir(tmp_path / "my app")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert ",file=my app/Dockerfile," in kit.one("github", "«x»")
    (span,) = kit.marked("«x»", "../compose.yaml")
    assert ",file=compose.yaml," in kit.written("github", kit.result((kit.rule(), Problem(span, "m"))))
    (span,) = kit.marked("«x»", "../../elsewhere/Dockerfile")
    assert ",file=../../elsewhere/Dockerfile," in kit.written("github", kit.result((kit.rule(), Problem(span, "m"))))


def test_githubs_own_library_writes_the_same(kit: Any, need: Callable[[str], str], package: Any) -> None:
    paths = [HOSTILE, "a\r\nb", "caf\u00e9/Dockerfile"]
    problems = [(kit.rule(), Problem(kit.marked("FROM «x»\n", path)[0], HOSTILE)) for path in paths]
    core = (package("@actions/core") / "lib/core.js").as_uri()
    script = f"""
        import * as core from {json.dumps(core)}
        for (const file of {json.dumps(paths)}) core.warning({json.dumps(HOSTILE)}, {{
            title: 'DF203 copy-before-install', file, startLine: 1, endLine: 1, startColumn: 6, endColumn: 7}})
    """
    done = subprocess.run(
        [need("node"), "--input-type=module", "-"], input=script.encode(), capture_output=True, check=True
    )
    assert done.stdout.decode() == kit.written("github", kit.result(*problems))
