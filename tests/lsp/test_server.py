"""The server from end to end, with clients that say of themselves what Neovim, Emacs and VS Code say."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pytest_lsp")

from lsprotocol import types as lsp

from .conftest import Editor, codes, everywhere

BAD = "FROM python\nRUN apt-get update && apt-get install -y curl\nCMD python app.py\n"
COPYING = "FROM python:3.12-slim\nCOPY setup.cfg app.py ./\n"
# An emoji and an accent in front of the place: three ways to count.
FAR = 'FROM python:3.12-slim\nLABEL name="😀é" v=1\nCMD python "😀é" app.py\n'


async def test_a_file_is_judged_when_it_is_opened_changed_and_closed(editor: Editor) -> None:
    await editor.begin()
    editor.open("Dockerfile", BAD)
    found = await editor.finds("Dockerfile", "DF101")
    assert found.range == lsp.Range(lsp.Position(0, 5), lsp.Position(0, 11))
    assert (found.source, found.severity) == ("dagdock", lsp.DiagnosticSeverity.Warning)
    place = lsp.Range(lsp.Position(0, 11), lsp.Position(0, 11))
    editor.change("Dockerfile", lsp.TextDocumentContentChangePartial(place, ":3.12-slim"))
    await editor.misses("Dockerfile", "DF101")
    await editor.finds("Dockerfile", "DF601")
    editor.close("Dockerfile")
    if not editor.pulls:
        await editor.diagnostics("Dockerfile", lambda found: not found)


async def test_a_client_that_pulls_gets_no_pushes(editor: Editor) -> None:
    await editor.begin()
    editor.open("Dockerfile", BAD)
    await editor.finds("Dockerfile", "DF101")
    await asyncio.sleep(0.5)
    assert bool(editor.client.diagnostics) == (not editor.pulls)


@pytest.mark.parametrize("units", [["utf-8"], ["utf-16"], ["utf-32"], None])
async def test_places_are_in_the_units_that_were_agreed_on(vscode: Editor, units: list[str] | None) -> None:
    def say(said: lsp.ClientCapabilities) -> None:
        said.general = lsp.GeneralClientCapabilities(position_encodings=units)

    await vscode.begin(say)
    vscode.open("Dockerfile", FAR)
    found = await vscode.finds("Dockerfile", "DF601")
    end = {"utf-8": 26, "utf-16": 23, "utf-32": 22}[units[0] if units else "utf-16"]
    assert (found.range.end.line, found.range.end.character) == (2, end)
    # What is behind the emoji is changed: the server must take the client's place for the same.
    place = lsp.Range(lsp.Position(2, end - 6), lsp.Position(2, end))
    vscode.change("Dockerfile", lsp.TextDocumentContentChangePartial(place, "x"))
    action = await vscode.action("Dockerfile", everywhere(), "Write it in exec form")
    assert vscode.apply(FAR.replace("app.py", "x"), action.edit).splitlines()[2] == 'CMD ["python", "😀é", "x"]'


async def test_a_fix_is_offered_and_does_what_it_says(editor: Editor) -> None:
    await editor.begin()
    editor.open("Dockerfile", FAR)
    await editor.finds("Dockerfile", "DF601")
    action = await editor.action("Dockerfile", lsp.Range(lsp.Position(2, 0), lsp.Position(2, 0)), "Write it in exec")
    assert (action.kind, action.is_preferred) == (lsp.CodeActionKind.QuickFix, True)
    assert [each.code for each in action.diagnostics or ()] == ["DF601"]
    fixed = editor.apply(FAR, action.edit)
    assert fixed.splitlines()[2] == 'CMD ["python", "😀é", "app.py"]'
    editor.type("Dockerfile", fixed)
    await editor.misses("Dockerfile", "DF601")


async def test_only_what_stands_at_the_place_is_offered(vscode: Editor) -> None:
    await vscode.begin()
    vscode.open("Dockerfile", BAD)
    await vscode.finds("Dockerfile", "DF601")
    titles = [
        each.title for each in await vscode.actions("Dockerfile", lsp.Range(lsp.Position(0, 6), lsp.Position(0, 6)))
    ]
    assert "Explain DF101 untagged-base-image" in titles and not any("DF601" in title for title in titles)


async def test_a_fix_that_may_change_the_meaning_says_so(vscode: Editor) -> None:
    await vscode.begin()
    vscode.open(
        "Dockerfile",
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install --no-cache-dir -r requirements.txt\n",
    )
    (vscode.folder / "requirements.txt").write_text("flask==3.0.3\n", encoding="utf-8")
    await vscode.finds("Dockerfile", "DF203")
    found = [each for each in await vscode.actions("Dockerfile", everywhere()) if isinstance(each, lsp.CodeAction)]
    unsafe = [each for each in found if "(DF203" in each.title]
    assert [(each.title.endswith("(DF203, unsafe: may change the meaning)"), each.is_preferred) for each in unsafe] == [
        (True, None)
    ]


TASKFLOW = """\
from airflow import DAG

