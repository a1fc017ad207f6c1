"""What no client should do: nothing of it ends the server, and nothing leaves one behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "dagdock", "lsp"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "lint"), str(ROOT / "rules")])}
URI = "file:///nowhere/Dockerfile"


class Wire:
    """Bytes to and from a server."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            COMMAND,
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdin and self.process.stdout
        self.input, self.output = self.process.stdin, self.process.stdout
        self._last = 0
        self.said: list[dict[str, Any]] = []

    def send(self, body: bytes, length: int | None = None) -> None:
        self.input.write(b"Content-Length: %d\r\n\r\n%b" % (len(body) if length is None else length, body))
        self.input.flush()

    def tell(self, method: str, params: Any = None, **more: Any) -> None:
        self.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode())

    def ask(self, method: str, params: Any = None) -> dict[str, Any]:
        """The whole answer to a request."""
        self._last += 1
        self.tell(method, params, id=self._last)
        while True:
            message = self.hear()
            if message.get("id") == self._last and "method" not in message:
                return message
            self.said.append(message)

    def hear(self) -> dict[str, Any]:
        length = 0
        while line := self.output.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: dict[str, Any] = json.loads(self.output.read(length))
        return message

    def begin(self) -> None:
        assert "result" in self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self.tell("initialized", {})

    def open(self, text: str, uri: str = URI) -> list[dict[str, Any]]:
        """The diagnostics of a text."""
        document = {"uri": uri, "languageId": "dockerfile", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        while True:
            message = self.hear()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                found: list[dict[str, Any]] = message["params"]["diagnostics"]
                return found
            self.said.append(message)

    def still_works(self) -> None:
        uri = f"file:///nowhere/{self._last}/Dockerfile"
        assert "DF101" in [each["code"] for each in self.open("FROM python\n", uri)]
        assert self.ask("shutdown")["result"] is None
        self.tell("exit")
        assert self.process.wait(10) == 0
        self.shows_no_traceback()

    def shows_no_traceback(self) -> None:
        assert self.process.stderr
        log = self.process.stderr.read().decode()
        assert "Traceback" not in log and "File " not in log, log
        assert not any("Traceback" in str(message) for message in self.said)
        # An editor shows these to the user, who can do nothing about any of it.
        assert "window/showMessage" not in [message.get("method") for message in self.said]


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    wire = Wire(tmp_path)
    yield wire
    wire.process.kill()
    wire.process.wait()
    for stream in (wire.input, wire.output, wire.process.stderr):
        with suppress(OSError, ValueError):  # what could not be written is of no interest
            assert stream
            stream.close()


NO_MESSAGES = [
    b"{",
    b"",
    b"[]",
    b"[" * 100_000,
    b"null",
    b'"text"',
    b"\xff\xfe\x00",
    b"{}",
    b'{"jsonrpc": "2.0"}',
    b'{"jsonrpc": "1.0", "method": "x"}',
    b'{"jsonrpc": "2.0", "id": 5, "result": null}',
    b'{"jsonrpc": "2.0", "id": 5, "error": {"code": 1, "message": "x"}}',
    b'{"jsonrpc": "2.0", "method": 7, "params": 7}',
    b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {}}',
    b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": 1}}',
    b'{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 99}}',
    b'{"jsonrpc": "2.0", "method": "no/such", "params": {}}',
    b'{"jsonrpc": "2.0", "method": "$/no/such"}',
]


def test_what_is_no_message_is_passed_over(wire: Wire) -> None:
    wire.begin()
    for body in NO_MESSAGES:
        wire.send(body)
    wire.still_works()


def test_lines_that_are_no_header_are_passed_over(wire: Wire) -> None:
    wire.begin()
    wire.input.write(b"hello\r\n\r\nContent-Length: many\r\n\r\n\x00\xff\r\n")
    wire.still_works()


def test_a_request_that_cannot_be_meant_is_answered(wire: Wire) -> None:
    wire.begin()
    for method, params, code in [
        ("no/such", {}, -32601),
        ("textDocument/hover", {}, -32602),
        ("textDocument/codeAction", {"textDocument": {"uri": 3}}, -32602),
        ("workspace/executeCommand", {"command": "no.such"}, -32602),
        ("workspace/executeCommand", {"command": "dagdock.explain", "arguments": [1, 2, 3]}, -32602),
    ]:
        assert wire.ask(method, params)["error"]["code"] == code
    wire.still_works()


