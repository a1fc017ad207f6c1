"""What stays the same of a finding while lines around it come and go."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from dagdock.rule import Finding
from dagdock.text import Source

DIGITS = 20


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """A fingerprint for each finding, in order: a hash of rule, path and the flagged lines without their spacing.

    Findings that agree in all of that are told apart by counting them, so `findings` must be sorted and complete.
    """
    seen: dict[tuple[str, str, str], int] = {}
    found: list[str] = []
    lines: tuple[Source | None, int, int] = (None, 0, 0)
    text = ""
    for finding in findings:
        here = (finding.span.source, *_lines(finding))
        if here != lines:  # the one before was often about the same, and a line may be long
            lines, text = here, flagged_lines(finding)
        key = (finding.rule.code, finding.path, text)
        seen[key] = seen.get(key, 0) + 1
        content = "\0".join((*key, str(seen[key])))
        found.append(sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS])
    return found


def _lines(finding: Finding) -> tuple[int, int]:
    span = finding.span
    return span.line, span.source.position(max(span.start, span.end - 1)).line


def flagged_lines(finding: Finding) -> str:
    """The text of the lines that a finding touches, with every run of blanks as one space."""
    source = finding.span.source
    first, last = _lines(finding)
    return " ".join(source.text[source.line_span(first).start : source.line_span(last).end].split())
