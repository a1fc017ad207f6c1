"""The server: what a client says goes to the session, what the session finds goes to the client."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.uris import from_fs_path, to_fs_path

from dagdock import __version__
from dagdock.config import ConfigError
from dagdock.examine import describe
from dagdock.lsp import options as settings
from dagdock.lsp.actions import KINDS, Actions, Wish
from dagdock.lsp.buffers import Buffer, Change
from dagdock.lsp.diagnostics import Taste, of_judged
from dagdock.lsp.options import Options
from dagdock.lsp.places import encoding_of
from dagdock.lsp.schedule import Schedule
from dagdock.lsp.session import Judged, Session
from dagdock.lsp.worker import Worker
from dagdock.selection import UsageError

logger = logging.getLogger("dagdock")

WATCHED = (
    "**/*{Dockerfile,dockerfile,Containerfile,containerfile}*",
    "**/*.{yml,yaml}",
    "**/*.py",
    "**/.env",
    "**/*.env",
    "**/.{dockerignore,gitignore,gitmodules,airflowignore}",
    "**/{dagdock,.dagdock,pyproject}.toml",
    "**/.{hadolint.yaml,hadolint.yml,dclintrc,dclintrc.json,dclintrc.yaml,dclintrc.yml}",
    "**/{*requirements*,*constraints*}.{txt,in}",
    "**/*.sh",
)


class Protocol(LanguageServerProtocol):
    """The protocol without pygls's own texts: it breaks lines at more signs than editors do."""

    @lsp_method(lsp.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: lsp.DidOpenTextDocumentParams) -> Any:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: lsp.DidChangeTextDocumentParams) -> Any:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: lsp.DidCloseTextDocumentParams) -> Any:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_CLOSE], (params,), None


