"""Findings as diagnostics of the protocol."""

from __future__ import annotations

import re
from collections.abc import Callable

from lsprotocol import types as lsp

from dagdock.lsp.client import Client
from dagdock.lsp.places import range_of
from dagdock.lsp.session import Fault, Judged
from dagdock.rule import Finding

SOURCE = "dagdock"
SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "info": lsp.DiagnosticSeverity.Information,
}
# Words among a rule's tags that editors show in a way of their own.
_TAGS = {"unnecessary": lsp.DiagnosticTag.Unnecessary, "deprecated": lsp.DiagnosticTag.Deprecated}

UriOf = Callable[[str], str]
"""From the path of a finding, as the user sees it, to the URI of the file."""


def of_judged(judged: Judged, client: Client, uri_of: UriOf) -> list[lsp.Diagnostic]:
    return [
        *(of_fault(fault) for fault in judged.faults),
        *(of_finding(finding, client, uri_of) for finding in judged.findings),
    ]


def of_finding(finding: Finding, client: Client, uri_of: UriOf) -> lsp.Diagnostic:
    rule = finding.rule
    related = [
        lsp.DiagnosticRelatedInformation(
            lsp.Location(uri_of(each.span.source.path), range_of(each.span, client.encoding)), printable(each.message)
        )
        for each in (finding.related if client.related else ())
    ]
    tags = [_TAGS[tag] for tag in rule.tags if tag in _TAGS] if client.tags else []
    link = rule.references[0] if client.code_links and rule.references else None
    return lsp.Diagnostic(
        range=range_of(finding.span, client.encoding),
        message=printable(finding.message),
        severity=SEVERITIES[finding.severity],
        code=rule.code,
        code_description=lsp.CodeDescription(link) if link else None,
        source=SOURCE,
        tags=tags or None,
        related_information=related or None,
        data={"rule": rule.name, "fix": finding.fix.safety if finding.fix else None} if client.data else None,
    )


def of_fault(fault: Fault) -> lsp.Diagnostic:
    """What is wrong with a configuration file, on the whole of its line."""
    line = lsp.Range(lsp.Position(fault.line - 1, 0), lsp.Position(fault.line, 0))
    return lsp.Diagnostic(line, printable(fault.message), severity=lsp.DiagnosticSeverity.Error, source=SOURCE)


def printable(text: str) -> str:
    """A text that every client can decode: a stray byte of a file is half a character in JSON."""
    return text if text.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", text)
