"""The server: what a client says goes to the session, what the session finds goes to the client."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from dagdock import __version__
from dagdock.config import ConfigError
from dagdock.examine import describe
from dagdock.lsp import answers, options
from dagdock.lsp.actions import Actions
from dagdock.lsp.buffers import Buffer, Change
from dagdock.lsp.client import Client
from dagdock.lsp.completion import Candidate, complete
from dagdock.lsp.diagnostics import of_judged
from dagdock.lsp.links import Link, links
from dagdock.lsp.options import Options
from dagdock.lsp.outline import Symbol, outline
from dagdock.lsp.pages import Page, hover, hover_config, page_of
from dagdock.lsp.places import encoding_of
from dagdock.lsp.protocol import LEVELS, Protocol, ToClient, is_gone
from dagdock.lsp.reports import Board
from dagdock.lsp.schedule import Schedule
from dagdock.lsp.session import Judged, Session
from dagdock.lsp.worker import Worker
from dagdock.selection import UsageError

Given = TypeVar("Given")
Shown = list[tuple[Judged, list[lsp.Diagnostic]]]

logger = logging.getLogger("dagdock")

SECTION = "dagdock"
# So long a client may take to say what its settings are, before its files are judged without them.
_PATIENCE = 1.0
# How often to look whether the client is still there, in seconds.
_WATCH = 15.0
# A workspace with fewer files than that is looked through before a progress bar would be seen.
_WORTH_PROGRESS = 20


class Server(LanguageServer):
    """One client, one session."""

    protocol: Protocol
    session: Session
    schedule: Schedule

    def __init__(self) -> None:
        super().__init__(
            "dagdock", __version__, lsp.TextDocumentSyncKind.Incremental, protocol_cls=Protocol, max_workers=2
        )
        self.client = Client()
        self.worker = Worker()
        self._folders: list[str] = []
        self._uris: dict[str, str] = {}
        self._board = Board()
        self._said: set[str] = set()
        self._stale = False
        self._settled = asyncio.Event()
        self._files: list[str] | None = None
        self._judged_files: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    # The beginning, and settings

    def begin(self, params: lsp.InitializeParams) -> None:
        """What the client says about itself."""
        self.client = Client.of(params.capabilities, encoding_of(self.protocol.workspace.position_encoding))
        uris = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        self._folders = [path for uri in uris if (path := path_of(uri)) and os.path.isdir(path)]
        if self._folders:
            os.chdir(self._folders[0])  # as on the command line: what is shown of a path begins here
        given, faults = options.read(params.initialization_options)
        for fault in faults:
            self.tell(fault)
        self._open_session(given)
        self.schedule = Schedule(self._judge, self._refresh)
        logging.getLogger("dagdock").addHandler(ToClient(self._send_log(asyncio.get_running_loop())))

    def _open_session(self, given: Options) -> None:
        try:
            self.session = Session(given)
        except (ConfigError, UsageError) as problem:
            self.tell(str(problem))
            self.session = Session()
        logger.setLevel(LEVELS[self.session.options.log_level])

    async def started(self) -> None:
        """The client listens now: ask for its settings, and for news of files that it does not open."""
        if self.process_id:
            self._begin_task(self._leave_with(self.process_id))
        self._begin_task(self._warm_up())
        if self.client.configuration:
            with suppress(Exception):  # a client may refuse, or leave
                await asyncio.wait_for(self.ask_settings(), _PATIENCE)
        self._settled.set()
        self._register()

    async def _warm_up(self) -> None:
        await self.worker.run(self.session.warm_up)
        await self.worker.run(self.worker.tidy)

    def _register(self) -> None:
        wanted: list[lsp.Registration] = []
        if self.client.watches:
            watchers = [lsp.FileSystemWatcher(pattern) for pattern in WATCHED]
            method = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
            wanted.append(lsp.Registration(method, method, lsp.DidChangeWatchedFilesRegistrationOptions(watchers)))
        if self.client.hears_settings:
            method = lsp.WORKSPACE_DID_CHANGE_CONFIGURATION
            wanted.append(lsp.Registration(method, method, lsp.DidChangeConfigurationRegistrationOptions(SECTION)))
        if wanted:
            self._ask(self.client_register_capability_async(lsp.RegistrationParams(wanted)))

    async def ask_settings(self) -> None:
        item = lsp.ConfigurationItem(section=SECTION)
        found = await self.workspace_configuration_async(lsp.ConfigurationParams([item]))
        if found and found[0] is not None:
            await self.configure(found[0])

    async def configure(self, value: object) -> None:
        given, faults = options.read(value)
        for fault in faults:
            self.tell(fault)
        if given == self.session.options:
            return
        try:
            await self.worker.run(self.session.configure, given)
        except (ConfigError, UsageError) as problem:
            self.tell(str(problem))
            return
        logger.setLevel(LEVELS[given.log_level])
        self._outdate()

    def change_folders(self, event: lsp.WorkspaceFoldersChangeEvent) -> None:
        gone = {path for folder in event.removed if (path := path_of(folder.uri))}
        come = [path for folder in event.added if (path := path_of(folder.uri))]
        self._folders = [folder for folder in self._folders if folder not in gone] + come
        for key in self._board:
            if key not in self.session.buffers and _is_below(key, gone) and not _is_below(key, self._folders):
                if self.client.pulls:
                    self._board.drop(key)  # it may ask before the file is forgotten
                self.schedule.at_once(key)
        self._outdate()

    async def _leave_with(self, process: int) -> None:
        """End when the editor has ended without a word."""
        while not is_gone(process):
            await asyncio.sleep(_WATCH)
        os._exit(1)

    # Telling the user

    def tell(self, message: str) -> None:
        """Something that the user has to know, said once."""
        if message not in self._said:
            self._said.add(message)
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, f"dagdock: {message}"))

    def _send_log(self, loop: asyncio.AbstractEventLoop) -> Callable[[lsp.LogMessageParams], None]:
        def send(params: lsp.LogMessageParams) -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self.window_log_message, params)

        return send

    def report_server_error(self, error: Exception, source: Any) -> None:
        """What pygls could not do is for the log, and nothing to interrupt the user with."""
        logger.error("%s: %s", type(error).__name__, error)

    def _begin_task(self, what: Any) -> None:
        task = asyncio.ensure_future(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _ask(self, request: Any) -> None:
        """Ask the client for something whose answer does not matter."""

        async def ask() -> None:
            with suppress(Exception):  # it may refuse
                await request

        self._begin_task(ask())

    # Texts

    def opened(self, document: lsp.TextDocumentItem) -> None:
        buffer = Buffer(document.uri, path_of(document.uri), document.text, document.version, document.language_id)
        self._uris[buffer.key] = document.uri
        self.session.put(buffer)
        self._changed(buffer.key)

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        buffer = self.session.buffers.get(key_of(params.text_document.uri))
        if buffer is None:
            return
        changes = [_change(each) for each in params.content_changes]
        self.session.put(buffer.changed(changes, params.text_document.version, self.client.encoding))
        self._changed(buffer.key)

    def closed(self, uri: str) -> None:
        key = key_of(uri)
        self.session.drop(key)
        self._judged_files.discard(key)
        self.schedule.forget(key)
        self.schedule.at_once(key)
        self.schedule.when_quiet(self.session.buffers)  # what was not saved counts no more

    def saved(self, uri: str) -> None:
        self.session.note_disk()
        self._changed(key_of(uri))
        self._outdate()

    def touched(self, paths: Iterable[str]) -> None:
        """Files have changed on disk, come or gone."""
        self.session.note(paths)
        self._outdate()

    def _changed(self, key: str) -> None:
        if not self.client.pulls:
            self.schedule.at_once(key)
        self.schedule.when_quiet(other for other in self.session.buffers if other != key)

    def _outdate(self) -> None:
        """What was found may be wrong now, wherever."""
        self._files = None
        self._judged_files.clear()
        self._stale = True
        self.schedule.when_quiet(self.session.buffers)

    # Judging

    async def _judge(self, key: str, quiet: bool) -> None:
        """Look at a file and show what was found in it; of one that was closed nothing any more.

        `quiet` says that nobody is typing, so that there is time for all of it.
        """
        await self._wait_for_settings()
        if key in self.session.buffers:
            await self._run(key, partial(self.session.judge, thorough=quiet), awaited=not quiet)
        else:
            await self._run(key, self.session.forget, awaited=False)

    async def _run(self, key: str, function: Callable[[str], list[Judged]], *, awaited: bool) -> None:
        """Have something done with a file and show what comes of it; `awaited` where the client waits for that."""
        begin = perf_counter()
        try:
            found = await self.worker.run(self._in_words, key, function)
        except Exception as problem:  # whatever it is, the server goes on
            logger.error("%s: internal error: %s", key, describe(problem))
            return
        logger.debug("%s: judged in %.0f ms", key, (perf_counter() - begin) * 1000)
        for plugin_fault in self.session.rules.faults:
            self.tell(str(plugin_fault))
        for judged, diagnostics in found:
            self._show(judged, diagnostics, awaited=awaited and judged.key == key)
        if key in self.session.unfinished:
            self.schedule.when_quiet([key])

    def _in_words(self, key: str, function: Callable[[str], list[Judged]]) -> Shown:
        """What a look at a file gives, as the client is to hear it; on the worker."""
        uri_of = self._uri_maker(key)
        return [(judged, of_judged(judged, self.client, uri_of)) for judged in function(key)]

    def _show(self, judged: Judged, diagnostics: list[lsp.Diagnostic], awaited: bool) -> None:
        for error in judged.errors:
            logger.error("%s: %s", judged.key, error)
        for fault in judged.faults:
            if not fault.path:
                self.tell(fault.message)
        buffer = self.session.buffers.get(judged.key)
        if buffer and buffer.version != judged.version:
            return  # the text has changed meanwhile
        different = self._board.put(judged.key, diagnostics)
        if self.client.pulls:
            self._stale = self._stale or (different and not awaited)
        elif different or (awaited and buffer):
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(self.uri_of(judged.key), diagnostics, judged.version)
            )
        if not diagnostics and not buffer:
            self._board.drop(judged.key)

    async def _wait_for_settings(self) -> None:
        if not self._settled.is_set() and self.client.configuration:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._settled.wait(), _PATIENCE)

    async def _refresh(self) -> None:
        """It is quiet: a client that pulls should ask again where it has old news."""
        if self._stale and self.client.pulls and self.client.refreshes:
            self._ask(self.workspace_diagnostic_refresh_async(None))
        self._stale = False

    # Diagnostics on demand

    async def report(self, params: lsp.DocumentDiagnosticParams) -> Any:
        key = key_of(params.text_document.uri)
        if not self.session.is_current(key) or key not in self._board:
            await self._wait_for_settings()
            await self._run(key, partial(self.session.judge, thorough=False), awaited=True)
        return self._board.report(key, params.previous_result_id)

    async def report_all(self, params: lsp.WorkspaceDiagnosticParams) -> lsp.WorkspaceDiagnosticReport:
        await self._wait_for_settings()
        if self._files is None:
            self._files = await self.worker.run(self.session.files, self._folders)
        files = self._files
        known = dict.fromkeys([*files, *self.session.buffers, *self._board])
        waiting = [key for key in known if key not in self._judged_files]
        async with Bar(self, params.work_done_token, len(waiting)) as bar:
            for number, key in enumerate(waiting):
                bar.tell(number, key)
                await self._run(key, self.session.judge, awaited=True)
                self._judged_files.add(key)
        heard = {key_of(each.uri): each.value for each in params.previous_result_ids}
        keys = dict.fromkeys([*files, *self._board, *heard])
        return lsp.WorkspaceDiagnosticReport(
            [
                self._board.among_others(key, self.uri_of(key), self.version_of(self.uri_of(key)), heard.get(key))
                for key in keys
            ]
        )

    # Names

    def uri_of(self, key: str) -> str:
        """The URI of a file, as the client writes it where it has named it."""
        return self._uris.get(key) or (from_fs_path(key) if os.path.isabs(key) else None) or key

    def version_of(self, uri: str) -> int | None:
        buffer = self.session.buffers.get(key_of(uri))
        return buffer.version if buffer else None

    def _uri_maker(self, key: str) -> Callable[[str], str]:
        return lambda path: self.uri_of(self.session.key_of(path, key))

    # Actions

    async def actions(self, params: lsp.CodeActionParams) -> Sequence[lsp.CodeAction | lsp.Command]:
        key = key_of(params.text_document.uri)
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
        found = await self.worker.run(self._actions(key).at, key, params.range, only)
        return found if self.client.literals else [each.command for each in found if each.command]

    async def resolve_action(self, action: lsp.CodeAction) -> lsp.CodeAction:
        if isinstance(action.data, dict) and isinstance(key := action.data.get("fixAll"), str):
            action.edit = await self.worker.run(self._actions(key).fix_all, key)
        return action

    def _actions(self, key: str) -> Actions:
        return Actions(self.session, self.client, self._uri_maker(key), self.version_of)

    async def explain(self, code: str) -> str | None:
        """Show the page of a rule; its text is the answer, too."""
        rule = next(iter(await self.worker.run(self.session.vocabulary.find, code)), None)
        if rule is None:
            self.tell(f"no rule is called `{code}`")
            return None
        link = rule.references[0] if rule.references else None
        if link and self.client.shows_documents:
            self._ask(self.window_show_document_async(lsp.ShowDocumentParams(link, external=True)))
        else:
            text = f"{rule.code} {rule.name}: {rule.summary}{f' {link}' if link else ''}"
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, text))
        return page_of(rule)

    # Pages, names, symbols, links

    async def hover_at(self, params: lsp.HoverParams) -> lsp.Hover | None:
        key = key_of(params.text_document.uri)
        page = await self.worker.run(self._page, key, params.position)
        return answers.of_page(page, self.client) if page else None

    def _page(self, key: str, place: lsp.Position) -> Page | None:
        session = self.session
        buffer = session.buffers.get(key)
        if buffer is None:
            return None
        offset = buffer.source.editor_offset(place.line, place.character, self.client.encoding)
        if buffer.kind == "config":
            return hover_config(buffer.source, offset, session.vocabulary)
        look = session.look(key)
        if look is None or look.document is None or look.buffer is not buffer:
            return None
        return hover(look.document, session.shown(key), offset, session.vocabulary)

    async def complete_at(self, params: lsp.CompletionParams) -> lsp.CompletionList:
        found = await self.worker.run(self._candidates, key_of(params.text_document.uri), params.position)
        return answers.of_candidates(found, self.client)

    def _candidates(self, key: str, place: lsp.Position) -> list[Candidate]:
        buffer = self.session.buffers.get(key)
        if buffer is None or buffer.kind is None:
            return []
        offset = buffer.source.editor_offset(place.line, place.character, self.client.encoding)
        return complete(buffer.source, buffer.kind, offset, self.session.vocabulary)

    async def resolve_candidate(self, item: lsp.CompletionItem) -> lsp.CompletionItem:
        if isinstance(item.data, dict) and isinstance(code := item.data.get("rule"), str):
            for rule in await self.worker.run(self.session.vocabulary.find, code):
                return answers.with_page(item, page_of(rule))
        return item

    async def symbols_of(self, uri: str) -> list[lsp.DocumentSymbol] | list[lsp.SymbolInformation]:
        found = await self.worker.run(self._symbols, key_of(uri))
        return answers.of_symbols(found, self.client, uri)

    def _symbols(self, key: str) -> list[Symbol]:
        look = self.session.look(key)
        return outline(look.document) if look and look.document else []

    async def links_of(self, uri: str) -> list[lsp.DocumentLink]:
        return answers.of_links(await self.worker.run(self._links, key_of(uri)), self.client)

    def _links(self, key: str) -> list[Link]:
        look = self.session.look(key)
        return links(look.document, look.project) if look and look.document else []


class Bar:
    """Progress of a long piece of work, where the client wants to see it."""

    def __init__(self, server: Server, token: int | str | None, steps: int) -> None:
        self._progress = server.work_done_progress
        self._token = token
        self._own = token is None and server.client.progress and steps >= _WORTH_PROGRESS
        self._steps = steps
        self._percent = 0

    async def __aenter__(self) -> Bar:
        if self._own:
            token = f"dagdock-{id(self)}"
            with suppress(Exception):  # it may refuse
                await asyncio.wait_for(self._progress.create_async(token), _PATIENCE)
                self._token = token
        if self._token is not None:
            begin = lsp.WorkDoneProgressBegin(title="dagdock", message="checking the workspace", percentage=0)
            self._progress.begin(self._token, begin)
        return self

    def tell(self, done: int, what: str) -> None:
        percent = 100 * done // max(self._steps, 1)
        if self._token is not None and percent != self._percent:
            self._percent = percent
            report = lsp.WorkDoneProgressReport(message=os.path.basename(what), percentage=percent)
            self._progress.report(self._token, report)

    async def __aexit__(self, *problem: object) -> None:
        if self._token is not None:
            self._progress.end(self._token, lsp.WorkDoneProgressEnd())


def path_of(uri: str) -> str | None:
    """The absolute path of a file's URI; None for what is no file."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return os.path.normpath(path) if path else None


def key_of(uri: str) -> str:
    return path_of(uri) or uri


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path.startswith(os.path.join(folder, "")) for folder in folders)


def _change(event: lsp.TextDocumentContentChangeEvent) -> Change:
    if isinstance(event, lsp.TextDocumentContentChangePartial):
        start, end = event.range.start, event.range.end
        return Change(event.text, (start.line, start.character), (end.line, end.character))
    return Change(event.text)


WATCHED = (
    "**/*{Dockerfile,dockerfile,Containerfile,containerfile}*",
    "**/*.{yml,yaml}",
    "**/*.py",
    "**/{.env,*.env,.env.*}",
    "**/.{dockerignore,gitignore,gitmodules,airflowignore}",
    "**/{dagdock,.dagdock,pyproject}.toml",
    "**/.{dclintrc,dclintrc.json}",
    "**/{*requirements*,*constraints*}.{txt,in}",
    "**/{setup.cfg,Pipfile,poetry.lock,uv.lock,Makefile}",
    "**/*.sh",
)
