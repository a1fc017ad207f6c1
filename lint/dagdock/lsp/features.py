"""What the server answers to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsprotocol import types as lsp

from dagdock.lsp.actions import EXPLAIN, KINDS
from dagdock.lsp.completion import TRIGGERS
from dagdock.lsp.server import Server, path_of

_EVERY_FILE = lsp.FileOperationRegistrationOptions([lsp.FileOperationFilter(lsp.FileOperationPattern("**/*"), "file")])


def create() -> Server:
    """A server that is ready to be started."""
    server = Server()
    _of_life(server)
    _of_texts(server)
    _of_files(server)
    _of_findings(server)
    _of_places(server)
    return server


def _of_life(server: Server) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.begin(params)

    @server.feature(lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        await server.started()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: lsp.DidChangeConfigurationParams) -> None:
        if server.client.configuration:
            await server.ask_settings()
        else:
            await server.configure(params.settings)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_workspace_folders(params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        server.change_folders(params.event)


def _of_texts(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: lsp.DidOpenTextDocumentParams) -> None:
        server.opened(params.text_document)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: lsp.DidChangeTextDocumentParams) -> None:
        server.changed(params)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: lsp.DidSaveTextDocumentParams) -> None:
        server.saved(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: lsp.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)


def _of_files(server: Server) -> None:
    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: lsp.DidChangeWatchedFilesParams) -> None:
        server.touched(path for event in params.changes if (path := path_of(event.uri)))

    @server.feature(lsp.WORKSPACE_DID_CREATE_FILES, _EVERY_FILE)
    def did_create_files(params: lsp.CreateFilesParams) -> None:
        server.touched(path for file in params.files if (path := path_of(file.uri)))

    @server.feature(lsp.WORKSPACE_DID_DELETE_FILES, _EVERY_FILE)
    def did_delete_files(params: lsp.DeleteFilesParams) -> None:
        server.touched(path for file in params.files if (path := path_of(file.uri)))

    @server.feature(lsp.WORKSPACE_DID_RENAME_FILES, _EVERY_FILE)
    def did_rename_files(params: lsp.RenameFilesParams) -> None:
        server.touched(path for file in params.files for uri in (file.old_uri, file.new_uri) if (path := path_of(uri)))


def _of_findings(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DIAGNOSTIC, lsp.DiagnosticOptions(True, True, identifier="dagdock"))
    async def diagnostic(params: lsp.DocumentDiagnosticParams) -> Any:
        return await server.report(params)

    @server.feature(lsp.WORKSPACE_DIAGNOSTIC)
    async def workspace_diagnostic(params: lsp.WorkspaceDiagnosticParams) -> lsp.WorkspaceDiagnosticReport:
        return await server.report_all(params)

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(KINDS, resolve_provider=True))
    async def code_action(params: lsp.CodeActionParams) -> Sequence[lsp.CodeAction | lsp.Command]:
        return await server.actions(params)

    @server.feature(lsp.CODE_ACTION_RESOLVE)
    async def code_action_resolve(action: lsp.CodeAction) -> lsp.CodeAction:
        return await server.resolve_action(action)

    @server.command(EXPLAIN)
    async def explain(code: str) -> str | None:
        return await server.explain(code)


def _of_places(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        return await server.hover_at(params)

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(TRIGGERS, resolve_provider=True))
    async def complete(params: lsp.CompletionParams) -> lsp.CompletionList:
        return await server.complete_at(params)

    @server.feature(lsp.COMPLETION_ITEM_RESOLVE)
    async def resolve_candidate(item: lsp.CompletionItem) -> lsp.CompletionItem:
        return await server.resolve_candidate(item)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(params: lsp.DocumentSymbolParams) -> Any:
        return await server.symbols_of(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_LINK)
    async def document_links(params: lsp.DocumentLinkParams) -> list[lsp.DocumentLink]:
        return await server.links_of(params.text_document.uri)
