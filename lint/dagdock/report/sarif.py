"""Findings as SARIF 2.1.0, complete as GitHub code scanning reads it.

The log is built of sarif-om objects and turned into JSON by `to_dict` here: jschema-to-python leaves out a value that
is the schema's default, and a result without `level: "warning"` takes its rule's level instead.
"""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple, TextIO
from urllib.parse import quote

import attr
import sarif_om as om

from dagdock import __version__
from dagdock.fix import Fix
from dagdock.report import page
from dagdock.report.json import well_formed
from dagdock.report.linehash import line_hashes
from dagdock.result import RANK, Failure, Result
from dagdock.rule import Finding, Related, Rule, Severity
from dagdock.text import Source, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
BUILT_IN = "dagdock_rules"
MAX_RESULTS = 25_000  # code scanning rejects a run with more
MAX_TAGS = 10  # and shows no more of a rule
MAX_TEXT = 1024
SRCROOT = "SRCROOT"

LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
PROBLEM_SEVERITIES: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "recommendation"}
Plan = dict[str, tuple[str, Any]]
_PLANS: dict[type, Plan] = {}
KEPT = frozenset({"level", "kind"})  # always written: their defaults are not what readers assume


class _Known(NamedTuple):
    """Where a rule stands in the log: its index in the driver, or in an extension."""

    number: int
    extension: int | None


def write(result: Result, stream: TextIO, *, color: bool = False, quiet: bool = False) -> None:
    # `dumps`: `json.dump` takes the slow encoder, eight times the time.
    stream.write(json.dumps(to_dict(log(result)), separators=(",", ":")) + "\n")


def log(result: Result) -> Any:
    """The whole log, with one run. What is silenced stays out: code scanning would open an alert for it."""
    findings = sorted(result.findings, key=lambda finding: -RANK[finding.severity])
    kept, dropped = findings[:MAX_RESULTS], len(findings) - MAX_RESULTS
    driver, extensions, known = _components(result)
    hashes: dict[int, list[str]] = {}
    run = om.Run(
        tool=om.Tool(driver=driver, extensions=extensions or None),
        # All before the last `/` is the category.
        automation_details=om.RunAutomationDetails(id=f"{well_formed(result.category).rstrip('/')}/"),
        column_kind="unicodeCodePoints",
        original_uri_base_ids={SRCROOT: om.ArtifactLocation(description=_message("The folder that dagdock ran in."))},
        invocations=[_invocation(result, dropped, known)],
        results=[_result(finding, known, hashes) for finding in kept],
    )
    return om.SarifLog(schema_uri=SCHEMA, version="2.1.0", runs=[run])


def _components(result: Result) -> tuple[Any, list[Any], dict[str, _Known]]:
    """The driver with the built-in rules, an extension for each plugin with its rules, and where each rule stands."""
    rules = {rule.code: rule for rule in result.rules}
    rules.update((finding.rule.code, finding.rule) for finding in result.findings)
    by_plugin: dict[str, list[Rule]] = {}
    known: dict[str, _Known] = {}
    for _, rule in sorted(rules.items()):
        by_plugin.setdefault(rule.plugin, []).append(rule)
    built_in = by_plugin.pop(BUILT_IN, [])
    known.update((rule.code, _Known(index, None)) for index, rule in enumerate(built_in))
    extensions = []
    for number, (plugin, own) in enumerate(by_plugin.items()):
        known.update((rule.code, _Known(index, number)) for index, rule in enumerate(own))
        version = result.plugins.get(plugin) or None
        extensions.append(om.ToolComponent(name=plugin, version=version, rules=[_rule(rule) for rule in own]))
    driver = om.ToolComponent(
        name="dagdock", semantic_version=__version__, version=__version__, rules=[_rule(rule) for rule in built_in]
    )
    return driver, extensions, known


def _rule(rule: Rule) -> Any:
    why = page.why(rule)
    text = f"{rule.summary}\n\n{why}".strip()
    links = "\n".join(rule.references)
    tags = list(dict.fromkeys([*(["security"] if rule.security else []), rule.kind, *rule.tags]))[:MAX_TAGS]
    properties: dict[str, Any] = {
        "tags": tags,
        "precision": rule.precision,
        "problem.severity": PROBLEM_SEVERITIES[rule.severity],
    }
    if rule.security:
        properties["security-severity"] = f"{rule.security:.1f}"
    if rule.aliases:
        properties["aliases"] = list(rule.aliases)
    return om.ReportingDescriptor(
        id=rule.code,
        name=rule.name,
        short_description=_description(rule.summary),
        full_description=_description(text),
        help=_description(f"{text}\n\n{links}".strip(), markdown=page.body(rule)),
        help_uri=rule.references[0] if rule.references else None,
        default_configuration=om.ReportingConfiguration(level=LEVELS[rule.severity]),
        properties=properties,
    )


def _description(text: str, markdown: str | None = None) -> Any:
    shown = text if markdown or len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
    return om.MultiformatMessageString(text=well_formed(shown), markdown=markdown)


