"""Emacs with eglot, in batch mode: it shows what the command line says, and a quick fix does what `--fix` does."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Repository

PROBE = Path(__file__).with_name("probe.el")
LEVELS = {"error": "eglot-error", "warning": "eglot-warning", "info": "eglot-note"}


def test_findings_and_a_fix_are_those_of_the_command_line(
    need: Callable[..., str], repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    emacs = need("emacs")
    findings, fixes = repository.findings(), repository.fixes()
    title, mended = next(iter(fixes.items()))
    tmp = tmp_path_factory.mktemp("emacs")
    job, out = tmp / "job.json", tmp / "out.json"
    wanted = {"file": repository.sample.path, "command": repository.server, "expected": len(findings), "title": title}
    job.write_text(json.dumps({**wanted, "out": str(out)}))
    done = subprocess.run(
        [emacs, "--batch", "--load", str(PROBE)],
        cwd=repository.folder,
        env={**repository.environment, "DAGDOCK_JOB": str(job), "HOME": str(tmp), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert out.exists(), done.stderr.decode(errors="replace")
    seen = json.loads(out.read_text(encoding="utf-8"))
    known = sorted((each["text"], each["start"], each["stop"], each["type"]) for each in seen["diagnostics"])
    assert known == sorted(as_emacs(repository, each) for each in findings)
    assert seen["taken"].startswith(title)
    assert seen["text"] == mended
    assert seen["left"] < len(findings)


def as_emacs(repository: Repository, finding: dict[str, Any]) -> tuple[str, int, int, str]:
    """A finding of the JSON report as Emacs keeps it: places are characters from the start of the buffer, from 1."""
    lines = repository.sample.text.splitlines(keepends=True)

    def place(where: dict[str, int]) -> int:
        return sum(map(len, lines[: where["line"] - 1])) + where["column"]

    text = f"dagdock [{finding['code']}]: {finding['message']}"
    return text, place(finding["start"]), place(finding["end"]), LEVELS[finding["severity"]]
