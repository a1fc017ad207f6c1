"""Findings as GitLab's code quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, TextIO

from dagdock.fingerprint import DIGITS, fingerprints
from dagdock.report.json import dumped
from dagdock.report.repository import in_repository
from dagdock.result import Failure, Result
from dagdock.rule import Finding, Severity

SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "major", "info": "info"}


def write(result: Result, stream: TextIO, *, color: bool = False, quiet: bool = False) -> None:
    entries = [_failure(failure, number) for number, failure in enumerate(result.errors)]
    entries += [
        _finding(finding, fingerprint)
        for finding, fingerprint in zip(result.findings, fingerprints(result.findings), strict=True)
    ]
    stream.write("[" + ",".join(f"\n  {dumped(entry)}" for entry in entries) + "\n]\n")


def _finding(finding: Finding, fingerprint: str) -> dict[str, Any]:
    span = finding.span
    last = span.source.position(max(span.start, span.end - 1)).line
    return {
        "description": finding.message,
        "check_name": f"{finding.rule.code} {finding.rule.name}",
        "fingerprint": fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {"path": _path(finding.path), "lines": {"begin": span.line, "end": last}},
    }


def _failure(failure: Failure, number: int) -> dict[str, Any]:
    """What could not be checked: GitLab has no other place for it."""
    content = "\0".join((failure.path, failure.rule or "", failure.message, str(number)))
    return {
        "description": failure.message,
        "check_name": f"{failure.rule} crashed" if failure.rule else "failed",
        "fingerprint": sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS],
        "severity": "blocker",
        "location": {"path": _path(failure.path or "."), "lines": {"begin": 1, "end": 1}},
    }


def _path(path: str) -> str:
    return in_repository(path, "CI_PROJECT_DIR")
