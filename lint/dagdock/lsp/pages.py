"""Hover: the pages of the rules that a place of a file is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from dagdock.names import Vocabulary
from dagdock.rule import Finding, Rule
from dagdock.text import Source, Span

if TYPE_CHECKING:
    from dagdock.project import Document


class Page(NamedTuple):
    """What to show at a place: Markdown about the text in `span`."""

    span: Span
    text: str


def hover(document: Document, findings: Sequence[Finding], offset: int, vocabulary: Vocabulary) -> Page | None:
    """The pages of the rules that found something at a place, or that a suppression comment names there."""
    return None


def hover_config(source: Source, offset: int, vocabulary: Vocabulary) -> Page | None:
    """The page of the rule that a configuration of dagdock names at a place."""
    return None


def page_of(rule: Rule) -> str:
    """A rule's page as an editor shows it."""
    return rule.summary
