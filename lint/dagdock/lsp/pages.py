"""Hover: the pages of the rules that a place of a file is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dagdock import suppress
from dagdock.config import KEYS
from dagdock.lsp.settings import names_rule, ours, word_at
from dagdock.names import ALL, Vocabulary
from dagdock.report.page import KIND_TITLES, body
from dagdock.rule import Finding, Kind, Rule
from dagdock.text import Source, Span

if TYPE_CHECKING:
    from dagdock.project import Document

# Of so many rules a place shows the pages; where a name means more, a list of them.
_MOST_PAGES = 3
_MOST_LISTED = 30
_FIX_WORDS = {"none": "no fix", "safe": "quick fix", "unsafe": "quick fix to look at before you keep it"}


class Page(NamedTuple):
    """What to show at a place: Markdown about the text in `span`."""

    span: Span
    text: str


def hover(document: Document, findings: Sequence[Finding], offset: int, vocabulary: Vocabulary) -> Page | None:
    """The pages of the rules that found something at a place, or that a suppression comment names there."""
    pages = [*_of_comment(document, offset, vocabulary), *_of_findings(document, findings, offset)]
    if not pages:
        return None
    narrowest = min(pages, key=lambda page: page.span.end - page.span.start)
    return Page(narrowest.span, _SEPARATOR.join(dict.fromkeys(page.text for page in pages)))


def hover_config(source: Source, offset: int, vocabulary: Vocabulary) -> Page | None:
    """What a word in a configuration of dagdock means: the page of a rule that it names, or the use of a key."""
    word = word_at(source, offset)
    path = ours(source, word) if word else None
    if word is None or path is None or not word.text:
        return None
    if names_rule(word, path):
        text = _of_name(word.text, vocabulary.find(word.text))
    elif len(path) == 2 and path[0] == "rules" and word.role == "key":
        text = _of_name(path[1], [rule for rule in vocabulary.find(path[1]) if word.text in rule.options])
    elif not path and word.role != "value" and word.text in KEYS:
        text = f"`{word.text}` is {KEYS[word.text][1]}."
    else:
        return None
    return Page(word.span, text) if text else None


def page_of(rule: Rule) -> str:
    """A rule's page as an editor shows it."""
    state = "on by default" if rule.default else "off by default"
    facts = [KIND_TITLES[rule.kind], rule.severity, state, _FIX_WORDS[rule.fix], f"since {rule.since}"]
    parts = [f"### {rule.code} {rule.name}", f"*{' · '.join(facts)}*"]
    if rule.aliases:
        parts.append("Same idea elsewhere: " + ", ".join(f"`{alias}`" for alias in rule.aliases))
    return "\n\n".join([*parts, body(rule, heading="####")])


_SEPARATOR = "\n---\n\n"


def _of_findings(document: Document, findings: Sequence[Finding], offset: int) -> Iterator[Page]:
    """The pages of the findings at a place, those about the least text first."""
    at_place = [
        finding for finding in findings if _holds(finding.span, offset) and finding.path == document.source.path
    ]
    for finding in sorted(at_place, key=lambda finding: finding.span.end - finding.span.start):
        yield Page(finding.span, page_of(finding.rule))


def _holds(span: Span, offset: int) -> bool:
    """Whether a place is in a span. Editors underline the word behind an empty one."""
    if span.start < span.end:
        return span.start <= offset < span.end
    word = re.compile(r"[\w.-]*").match(span.source.text, span.start)
    return span.start <= offset < max(word.end() if word else 0, span.start + 1)


def _of_comment(document: Document, offset: int, vocabulary: Vocabulary) -> Iterator[Page]:
    """The pages of the rules that a comment names at a place: ours, or those that stand for a peer's code."""
    source = document.source
    line = source.line_span(source.position(offset).line)
    if "#" not in source.text[line.start : offset + 1]:
        return
    of_document: tuple[Kind, ...] = (document.kind, "project")
    for suppression in suppress.read(document):
        for name in suppression.names:
            if name.span.start <= offset <= name.span.end and name.span.text == name:
                own = suppression.style == "dagdock"
                found = vocabulary.find(name) if own else vocabulary.find(name, of_document)
                if text := _of_name(name, found):
                    yield Page(name.span, text)
                elif own and (fault := vocabulary.fault(name, foreign=False)):
                    yield Page(name.span, fault)


def _of_name(name: str, rules: Sequence[Rule]) -> str:
    """What a name means: the pages of the rules, or a list where it means many; empty where it means none."""
    if len(rules) <= _MOST_PAGES:
        return _SEPARATOR.join(page_of(rule) for rule in rules)
    listed = [f"- {rule.code} `{rule.name}`: {rule.summary}" for rule in rules[:_MOST_LISTED]]
    if len(rules) > _MOST_LISTED:
        listed.append(f"- and {len(rules) - _MOST_LISTED} more: `dagdock rules` lists them all")
    every = "every rule" if name.upper() == ALL else f"{len(rules)} rules"
    return "\n".join([f"`{name}` means {every}:", "", *listed])
