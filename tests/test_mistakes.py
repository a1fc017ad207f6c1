"""How many of the mistakes that people make in DAGs are found: fixtures/mistakes, which was written before any rule was
tried on it.

The files look like those of three projects: one for Airflow 2, one for Airflow 3, and one of tutorials that do not say
which Airflow they are for. What is wrong in them stands in `mistakes.txt` beside them, for no rule to read: the place,
the codes of the rules of which one has to speak there, and what is wrong.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from dagdock.cli import main

MISTAKES = Path(__file__).resolve().parent.parent / "fixtures" / "mistakes"
AT_LEAST = 120
SHARE_FOUND = 0.95


class Mistake(NamedTuple):
    """A line of a file, the codes that fit, and what is wrong there."""

    path: str
    line: int
    codes: frozenset[str]
    what: str


def listed() -> list[Mistake]:
    found = []
    for line in (MISTAKES / "mistakes.txt").read_text(encoding="utf-8").splitlines():
        place, codes, what = line.split("\t")
        path, _, number = place.rpartition(":")
        found.append(Mistake(path, int(number), frozenset(codes.split()), what))
    return found


def test_most_mistakes_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--isolated", "--format", "json", str(MISTAKES)])
    report = json.loads(capsys.readouterr().out)
    assert report["errors"] == []
    found: dict[tuple[str, int], set[str]] = {}
    for finding in report["findings"]:
        path = Path(finding["path"]).resolve().relative_to(MISTAKES).as_posix()
        for line in range(finding["start"]["line"], finding["end"]["line"] + 1):
            found.setdefault((path, line), set()).add(finding["code"])
    mistakes = listed()
    missed = [one for one in mistakes if one.codes.isdisjoint(found.get((one.path, one.line), ()))]
    for one in missed:
        print(f"{one.path}:{one.line} {' '.join(sorted(one.codes))} {one.what}")
    assert len(mistakes) >= AT_LEAST
    assert 1 - len(missed) / len(mistakes) >= SHARE_FOUND
