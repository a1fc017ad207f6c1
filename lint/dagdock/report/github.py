"""Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TextIO

from dagdock.report.json import well_formed
from dagdock.report.repository import in_repository
from dagdock.report.terminal import printable
from dagdock.result import Failure, Result
from dagdock.rule import SEVERITIES, Finding, Severity
from dagdock.text import Span

SHOWN = 10  # of each level and step; the others stand in the log only
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def write(result: Result, stream: TextIO, *, color: bool = False, quiet: bool = False) -> None:
    """The gravest first: GitHub shows the first ones of each level."""
    for failure in result.errors:
        stream.write(_failure(failure))
    for severity in SEVERITIES:
        if severity == "info":
            # Before the other notices: behind ten of them nobody would see it.
            stream.write(_more(result))
        for finding in result.findings:
            if finding.severity == severity:
                stream.write(_finding(finding))


def _finding(finding: Finding) -> str:
    text = printable(finding.message)
    if finding.fix:
        flag = "--fix" if finding.fix.safety == "safe" else "--unsafe-fixes"
        text += f"\nFix: {printable(finding.fix.title)} ({flag})"
    title = f"{finding.rule.code} {finding.rule.name}"
    return _command(LEVELS[finding.severity], text, title=title, file=_path(finding.path), **_place(finding.span))


def _place(span: Span) -> dict[str, int]:
    """GitHub takes columns only where a place ends on the line it begins on."""
    begin, end = span.begin, span.finish
    if end.column == 1 and end.line > begin.line:  # behind a newline
        end = span.source.position(span.end - 1)
    if begin.line != end.line:
        return {"line": begin.line, "endLine": end.line}
    return {"line": begin.line, "endLine": end.line, "col": begin.column, "endColumn": end.column}


def _failure(failure: Failure) -> str:
    title = f"{failure.rule} crashed" if failure.rule else "failed"
    return _command("error", printable(failure.message), title=f"dagdock: {title}", file=_path(failure.path))


def _more(result: Result) -> str:
    counts = {severity: result.count(severity) for severity in SEVERITIES}
    counts["error"] += len(result.errors)
    hidden = sum(max(count - SHOWN, 0) for count in counts.values())
    if not hidden:
        return ""
    text = f"{hidden} more than GitHub shows beside the code: the log of this step has them all."
    return _command("notice", text, title="dagdock")


def _command(level: str, text: str, *, title: str, file: str = "", **place: int) -> str:
    properties = {"title": title, "file": file, **place}
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value != "")
    return f"::{level} {written}::{_data(text)}\n"


def _path(path: str) -> str:
    return well_formed(in_repository(path, "GITHUB_WORKSPACE")) if path else ""


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
