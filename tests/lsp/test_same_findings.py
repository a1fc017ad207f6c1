"""The language server finds in open files what the command line finds in saved ones: all of that, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("pygls")

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "fixtures/projects/shop"
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "lint"), str(ROOT / "rules")])}
DAGDOCK = [sys.executable, "-m", "dagdock"]
LANGUAGES = {".py": "python", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".md": "markdown"}


class Found(NamedTuple):
    """A finding as both can tell it: lines and columns from 1, columns in code points."""

    path: str
    start: tuple[int, int]
    end: tuple[int, int]
    code: str
    severity: str
    message: str


def on_the_command_line(folder: Path, *arguments: str) -> list[Found]:
    done = subprocess.run(
        [*DAGDOCK, "check", "--format", "json", *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
    )
    return sorted(
        Found(
            finding["path"],
            (finding["start"]["line"], finding["start"]["column"]),
            (finding["end"]["line"], finding["end"]["column"]),
            finding["code"],
            finding["severity"],
            finding["message"],
        )
        for finding in json.loads(done.stdout)["findings"]
    )


class Editor:
    """An editor in a few lines: it opens files and asks what is found in them."""

    SEVERITIES = ("", "error", "warning", "info")

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        assert process.stdin and process.stdout
        self._input, self._output = process.stdin, process.stdout
        self._folder = folder
        self._last = 0
        self.pushed: dict[str, list[Any]] = {}

    def uri(self, path: str) -> str:
        return (self._folder / path).as_uri()

    def begin(self, *, pulls: bool) -> None:
        text_document: dict[str, Any] = {"publishDiagnostics": {"versionSupport": True}}
        if pulls:
            text_document["diagnostic"] = {}
        capabilities = {"general": {"positionEncodings": ["utf-32"]}, "textDocument": text_document}
        folders = [{"uri": self._folder.as_uri(), "name": "folder"}]
        self.ask("initialize", {"processId": os.getpid(), "capabilities": capabilities, "workspaceFolders": folders})
        self.tell("initialized", {})

    def open(self, path: str, text: str) -> None:
        language = LANGUAGES.get(Path(path).suffix, "dockerfile" if "ockerfile" in path else "plaintext")
        self.tell(
            "textDocument/didOpen",
            {"textDocument": {"uri": self.uri(path), "languageId": language, "version": 1, "text": text}},
        )

    def pull(self, path: str) -> list[Found]:
        report = self.ask("textDocument/diagnostic", {"textDocument": {"uri": self.uri(path)}})
        return self.found(path, report["items"])

    def shown(self, paths: Iterable[str]) -> list[Found]:
        """What was pushed last about some files."""
        return sorted(found for path in paths for found in self.found(path, self.pushed.get(self.uri(path), ())))

    def found(self, path: str, diagnostics: Iterable[dict[str, Any]]) -> list[Found]:
        return sorted(
            Found(
                path,
                (each["range"]["start"]["line"] + 1, each["range"]["start"]["character"] + 1),
                (each["range"]["end"]["line"] + 1, each["range"]["end"]["character"] + 1),
                each["code"],
                self.SEVERITIES[each["severity"]],
                each["message"],
            )
            for each in diagnostics
        )

    def ask(self, method: str, params: Any) -> Any:
        self._last += 1
        self._send({"id": self._last, "method": method, "params": params})
        while True:
            message = self.read()
            if message.get("id") == self._last and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def read(self) -> dict[str, Any]:
        """The next message; what the server asks is answered with nothing."""
        length = 0
        while (line := self._output.readline().strip()) or not length:
            assert line, "the server has ended"
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(self._output.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.pushed[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": None})
        return message

    def _send(self, message: dict[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
        self._input.flush()


@contextmanager
def editor(folder: Path, *, pulls: bool) -> Iterator[Editor]:
    with subprocess.Popen([*DAGDOCK, "lsp"], cwd=folder, env=ENVIRONMENT, stdin=-1, stdout=-1, stderr=-3) as process:
        try:
            client = Editor(process, folder)
            client.begin(pulls=pulls)
            yield client
            client.ask("shutdown", None)
            client.tell("exit", None)
            assert process.wait(10) == 0
        finally:
            process.kill()


def texts_of(folder: Path) -> dict[str, str]:
    """The text files below a folder by path, as an editor has them."""
    found: dict[str, str] = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and ".git" not in file.parts:
            found[file.relative_to(folder).as_posix()] = file.read_bytes().decode("utf-8", "replace")
    return found


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(SHOP, folder)
    (folder / ".git").mkdir()
    return folder


def test_a_client_that_asks(shop: Path) -> None:
    expected = on_the_command_line(shop)
    assert len(expected) > 20, "there is something to compare"
    with editor(shop, pulls=True) as client:
        texts = texts_of(shop)
        for path, text in texts.items():
            client.open(path, text)
        assert sorted(found for path in texts for found in client.pull(path)) == expected


def test_a_client_that_is_told(shop: Path) -> None:
    expected = on_the_command_line(shop)
    with editor(shop, pulls=False) as client:
        texts = texts_of(shop)
        for path, text in texts.items():
            client.open(path, text)
        deadline = time.monotonic() + 20
        while (shown := client.shown(texts)) != expected and time.monotonic() < deadline:
            client.ask("textDocument/documentSymbol", {"textDocument": {"uri": client.uri("Dockerfile")}})
            time.sleep(0.05)
        assert shown == expected
        assert {client.uri(path) for path in texts} <= client.pushed.keys()


def test_unsaved_texts_count_as_if_they_were_saved(shop: Path) -> None:
    """What stands in the editor is judged, for the file itself and for those that depend on it."""
    saved = on_the_command_line(shop)
    changes: dict[str, Callable[[str], str]] = {
        "Dockerfile": lambda text: text.replace("2.10.5-python3.11", "2.9.0"),
        "compose.yaml": lambda text: text.replace("./ingest", "./ingset"),
        "ingest/requirements.txt": lambda text: f"{text}\napache-airflow==2.7.0\n",
        "dagdock.toml": lambda _: '[severity]\nDF203 = "error"\n',
    }
    with editor(shop, pulls=True) as client:
        texts = {"dagdock.toml": "", **texts_of(shop)}
        changed = {path: changes.get(path, str)(text) for path, text in texts.items()}
        for path, text in changed.items():
            client.open(path, text)
        shown = sorted(found for path in changed for found in client.pull(path))
    for path, text in changed.items():
        (shop / path).write_text(text, encoding="utf-8", newline="")
    expected = on_the_command_line(shop)
    assert expected != saved, "the changes change something"
    assert shown == expected


def test_what_the_baseline_lists_is_known_here_too(shop: Path) -> None:
    (shop / "dagdock.toml").write_text('baseline = "known.json"\n')
    before = on_the_command_line(shop, "--no-baseline")
    on_the_command_line(shop, "--write-baseline", "known.json")
    text = (shop / "Dockerfile").read_text("utf-8")
    with editor(shop, pulls=True) as client:
        client.open("Dockerfile", text)
        assert client.pull("Dockerfile") == []
        client.tell(
            "textDocument/didChange",
            {
                "textDocument": {"uri": client.uri("Dockerfile"), "version": 2},
                "contentChanges": [{"text": f"{text}\nMAINTAINER new\n"}],
            },
        )
        shown = client.pull("Dockerfile")
    (shop / "Dockerfile").write_text(f"{text}\nMAINTAINER new\n", encoding="utf-8", newline="")
    assert shown == on_the_command_line(shop, "Dockerfile")
    assert 0 < len(shown) < len(before)
