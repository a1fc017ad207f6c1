"""Commands that run another command (`sudo -E`, `env A=b`, `python -m`), and where the other one begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from dagdock.shell.words import Word


class Wrapper(NamedTuple):
    """How to get past a wrapper: its options with a value, and the operands that stand before the command."""

    valued: tuple[str, ...] = ()
    operands: int = 0
    # A first word without which it wraps nothing (`poetry run`), and whether `A=b` may stand before the command.
    verbs: tuple[str, ...] = ()
    assignments: bool = False
    # Options after which no command is run (`command -v`).
    not_with: tuple[str, ...] = ()


_PYTHON_OPTIONS = ("-W", "-X")
_UV_RUN: tuple[str, ...] = (
    "--with",
    "--with-editable",
    "--with-requirements",
    "--python",
    "-p",
    "--extra",
    "--group",
    "--only-group",
)
_UV_RUN += ("--no-group", "--package", "--project", "--directory", "--env-file", "--index", "--index-url")
_NPX = ("-p", "--package", "-c", "--call", "-w", "--workspace")
_CONDA_RUN = ("-n", "--name", "-p", "--prefix", "--cwd", "-r", "--root-prefix")

WRAPPERS: dict[str, Wrapper] = {
    "builtin": Wrapper(),
    "bunx": Wrapper(),
    "bundle": Wrapper(verbs=("exec",)),
    "busybox": Wrapper(not_with=("--list", "--install", "--help")),
    "catatonit": Wrapper(),
    "chpst": Wrapper(("-u", "-U", "-e", "-/", "-n", "-m", "-d", "-o", "-p", "-f", "-c", "-b", "-l", "-L")),
    "chronic": Wrapper(),
    "command": Wrapper(not_with=("-v", "-V")),
    "conda": Wrapper(_CONDA_RUN, verbs=("run",)),
    "doas": Wrapper(("-u", "-C")),
    "dumb-init": Wrapper(("-r", "--rewrite")),
    "eatmydata": Wrapper(),
    "env": Wrapper(("-u", "--unset", "-C", "--chdir"), assignments=True, not_with=("-S", "--split-string")),
    "exec": Wrapper(("-a",)),
    "fakeroot": Wrapper(("-l", "--lib", "-s", "-i", "-b")),
    "gosu": Wrapper(operands=1),
    "hatch": Wrapper(("-e", "--env", "-p", "--project"), verbs=("run",)),
    "ionice": Wrapper(("-c", "--class", "-n", "--classdata")),
    "linux32": Wrapper(),
    "mamba": Wrapper(_CONDA_RUN, verbs=("run",)),
    "micromamba": Wrapper(_CONDA_RUN, verbs=("run",)),
    "nice": Wrapper(("-n", "--adjustment")),
    "nohup": Wrapper(),
    "npx": Wrapper(_NPX),
    "pdm": Wrapper(("-p", "--project"), verbs=("run",)),
    "pipenv": Wrapper(verbs=("run",)),
    "pnpm": Wrapper(("-C", "--dir", "--filter", "-F"), verbs=("exec", "dlx")),
    "poetry": Wrapper(("-C", "--directory", "-P", "--project"), verbs=("run",)),
    "runuser": Wrapper(("-u", "--user", "-g", "--group", "-G"), not_with=("-c", "--command", "-", "-l", "--login")),
    "rye": Wrapper(verbs=("run",)),
    "s6-setuidgid": Wrapper(operands=1),
    "setarch": Wrapper(operands=1),
    "setpriv": Wrapper(("--reuid", "--regid", "--groups", "--inh-caps", "--bounding-set", "--ambient-caps")),
    "setsid": Wrapper(),
    "stdbuf": Wrapper(("-i", "--input", "-o", "--output", "-e", "--error")),
    "su-exec": Wrapper(operands=1),
    "sudo": Wrapper(
        (
            "-u",
            "--user",
            "-g",
            "--group",
            "-h",
            "--host",
            "-p",
            "--prompt",
            "-C",
            "-D",
            "--chdir",
            "-R",
            "-r",
            "-t",
            "-T",
        ),
        assignments=True,
        not_with=("-l", "--list", "-v", "--validate", "-k", "-K", "-V", "--version", "-e", "--edit"),
    ),
    "time": Wrapper(("-f", "--format", "-o", "--output")),
    "timeout": Wrapper(("-k", "--kill-after", "-s", "--signal"), operands=1),
    "tini": Wrapper(("-p", "-e")),
    "tini-static": Wrapper(("-p", "-e")),
    "unbuffer": Wrapper(),
    "uv": Wrapper(_UV_RUN, verbs=("run",)),
    "uvx": Wrapper(("--from", *_UV_RUN)),
    "xargs": Wrapper(("-n", "-P", "-I", "-L", "-d", "-s", "-a", "-E", "--max-args", "--max-procs", "--delimiter")),
    "xvfb-run": Wrapper(("-e", "-f", "-n", "-p", "-s", "-w", "--server-args", "--server-num", "--error-file")),
    "yarn": Wrapper(verbs=("exec", "dlx")),
}


def base_name(word: Word) -> str | None:
    """The program that a command word names, without its folder: `nginx` for `/usr/sbin/nginx`."""
    value = word.value
    return None if value is None else value.rpartition("/")[2] or value


def unwrap(words: Sequence[Word]) -> tuple[tuple[str, ...], Sequence[Word]]:
    """The wrappers in front of a command, from outside in, and the words of the command itself."""
    wrappers: list[str] = []
    while words:
        name = base_name(words[0]) or ""
        if _python().fullmatch(name):
            inner = _behind_python(words)
            name = "python -m"
        elif wrapper := WRAPPERS.get(name):
            inner = _behind(wrapper, words)
        else:
            break
        if not inner:
            break
        wrappers.append(name)
        words = inner
    return tuple(wrappers), words


def _behind(wrapper: Wrapper, words: Sequence[Word]) -> Sequence[Word]:
    """The words of the wrapped command; empty where there is none or it cannot be told."""
    at, operands, verb = 1, wrapper.operands, not wrapper.verbs
    while at < len(words):
        text = words[at].value
        if text is None:
            # Only an operand may be unknown (`gosu "$USER" cmd`): an unknown option hides where the command begins.
            if operands and verb and not words[at].prefix.startswith("-"):
                operands -= 1
                at += 1
                continue
            return words[at:] if verb and not words[at].may_split else ()
        if text in wrapper.not_with:
            return ()
        if text == "--":
            at += 1
            return words[at + operands :] if verb else ()
        if text.startswith("-") and text != "-":
            at += 2 if text in wrapper.valued else 1
        elif not verb:
            if text not in wrapper.verbs:
                return ()
            verb = True
            at += 1
        elif wrapper.assignments and _assignment().match(text):
            at += 1
        elif operands:
            operands -= 1
            at += 1
        else:
            return words[at:]
    return ()


def _behind_python(words: Sequence[Word]) -> Sequence[Word]:
    """The module behind `python -m` with its arguments; empty for a script, `-c` or anything unknown."""
    at = 1
    while at < len(words):
        text = words[at].value
        if text is None or not text.startswith("-") or text in ("-", "--", "-c"):
            return ()
        if text == "-m":
            return words[at + 1 :]
        if text.startswith("--") or "c" in text:
            return ()
        if text.endswith("m"):  # python -um http.server
            return words[at + 1 :]
        at += 2 if text in _PYTHON_OPTIONS else 1
    return ()


@cache
def _python() -> re.Pattern[str]:
    return re.compile(r"(?:python|pypy)(?:[23](?:\.\d+)?)?")


@cache
def _assignment() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z_]\w*=")
