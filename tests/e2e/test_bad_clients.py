"""Clients that break the rules: the server answers what it can, says no traceback, and never outlives its client."""

from __future__ import annotations

import itertools
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import PYTHONPATH

pytest.importorskip("pygls")
unix = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of Unix")

COMMAND = [sys.executable, "-m", "dagdock", "lsp"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": PYTHONPATH}
PATIENCE = 30.0
METHOD_NOT_FOUND, INVALID_REQUEST, INVALID_PARAMS, NOT_INITIALIZED = -32601, -32600, -32602, -32002
INTERNAL_ERROR = -32603


class Client:
    """Bytes to and from a server, and what it said on standard error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = (folder / "stderr.log").open("w+b")
        self.process = subprocess.Popen(
            COMMAND, cwd=folder, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )
        assert self.process.stdin and self.process.stdout
        self._stdin, self._stdout = self.process.stdin, self.process.stdout
        self._bytes = b""
        self._id = 0
        self.heard: list[dict[str, Any]] = []

    def send(self, content: bytes) -> None:
        self._stdin.write(content)
        self._stdin.flush()

    def tell(self, method: str, params: Any) -> None:
        self.send(message({"jsonrpc": "2.0", "method": method, "params": params}))

    def ask(self, method: str, params: Any) -> dict[str, Any]:
        """The whole answer: with `result` or `error`."""
        self._id += 1
        self.send(message({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params}))
        while True:
            each = self.read()
            if each.get("id") == self._id and "method" not in each:
                return each

    def begin(self, **more: Any) -> None:
        params = {"processId": None, "rootUri": self.folder.as_uri(), "capabilities": {}, **more}
        assert "result" in self.ask("initialize", params)
        self.tell("initialized", {})

    def open(self, name: str, text: str) -> dict[str, Any]:
        uri = (self.folder / name).as_uri()
        self.tell("textDocument/didOpen", {"textDocument": document(uri, text)})
        return {"textDocument": {"uri": uri}}

    def symbols(self, name: str) -> list[Any]:
        answer = self.ask("textDocument/documentSymbol", {"textDocument": {"uri": (self.folder / name).as_uri()}})
        return list(answer["result"])

    def read(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while True:
            head, blank, rest = self._bytes.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]) if blank else 0
            if blank and len(rest) >= length:
                self._bytes = rest[length:]
                self.heard.append(json.loads(rest[:length]))
                return self.heard[-1]
            ready, _, _ = select.select([self._stdout], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"nothing said within {PATIENCE:.0f} s; standard error: {self.stderr()}"
            some = os.read(self._stdout.fileno(), 1 << 20)
            assert some, f"the server has ended; standard error: {self.stderr()}"
            self._bytes += some

    def close(self) -> None:
        """The end of input, as when a client is gone."""
        self._stdin.close()

    def ended(self) -> int:
        """The exit status, once all that the server said is read."""
        return self.process.wait(PATIENCE)

    def stderr(self) -> str:
        self._log.flush()
        return (self.folder / "stderr.log").read_text(encoding="utf-8", errors="replace")


def message(content: Any) -> bytes:
    body = json.dumps(content).encode() if not isinstance(content, bytes) else content
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def document(uri: str, text: str) -> dict[str, Any]:
    return {"uri": uri, "languageId": "dockerfile", "version": 1, "text": text}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A client whose server, however the test ends, leaves no process behind and has said no traceback."""
    each = Client(tmp_path)
    try:
        yield each
        if not each.process.stdin or not each.process.stdin.closed:
            each.close()
        each.ended()
    finally:
        each.process.kill()
        each.process.wait()
    said = json.dumps(each.heard) + each.stderr()
    assert "Traceback" not in said and 'File "' not in said, said


BROKEN = {
    "no JSON": message(b"{this is no JSON"),
    "half of it": message(b'{"jsonrpc": "2.0", "method": '),
    "no object": message([1, 2, 3]),
    "a number": message(7),
    "nothing in it": message(b""),
    "an empty object": message({}),
    "no version": message({"method": "textDocument/didOpen"}),
    "a method that is none": message({"jsonrpc": "2.0", "id": 99, "method": 5, "params": {}}),
    "an answer to nothing": message({"jsonrpc": "2.0", "id": "never asked", "result": {}}),
    "an error about nothing": message({"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "?"}}),
    "no UTF-8": message(b'{"jsonrpc": "2.0", "method": "\xff\xfe"}'),
    "deep nesting": message(b"[" * 100_000),
    "NUL bytes": message(b"\0" * 100),
}


def test_broken_messages_are_passed_over(client: Client) -> None:
    client.begin()
    for name, content in BROKEN.items():
        client.send(content)
        client.open(f"{name}.Dockerfile", "FROM alpine:3.20\n")
        assert client.symbols(f"{name}.Dockerfile"), name


@pytest.mark.parametrize(
    "header",
    [b"\r\n", b"Content-Length: many\r\n\r\n", b"Content-Length: -1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\xff\0\r\n"],
)
def test_broken_headers_do_no_harm(client: Client, header: bytes) -> None:
    """Where a message begins cannot be known any more: the server goes on or ends, and says nothing wild."""
    client.begin()
    client.send(header)
    try:
        client.tell("textDocument/didOpen", {"textDocument": document("file:///Dockerfile", "FROM a\n")})
        client.close()
    except BrokenPipeError:
        pass
    assert client.ended() in (0, 1)


def test_requests_before_the_beginning_are_refused(client: Client) -> None:
    here = {"textDocument": {"uri": "file:///Dockerfile"}}
    assert client.ask("textDocument/documentSymbol", here)["error"]["code"] == NOT_INITIALIZED
    client.tell("textDocument/didOpen", {"textDocument": document("file:///Dockerfile", "FROM a\n")})
    client.begin()
    client.open("Dockerfile", "FROM alpine:3.20\n")
    assert client.symbols("Dockerfile")


def test_unknown_methods_are_refused_and_unknown_news_passed_over(client: Client) -> None:
    client.begin()
    assert client.ask("textDocument/readMyMind", {})["error"]["code"] == METHOD_NOT_FOUND
    assert client.ask("$/readMyMind", {})["error"]["code"] == METHOD_NOT_FOUND
    client.tell("textDocument/didDream", {"uri": 5})
    client.tell("$/dream", None)
    client.tell("$/cancelRequest", {"id": 12345})
    client.open("Dockerfile", "FROM alpine:3.20\n")
    assert client.symbols("Dockerfile")


def test_requests_of_the_wrong_shape_are_refused(client: Client) -> None:
    client.begin()
    here = client.open("Dockerfile", "FROM alpine:3.20\n")
    for method, params in [
        ("textDocument/codeAction", {**here, "range": "all", "context": {"diagnostics": []}}),
        ("textDocument/hover", {**here, "position": {"line": "one"}}),
        ("textDocument/completion", {}),
        ("textDocument/diagnostic", None),
        ("codeAction/resolve", {"nothing": 1}),
        ("workspace/executeCommand", {"command": "rm", "arguments": ["-rf", "/"]}),
    ]:
        assert client.ask(method, params)["error"]["code"] in (INVALID_PARAMS, INVALID_REQUEST, INTERNAL_ERROR), method
    client.tell("textDocument/didOpen", {"textDocument": 5})
    client.tell("textDocument/didChange", {**here, "contentChanges": "x"})
    assert client.symbols("Dockerfile")


def test_places_that_are_not_there(client: Client) -> None:
    client.begin()
    here = client.open("Dockerfile", "FROM alpine:3.20\n")
    far = {"line": 2**31 - 1, "character": 2**31 - 1}
    for method in ("textDocument/hover", "textDocument/completion"):
        assert "result" in client.ask(method, {**here, "position": far})
    actions = {**here, "range": {"start": far, "end": far}, "context": {"diagnostics": []}}
    assert "result" in client.ask("textDocument/codeAction", actions)
    change = {"range": {"start": far, "end": far}, "text": "USER 1000\n"}
    client.tell(
        "textDocument/didChange", {"textDocument": {**here["textDocument"], "version": 2}, "contentChanges": [change]}
    )
    assert client.symbols("Dockerfile")


def test_names_that_lead_nowhere(client: Client) -> None:
    client.begin()
    nowhere = [
        "",
        "Dockerfile",
        "file://",
        "file:///%00",
        "http://[",
        "untitled:Untitled-1",
        "file:///no/Dockerfile",
        "\ud800",
    ]
    for uri in nowhere:
        for method in ("didOpen", "didSave", "didClose", "didClose"):
            client.tell(f"textDocument/{method}", {"textDocument": document(uri, "FROM alpine:latest\n")})
        for method in ("documentSymbol", "diagnostic", "documentLink"):
            client.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}})
    client.open("Dockerfile", "FROM alpine:3.20\n")
    assert client.symbols("Dockerfile")


