"""Every rule: its examples hold, and it says what a rule has to say about itself."""

from __future__ import annotations

import pytest

from dagdock.hooks import Rules
from dagdock.peers import TOOLS
from dagdock.rule import FAMILIES, KINDS, SEVERITIES, Rule
from dagdock.testing import check_examples

RULES = Rules(third_party=False)
ALL = RULES.all()
each_rule = pytest.mark.parametrize("rule", ALL, ids=[rule.name for rule in ALL])


@pytest.fixture(autouse=True)
def _with_shellcheck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGDOCK_SHELLCHECK")


def test_the_rules_load() -> None:
    assert not RULES.faults
    assert ALL


@each_rule
def test_examples(rule: Rule) -> None:
    check_examples(rule)


@each_rule
def test_examples_with_windows_newlines(rule: Rule) -> None:
    check_examples(rule, newline="\r\n")


@each_rule
def test_examples_behind_a_byte_order_mark(rule: Rule) -> None:
    check_examples(rule, bom=True)


@each_rule
def test_what_it_says_about_itself(rule: Rule) -> None:
    code, number = rule.code.rstrip("0123456789"), rule.code.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert FAMILIES[code] == rule.kind
    assert len(number) == 3
    assert rule.severity in SEVERITIES
    assert rule.bad and rule.good
    assert rule.since
    assert rule.name == rule.check.__module__.rpartition(".")[2].replace("_", "-"), "file and function share a name"
    assert rule.security is None or 0 < rule.security <= 10
    for alias in rule.aliases:
        tool, _, peers = alias.partition(":")
        assert tool in TOOLS and peers, f"{alias!r} is not of the form TOOL:CODE"
    assert len(set(rule.aliases)) == len(rule.aliases)


@each_rule
def test_docs(rule: Rule) -> None:
    summary, blank, rest = rule.doc.partition("\n\n")
    assert blank, "a summary line, then a paragraph"
    assert "\n" not in summary and summary.endswith("."), "the first line is one sentence"
    assert len(summary) <= 100
    paragraphs = [part for part in rest.split("\n\n") if not part.startswith("http")]
    assert paragraphs, "a paragraph that says why"
    assert rule.references, "a page to read more"


@each_rule
def test_a_fix_is_shown(rule: Rule) -> None:
    shown = any(bad.fixed is not None for bad in rule.bad)
    assert shown == (rule.fix != "none")


def test_codes_and_names_are_taken_once() -> None:
    for key in ("code", "name"):
        values = [getattr(rule, key) for rule in ALL]
        assert len(set(values)) == len(values)


def test_every_kind_is_loaded_for_itself() -> None:
    fresh = Rules(third_party=False)
    for kind in KINDS:
        assert all(rule.kind == kind for rule in fresh.of_kind(kind))