with DAG(
    'a',
    schedule='@daily',
    start_date=now(),
):
    pass
"""
SILENCED = [
    ("Dockerfile", BAD, "DF601"),
    ("Dockerfile", BAD.replace("CMD", "# hadolint ignore=DL3025\n# why\nCMD"), "DF301"),
    ("Dockerfile", "FROM debian:12\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n", "DF301"),
    ("Dockerfile", BAD.replace("&&", "\\\n  # install\n  &&"), "DF301"),
    ("Dockerfile", "# dagdock: ignore[DF601] -- x\n" + BAD, "DF101"),
    ("Dockerfile", "# syntax=docker/dockerfile:1\n" + BAD, "DF101"),
    ("compose.yaml", "services:\n  web:\n    image: nginx\n", "DC101"),
    ("compose.yaml", "services: {web: {image: nginx}}\n", "DC101"),
    ("dags/pipeline.py", TASKFLOW, "AF102"),
]


async def test_a_finding_is_silenced_here_and_in_the_file(vscode: Editor) -> None:
    await vscode.begin()
    for path, text, code in SILENCED:
        for title in (f"Ignore {code} here", f"Ignore {code} in this file"):
            vscode.open(path, text, "plaintext")
            found = await vscode.finds(path, code)
            action = await vscode.action(path, found.range, title)
            silenced = vscode.apply(text, action.edit, path)
            assert code in silenced and len(silenced) > len(text)
            vscode.type(path, silenced)
            await vscode.misses(path, code)
            vscode.close(path)


async def test_fix_all_is_for_those_who_ask_and_mends_safely(editor: Editor) -> None:
    await editor.begin()
    editor.open("Dockerfile", BAD)
    await editor.finds("Dockerfile", "DF601")
    for only, expected in [
        (["source.fixAll"], True),
        (["source.fixAll.dagdock"], True),
        (["source"], True),
        (None, True),
        (["quickfix"], False),
        (["source.fixAll.eslint"], False),
        (["source.organizeImports"], False),
    ]:
        found = await editor.actions("Dockerfile", everywhere(), only)
        kinds = [each.kind for each in found if isinstance(each, lsp.CodeAction)]
        assert ("source.fixAll.dagdock" in kinds) == expected, only
        assert only is None or expected == bool(kinds) or only == ["quickfix"]
    (action,) = await editor.actions("Dockerfile", everywhere(), ["source.fixAll.dagdock"])
    assert isinstance(action, lsp.CodeAction)
    if action.edit is None:
        action = await editor.client.code_action_resolve_async(action)
    fixed = editor.apply(BAD, action.edit)
    assert fixed.endswith('CMD ["python", "app.py"]\n') and "rm -rf /var/lib/apt/lists" in fixed
    assert fixed.startswith("FROM python\n")  # nobody knows which version is meant


async def test_fix_all_can_be_switched_off(vscode: Editor) -> None:
    await vscode.begin(options={"fixAll": False, "unsafeFixes": False})
    vscode.open("Dockerfile", BAD)
    await vscode.finds("Dockerfile", "DF601")
    assert await vscode.actions("Dockerfile", everywhere(), ["source.fixAll"]) == []


# Other files


async def test_what_is_typed_elsewhere_reaches_the_files_that_hang_on_it(editor: Editor) -> None:
    await editor.begin()
    (editor.folder / "app.py").write_text("", encoding="utf-8")
    editor.open("Dockerfile", "FROM python:3.12-slim\nCOPY app.py ./\n")
    await editor.misses("Dockerfile", "DF505")
    editor.open(".dockerignore", "app.py\n", "ignore")
    await editor.finds("Dockerfile", "DF505")
    editor.type(".dockerignore", "other.py\n")
    await editor.misses("Dockerfile", "DF505")


async def test_what_was_typed_and_not_saved_counts_no_more_when_it_is_closed(editor: Editor) -> None:
    (editor.folder / "app.py").write_text("", encoding="utf-8")
    (editor.folder / "setup.cfg").write_text("", encoding="utf-8")
    await editor.begin()
    editor.open("Dockerfile", COPYING)
    editor.open(".dockerignore", "app.py\n", "ignore")
    await editor.finds("Dockerfile", "DF505")
    editor.close(".dockerignore")
    await editor.misses("Dockerfile", "DF505")


async def test_a_file_that_comes_and_goes_on_disk(editor: Editor) -> None:
    await editor.begin()
    (editor.folder / "setup.cfg").write_text("", encoding="utf-8")
    editor.open("Dockerfile", COPYING)
    await editor.finds("Dockerfile", "DF504")
    (editor.folder / "app.py").write_text("", encoding="utf-8")
    event = lsp.FileEvent(editor.uri("app.py"), lsp.FileChangeType.Created)
    editor.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
    await editor.misses("Dockerfile", "DF504")
    (editor.folder / "app.py").unlink()
    editor.save("Dockerfile", COPYING)  # for those who watch nothing
    await editor.finds("Dockerfile", "DF504")


async def test_a_renamed_file_is_another_one(vscode: Editor) -> None:
    await vscode.begin()
    (vscode.folder / "app.py").write_text("", encoding="utf-8")
    (vscode.folder / "setup.cfg").write_text("", encoding="utf-8")
    vscode.open("Dockerfile", COPYING)
    await vscode.misses("Dockerfile", "DF504")
    (vscode.folder / "app.py").rename(vscode.folder / "main.py")
    files = [lsp.FileRename(vscode.uri("app.py"), vscode.uri("main.py"))]
    vscode.client.workspace_did_rename_files(lsp.RenameFilesParams(files))
    await vscode.finds("Dockerfile", "DF504")


async def test_related_places_lead_to_other_files(vscode: Editor) -> None:
    await vscode.begin()
    vscode.open(
        "Dockerfile", "FROM apache/airflow:2.10.5\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\n"
    )
    (vscode.folder / "requirements.txt").write_text("apache-airflow==2.9.3\n", encoding="utf-8")
    found = await vscode.finds("requirements.txt", "PJ005")
    related = found.related_information or []
    assert [each.location.uri for each in related] == [vscode.uri("Dockerfile")]
    vscode.close("Dockerfile")
    await vscode.diagnostics("requirements.txt", lambda found: not found)


# Configuration


async def test_settings_come_at_the_beginning_or_when_they_are_asked_for(editor: Editor) -> None:
    asks = editor.name != "neovim@0.7.0"
    editor.client.set_configuration({"ignore": ["DF101"]}, section="dagdock")
    await editor.begin(options={"ignore": ["DF601"] if asks else ["DF101"]})
    editor.open("Dockerfile", BAD)
    await editor.finds("Dockerfile", "DF301")
    await editor.misses("Dockerfile", "DF101")
    editor.client.set_configuration({}, section="dagdock")
    editor.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({"dagdock": {}}))
    await editor.finds("Dockerfile", "DF101")


async def test_a_wrong_setting_is_told_and_nothing_else_happens(editor: Editor) -> None:
    wrong = {"select": "DF", "airflowVersion": 3, "logLevel": "loud"}
    editor.client.set_configuration(wrong, section="dagdock")
    await editor.begin(options=wrong)
    editor.open("Dockerfile", BAD)
    await editor.finds("Dockerfile", "DF101")
    said = [each.message for each in editor.client.messages]
    assert len(said) == len(set(said)) == 3 and all(
        message.startswith("dagdock: the setting `dagdock.") for message in said
    )


async def test_a_setting_that_names_no_rule_is_told(vscode: Editor) -> None:
    vscode.client.set_configuration({"select": ["DF1O1"]}, section="dagdock")
    await vscode.begin()
    vscode.open("Dockerfile", BAD)
    await vscode.finds("Dockerfile", "DF101")
    assert ["DF1O1" in each.message for each in vscode.client.messages] == [True]


async def test_a_broken_configuration_is_a_diagnostic_in_its_file(vscode: Editor) -> None:
    await vscode.begin()
    (vscode.folder / "dagdock.toml").write_text("# mine\nselekt = []\n", encoding="utf-8")
    vscode.open("Dockerfile", BAD)
    found = await vscode.diagnostics("dagdock.toml", bool)
    assert [(each.range.start.line, each.severity) for each in found] == [(1, lsp.DiagnosticSeverity.Error)]
    vscode.open("dagdock.toml", "# mine\nselect = ['DF101']\n", "toml")
    await vscode.diagnostics("dagdock.toml", lambda found: not found)
    await vscode.diagnostics("Dockerfile", lambda found: codes(found) == ["DF101"])


# On demand


def refreshing(said: lsp.ClientCapabilities) -> None:
    assert said.workspace and said.text_document
    said.workspace.diagnostics = lsp.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    said.text_document.diagnostic = lsp.DiagnosticClientCapabilities()


async def test_what_was_heard_is_not_told_again(neovim: Editor) -> None:
    await neovim.begin()
    neovim.open("Dockerfile", BAD)
    document = lsp.TextDocumentIdentifier(neovim.uri("Dockerfile"))
    first = await neovim.client.text_document_diagnostic_async(lsp.DocumentDiagnosticParams(document))
    again = lsp.DocumentDiagnosticParams(document, previous_result_id=first.result_id)
    second = await neovim.client.text_document_diagnostic_async(again)
    assert (first.kind, second.kind, second.result_id) == ("full", "unchanged", first.result_id)
    neovim.type("Dockerfile", "FROM python\n")
    third = await neovim.client.text_document_diagnostic_async(again)
    assert third.kind == "full" and third.result_id != first.result_id


async def test_a_client_that_pulls_is_told_to_ask_again(vscode: Editor) -> None:
    await vscode.begin(refreshing)
    (vscode.folder / "app.py").write_text("", encoding="utf-8")
    vscode.open("Dockerfile", "FROM python:3.12-slim\nCOPY app.py ./\n")
    await vscode.misses("Dockerfile", "DF505")
    await asyncio.sleep(1)
    before = vscode.client.diagnostic_refresh_count
    vscode.open(".dockerignore", "app.py\n", "ignore")
    await vscode.diagnostics(".dockerignore", lambda found: True)
    for _ in range(500):
        if vscode.client.diagnostic_refresh_count > before:
            break
        await asyncio.sleep(0.02)
    else:
        raise AssertionError("not told")
    await vscode.finds("Dockerfile", "DF505")
    await asyncio.sleep(1)
    assert vscode.client.diagnostic_refresh_count <= before + 2  # no ring


async def test_all_of_the_workspace_is_judged_with_a_progress_bar(vscode: Editor) -> None:
    for number in range(30):
        folder = vscode.folder / f"part{number}"
        folder.mkdir()
        (folder / "Dockerfile").write_text("FROM python\n", encoding="utf-8")
    await vscode.begin(refreshing)
    vscode.open("part3/Dockerfile", "FROM python:3.12-slim\n")
    report = await vscode.client.workspace_diagnostic_async(lsp.WorkspaceDiagnosticParams([]))
    found: dict[str, Any] = {item.uri: item for item in report.items}
    assert len(found) == 30
    assert "DF101" in codes(found[vscode.uri("part7/Dockerfile")].items)
    assert "DF101" not in codes(found[vscode.uri("part3/Dockerfile")].items)
    assert found[vscode.uri("part3/Dockerfile")].version == 1
    (reports,) = vscode.client.progress_reports.values()
    kinds = [getattr(each, "kind", "") for each in reports]
    assert (kinds[0], kinds[-1], set(kinds[1:-1])) == ("begin", "end", {"report"})

    heard = [lsp.PreviousResultId(item.uri, item.result_id or "") for item in report.items]
    (vscode.folder / "part7/Dockerfile").write_text("FROM python:3.12-slim\nUSER 1000\n", encoding="utf-8")
    (vscode.folder / "part8/Dockerfile").unlink()
    events = [
        lsp.FileEvent(vscode.uri("part7/Dockerfile"), lsp.FileChangeType.Changed),
        lsp.FileEvent(vscode.uri("part8/Dockerfile"), lsp.FileChangeType.Deleted),
    ]
    vscode.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams(events))
    report = await vscode.client.workspace_diagnostic_async(lsp.WorkspaceDiagnosticParams(heard))
    different = {
        item.uri: codes(item.items)
        for item in report.items
        if isinstance(item, lsp.WorkspaceFullDocumentDiagnosticReport)
    }
    assert different.keys() == {vscode.uri("part7/Dockerfile"), vscode.uri("part8/Dockerfile")}
    assert different[vscode.uri("part8/Dockerfile")] == []


async def test_files_of_a_folder_that_leaves_the_workspace_have_no_findings(vscode: Editor) -> None:
    for name in ("stays", "goes"):
        (vscode.folder / name).mkdir()
        (vscode.folder / name / "Dockerfile").write_text("FROM python\n", encoding="utf-8")
    (vscode.folder / "goes" / ".git").mkdir()
    await vscode.begin(refreshing)
    folders = {name: lsp.WorkspaceFolder(vscode.uri(name), name) for name in ("", "stays", "goes")}
    client = vscode.client

    def now(added: list[str], removed: list[str]) -> None:
        event = lsp.WorkspaceFoldersChangeEvent([folders[name] for name in added], [folders[name] for name in removed])
        client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))

    now(["stays", "goes"], [""])
    report = await client.workspace_diagnostic_async(lsp.WorkspaceDiagnosticParams([]))
    assert {item.uri for item in report.items} == {vscode.uri("stays/Dockerfile"), vscode.uri("goes/Dockerfile")}
    heard = [lsp.PreviousResultId(item.uri, item.result_id or "") for item in report.items]
    now([], ["goes"])
    for _ in range(2):
        report = await client.workspace_diagnostic_async(lsp.WorkspaceDiagnosticParams(heard))
        found = {item.uri: item for item in report.items}
        assert isinstance(found[vscode.uri("stays/Dockerfile")], lsp.WorkspaceUnchangedDocumentDiagnosticReport)
        left = found[vscode.uri("goes/Dockerfile")]
        assert isinstance(left, lsp.WorkspaceFullDocumentDiagnosticReport) and not left.items
        await asyncio.sleep(0.5)


# More than diagnostics


async def test_untitled_texts_and_files_of_no_folder(vscode: Editor, tmp_path_factory: pytest.TempPathFactory) -> None:
    await vscode.begin()
    vscode.open("untitled:Untitled-1", BAD)
    await vscode.finds("untitled:Untitled-1", "DF601")
    action = await vscode.action("untitled:Untitled-1", everywhere(), "Write it in exec")
    assert vscode.apply(BAD, action.edit, "untitled:Untitled-1").endswith('CMD ["python", "app.py"]\n')
    elsewhere: Path = tmp_path_factory.mktemp("elsewhere") / "build é.docker"
    vscode.open(elsewhere.as_uri(), BAD)
    await vscode.finds(elsewhere.as_uri(), "DF601")


async def test_a_rule_is_explained(editor: Editor) -> None:
    await editor.begin()
    editor.open("Dockerfile", BAD)
    await editor.finds("Dockerfile", "DF101")
    assert "Explain DF101 untagged-base-image" in [
        each.title for each in await editor.actions("Dockerfile", everywhere())
    ]
    page = await editor.client.workspace_execute_command_async(lsp.ExecuteCommandParams("dagdock.explain", ["DF101"]))
    assert page and "untagged-base-image" in page
    shows = editor.name in ("neovim@0.11.0", "visual-studio-code")
    assert [each.uri.startswith("https://") for each in editor.client.shown_documents] == ([True] if shows else [])
    assert any("DF101" in each.message for each in editor.client.messages) == (not shows)


async def test_hover_completion_symbols_and_links(editor: Editor) -> None:
    await editor.begin()
    (editor.folder / "app.py").write_text("", encoding="utf-8")
    editor.open("Dockerfile", "FROM python AS base\n# dagdock: ignore[\nCOPY app.py ./\n")
    document = lsp.TextDocumentIdentifier(editor.uri("Dockerfile"))
    hover = await editor.client.text_document_hover_async(lsp.HoverParams(document, lsp.Position(0, 6)))
    assert hover and "DF101" in str(hover.contents)
    found = await editor.client.text_document_completion_async(lsp.CompletionParams(document, lsp.Position(1, 18)))
    assert isinstance(found, lsp.CompletionList) and len(found.items) > 50
    item = next(each for each in found.items if each.data)
    resolved = await editor.client.completion_item_resolve_async(item)
    assert resolved.documentation
    symbols = await editor.client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document))
    assert symbols and symbols[0].name == "base"
    links = await editor.client.text_document_document_link_async(lsp.DocumentLinkParams(document))
    assert editor.uri("app.py") in [each.target for each in links or ()]


async def test_what_the_server_says_about_itself(editor: Editor) -> None:
    said = await editor.begin()
    assert isinstance(said.text_document_sync, lsp.TextDocumentSyncOptions)
    assert said.text_document_sync.change == lsp.TextDocumentSyncKind.Incremental
    assert isinstance(said.code_action_provider, lsp.CodeActionOptions)
    assert list(said.code_action_provider.code_action_kinds or ()) == ["quickfix", "source.fixAll.dagdock"]
    assert said.position_encoding == {"neovim@0.11.0": "utf-8", "emacs@29.1": "utf-32"}.get(editor.name, "utf-16")
    assert said.hover_provider and said.completion_provider and said.document_symbol_provider


async def test_news_of_files_and_settings_is_asked_for_where_a_client_gives_it(editor: Editor) -> None:
    await editor.begin()
    editor.open("Dockerfile", BAD)
    await editor.finds("Dockerfile", "DF101")
    methods = [each.method for each in editor.registered]
    assert (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES in methods) == (editor.name in ("emacs@29.1", "visual-studio-code"))
