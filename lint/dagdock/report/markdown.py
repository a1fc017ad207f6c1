"""Findings as Markdown: a summary to read on the page of a CI run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TextIO

from dagdock.report.page import code
from dagdock.report.terminal import printable
from dagdock.result import RANK, Failure, Result
from dagdock.rule import SEVERITIES, Finding, Rule

MAX_FINDINGS = 200  # a step's summary on GitHub may hold a megabyte
MAX_TEXT = 600
SIGNS = {"error": "❌", "warning": "⚠️", "info": "ℹ️"}
# What Markdown, GitHub's additions to it, and HTML could take for more than a character.
ACTIVE = frozenset("\\`*_[]<>~|&$:@")


def write(result: Result, stream: TextIO, *, color: bool = False, quiet: bool = False) -> None:
    for block in _blocks(result):
        stream.write(block + "\n\n")


def _blocks(result: Result) -> Iterator[str]:
    yield "## dagdock"
    yield _counts(result)
    if result.errors:
        yield "### Failed"
        yield "\n".join(_failure(failure) for failure in result.errors[:MAX_FINDINGS])
    kept = sorted(result.findings, key=lambda finding: -RANK[finding.severity])[:MAX_FINDINGS]
    for path, findings in groupby(sorted(kept, key=lambda finding: finding.order), lambda finding: finding.path):
        yield f"### {_code(path)}"
        yield "\n".join(_finding(finding) for finding in findings)
    if hidden := len(result.findings) - len(kept) + max(len(result.errors) - MAX_FINDINGS, 0):
        yield f"_{hidden:,} more are not shown here; the gravest are._"


def _counts(result: Result) -> str:
    files = f"{result.checked:,} {'file' if result.checked == 1 else 'files'}"
    if not result.findings:
        return f"No problems found in {files}." if result.checked else "Nothing was checked."
    rows = [
        f"| {SIGNS[severity]} {severity} | {count:,} |" for severity in SEVERITIES if (count := result.count(severity))
    ]
    return "\n".join([f"Checked {files}.", "", "| severity | findings |", "|---|---:|", *rows])


def _finding(finding: Finding) -> str:
    line, column = finding.span.begin
    fix = f" _Fix: {text(finding.fix.title)}_" if finding.fix else ""
    where = f"{line}:{column}"
    return f"- {SIGNS[finding.severity]} {where} **{_rule(finding.rule)}** {text(finding.message)}{fix}"


def _rule(rule: Rule) -> str:
    name = text(f"{rule.code} {rule.name}")
    return f"[{name}](<{rule.references[0]}>)" if rule.references else name


def _failure(failure: Failure) -> str:
    where = f"{_code(failure.path)} " if failure.path else ""
    return f"- {SIGNS['error']} {where}{text(failure.message)}"


def text(words: str) -> str:
    """Somebody's words as Markdown that shows them as they are; what stands in pairs of backticks stays code."""
    words = printable(words if len(words) <= MAX_TEXT else words[: MAX_TEXT - 1] + "…")
    pieces = words.split("`")
    if len(pieces) % 2 == 0:  # a backtick without a partner
        return _escaped(words)
    return "".join(
        _escaped(piece) if number % 2 == 0 else code(piece) if piece.strip() else _escaped(f"`{piece}`")
        for number, piece in enumerate(pieces)
    )


def _code(words: str) -> str:
    return code(printable(words)) if words.strip() else text(words)


def _escaped(words: str) -> str:
    return "".join(f"\\{character}" if character in ACTIVE else character for character in words)
