"""The recipes of docs/editors.md, as they stand there: they start the server, show findings, and fix at each save."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import PYTHONPATH, ROOT

PAGE = ROOT / "docs/editors.md"
FILES = {
    "Dockerfile": "FROM alpine:latest\nRUN apt-get install curl\nUSER 1000\nCMD echo 1\nCMD echo 2\n",
    "compose.yaml": "version: '3.8'\nservices:\n  web:\n    image: nginx:1.27.0\n    ports: ['80:80']\n",
}
DRIVE = """
local out = { found = {} }
vim.wait(30000, function() return #vim.diagnostic.get(0) >= tonumber(vim.env.EXPECTED) end, 20)
for _, each in ipairs(vim.diagnostic.get(0)) do
  table.insert(out.found, { line = each.lnum + 1, message = each.message, source = each.source })
end
out.filetype = vim.bo.filetype
vim.cmd('write')
out.lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
local file = assert(io.open(vim.env.OUT, 'w'))
file:write(vim.json.encode(out))
file:close()
vim.cmd('qall!')
"""
# Batch mode reads no command and is never idle: what would run then is run by hand.
EMACS = """
(require 'package)
(package-initialize)
(setq make-backup-files nil create-lockfiles nil eglot-sync-connect 20)
(load (getenv "INIT") nil t)
(find-file (getenv "FILE"))
(run-hooks 'post-command-hook)
(let ((end (+ (float-time) 30)))
  (while (and (< (length (flymake-diagnostics)) (string-to-number (getenv "EXPECTED"))) (< (float-time) end))
    (accept-process-output nil 0.05)
    (flymake-start)))
(let ((found (mapcar (lambda (each) `((line . ,(line-number-at-pos (flymake-diagnostic-beg each)))
                                      (message . ,(flymake-diagnostic-text each))))
                     (flymake-diagnostics))))
  (set-buffer-modified-p t)
  (save-buffer)
  (with-temp-file (getenv "OUT") (insert (json-encode `((found . ,(vconcat found)))))))
"""


def recipe(heading: str, language: str) -> str:
    """All code of a language below a heading."""
    [section] = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.M | re.S)
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", section, re.M | re.S)
    assert len(blocks) == 2, "one to start the server, one to fix at each save"
    return "\n".join(blocks)


class Desk:
    """A folder with the files, a home for an editor, and dagdock on PATH."""

    def __init__(self, tmp: Path) -> None:
        self.work, self.home, self.out = tmp / "work", tmp / "home", tmp / "out.json"
        for folder in (self.work / ".git", self.home / ".config/nvim", tmp / "bin"):
            folder.mkdir(parents=True)
        for name, text in FILES.items():
            (self.work / name).write_text(text)
        program = tmp / "bin/dagdock"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dagdock "$@"\n')
        program.chmod(0o755)
        homes = {
            f"XDG_{kind}_HOME": str(self.home / f".{kind.lower()}") for kind in ("CONFIG", "DATA", "STATE", "CACHE")
        }
        path = os.pathsep.join([str(tmp / "bin"), os.environ.get("PATH", "")])
        self.environment = {
            **os.environ,
            **homes,
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "OUT": str(self.out),
            "PATH": path,
            "PYTHONPATH": PYTHONPATH,
        }

    def dagdock(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dagdock", "check", *arguments]
        return subprocess.run(
            command, cwd=self.work, env=self.environment, capture_output=True, encoding="utf-8", check=False
        )

    def findings(self, name: str) -> list[dict[str, Any]]:
        return list(json.loads(self.dagdock("--format", "json", name).stdout)["findings"])

    def mended(self, name: str) -> str:
        """The file as `--fix` leaves it; it is put back."""
        self.dagdock("--fix", name)
        text = (self.work / name).read_text()
        (self.work / name).write_text(FILES[name])
        assert text != FILES[name], "there is something to fix"
        return text

    def run(self, command: list[str], expected: int, **variables: str) -> Any:
        environment = {**self.environment, "EXPECTED": str(expected), **variables}
        done = subprocess.run(
            command,
            cwd=self.work,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert self.out.exists(), done.stderr.decode(errors="replace")
        return json.loads(self.out.read_text("utf-8"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _version(nvim: str) -> str:
    text = subprocess.run([nvim, "--version"], capture_output=True, encoding="utf-8", check=True).stdout
    match = re.match(r"NVIM v(\d+\.\d+)", text)
    return match[1] if match else text


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("version", ["0.7", "0.11"])
def test_neovim(need: Callable[..., str], desk: Desk, version: str, name: str) -> None:
    own = str(Path(sys.executable).parent)
    path = (
        own
        if version == "0.11"
        else os.pathsep.join(place for place in os.environ.get("PATH", "").split(os.pathsep) if place != own)
    )
    nvim = need("nvim", path=path)
    if _version(nvim) != version:
        pytest.skip(f"{nvim} is no Neovim {version}")
    (desk.home / ".config/nvim/init.lua").write_text(recipe(f"Neovim {version}", "lua"))
    drive = desk.home / "drive.lua"
    drive.write_text(DRIVE)
    findings, mended = desk.findings(name), desk.mended(name)
    seen = desk.run([nvim, "--headless", "-i", "NONE", "-n", name, "-S", str(drive)], len(findings))
    assert sorted((each["line"], each["message"]) for each in seen["found"]) == sorted(
        (each["start"]["line"], each["message"]) for each in findings
    )
    assert all(each["source"] == "dagdock" for each in seen["found"])
    assert (desk.work / name).read_text() == mended == "\n".join(seen["lines"]) + "\n"


@pytest.fixture
def emacs(need: Callable[..., str]) -> str:
    """Emacs with the modes of the recipe, which are packages of their own; without them as `need` does it."""
    program = need("emacs")
    for library in ("eglot", "dockerfile-mode", "yaml-mode"):
        lisp = (
            f'(progn (require (quote package)) (package-initialize) (kill-emacs (if (locate-library "{library}") 0 1)))'
        )
        if subprocess.run([program, "--batch", "--eval", lisp], capture_output=True, check=False).returncode:
            said = f"Emacs has no {library}: Debian's package elpa-{library} brings it"
            pytest.fail(said) if os.environ.get("CI") else pytest.skip(said)
    return program


@pytest.mark.parametrize("name", FILES)
def test_emacs(emacs: str, desk: Desk, name: str) -> None:
    init, drive = desk.home / "init.el", desk.home / "drive.el"
    init.write_text(recipe("Emacs", "elisp"))
    drive.write_text(EMACS)
    findings, mended = desk.findings(name), desk.mended(name)
    seen = desk.run([emacs, "--batch", "--load", str(drive)], len(findings), INIT=str(init), FILE=name)
    assert sorted((each["line"], each["message"]) for each in seen["found"]) == sorted(
        (each["start"]["line"], f"dagdock [{each['code']}]: {each['message']}") for each in findings
    )
    assert (desk.work / name).read_text() == mended
