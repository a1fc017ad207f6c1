"""Hover: which pages are shown where."""

from __future__ import annotations

from typing import Any

import pytest

from dagdock.examples import unmark
from dagdock.hooks import Rules
from dagdock.lsp.pages import Page, hover, hover_config, page_of
from dagdock.names import Vocabulary
from dagdock.project import Project
from dagdock.rule import Finding, Problem
from dagdock.text import Source

VOCABULARY = Vocabulary(Rules(third_party=False))


def document(path: str, text: str) -> Any:
    found = Project.in_memory({path: text}).document(path)
    assert found is not None
    return found


def finding(document: Any, code: str, start: int, end: int) -> Finding:
    return Finding(VOCABULARY.find(code)[0], Problem(document.source.span(start, end), "said"), "warning")


def at(marked: str, path: str = "Dockerfile", findings: Any = ()) -> Page | None:
    """What is shown at the mark `«»`; the word that is shown for has to be the one at the mark."""
    text, [(offset, _)] = unmark(marked)
    return hover(document(path, text), findings, offset, VOCABULARY)


def test_a_page_says_what_why_and_how() -> None:
    page = page_of(VOCABULARY.find("DF203")[0])
    assert page.startswith("### DF203 copy-before-install\n\n*Dockerfile · warning · on by default · ")
    for part in ("#### Bad", "#### After the fix", "#### Good", "#### Silence it", "#### References", "```dockerfile"):
        assert part in page
    assert "ignore[DF203]" in page


def test_options_are_on_the_page() -> None:
    assert "[rules.dag-too-many-tasks]\nmax-tasks = 200" in page_of(VOCABULARY.find("AF201")[0])


def test_the_place_of_a_finding_shows_its_rule() -> None:
    file = document("Dockerfile", "FROM python\nCOPY . .\n")
    found = [finding(file, "DF203", 12, 20), finding(file, "DF101", 5, 11)]
    page = hover(file, found, 14, VOCABULARY)
    assert page and page.span.text == "COPY . ." and page.text.startswith("### DF203")
    assert hover(file, found, 20, VOCABULARY) is None, "behind its end"
    assert hover(file, found, 2, VOCABULARY) is None


def test_several_findings_at_one_place_each_have_their_page_the_narrowest_first() -> None:
    file = document("Dockerfile", "FROM python\nCOPY . .\n")
    found = [finding(file, "DF203", 0, 20), finding(file, "DF101", 5, 11), finding(file, "DF101", 4, 11)]
    page = hover(file, found, 6, VOCABULARY)
    assert page and page.span.text == "python"
    assert page.text.index("### DF101") < page.text.index("### DF203")
    assert page.text.count("### DF101 ") == 1, "two findings of one rule need its page once"


def test_an_empty_finding_is_shown_on_the_word_behind_it() -> None:
    file = document("Dockerfile", "FROM python\n")
    found = [finding(file, "DF604", 0, 0)]
    assert all(hover(file, found, offset, VOCABULARY) for offset in range(4))
    assert hover(file, found, 4, VOCABULARY) is None


def test_findings_of_other_files_are_not_shown() -> None:
    file, other = document("Dockerfile", "FROM a\n"), document("compose.yaml", "services: {}\n")
    assert hover(file, [finding(other, "DC005", 0, 6)], 2, VOCABULARY) is None