def test_a_binary_text(client: Client) -> None:
    client.begin()
    names = ("Dockerfile", "compose.yaml", "dags/a.py", ".dockerignore", "dagdock.toml")
    binary = (
        "\0\1\2\x7f" * 1000,
        "FROM a\0b\nRUN \ud800 \udfff\ud800\n",
        "".join(map(chr, range(256))),
        "\ufeff\ufeff",
    )
    for name, text in itertools.product(names, binary):
        here = client.open(name, text)
        for method in ("documentSymbol", "diagnostic", "documentLink"):
            assert "result" in client.ask(f"textDocument/{method}", here), (name, method)
        client.tell("textDocument/didClose", here)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Dockerfile", "RUN apt-get install curl && " + "x" * 2000 + "\n"),
        ("compose.yaml", "# services: {a: {image: b}}\n"),
        ("dags/a.py", "with DAG('a'): BashOperator(task_id='b')\n"),
        ("Dockerfile", "x"),
    ],
)
def test_a_file_of_5_megabytes(client: Client, name: str, line: str) -> None:
    """The server still answers, and not only about that file; one that is too large to be checked costs nothing."""
    client.begin()
    client.open(f"more/{name}", line * (5_100_000 // len(line)))
    client.open(name, line * (4_900_000 // len(line)))
    client.open("other.Dockerfile", "FROM alpine:3.20\n")
    start = time.monotonic()
    assert client.symbols("other.Dockerfile")
    assert time.monotonic() - start < PATIENCE


def test_shutdown_and_exit(client: Client) -> None:
    client.begin()
    assert client.ask("shutdown", None)["result"] is None
    here = {"textDocument": {"uri": "file:///Dockerfile"}}
    assert client.ask("textDocument/documentSymbol", here)["error"]["code"] == INVALID_REQUEST
    client.tell("exit", None)
    assert client.ended() == 0


def test_exit_without_shutdown(client: Client) -> None:
    client.begin()
    client.tell("exit", None)
    assert client.ended() == 1


@pytest.mark.parametrize("said", [b"", b"Content-Le", b"Content-Length: 1000\r\n\r\n{", message({"jsonrpc": "2.0"})])
@pytest.mark.parametrize("begun", [False, True])
def test_a_client_that_leaves_without_a_word(client: Client, said: bytes, begun: bool) -> None:
    if begun:
        client.begin()
        client.open("Dockerfile", "FROM alpine:latest\n" * 5000)
    client.send(said)
    client.close()
    assert client.ended() in (0, 1)


@unix
def test_a_client_that_does_not_listen_any_more(client: Client) -> None:
    client.begin()
    assert client.process.stdout
    client.process.stdout.close()
    for version in range(20):
        client.tell(
            "textDocument/didOpen", {"textDocument": document(f"file:///{version}/Dockerfile", "FROM a\n" * 99)}
        )
        if client.process.poll() is not None:
            break
        time.sleep(0.05)
    client.close()
    assert client.ended() in (0, 1)


@unix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_server_that_is_told_to_end(client: Client, number: signal.Signals) -> None:
    client.begin()
    client.open("Dockerfile", "FROM alpine:latest\n")
    client.process.send_signal(number)
    client.ended()


EDITOR = """
import subprocess, sys, time
server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
body = b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": null, "capabilities": {}}}'
server.stdin.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(body), body))
server.stdin.flush()
server.stdout.read(16)
print(server.pid, flush=True)
time.sleep(60)
"""


@unix
def test_an_editor_that_is_killed_takes_the_server_along(tmp_path: Path) -> None:
    command = [sys.executable, "-c", EDITOR, "--", *COMMAND]
    with subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE) as editor:
        assert editor.stdout
        server = int(editor.stdout.readline())
        assert alive(server)
        editor.kill()
    deadline = time.monotonic() + PATIENCE
    while alive(server) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(server)


@unix
def test_an_editor_that_is_gone_though_its_pipes_are_open(client: Client) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    client.begin(processId=gone.pid)
    assert client.ended() == 1


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and is only not yet collected does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
