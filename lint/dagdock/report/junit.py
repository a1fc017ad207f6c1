"""Findings as a JUnit report: a suite a file, a test case a finding, failed where it matters for the exit status."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple, TextIO

from dagdock.report.xmltext import attributes, escaped
from dagdock.result import Failure, Result
from dagdock.rule import Finding


class _Suite(NamedTuple):
    name: str
    cases: list[str]
    failures: int = 0
    errors: int = 0


def write(result: Result, stream: TextIO, *, color: bool = False, quiet: bool = False) -> None:
    suites = [_failed(path, list(failures)) for path, failures in groupby(result.errors, lambda failure: failure.path)]
    suites += [
        _found(path, list(findings), result) for path, findings in groupby(result.findings, lambda found: found.path)
    ]
    if not suites:
        # Readers take a report without a test for a fault.
        suites = [_Suite("dagdock", [_case("check", f"no problems found, files: {result.checked}")])]
    totals = attributes(
        name="dagdock",
        tests=sum(len(suite.cases) for suite in suites),
        failures=sum(suite.failures for suite in suites),
        errors=sum(suite.errors for suite in suites),
        time=f"{result.seconds:.3f}",
    )
    stream.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites{totals}>\n')
    for suite in suites:
        counts = attributes(name=suite.name, tests=len(suite.cases), failures=suite.failures, errors=suite.errors)
        stream.write(f"  <testsuite{counts}>\n")
        stream.writelines(suite.cases)
        stream.write("  </testsuite>\n")
    stream.write("</testsuites>\n")


def _found(path: str, findings: list[Finding], result: Result) -> _Suite:
    failures = [result.matters(finding) for finding in findings]
    cases = [_finding(finding, fails) for finding, fails in zip(findings, failures, strict=True)]
    return _Suite(path, cases, failures=sum(failures))


def _finding(finding: Finding, fails: bool) -> str:
    line, column = finding.span.begin
    where = f"{finding.path}:{line}:{column}"
    name = f"{where} {finding.rule.code} {finding.rule.name}"
    text = f"{where} {finding.severity}: {finding.message}"
    if finding.fix:
        text += f"\nfix: {finding.fix.title}"
    if not fails:
        return _case(finding.rule.kind, name, f"<system-out>{escaped(text)}</system-out>")
    about = attributes(type=finding.severity, message=finding.message)
    return _case(finding.rule.kind, name, f"<failure{about}>{escaped(text)}</failure>")


def _failed(path: str, failures: list[Failure]) -> _Suite:
    name = path or "dagdock"
    cases = [
        _case("failure", failure.rule or name, f"<error{attributes(type='failure', message=failure.message)}/>")
        for failure in failures
    ]
    return _Suite(name, cases, errors=len(cases))


def _case(kind: str, name: str, inside: str = "") -> str:
    # Jenkins takes what stands before the last dot for a package, so the class is no path.
    return f"    <testcase{attributes(classname=f'dagdock.{kind}', name=name)}>{inside}</testcase>\n"