class Server(LanguageServer):
    """One client, one session."""

    def __init__(self) -> None:
        super().__init__(
            "dagdock", __version__, lsp.TextDocumentSyncKind.Incremental, protocol_cls=Protocol, max_workers=2
        )
        self.taste = Taste()
        self.pulls = False
        self.session: Session | None = None
        self.worker = Worker()
        self._uris: dict[str, str] = {}
        self._published: dict[str, list[lsp.Diagnostic]] = {}
        self._told: set[str] = set()

    @property
    def ended_well(self) -> bool:
        """Whether the client has said that it is about to leave."""
        return bool(self.protocol._shutdown)

    # At the beginning

    def begin(self, params: lsp.InitializeParams) -> None:
        """What the client says about itself."""
        encoding = encoding_of(self.protocol.workspace.position_encoding)
        self.taste = Taste.of(params.capabilities, encoding)
        text = params.capabilities.text_document
        self.pulls = bool(text and text.diagnostic)
        folders = [path for folder in params.workspace_folders or () if (path := to_fs_path(folder.uri))]
        if not folders and params.root_uri and (path := to_fs_path(params.root_uri)):
            folders = [path]
        for folder in folders[:1]:
            if os.path.isdir(folder):
                os.chdir(folder)  # as on the command line: what is shown of a path begins here
        options, faults = settings.read(params.initialization_options)
        self._open_session(options, faults)
        self.schedule = Schedule(self._judge)

    def _open_session(self, options: Options, faults: Sequence[str]) -> None:
        for fault in faults:
            self.tell(fault)
        try:
            self.session = Session(options)
        except (ConfigError, UsageError) as problem:
            self.tell(str(problem))
            self.session = Session(Options())

    def tell(self, message: str) -> None:
        """Something that the user has to know, said once."""
        if message not in self._told:
            self._told.add(message)
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, f"dagdock: {message}"))

    # Texts

    @property
    def encoding(self) -> Any:
        return self.taste.encoding

    def opened(self, document: lsp.TextDocumentItem) -> None:
        assert self.session
        buffer = Buffer(document.uri, path_of(document.uri), document.text, document.version, document.language_id)
        self._uris[buffer.key] = document.uri
        self.session.put(buffer)
        self._changed(buffer.key)

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        assert self.session
        buffer = self.session.buffers.get(key_of(params.text_document.uri))
        if buffer is None:
            return
        changes = [_change(each) for each in params.content_changes]
        self.session.put(buffer.changed(changes, params.text_document.version, self.encoding))
        self._changed(buffer.key)

    def closed(self, uri: str) -> None:
        assert self.session
        key = key_of(uri)
        self.session.drop(key)
        self.schedule.at_once(key)

    def saved(self, uri: str) -> None:
        assert self.session
        self.session.note_disk()
        self._changed(key_of(uri))

    def _changed(self, key: str) -> None:
        assert self.session
        self.schedule.at_once(key)
        self.schedule.when_quiet(other for other in self.session.buffers if other != key)

    def touched(self, paths: Iterable[str]) -> None:
        """Files have changed on disk."""
        assert self.session
        self.session.note(paths)
        self.schedule.when_quiet(self.session.buffers)

    # Judging

    async def _judge(self, key: str) -> None:
        assert self.session
        session = self.session
        try:
            found = await self.worker.run(self._judged, session, key)
        except Exception as problem:
            logger.error("judging %s: %s", key, describe(problem))
            return
        for judged, diagnostics in found:
            self._show(judged, diagnostics, again=judged.key == key)

    def _judged(self, session: Session, key: str) -> list[tuple[Judged, list[lsp.Diagnostic]]]:
        """On the worker: what is to be shown, in the client's words."""
        return [
            (judged, of_judged(judged, self.taste, lambda path: self.uri_of(session.key_of(path, key))))
            for judged in session.judge(key)
        ]

    def _show(self, judged: Judged, diagnostics: list[lsp.Diagnostic], again: bool) -> None:
        assert self.session
        for error in judged.errors:
            logger.error("%s: %s", judged.key, error)
        buffer = self.session.buffers.get(judged.key)
        if buffer and buffer.version != judged.version:
            return  # the text has changed meanwhile
        key = judged.key
        if self._published.get(key, []) != diagnostics or (again and buffer):
            self._published[key] = diagnostics
            if not diagnostics and not buffer:
                del self._published[key]
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(self.uri_of(key), diagnostics, judged.version)
            )

    # What it is called

    def uri_of(self, key: str) -> str:
        """The URI of a file, as the client writes it where it has named it."""
        return self._uris.get(key) or (from_fs_path(key) if os.path.isabs(key) else None) or key

    def version_of(self, uri: str) -> int | None:
        assert self.session
        buffer = self.session.buffers.get(key_of(uri))
        return buffer.version if buffer else None

    # Actions

    async def actions(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        assert self.session
        session = self.session
        key = key_of(params.text_document.uri)
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
        return await self.worker.run(self._actions(session, key).at, key, params.range, self._wish(only))

    async def resolved(self, action: lsp.CodeAction) -> lsp.CodeAction:
        assert self.session
        if isinstance(action.data, dict) and isinstance(key := action.data.get("fixAll"), str):
            make = self._actions(self.session, key).fix_all
            action.edit = await self.worker.run(make, key, self._wish(()).versions)
        return action

    def _actions(self, session: Session, key: str) -> Actions:
        return Actions(session, self.taste, lambda path: self.uri_of(session.key_of(path, key)), self.version_of)

    def _wish(self, only: Sequence[str]) -> Wish:
        text, workspace = self.client_capabilities.text_document, self.client_capabilities.workspace
        resolve = text and text.code_action and text.code_action.resolve_support
        return Wish(
            only,
            resolves=bool(resolve and "edit" in resolve.properties),
            versions=bool(workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes),
        )


def path_of(uri: str) -> str | None:
    """The absolute path of a file's URI; None for what is no file."""
    if not uri.startswith("file:"):
        return None
    path = to_fs_path(uri)
    return os.path.normpath(path) if path else None


def key_of(uri: str) -> str:
    return path_of(uri) or uri


def _change(event: lsp.TextDocumentContentChangeEvent) -> Change:
    if isinstance(event, lsp.TextDocumentContentChangePartial):
        start, end = event.range.start, event.range.end
        return Change(event.text, (start.line, start.character), (end.line, end.character))
    return Change(event.text)


def create() -> Server:
    """A server with all that it answers to."""
    server = Server()

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.begin(params)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: lsp.DidOpenTextDocumentParams) -> None:
        server.opened(params.text_document)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: lsp.DidChangeTextDocumentParams) -> None:
        server.changed(params)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: lsp.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: lsp.DidSaveTextDocumentParams) -> None:
        server.saved(params.text_document.uri)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: lsp.DidChangeWatchedFilesParams) -> None:
        server.touched(path for event in params.changes if (path := path_of(event.uri)))

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(KINDS, resolve_provider=True))
    async def code_action(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return await server.actions(params)

    @server.feature(lsp.CODE_ACTION_RESOLVE)
    async def code_action_resolve(action: lsp.CodeAction) -> lsp.CodeAction:
        return await server.resolved(action)

    return server
