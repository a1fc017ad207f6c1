"""Completion: what may be written where, and what it replaces."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.examples import unmark
from dagdock.hooks import Rules
from dagdock.lsp.completion import Candidate, FileKind, complete
from dagdock.names import Vocabulary
from dagdock.text import Source

VOCABULARY = Vocabulary(Rules(third_party=False))
PATHS: dict[FileKind, str] = {
    "dockerfile": "Dockerfile",
    "compose": "compose.yaml",
    "dag": "dags/a.py",
    "ignorefile": ".dockerignore",
    "config": "dagdock.toml",
}


def at(marked: str, kind: FileKind, path: str | None = None) -> list[Candidate]:
    """The candidates at the mark `«»`."""
    text, [(offset, _)] = unmark(marked)
    return complete(Source(path or PATHS[kind], text), kind, offset, VOCABULARY)


def labels(marked: str, kind: FileKind, path: str | None = None) -> list[str]:
    return [candidate.label for candidate in at(marked, kind, path)]


def accepted(marked: str, kind: FileKind, label: str, path: str | None = None) -> str:
    """The whole text once a candidate is taken."""
    text, _ = unmark(marked)
    [candidate] = [candidate for candidate in at(marked, kind, path) if candidate.label == label]
    return text[: candidate.span.start] + candidate.text + text[candidate.span.end :]


# Comments


def test_our_own_comments_complete_codes_and_names() -> None:
    found = at("FROM a\n# dagdock: ignore[«»\n", "dockerfile")
    code = next(candidate for candidate in found if candidate.label == "DF203")
    name = next(candidate for candidate in found if candidate.label == "copy-before-install")
    assert code.rule is name.rule and code.rule is not None
    assert code.detail == f"copy-before-install: {code.rule.summary}"
    assert name.detail == f"DF203: {code.rule.summary}"


@pytest.mark.parametrize(
    ("marked", "kind", "families"),
    [
        ("# dagdock: ignore[«»]\n", "dockerfile", {"DF", "PJ"}),
        ("a: 1 # dagdock: ignore[«»]\n", "compose", {"DC", "PJ"}),
        ("a = 1  # dagdock: ignore[«»]\n", "dag", {"AF", "PJ"}),
        ("# dagdock: ignore-file[«»]\n", "ignorefile", {"DF", "PJ"}),
    ],
)
def test_only_rules_for_this_kind_of_file(marked: str, kind: FileKind, families: set[str]) -> None:
    assert {candidate.rule.code[:2] for candidate in at(marked, kind) if candidate.rule} == families


def test_what_is_named_already_is_left_out() -> None:
    found = labels("# dagdock: ignore[DF203, «», untagged-base-image]\n", "dockerfile")
    assert not {"DF203", "copy-before-install", "DF101", "untagged-base-image"} & {*found}
    assert "DF102" in found


def test_the_word_at_the_place_is_replaced_and_no_other() -> None:
    marked = "FROM a\n# dagdock: ignore[DF101, DF2«»99] -- why\n"
    assert accepted(marked, "dockerfile", "DF203") == "FROM a\n# dagdock: ignore[DF101, DF203] -- why\n"
    assert "DF203" in labels("# dagdock: ignore[DF203«»]", "dockerfile"), "the word itself is not one already named"


@pytest.mark.parametrize(
    ("marked", "kind", "label", "other"),
    [
        ("  # hadolint ignore=«»\n", "dockerfile", "DL3006", "DF101"),
        ("# hadolint global ignore=DL3008,«»\n", "dockerfile", "DL3006", "DL3008"),
        ("# check=skip=«»\n", "dockerfile", "DuplicateStageName", "DF111"),
        ("# check=error=true;skip=CopyIgnoredFile,D«»\n", "dockerfile", "DuplicateStageName", "CopyIgnoredFile"),
        ("services: {} # dclint disable-line «»\n", "compose", "no-version-field", "DC005"),
        ("# dclint disable no-version-field «»\n", "compose", "invalid-yaml", "no-version-field"),
        ("a = 1  # noqa: «»\n", "dag", "AIR304", "AF101"),
        ("a = 1  # noqa: AIR301, A«»\n", "dag", "AIR304", "AIR301"),
        ("# ruff: noqa: «»\n", "dag", "AIR304", "AF101"),
        ("# dagdock: ignore[hadolint:«»]\n", "dockerfile", "DL3006", "DF101"),
    ],
)
def test_peers_comments_complete_their_codes(marked: str, kind: FileKind, label: str, other: str) -> None:
    found = labels(marked, kind)
    assert label in found and other not in found
    assert label in accepted(marked, kind, label)


@pytest.mark.parametrize(
    ("marked", "kind", "line"),
    [
        ("FROM a\n# dag«»\n", "dockerfile", "# dagdock: ignore["),
        ("FROM a\n#dagdock«»\n", "dockerfile", "# dagdock: ignore["),
        ("a: 1 # dagdock: ig«»\n", "compose", "a: 1 # dagdock: ignore["),
        ("a = '#'  # dagdock :«»\n", "dag", "a = '#'  # dagdock: ignore["),
    ],
)
def test_the_comment_itself_can_be_completed(marked: str, kind: FileKind, line: str) -> None:
    assert labels(marked, kind) == ["dagdock: ignore[…]", "dagdock: ignore-file[…]"]
    assert line in accepted(marked, kind, "dagdock: ignore[…]").splitlines()


@pytest.mark.parametrize(
    ("marked", "kind"),
    [
        ("RUN echo # dagdock: ignore[«»\n", "dockerfile"),  # not at the start of the line: no comment
        ("a: 'x # dagdock: ignore[«»'\n", "compose"),
        ("a: b#dagdock: ignore[«»\n", "compose"),
        ('a = "# noqa: «»"\n', "dag"),
        ("a = 'it\\'s # dagdock: ignore[«»'\n", "dag"),
        ("# dagdock: ignore[DF203] -- be«»\n", "dockerfile"),
        ("# hadolint ignore=DL3008\nFROM «»\n", "dockerfile"),
        ("# noqa: «»\nFROM a\n", "dockerfile"),  # a comment for another kind of file
        ("# a«»\n", "dockerfile"),
        ("# d«»\n", "dockerfile"),
        ("«»", "dockerfile"),
    ],
)
def test_elsewhere_there_is_nothing_to_complete(marked: str, kind: FileKind) -> None:
    assert at(marked, kind) == []


# Configuration


def test_the_settings_that_are_not_yet_there() -> None:
    found = labels("ignore = []\n«»\n", "config")
    assert "exclude" in found and "per-file-ignores" in found and "ignore" not in found
    assert accepted("excl«»\n", "config", "exclude") == "exclude = \n"
    assert accepted("excl«» = []\n", "config", "exclude") == "exclude = []\n"
    assert accepted("sev«»\n", "config", "severity") == "[severity]\n"
    assert accepted("[tool.dagdock]\nru«»\n", "config", "rules", "pyproject.toml").endswith("\n[tool.dagdock.rules.\n")


def test_headers_complete_the_tables() -> None:
    assert labels("[«»]\n", "config") == ["per-file-ignores", "severity", "label-schema", "rules"]
    assert labels("[«»]\n", "config", "pyproject.toml") == ["tool.dagdock"]
    assert labels("[tool.«»]\n", "config", "pyproject.toml") == ["dagdock"]
    assert "severity" in labels("[tool.dagdock.«»]\n", "config", "pyproject.toml")


@pytest.mark.parametrize(
    ("marked", "result"),
    [
        ("ignore = [«»]\n", 'ignore = ["DF203"]\n'),
        ('ignore = ["«»"]\n', 'ignore = ["DF203"]\n'),
        ("ignore = ['«»']\n", "ignore = ['DF203']\n"),
        ('extend-select = [\n  "DF101",\n  "DF2«»\n]\n', 'extend-select = [\n  "DF101",\n  "DF203\n]\n'),
        ('ignore = ["«»\nselect = []\n', 'ignore = ["DF203\nselect = []\n'),
        ('[per-file-ignores]\n"tests/**" = ["«»"]\n', '[per-file-ignores]\n"tests/**" = ["DF203"]\n'),
        ("[severity]\n«»\n", "[severity]\nDF203\n"),
        ("severity = { «» }\n", "severity = { DF203 }\n"),
        ("severity.«»\n", "severity.DF203\n"),
    ],
)
def test_places_that_name_rules(marked: str, result: str) -> None:
    assert accepted(marked, "config", "DF203") == result


def test_lists_leave_out_what_they_hold_and_know_tags() -> None:
    found = labels('ignore = ["DF203", "«»", "security"]\nselect = ["DF101"]\n', "config")
    assert "DF203" not in found and "copy-before-install" not in found and "DF101" in found
    assert "syntax" in found


def test_options_of_rules() -> None:
    assert {"AF201", "dag-too-many-tasks"} <= {*labels("[rules.«»]\n", "config")}
    assert "DF203" not in labels("[rules.«»]\n", "config"), "a rule without options"
    [option] = at("[rules.dag-too-many-tasks]\nmax«»\n", "config")
    assert (option.label, option.detail, option.text) == ("max-tasks", "200 by default", "max-tasks = ")
    assert labels("[rules.dag-too-many-tasks]\nmax-tasks = 3\n«»\n", "config") == []
    assert labels("[rules.dag-too-many-tasks]\nmax-tasks = «»\n", "config") == ["200"]


def test_values() -> None:
    assert labels("[severity]\nDF203 = «»\n", "config") == ["error", "warning", "info", "off"]
    assert accepted("[severity]\nDF203 = «»\n", "config", "off") == '[severity]\nDF203 = "off"\n'
    assert accepted('severity.DF203 = "«»"\n', "config", "off") == 'severity.DF203 = "off"\n'
    assert labels("strict-labels = «»\n", "config") == ["true", "false"]


@pytest.mark.parametrize(
    ("marked", "path"),
    [
        ("[tool.ruff]\nignore = [«»]\n", "pyproject.toml"),
        ("«»\n", "pyproject.toml"),
        ("# ignore = [«»]\n", "dagdock.toml"),
        ('ignore = ["DF203"] «»\n', "dagdock.toml"),
        ('exclude = ["«»"]\n', "dagdock.toml"),
        ("= «»\n", "dagdock.toml"),
    ],
)
def test_nothing_of_ours_belongs_there(marked: str, path: str) -> None:
    assert at(marked, "config", path) == []


WORDS = "ignore severity DF203 rules tool.dagdock noqa: \x00 \ud800 \ufeff é😀".split(" ")
SIGNS = [*"[]{}=,.\"'#\n \\", '"""', "\r\n", "# dagdock: ignore[", "# hadolint ignore="]
PIECES = st.lists(st.sampled_from([*WORDS, *SIGNS]), max_size=14).map("".join)


@settings(deadline=None, max_examples=200)
@given(PIECES, st.sampled_from([*PATHS]), st.data())
def test_any_text_can_be_asked_about(text: str, kind: FileKind, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    for path in (PATHS[kind], "pyproject.toml"):
        source = Source(path, text)
        for candidate in complete(source, kind, offset, VOCABULARY):
            assert candidate.span.start <= offset <= candidate.span.end
            assert "\n" not in candidate.span.text
