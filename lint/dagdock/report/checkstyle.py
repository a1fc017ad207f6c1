"""Findings as Checkstyle's XML, which Jenkins and many other tools read."""

from __future__ import annotations

from itertools import groupby
from typing import TextIO

from dagdock import __version__
from dagdock.report.xmltext import attributes
from dagdock.result import Failure, Result
from dagdock.rule import Finding


def write(result: Result, stream: TextIO, *, color: bool = False, quiet: bool = False) -> None:
    stream.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle{attributes(version=__version__)}>\n')
    for failure in result.errors:
        _write_file(stream, failure.path or "dagdock", [_failure(failure)])
    for path, findings in groupby(result.findings, key=lambda finding: finding.path):
        _write_file(stream, path, [_finding(finding) for finding in findings])
    stream.write("</checkstyle>\n")


def _write_file(stream: TextIO, path: str, errors: list[str]) -> None:
    stream.write(f"  <file{attributes(name=path)}>\n")
    stream.writelines(f"    <error{error}/>\n" for error in errors)
    stream.write("  </file>\n")


def _finding(finding: Finding) -> str:
    line, column = finding.span.begin
    # Jenkins takes the last part of the source for the type of a finding, and the part before it for its category.
    source = f"dagdock.{finding.rule.kind}.{finding.rule.code}"
    return attributes(line=line, column=column, severity=finding.severity, message=finding.message, source=source)


def _failure(failure: Failure) -> str:
    return attributes(line=1, severity="error", message=failure.message, source="dagdock.failure")
