"""What dagdock answers to each code of other linters: a page made of the rules' aliases and a list of reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dagdock.rule import Rule

DATA = "docs/coverage.toml"
PAGE = "docs/coverage.md"
INTRODUCTION = """\
# What becomes of other linters' codes

Whoever comes from another linter finds here which rule of dagdock stands for which of its codes, or why none does. The
codes work wherever dagdock takes the name of a rule, in comments and configurations too. Made by
`python -m dagdock.docs` from the rules' aliases and `coverage.toml`."""


def page(rules: Iterable[Rule], data: Mapping[str, Any]) -> str:
    """The page in Markdown."""
    rules = list(rules)
    by_alias = rules_by_alias(rules) | {rule.name: [rule] for rule in rules}
    parts = [INTRODUCTION]
    for tool, about in data.items():
        titles = about.get("titles", {})
        codes = titles or about["codes"].split()
        answers = [(titles.get(code, code), answer(tool, code, by_alias, about)) for code in codes]
        rows = "\n".join(f"| {code} | {text} |" for code, text in answers)
        with_rule = len(answers) - len(about.get("not", {}))
        kind = "item" if titles else "code"
        count = f"{with_rule} of {len(answers)} {kind}s have a rule."
        notes = [about["note"]] if "note" in about else []
        head = f"## {about['title']}\n\n{count} {kind.title()}s as of {about['date']}, from {about['source']}."
        parts += [head, *notes, f"| {kind} | in dagdock |\n|---|---|\n{rows}"]
    return "\n\n".join(parts) + "\n"


def rules_by_alias(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        for alias in rule.aliases:
            found.setdefault(alias, []).append(rule)
    return found


def answer(tool: str, code: str, by_alias: Mapping[str, list[Rule]], about: Mapping[str, Any]) -> str:
    """Which rules stand for a code, else why none does. Raises LookupError where neither is known.

    Codes are aliases of rules; where people use none (the items of a benchmark), `by` names the rules.
    """
    rules = by_alias.get(f"{about.get('tool', tool)}:{code}", [])
    rules = [*rules, *(rule for name in about.get("by", {}).get(code, "").split() for rule in by_alias[name])]
    reason: str = about.get("not", {}).get(code, "")
    if bool(rules) == bool(reason):
        raise LookupError(f"{tool}:{code} has {'both a rule and a reason' if rules else 'neither a rule nor a reason'}")
    links = ", ".join(
        f"[{rule.code} {rule.name}](rules/{rule.kind}/{rule.name}.md){'' if rule.default else ' (off by default)'}"
        for rule in rules
    )
    but = about.get("but", {}).get(code)
    return (links if rules else f"none: {reason}") + (f"; {but}" if but else "")