@pytest.mark.parametrize(
    ("marked", "path", "word", "heading"),
    [
        ("FROM a\n# dagdock: ignore[DF2«»03]\n", "Dockerfile", "DF203", "### DF203"),
        ("FROM a\n# dagdock: ignore[DF101, copy-«»before-install] -- why\n", "Dockerfile", None, "### DF203"),
        ("FROM a\n# hadolint ignore=DL3«»006\nFROM b\n", "Dockerfile", "DL3006", "### DF101"),
        ("# check=skip=«»DuplicateStageName\nFROM a\n", "Dockerfile", "DuplicateStageName", "### DF111"),
        ("services: {} # dclint disable-line no-version-f«»ield\n", "compose.yaml", "no-version-field", "### DC005"),
        ("from airflow import DAG\nd = DAG('a')  # noqa: AI«»R304\n", "dags/a.py", "AIR304", "### AF101"),
        ("# dagdock: ignore[DF«»503]\n*.log\n", ".dockerignore", "DF503", "### DF503"),
    ],
)
def test_a_name_in_a_comment_shows_the_rule(marked: str, path: str, word: str | None, heading: str) -> None:
    page = at(marked, path)
    assert page and page.text.startswith(heading)
    assert page.span.text == (word or "copy-before-install")


def test_names_that_mean_many_rules_show_a_list() -> None:
    page = at("# dagdock: ignore-file[D«»F1]\nFROM a\n")
    assert page and "\n- DF101 `untagged-base-image`: " in page.text and "### " not in page.text
    everything = at("# dagdock: ignore-file[A«»LL]\nFROM a\n")
    assert everything and everything.text.startswith("`ALL` means every rule:") and " more: " in everything.text


def test_unknown_names_say_so_in_our_own_comments_only() -> None:
    own = at("# dagdock: ignore-file[copy-before-insta«»l]\nFROM a\n")
    assert own and own.text == "no rule is called `copy-before-instal`; did you mean `copy-before-install`?"
    assert at("# hadolint ignore=DL99«»99\nFROM a\n") is None


@pytest.mark.parametrize(
    "marked", ["«»FROM a\n", "# FROM DF2«»03\nFROM a\n", "# dagdock: ig«»nore[DF203]\nFROM a\n", "FROM a\n«»"]
)
def test_elsewhere_nothing_is_shown(marked: str) -> None:
    assert at(marked) is None


def in_config(marked: str, path: str = "dagdock.toml") -> str | None:
    text, [(offset, _)] = unmark(marked)
    page = hover_config(Source(path, text), offset, VOCABULARY)
    return page and page.text


@pytest.mark.parametrize(
    ("marked", "begins"),
    [
        ('ignore = ["DF101", "DF«»203"]\n', "### DF203"),
        ("extend-select = [\n  'copy-before-inst«»all',\n]\n", "### DF203"),
        ('[severity]\nDF2«»03 = "error"\n', "### DF203"),
        ('severity.DF2«»03 = "error"\n', "### DF203"),
        ('severity = { DF2«»03 = "error" }\n', "### DF203"),
        ('ignore = ["DL30«»06"]\n', "### DF101"),
        ('[per-file-ignores]\n"tests/**" = ["AF«»201"]\n', "### AF201"),
        ("[rules.dag-too-«»many-tasks]\nmax-tasks = 3\n", "### AF201"),
        ("[rules.dag-too-many-tasks]\nmax-«»tasks = 3\n", "### AF201"),
        ("«»ignore = []\n", "`ignore` is a list of texts"),
        ("[sever«»ity]\n", "`severity` is a table of rules"),
    ],
)
def test_a_configuration_shows_rules_and_settings(marked: str, begins: str) -> None:
    text = in_config(marked)
    assert text and text.startswith(begins)


@pytest.mark.parametrize(
    "marked",
    [
        'ignore = ["nothing-of-«»the-kind"]\n',
        'exclude = ["DF2«»03"]\n',
        'severity.DF203 = "err«»or"\n',
        "# DF2«»03\n",
        "«»",
        'ignore = ["DF203"] «»\n',
    ],
)
def test_nothing_is_shown_elsewhere_in_a_configuration(marked: str) -> None:
    assert in_config(marked) is None


def test_other_tables_of_a_pyproject_are_not_ours() -> None:
    assert in_config('[tool.ruff]\nignore = ["DF2«»03"]\n', "pyproject.toml") is None
    text = in_config('[tool.dagdock]\nignore = ["DF2«»03"]\n', "pyproject.toml")
    assert text and text.startswith("### DF203")
