"""Completion: names of rules in comments that silence, and all that a configuration of dagdock may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from os.path import basename
from typing import Literal, NamedTuple

from dagdock.config import KEYS
from dagdock.lsp.settings import Keys, Word, names_rule, ours, word_at, words
from dagdock.names import Vocabulary, closeness
from dagdock.peers import Comment, read_comment
from dagdock.report.page import toml
from dagdock.rule import KINDS, SEVERITIES, Kind, Rule
from dagdock.suppress import read_own
from dagdock.text import Source, Span

FileKind = Literal["dockerfile", "compose", "dag", "ignorefile", "config"]
TRIGGERS = ("[", "=", ",", ":", ".", '"')
"""Characters behind which a list should open without being asked for."""

# What a comment that silences begins with, in the order in which people need it.
_PHRASES = {
    "dagdock: ignore[": "silence rules for the statement below, or the one it stands behind",
    "dagdock: ignore-file[": "silence rules for the whole file",
}
# The linters whose codes a comment of each style may name.
_TOOLS = {"hadolint": ("hadolint", "shellcheck"), "noqa": ("ruff",)}
# Stands for the word that is being written where a comment is read: fit for every style.
_STANDIN = "X0"


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
    if kind == "config":
        return list(_in_config(source, offset, vocabulary))
    return list(_in_comment(source, kind, offset, vocabulary))


# Comments


def _in_comment(source: Source, kind: FileKind, offset: int, vocabulary: Vocabulary) -> Iterator[Candidate]:
    line = source.line_span(source.position(offset).line)
    start = _comment_start(source.text[line.start : offset], kind)
    if start is None:
        return
    start += line.start
    before, after = source.text[start:offset], source.text[offset : line.end]
    typed = re.search(r"[\w-]*\Z", before)
    rest = re.match(r"[\w-]*", after)
    assert typed and rest, "both may be empty"
    word = Span(source, offset - len(typed.group()), offset + rest.end())
    said = _said(before[: typed.start()], after[rest.end() :], kind)
    if said is None:
        yield from _phrases(source, start, offset)
        return
    comment, place = said
    named = [name for name, at in comment.names if not at <= place < at + len(name)]
    own = next(name for name, at in comment.names if at <= place < at + len(name))
    of_kind: tuple[Kind, ...] = ("dockerfile" if kind == "ignorefile" else kind, "project")  # type: ignore[assignment]
    rules = [rule for each in of_kind for rule in vocabulary.of_kind(each)]
    tool = own.rpartition(":")[0].lower()
    if comment.style == "dagdock" and not tool:
        yield from _rules(rules, named, word)
    else:
        yield from _codes(rules, (tool,) if tool else _TOOLS.get(comment.style, (comment.style,)), named, word)


def _comment_start(line: str, kind: FileKind) -> int | None:
    """Where the comment begins that a line ends in; None where it ends in none.

    `line` is what stands before the place. Texts that go on over several lines are not known here.
    """
    if kind in ("dockerfile", "ignorefile"):
        match = re.match(r"[\ufeff\s]*#", line)
        return match.end() - 1 if match else None
    quote = ""
    escaped = False
    for index, character in enumerate(line):
        if quote:
            if character == quote and not escaped:
                quote = ""
            escaped = character == "\\" and not escaped and (kind == "dag" or quote == '"')
        elif character == "#" and (kind == "dag" or index == 0 or line[index - 1].isspace()):
            return index
        elif character in "'\"" and (kind == "dag" or not line[:index].strip() or line[index - 1] in " \t[{,="):
            quote = character
    return None


def _said(before: str, after: str, kind: FileKind) -> tuple[Comment, int] | None:
    """What a comment says with a stand-in for the word that is being written, and where that is in the comment; None
    where no name belongs there."""
    dialect = "" if kind == "ignorefile" else kind
    for rest in (after, ""):
        closed = rest if "]" in rest else f"{rest}]"
        for comment in (
            read_own(f"{before}{_STANDIN}{closed}"),
            read_comment(f"{before}{_STANDIN}{rest}", dialect),
        ):
            if comment and any(at <= len(before) < at + len(name) for name, at in comment.names):
                return comment, len(before)
    return None


def _phrases(source: Source, start: int, offset: int) -> Iterator[Candidate]:
    """The beginnings of our own comments, where somebody writes one."""
    typed = source.text[start + 1 : offset]
    begin = start + 1 + len(typed) - len(typed.lstrip())
    plain = re.sub(r"\s*:\s*", ": ", typed.strip().lower())
    for phrase, detail in _PHRASES.items():
        if len(plain) > 1 and phrase.startswith(plain):
            blank = "" if begin > start + 1 else " "
            yield Candidate(f"{phrase}…]", "comment", detail, Span(source, begin, offset), f"{blank}{phrase}")


def _rules(rules: Iterable[Rule], named: Iterable[str], word: Span, quotes: str = "") -> Iterator[Candidate]:
    """Rules that are not yet named, by code and by name."""
    taken = {name.lower() for name in named}
    open_rules = [rule for rule in rules if not taken & {rule.code.lower(), rule.name}]
    for rule in open_rules:
        yield Candidate(rule.code, "rule", f"{rule.name}: {rule.summary}", word, f"{quotes}{rule.code}{quotes}", rule)
    for rule in open_rules:
        yield Candidate(rule.name, "rule", f"{rule.code}: {rule.summary}", word, f"{quotes}{rule.name}{quotes}", rule)


def _codes(rules: Iterable[Rule], tools: Iterable[str], named: Iterable[str], word: Span) -> Iterator[Candidate]:
    """Codes of peers that a rule stands for and that are not yet named."""
    taken = {name.lower() for name in named}
    found: dict[str, Rule] = {}
    for rule in rules:
        for alias in rule.aliases:
            tool, _, code = alias.rpartition(":")
            if tool in tools and code.lower() not in taken and "*" not in code:
                found.setdefault(code, rule)
    for code, rule in sorted(found.items()):
        yield Candidate(code, "rule", f"{rule.name}: {rule.summary}", word, code, rule)


# Configuration


def _in_config(source: Source, offset: int, vocabulary: Vocabulary) -> Iterator[Candidate]:
    word = word_at(source, offset)
    path = ours(source, word) if word else None
    if word is None:
        return
    if path is None:
        yield from _way_to_ours(word)
    elif names_rule(word, path):
        quotes = '"' if word.role == "value" and not word.quoted else ""
        wanted = [rule for rule in _all(vocabulary) if path != ("rules",) or rule.options]
        yield from _rules(wanted, _named_beside(source, word), word.span, quotes)
        if word.in_list:
            yield from _tags(wanted, word, quotes)
    elif word.role == "value":
        yield from _values(word, path, vocabulary)
    elif not path:
        yield from _keys(source, word)
    elif len(path) == 2 and path[0] == "rules":
        beside = _named_beside(source, word)
        yield from _options([rule for rule in _all(vocabulary) if closeness(path[1], rule)], beside, word)


def _all(vocabulary: Vocabulary) -> list[Rule]:
    return sorted((rule for kind in KINDS for rule in vocabulary.of_kind(kind)), key=lambda rule: rule.code)


def _named_beside(source: Source, word: Word) -> list[str]:
    """What else stands below the same keys."""
    found = [other for other in words(source) if (other.role == "value") == (word.role == "value")]
    return [other.text for other in found if other.path == word.path and other.span.start != word.span.start]


def _way_to_ours(word: Word) -> Iterator[Candidate]:
    """The header of dagdock's table in a `pyproject.toml`."""
    if word.role == "header" and word.path in ((), ("tool",)):
        name = "tool.dagdock" if not word.path else "dagdock"
        yield Candidate(name, "key", "the settings of dagdock", word.span, name)