@pytest.mark.parametrize("uri", ["file:///nowhere/else", "untitled:x", "", "no uri", "file://", "%%%", "file:///a%00b"])
def test_questions_about_what_is_not_open_have_an_answer(wire: Wire, uri: str) -> None:
    wire.begin()
    place = {"line": 10**9, "character": 10**9}
    document: dict[str, Any] = {"textDocument": {"uri": uri}}
    for method, more in [
        ("textDocument/hover", {**document, "position": place}),
        ("textDocument/completion", {**document, "position": place}),
        ("textDocument/documentSymbol", document),
        ("textDocument/documentLink", document),
        ("textDocument/diagnostic", document),
        (
            "textDocument/codeAction",
            {**document, "range": {"start": place, "end": place}, "context": {"diagnostics": []}},
        ),
        ("codeAction/resolve", {"title": "x", "data": {"fixAll": uri}}),
    ]:
        answer = wire.ask(method, more)
        assert "result" in answer, (method, answer)
    for method in ("textDocument/didClose", "textDocument/didSave"):
        wire.tell(method, document)
    wire.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": 1}, "contentChanges": [{"text": "x"}]})
    wire.still_works()


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\n" + "RUN echo hello && echo world\n" * 3000,
        "x" * 5_000_000,
        "# " + "é😀" * 100_000,
        "FROM a\nRUN \x00\x01\x02\ud800\udc00\udfff\ufffe\n",
        "\x00" * 1000,
        "\r" * 10_000,
        "FROM a\u2028b\x0cc\x85d\n",
    ],
    ids=["long", "large", "wide", "half characters", "binary", "returns", "odd newlines"],
)
def test_any_text_is_judged(wire: Wire, text: str) -> None:
    wire.begin()
    wire.open(text)
    wire.tell(
        "textDocument/didChange",
        {
            "textDocument": {"uri": URI, "version": 2},
            "contentChanges": [
                {"range": {"start": {"line": 0, "character": 3}, "end": {"line": 7, "character": 1}}, "text": "é"}
            ],
        },
    )
    wire.still_works()


def gone(process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    assert process.poll() is not None


@pytest.mark.parametrize("text", ["FROM python\n", "FROM a\n" + "RUN echo hello && echo world\n" * 20_000])
def test_the_end_of_its_input_is_its_end_even_in_the_middle_of_work(wire: Wire, text: str) -> None:
    wire.begin()
    document = {"uri": URI, "languageId": "dockerfile", "version": 1, "text": text}
    wire.tell("textDocument/didOpen", {"textDocument": document})
    time.sleep(0.3)
    wire.input.close()
    gone(wire.process)
    wire.shows_no_traceback()


def test_a_client_that_reads_no_more(wire: Wire) -> None:
    wire.begin()
    wire.output.close()
    for number in range(50):
        document = {"uri": f"{URI}{number}", "languageId": "dockerfile", "version": 1, "text": "FROM python\n"}
        try:
            wire.tell("textDocument/didOpen", {"textDocument": document})
        except BrokenPipeError:
            break
    wire.input.close()
    gone(wire.process)
    wire.shows_no_traceback()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it(wire: Wire, number: signal.Signals) -> None:
    wire.begin()
    wire.open("FROM python\n")
    wire.process.send_signal(number)
    gone(wire.process)
    wire.shows_no_traceback()


def test_it_ends_with_the_editor_that_started_it(tmp_path: Path) -> None:
    editor = subprocess.Popen([sys.executable, "-c", "pass"])
    wire = Wire(tmp_path)
    wire.ask("initialize", {"processId": editor.pid, "rootUri": None, "capabilities": {}})
    editor.wait()
    wire.tell("initialized", {})
    gone(wire.process)
    wire.process.communicate()


def test_to_exit_without_a_word_is_no_good_end(wire: Wire) -> None:
    wire.begin()
    wire.tell("exit")
    assert wire.process.wait(10) == 1


def test_nothing_but_messages_on_standard_output(wire: Wire) -> None:
    """What the rules or a library print goes to standard error: the bytes on the other side parse to the last."""
    wire.begin()
    wire.open("FROM python\n")
    wire.ask("shutdown")
    wire.tell("exit")
    assert wire.output.read() == b""


def test_a_rule_that_crashes_is_a_line_in_the_log(tmp_path: Path) -> None:
    plugin = tmp_path / "site"
    package, info = plugin / "crashing", plugin / "crashing-1.0.dist-info"
    package.mkdir(parents=True)
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crashing\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[dagdock]\ncrashing = crashing\n", encoding="utf-8")
    (package / "__init__.py").write_text(
        "from dagdock.api import Bad, Dockerfile, Problems, hookimpl, rule\n"
        "@rule('XX001', severity='error', since='1', bad=[], good=[])\n"
        "def crashes(file: Dockerfile) -> Problems:\n"
        "    '''Crashes.'''\n"
        "    print('noise')\n"
        "    raise RuntimeError('boom')\n"
        "    yield\n"
        "@hookimpl\n"
        "def dagdock_rules(kind):\n"
        "    return [crashes]\n",
        encoding="utf-8",
    )
    environment = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join([ENVIRONMENT["PYTHONPATH"], str(plugin)])}
    process = subprocess.Popen(
        COMMAND, cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wire = Wire.__new__(Wire)
    assert process.stdin and process.stdout
    wire.process, wire.input, wire.output, wire.said, wire._last = process, process.stdin, process.stdout, [], 0
    wire.begin()
    assert "DF101" in [each["code"] for each in wire.open("FROM python\n")]
    wire.ask("shutdown")
    logged = [each["params"]["message"] for each in wire.said if each.get("method") == "window/logMessage"]
    assert [("XX001" in message, "boom" in message, "\n" in message) for message in logged] == [(True, True, False)]
    wire.tell("exit")
    process.wait(10)
    wire.shows_no_traceback()
