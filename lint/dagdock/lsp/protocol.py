"""pygls as dagdock wants it: without texts of its own, with an answer to every request, and quiet about tracebacks."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}
_MESSAGES = (
    (logging.ERROR, lsp.MessageType.Error),
    (logging.WARNING, lsp.MessageType.Warning),
    (logging.INFO, lsp.MessageType.Info),
)


class Protocol(LanguageServerProtocol):
    """Leaves texts to our own buffers: pygls breaks lines at more signs than editors do."""

    _begun = False

    @lsp_method(lsp.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: lsp.DidOpenTextDocumentParams) -> Any:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: lsp.DidChangeTextDocumentParams) -> Any:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: lsp.DidCloseTextDocumentParams) -> Any:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_CLOSE], (params,), None

    @property
    def was_shut_down(self) -> bool:
        """Whether the client has said that it is about to leave."""
        return self._shutdown

    def handle_message(self, message: Any) -> None:
        """What comes before the beginning or behind the end is refused: pygls does the one and is silent about the
        other."""
        method = getattr(message, "method", None)
        if method is not None and method != lsp.EXIT:
            if not self._begun and method != lsp.INITIALIZE:
                return self._refuse(message, lsp.ErrorCodes.ServerNotInitialized, "`initialize` comes first")
            if self._shutdown or (self._begun and method == lsp.INITIALIZE):
                return self._refuse(message, lsp.ErrorCodes.InvalidRequest, f"it is too late for `{method}`")
            self._begun = True
        super().handle_message(message)
        return None

    def _refuse(self, message: Any, code: lsp.ErrorCodes, why: str) -> None:
        if (number := getattr(message, "id", None)) is not None:
            self._send_response(number, error=lsp.ResponseError(code, why))

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as its type; a request that does not fit its type is answered, which pygls forgets."""
        try:
            return super().structure_message(data)
        except JsonRpcException as problem:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=problem.to_response_error())
            raise


class OneLine(logging.Formatter):
    """A record in one line, whatever exception it carries."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.name.startswith("pygls"):
            message = message.partition("\n")[0]  # below it stands a traceback
        text = f"dagdock: {record.levelname.lower()}: {' '.join(message.split())}"
        if record.exc_info and record.exc_info[1]:
            problem = record.exc_info[1]
            text += f": {type(problem).__name__}: {' '.join(str(problem).split())}"
        return text


class ToClient(logging.Handler):
    """Hands our own records on to the client, from whichever thread they come."""

    def __init__(self, send: Callable[[lsp.LogMessageParams], None]) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        kind = next((kind for level, kind in _MESSAGES if record.levelno >= level), lsp.MessageType.Log)
        self._send(lsp.LogMessageParams(kind, " ".join(record.getMessage().split())))


def log_to_stderr() -> None:
    """Everything that is logged goes to standard error; of pygls only what went wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("pygls").setLevel(logging.ERROR)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    logging.raiseExceptions = False  # a closed standard error is nobody's concern


def is_gone(process: int) -> bool:
    """Whether the process that started us is no more; False where that cannot be asked without harm."""
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
