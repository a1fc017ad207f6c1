"""A server as a process of its own, and clients that say of themselves what real editors say."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pytest_lsp")

import pytest_asyncio
from lsprotocol import types as lsp
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "dagdock", "lsp"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "lint"), str(ROOT / "rules")])}
# An old Neovim (pushed, UTF-16), a new one (pulls, UTF-8), Emacs (pushed, UTF-32), VS Code (watches, edits by version).
EDITORS = ("neovim@0.7.0", "neovim@0.11.0", "emacs@29.1", "visual-studio-code")
SECONDS = 15


class Editor:
    """A client over a folder: it opens, changes and asks."""

    def __init__(self, client: LanguageClient, folder: Path, name: str) -> None:
        self.client = client
        self.folder = folder
        self.name = name
        self.encoding = "utf-16"
        self.pulls = False
        self.registered: list[lsp.Registration] = []
        self._versions: dict[str, int] = {}

        def register(params: lsp.RegistrationParams) -> None:
            self.registered += params.registrations

        client.feature(lsp.CLIENT_REGISTER_CAPABILITY)(register)

    async def begin(
        self, change: Callable[[lsp.ClientCapabilities], None] = lambda said: None, options: Any = None
    ) -> lsp.ServerCapabilities:
        capabilities = client_capabilities(self.name)
        change(capabilities)
        self.pulls = bool(capabilities.text_document and capabilities.text_document.diagnostic)
        folder = lsp.WorkspaceFolder(self.folder.as_uri(), self.folder.name)
        result = await self.client.initialize_session(
            lsp.InitializeParams(
                capabilities=capabilities,
                root_uri=self.folder.as_uri(),
                workspace_folders=[folder],
                initialization_options=options,
            )
        )
        agreed = result.capabilities.position_encoding
        self.encoding = str(getattr(agreed, "value", agreed) or "utf-16")
        return result.capabilities

    def uri(self, path: str) -> str:
        return path if ":" in path else (self.folder / path).as_uri()

    def open(self, path: str, text: str, language: str = "dockerfile") -> None:
        uri = self.uri(path)
        self._versions[uri] = 1
        self.client.diagnostics.pop(uri, None)
        document = lsp.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))

    def change(self, path: str, *changes: lsp.TextDocumentContentChangeEvent) -> None:
        uri = self.uri(path)
        self._versions[uri] += 1
        document = lsp.VersionedTextDocumentIdentifier(self._versions[uri], uri)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, changes))

    def type(self, path: str, text: str) -> None:
        """All of a text anew."""
        self.change(path, lsp.TextDocumentContentChangeWholeDocument(text))

    def close(self, path: str) -> None:
        document = lsp.TextDocumentIdentifier(self.uri(path))
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(document))

    def save(self, path: str, text: str) -> None:
        (self.folder / path).write_text(text, encoding="utf-8")
        document = lsp.TextDocumentIdentifier(self.uri(path))
        self.client.text_document_did_save(lsp.DidSaveTextDocumentParams(document))

    async def diagnostics(self, path: str, ok: Callable[[list[lsp.Diagnostic]], bool]) -> list[lsp.Diagnostic]:
        """The diagnostics of a file once they are as they should be."""
        found: list[lsp.Diagnostic] = []
        for _ in range(SECONDS * 50):
            if self.pulls:
                document = lsp.TextDocumentIdentifier(self.uri(path))
                report = await self.client.text_document_diagnostic_async(lsp.DocumentDiagnosticParams(document))
                assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
                found = list(report.items)
                if ok(found):
                    return found
            elif self.uri(path) in self.client.diagnostics:
                found = list(self.client.diagnostics[self.uri(path)])
                if ok(found):
                    return found
            await asyncio.sleep(0.02)
        raise AssertionError(f"{path}: {[each.code for each in found]}")

    async def finds(self, path: str, code: str) -> lsp.Diagnostic:
        """The first diagnostic with a code, once it is there."""
        found = await self.diagnostics(path, lambda all_of_them: code in codes(all_of_them))
        return next(each for each in found if each.code == code)

    async def misses(self, path: str, code: str) -> None:
        """Wait until the file was judged, and a code is not among the diagnostics."""
        await self.diagnostics(path, lambda found: code not in codes(found))

    async def actions(
        self, path: str, place: lsp.Range, only: Sequence[str] | None = None
    ) -> list[lsp.CodeAction | lsp.Command]:
        context = lsp.CodeActionContext([], only=list(only) if only else None)
        document = lsp.TextDocumentIdentifier(self.uri(path))
        return list(
            await self.client.text_document_code_action_async(lsp.CodeActionParams(document, place, context)) or ()
        )

    async def action(self, path: str, place: lsp.Range, title: str) -> lsp.CodeAction:
        """The action whose title begins so."""
        found = await self.actions(path, place)
        return next(each for each in found if isinstance(each, lsp.CodeAction) and each.title.startswith(title))

    def apply(self, text: str, edit: lsp.WorkspaceEdit | None, path: str = "Dockerfile") -> str:
        """A text after the edits that are for its file, with places in the units that were agreed on."""
        assert edit
        edits: list[Any] = []
        for change in edit.document_changes or ():
            assert isinstance(change, lsp.TextDocumentEdit)
            if change.text_document.uri == self.uri(path):
                assert change.text_document.version in (self._versions.get(self.uri(path)), None)
                edits += change.edits
        edits += (edit.changes or {}).get(self.uri(path), ())
        assert edits
        lines = text.splitlines(keepends=True)

        def offset(place: lsp.Position) -> int:
            before = sum(map(len, lines[: place.line]))
            line = lines[place.line] if place.line < len(lines) else ""
            width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[self.encoding]
            code = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[self.encoding]
            return before + len(line.encode(code)[: place.character * width].decode(code))

        for each in sorted(edits, key=lambda each: (each.range.start.line, each.range.start.character), reverse=True):
            text = text[: offset(each.range.start)] + each.new_text + text[offset(each.range.end) :]
        return text


def codes(diagnostics: Sequence[lsp.Diagnostic]) -> list[str]:
    return [str(each.code) for each in diagnostics]


def everywhere() -> lsp.Range:
    return lsp.Range(lsp.Position(0, 0), lsp.Position(10_000, 0))


@pytest_asyncio.fixture(params=EDITORS)
async def editor(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Editor]:
    """Each of the editors, with a server that nobody has said anything to."""
    async for each in _started(request.param, tmp_path):
        yield each


@pytest_asyncio.fixture
async def vscode(tmp_path: Path) -> AsyncIterator[Editor]:
    """One editor, for what does not differ between them."""
    async for each in _started("visual-studio-code", tmp_path):
        yield each


@pytest_asyncio.fixture
async def neovim(tmp_path: Path) -> AsyncIterator[Editor]:
    """One editor that pulls."""
    async for each in _started("neovim@0.11.0", tmp_path):
        yield each


async def _started(name: str, folder: Path) -> AsyncIterator[Editor]:
    (folder / ".git").mkdir()
    client = make_test_lsp_client()
    await client.start_io(*COMMAND, env=ENVIRONMENT)
    yield Editor(client, folder, name)
    try:
        await asyncio.wait_for(client.shutdown_session(), 10)
    finally:
        stop: Any = client.stop
        await asyncio.wait_for(stop(), 10)
