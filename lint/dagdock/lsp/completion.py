"""Completion: names of rules in comments that silence, and all that a configuration of dagdock may hold."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dagdock.names import Vocabulary
from dagdock.rule import Rule
from dagdock.text import Source, Span

FileKind = Literal["dockerfile", "compose", "dag", "ignorefile", "config"]
TRIGGERS = "[=,:# \"'"


class Candidate(NamedTuple):
    """Something that may stand at a place.

    `text` replaces `span`; `label` is what the list shows, `detail` what it says beside it. `kind` is `rule`, `key`,
    `value` or `comment`; of a rule there is a page to be shown (`pages.page_of`). Candidates come in the order in
    which they should be listed.
    """

    label: str
    kind: Literal["rule", "key", "value", "comment"]
    detail: str
    span: Span
    text: str
    rule: Rule | None = None


def complete(source: Source, kind: FileKind, offset: int, vocabulary: Vocabulary) -> list[Candidate]:
    """What may be written at a place of a file; `config` is a `dagdock.toml` or `pyproject.toml`."""
    return []
