"""Findings as one JSON object: the stable form for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TextIO

from dagdock import __version__
from dagdock.fingerprint import fingerprints
from dagdock.result import Failure, Result
from dagdock.rule import KINDS, Finding
from dagdock.text import Position, Span


def write(result: Result, stream: TextIO, *, color: bool = False, quiet: bool = False) -> None:
    """Pure ASCII, with each finding on a line of its own: any encoding carries it, and `diff` reads it."""
    tool = {"name": "dagdock", "version": __version__}
    files = {"checked": result.checked, "by_kind": {kind: result.files[kind] for kind in KINDS if kind in result.files}}
    found = [
        finding_to_json(finding, fingerprint)
        for finding, fingerprint in zip(result.findings, fingerprints(result.findings), strict=True)
    ]
    errors = [error_to_json(failure) for failure in result.errors]
    stream.write(
        f'{{"version": 1,\n "tool": {dumped(tool)},\n "files": {dumped(files)},\n'
        f' "findings": {_lines(found)},\n "errors": {_lines(errors)}}}\n'
    )


def finding_to_json(finding: Finding, fingerprint: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": finding.rule.code,
        "name": finding.rule.name,
        "severity": finding.severity,
        "message": finding.message,
        "path": finding.path,
        **_range(finding.span),
        "aliases": list(finding.aliases),
    }
    if finding.related:
        found["related"] = [
            {"path": related.span.source.path, **_range(related.span), "message": related.message}
            for related in finding.related
        ]
    if finding.fix:
        edits = [{"path": edit.span.source.path, **_range(edit.span), "text": edit.text} for edit in finding.fix.edits]
        found["fix"] = {"safety": finding.fix.safety, "description": finding.fix.title, "edits": edits}
    found["fingerprint"] = fingerprint
    return found


def error_to_json(failure: Failure) -> dict[str, Any]:
    return {"path": failure.path, "rule": failure.rule, "message": failure.message}


def _range(span: Span) -> dict[str, Any]:
    return {"start": _position(span.begin), "end": _position(span.finish)}


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}


def _lines(items: Sequence[dict[str, Any]]) -> str:
    return "[" + ",".join(f"\n  {dumped(item)}" for item in items) + "]"


def dumped(value: Any) -> str:
    """JSON in pure ASCII that every reader takes."""
    text = json.dumps(value)
    return text if "\\ud" not in text else json.dumps(_well_formed(value))


def _well_formed(value: Any) -> Any:
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, dict):
        return {key: _well_formed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_well_formed(item) for item in value]
    return value


def well_formed(text: str) -> str:
    """With U+FFFD for undecodable bytes: half of a surrogate pair is no valid text to many readers."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
