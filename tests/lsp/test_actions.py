"""What is offered about a finding: only what leaves the file sound, and what it says it does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

pytest.importorskip("pygls")

from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types as lsp

from dagdock.fix import Edit, Fix, apply_edits
from dagdock.hooks import Rules
from dagdock.lsp.actions import Actions, _difference, admits
from dagdock.lsp.buffers import Buffer
from dagdock.lsp.client import Client
from dagdock.lsp.options import Options
from dagdock.lsp.session import Session
from dagdock.rule import Finding
from dagdock.text import Source, Span

RULES = Rules(third_party=False)
TEXT = "FROM python:3.12-slim\nCMD python app.py\n"
EVERYWHERE = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))


class Desk:
    def __init__(self, folder: Path, text: str = TEXT, client: Client | None = None) -> None:
        self.key = str(folder / "Dockerfile")
        self.session = Session(Options(), str(folder), RULES)
        self.session.put(Buffer(f"file://{self.key}", self.key, text, 3, "dockerfile"))
        self.session.judge(self.key)
        self.actions = Actions(
            self.session,
            client or Client(),
            lambda path: f"file://{self.session.key_of(path, self.key)}",
            lambda uri: 3,
        )

    @property
    def finding(self) -> Finding:
        return next(each for each in self.session.shown(self.key) if each.rule.code == "DF601")

    def titles(self) -> list[str]:
        return [action.title for action in self.actions.at(self.key, EVERYWHERE, [lsp.CodeActionKind.QuickFix])]

    def source(self) -> Source:
        look = self.session.look(self.key)
        assert look and look.document
        return look.document.source


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path)


def offers(desk: Desk, make: Iterable[Edit]) -> bool:
    """Whether a fix with these edits is offered for the finding."""
    desk.finding.fix = Fix("Do it", make)
    return "Do it (DF601)" in desk.titles()


def test_a_fix_is_offered_only_where_the_file_stays_sound(desk: Desk) -> None:
    source, place = desk.source(), desk.finding.span
    assert offers(desk, [Edit(place, 'CMD ["python"]')])
    assert not offers(desk, [Edit(place, "NOTHING")])
    assert not offers(desk, [Edit(source.span(0, 9), "A"), Edit(source.span(5, 12), "B")])
    assert not offers(desk, [])


def test_a_fix_that_cannot_be_worked_out_is_not_offered_and_harms_no_other(desk: Desk) -> None:
    def crash() -> list[Edit]:
        raise RuntimeError("boom")

    desk.finding.fix = Fix("Do it", crash)
    titles = desk.titles()
    assert "Do it (DF601)" not in titles and "Ignore DF601 here" in titles


def test_a_fix_of_a_text_that_is_no_more_is_not_offered(desk: Desk) -> None:
    stale = Source("Dockerfile", TEXT)
    assert not offers(desk, [Edit(Span(stale, 22, 39), 'CMD ["python"]')])


def test_a_fix_that_several_findings_share_is_offered_once(desk: Desk) -> None:
    fix = Fix("Do it", [Edit(desk.finding.span, 'CMD ["python"]')])
    for finding in desk.session.shown(desk.key):
        finding.fix = fix
    assert len(desk.session.shown(desk.key)) > 1
    assert sum(title.startswith("Do it") for title in desk.titles()) == 1


def test_edits_name_the_version_where_a_client_takes_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for versions in (False, True):
        desk = Desk(tmp_path, client=Client(versions=versions))
        edit = desk.actions.fix_all(desk.key)
        assert edit
        assert (edit.changes is None, edit.document_changes is None) == (versions, not versions)
        for change in edit.document_changes or ():
            assert isinstance(change, lsp.TextDocumentEdit) and change.text_document.version == 3


def test_fix_all_leaves_out_what_may_change_the_meaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("flask==3.0.3\n", encoding="utf-8")
    text = (
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install --no-cache-dir -r requirements.txt\nUSER 1000\n"
    )
    desk = Desk(tmp_path, text)
    (unsafe,) = [each for each in desk.session.shown(desk.key) if each.rule.code == "DF203"]
    assert unsafe.fix and unsafe.fix.safety == "unsafe"
    edit = desk.actions.fix_all(desk.key)
    assert edit is None or "COPY requirements.txt" not in str(edit)


@settings(deadline=None)
@given(st.text("ab\n\r😀", max_size=40), st.text("ab\n\r😀", max_size=40))
def test_the_edits_between_two_texts_turn_one_into_the_other(before: str, after: str) -> None:
    source = Source("x", before)
    assert apply_edits(source, _difference(source, after)) == after


@pytest.mark.parametrize(
    ("only", "kind", "admitted"),
    [
        ([], "quickfix", True),
        ([""], "quickfix", True),
        (["source"], "source.fixAll.dagdock", True),
        (["source.fixAll"], "source.fixAll.dagdock", True),
        (["source.fix"], "source.fixAll.dagdock", False),
        (["source.fixAll.dagdock.more"], "source.fixAll.dagdock", False),
        (["quickfix"], "source.fixAll.dagdock", False),
        (["refactor", "quickfix"], "quickfix", True),
    ],
)
def test_which_kinds_a_request_is_for(only: list[str], kind: str, admitted: bool) -> None:
    assert admits(only, kind) == admitted