def _tags(rules: Iterable[Rule], word: Word, quotes: str) -> Iterator[Candidate]:
    counts: dict[str, int] = {}
    for rule in rules:
        for tag in rule.tags:
            counts[tag] = counts.get(tag, 0) + 1
    for tag, count in sorted(counts.items()):
        detail = f"{count} rules with this tag" if count > 1 else "one rule with this tag"
        yield Candidate(tag, "value", detail, word.span, f"{quotes}{tag}{quotes}")


def _keys(source: Source, word: Word) -> Iterator[Candidate]:
    """The settings that are not yet there; those that are tables may be added to at several places."""
    beside = _named_beside(source, word)
    for key, (_, expected) in KEYS.items():
        is_table = expected.startswith(("a table", "tables"))
        if word.role == "header" and is_table:
            yield Candidate(key, "key", expected, word.span, key)
        elif word.role == "key" and key not in beside:
            new = key if _is_set(source, word) else _header(source, key) if is_table else f"{key} = "
            yield Candidate(key, "key", expected, word.span, new)


def _header(source: Source, key: str) -> str:
    """The line that begins a table of settings; behind `rules` comes a name."""
    table = f"tool.dagdock.{key}" if basename(source.path) == "pyproject.toml" else key
    return f"[{table}." if key == "rules" else f"[{table}]"


def _options(rules: Iterable[Rule], named: Iterable[str], word: Word) -> Iterator[Candidate]:
    """The options of rules, with their defaults."""
    for rule in rules:
        for option, default in rule.options.items():
            if option not in named:
                text = option if _is_set(word.span.source, word) else f"{option} = "
                yield Candidate(option, "key", f"{toml(default)} by default", word.span, text, rule)


def _is_set(source: Source, word: Word) -> bool:
    """Whether a value, or a further key, is there already."""
    line = source.line_span(source.position(word.span.end).line)
    return source.text[word.span.end : line.end].lstrip("\"' \t").startswith(("=", "."))


def _values(word: Word, path: Keys, vocabulary: Vocabulary) -> Iterator[Candidate]:
    for text, detail in _possible(path, vocabulary):
        plain = text.strip('"')
        if not word.quoted or plain != text:
            yield Candidate(plain, "value", detail, word.span, plain if word.quoted else text)


def _possible(path: Keys, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """The values that a setting may have, as TOML writes them, where they can be told."""
    key = path[0] if path else ""
    if key == "severity":
        yield from ((toml(level), "findings are of this severity") for level in SEVERITIES)
        yield '"off"', "the rule is off"
    elif path == ("strict-labels",):
        yield from (("true", ""), ("false", "the default"))
    elif path == ("shellcheck",):
        yield from (('"auto"', "the default"), ('"off"', ""))
    elif path == ("plugins",):
        yield from (
            (toml(name), f"version {version}" if version else "") for name, version in vocabulary.plugins().items()
        )
    elif len(path) == 3 and key == "rules":
        for rule in _all(vocabulary):
            if closeness(path[1], rule) and path[2] in rule.options:
                default = rule.options[path[2]]
                yield toml(default), "the default"
                if isinstance(default, bool):
                    yield toml(not default), ""
