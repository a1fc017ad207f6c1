"""Comments that silence findings: where they are written, and that they do what they are for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.fix import Edit, apply_edits
from dagdock.hooks import Rules
from dagdock.ignores import ignore_here, ignore_in_file
from dagdock.project import Broken, Document
from dagdock.rule import Finding
from dagdock.selection import Choice

Make = Callable[[Document, Sequence[Finding], str], list[Edit]]


def found(path: str, content: str | bytes, select: Sequence[str]) -> tuple[Document, list[Finding]]:
    """A document and what the rules find in it."""
    linter = Linter(rules=Rules(third_party=False), choice=Choice(select=select))
    workspace = Workspace.in_memory({path: content})
    result = linter.check(workspace, [Target("", path, path)])
    assert not result.errors
    [project] = workspace.projects("")
    document = project.document(path)
    assert document is not None and not isinstance(document, Broken)
    return document, result.findings


def written(make: Make, path: str, content: str | bytes, select: Sequence[str], reason: str = "legacy") -> str:
    """The text with the comments, which silence all that was found."""
    document, findings = found(path, content, select)
    assert findings
    text = apply_edits(document.source, make(document, findings, reason))
    assert not found(path, document.source.encode(text), select)[1], text
    return text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM a:latest\n", "# dagdock: ignore[DF102] -- legacy\nFROM a:latest\n"),
        ("FROM a:latest", "# dagdock: ignore[DF102] -- legacy\nFROM a:latest"),
        ("\ufeffFROM a:latest\r\n", "\ufeff# dagdock: ignore[DF102] -- legacy\r\nFROM a:latest\r\n"),
        (
            "# syntax=docker/dockerfile:1\nFROM a:latest\n",
            "# syntax=docker/dockerfile:1\n# dagdock: ignore[DF102] -- legacy\nFROM a:latest\n",
        ),
        (
            "FROM b:1\n\n# why\n# hadolint ignore=DL3020\nFROM a:latest\n",
            "FROM b:1\n\n# why\n# dagdock: ignore[DF102] -- legacy\n# hadolint ignore=DL3020\nFROM a:latest\n",
        ),
        (
            "# dagdock: ignore[DF801] -- legacy\nFROM a:latest\n",
            "# dagdock: ignore[DF801, DF102] -- legacy\nFROM a:latest\n",
        ),
        (
            "# dagdock: ignore[DF801] -- another reason\nFROM a:latest\n",
            "# dagdock: ignore[DF102] -- legacy\n# dagdock: ignore[DF801] -- another reason\nFROM a:latest\n",
        ),
        (" FROM \\\n  a:latest\n", " # dagdock: ignore[DF102] -- legacy\n FROM \\\n  a:latest\n"),
    ],
)
def test_above_an_instruction(before: str, after: str) -> None:
    assert written(ignore_here, "Dockerfile", before, ["DF102"]) == after


def test_in_a_whole_file() -> None:
    top = "#!/usr/bin/env python\n# Licence\n"
    rest = "from airflow import DAG\nfrom airflow.models import Variable\nDAG(Variable.get('a'))\n"
    after = written(ignore_in_file, "dags/a.py", top + rest, ["AF203"], "")
    assert after == f"{top}# dagdock: ignore-file[AF203]\n{rest}"
