"""Neovim, headless: what it shows is what the command line says, and its code actions do what `--fix` does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Repository

PROBE = Path(__file__).with_name("probe.lua")
# Debian's 0.7 is an old client: diagnostics are pushed to it, in UTF-16. The wheel's 0.11 pulls them, in UTF-8.
CLIENTS = {"system": os.environ.get("PATH", ""), "wheel": str(Path(sys.executable).parent)}
FIX_ALL = "source.fixAll.dagdock"


@pytest.fixture(params=CLIENTS)
def nvim(request: pytest.FixtureRequest, need: Callable[..., str]) -> str:
    own = str(Path(sys.executable).parent)
    places = [
        place for place in CLIENTS[request.param].split(os.pathsep) if (place == own) == (request.param == "wheel")
    ]
    return need("nvim", path=os.pathsep.join(places))


def session(nvim: str, repository: Repository, tmp: Path, expected: int, take: list[dict[str, str]]) -> dict[str, Any]:
    job, out = tmp / "job.json", tmp / "out.json"
    sample = repository.sample
    job.write_text(
        json.dumps(
            {
                "file": sample.path,
                "filetype": sample.language,
                "command": repository.server,
                "expected": expected,
                "take": take,
                "out": str(out),
            }
        )
    )
    homes = {f"XDG_{kind}_HOME": str(tmp) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    done = subprocess.run(
        [nvim, "--headless", "-u", "NONE", "-i", "NONE", "-n", "-S", str(PROBE)],
        cwd=repository.folder,
        env={**repository.environment, **homes, "DAGDOCK_JOB": str(job)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert out.exists(), done.stderr.decode(errors="replace")
    answer: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    assert answer["problem"] is None
    assert answer["initialized"] and answer["stopped"]
    return answer


def test_findings_and_fixes_are_those_of_the_command_line(
    nvim: str, repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    findings, fixes = repository.findings(), repository.fixes()
    assert findings and fixes
    take = [*({"title": title} for title in fixes), {"kind": FIX_ALL}]
    seen = session(nvim, repository, tmp_path_factory.mktemp("nvim"), len(findings), take)

    wanted = [as_neovim(repository, each) for each in findings]
    assert sorted(seen["diagnostics"], key=place_and_code) == sorted(wanted, key=place_and_code)
    if seen["encoding"] == "utf-8":
        assert seen["pulls"] and not seen["pushes"]
    else:
        assert seen["pushes"] and not seen["pulls"]

    *quick, all_at_once = seen["taken"]
    lines = [text.splitlines() for text in fixes.values()]
    assert [each["lines"] for each in quick] == lines
    assert all(each["title"].startswith(title) for title, each in zip(fixes, quick, strict=True))
    assert all(len(each["left"]) < len(findings) for each in quick)
    assert all_at_once["lines"] == repository.mended().splitlines()


def place_and_code(diagnostic: dict[str, Any]) -> tuple[list[int], str]:
    return diagnostic["start"], diagnostic["code"]


def as_neovim(repository: Repository, finding: dict[str, Any]) -> dict[str, Any]:
    """A finding of the JSON report as Neovim keeps it: lines and columns from 0, columns in bytes."""
    lines = repository.sample.text.splitlines()

    def place(where: dict[str, int]) -> list[int]:
        line = lines[where["line"] - 1] if where["line"] <= len(lines) else ""
        return [where["line"] - 1, len(line[: where["column"] - 1].encode())]

    return {
        "code": finding["code"],
        "message": finding["message"],
        "severity": {"error": 1, "warning": 2, "info": 3}[finding["severity"]],
        "source": "dagdock",
        "start": place(finding["start"]),
        "stop": place(finding["end"]),
    }