def _result(finding: Finding, known: dict[str, _Known], hashes: dict[int, list[str]]) -> Any:
    source = finding.span.source
    if id(source) not in hashes:
        hashes[id(source)] = line_hashes(source)
    place = known[finding.rule.code]
    return om.Result(
        rule_id=finding.rule.code,
        rule_index=place.number if place.extension is None else -1,
        rule=None if place.extension is None else _reference(finding.rule.code, place),
        level=LEVELS[finding.severity],
        message=_message(_with_links(finding)),
        locations=[om.Location(physical_location=_physical(finding.span))],
        related_locations=[_related(number, related) for number, related in enumerate(finding.related, 1)] or None,
        partial_fingerprints={"primaryLocationLineHash": hashes[id(source)][finding.span.line - 1]},
        fixes=[_fix(finding.fix)] if finding.fix else None,
    )


def _with_links(finding: Finding) -> str:
    """The message, and behind it a link to each related place."""
    # What looks like a link in somebody's code is none.
    text = finding.message.replace("](", "]\\(")
    links = [
        f"[{_link_text(related)}]({number})" for number, related in enumerate(finding.related, 1) if related.message
    ]
    return f"{text}\n\nSee also: {'; '.join(links)}." if links else text


def _link_text(related: Related) -> str:
    message = related.message.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return f"{message} ({related.span.source.path}:{related.span.line})"


def _related(number: int, related: Related) -> Any:
    return om.Location(id=number, physical_location=_physical(related.span), message=_message(related.message))


def _physical(span: Span) -> Any:
    return om.PhysicalLocation(artifact_location=_artifact(span.source.path), region=_region(span))


def _region(span: Span) -> Any:
    begin, finish = span.begin, span.finish
    return om.Region(start_line=begin.line, start_column=begin.column, end_line=finish.line, end_column=finish.column)


def _artifact(path: str) -> Any:
    """A relative path below SRCROOT; a path that is absolute says so itself."""
    if os.path.isabs(path):
        return om.ArtifactLocation(uri="file://" + _quoted(path.replace(os.sep, "/")))
    return om.ArtifactLocation(uri=_quoted(path), uri_base_id=SRCROOT)


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/-._~")


def _fix(fix: Fix) -> Any:
    by_source: dict[int, tuple[Source, list[Any]]] = {}
    for edit in fix.edits:
        _, replacements = by_source.setdefault(id(edit.span.source), (edit.span.source, []))
        replacements.append(
            om.Replacement(
                deleted_region=_region(edit.span), inserted_content=om.ArtifactContent(text=well_formed(edit.text))
            )
        )
    title = fix.title if fix.safety == "safe" else f"{fix.title} (may change what is built or deployed)"
    return om.Fix(
        description=_message(title),
        artifact_changes=[
            om.ArtifactChange(artifact_location=_artifact(source.path), replacements=replacements)
            for source, replacements in by_source.values()
        ],
        properties={"safety": fix.safety},
    )


def _invocation(result: Result, dropped: int, known: dict[str, _Known]) -> Any:
    notifications = [_notification(failure, known) for failure in result.errors]
    if dropped > 0:
        text = f"Only the {MAX_RESULTS:,} most severe findings are in this log; {dropped:,} more are left out."
        notifications.append(om.Notification(level="warning", message=_message(text)))
    return om.Invocation(execution_successful=not result.errors, tool_execution_notifications=notifications or None)


def _notification(failure: Failure, known: dict[str, _Known]) -> Any:
    """What could not be checked."""
    place = known.get(failure.rule or "")
    location = om.Location(physical_location=om.PhysicalLocation(artifact_location=_artifact(failure.path)))
    return om.Notification(
        level="error",
        message=_message(failure.message),
        locations=[location] if failure.path else None,
        associated_rule=_reference(failure.rule, place) if failure.rule and place else None,
    )


def _reference(code: str, place: _Known) -> Any:
    component = None if place.extension is None else om.ToolComponentReference(index=place.extension)
    return om.ReportingDescriptorReference(id=code, index=place.number, tool_component=component)


def _message(text: str) -> Any:
    return om.Message(text=well_formed(text))


def to_dict(value: Any) -> Any:
    """A sarif-om object as JSON data, with the final schema's names; what is unset or a default is left out."""
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dict):
        return {key: to_dict(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_dict(item) for item in value]
    plan = _plan(type(value))
    found = {}
    for attribute, item in vars(value).items():
        if item is not None:
            name, default = plan[attribute]
            if item != default or name in KEPT:
                found[name] = to_dict(item)
    return found


def _plan(model: type) -> Plan:
    """For each field of a sarif-om class its name in the schema and the value to leave out."""
    if model not in _PLANS:
        _PLANS[model] = {
            field.name: (
                # The final schema calls `status` what sarif-om's draft calls `state`.
                "status"
                if model is om.Suppression and field.name == "state"
                else field.metadata["schema_property_name"],
                field.default.factory() if hasattr(field.default, "factory") else field.default,
            )
            for field in attr.fields(model)
        }
    return _PLANS[model]
