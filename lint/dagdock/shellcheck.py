"""ShellCheck put to work on the shell that Dockerfiles hold: many bodies, one process, its places mapped back."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from dagdock.shell.dialects import is_posix
from dagdock.text import Mapped, Source, Span

if TYPE_CHECKING:
    from dagdock.compose import Service
    from dagdock.dockerfile import Dockerfile

Level = Literal["error", "warning", "info", "style"]
# Which of its shells reads what we call so; it knows no other. `ash` is its `dash` with a remark about that.
SHELLS = {"posix-sh": "sh", "bash": "bash", "ash": "dash", "ksh": "ksh"}
# What only a whole script can tell: sourced files it cannot follow, and `ash` taken for `dash`; and `else if`, which a
# continued line makes of an `if` below an `else`.
NOT_HERE = "1075,1090,1091,2187"
# The builder gives these to every RUN.
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
VARIABLE = "DAGDOCK_SHELLCHECK"
MAX_LENGTH = 100_000
SECONDS = 60
AT_ONCE = 1_000
SIZE_AT_ONCE = 500_000
REMEMBERED = 20_000


class ShellCheckError(Exception):
    """ShellCheck cannot be used; the message says why and what to do."""


class Body(NamedTuple):
    """Some shell text as its shell gets it. `prelude` are the lines put before it: which shell reads it, and what the
    environment holds; none for a script that begins with `#!` itself."""

    text: Mapped
    prelude: str = ""


class Replacement(NamedTuple):
    """A piece of text that ShellCheck would put at a place."""

    span: Span
    text: str


class ShellRemark(NamedTuple):
    """What ShellCheck has to say about a place; `replacements` is its own fix, where it has one."""

    code: str
    level: Level
    message: str
    span: Span
    replacements: tuple[Replacement, ...]


class ShellCheck:
    """One installed ShellCheck. What it said about a text is remembered as long as the process lives."""

    _by_program: dict[str, ShellCheck] = {}  # noqa: RUF012  # one for all runs of a process
    held_back: ClassVar[bool] = False
    """Whether texts that it has not seen are left for later: an editor does not wait for a program at each key."""
    missed: ClassVar[bool] = False
    """Whether that happened."""

    def __init__(self, program: str) -> None:
        self.program = program
        self._said: dict[str, list[dict[str, Any]]] = {}

    @classmethod
    def at(cls, program: str) -> ShellCheck:
        """The ShellCheck of a path, always the same one."""
        return cls._by_program.setdefault(program, cls(program))

    def remarks(self, bodies: Sequence[Body]) -> list[ShellRemark]:
        """What it says about some bodies. Raises ShellCheckError."""
        if not ShellCheck.held_back:
            self.look_at(bodies)
        seen = [body for body in bodies if _key(body) in self._said]
        ShellCheck.missed = ShellCheck.missed or len(seen) < len(bodies)
        return [remark for body in seen for remark in _placed(body, self._said[_key(body)])]

    def look_at(self, bodies: Iterable[Body]) -> None:
        """Run it for all of the bodies that it has not seen, some at a time. Raises ShellCheckError."""
        keys = list(dict.fromkeys(_key(body) for body in bodies))
        new = [key for key in keys if key not in self._said]
        if new and len(self._said) > REMEMBERED:  # an editor runs for days; what is asked about now stays
            self._said = {key: self._said[key] for key in keys if key in self._said}
        some: list[str] = []
        size = 0
        for key in new:
            if some and (len(some) == AT_ONCE or size + len(key) > SIZE_AT_ONCE):
                self._ask(some)
                some, size = [], 0
            some.append(key)
            size += len(key)
        if some:
            self._ask(some)

    def _ask(self, scripts: Sequence[str]) -> None:
        from tempfile import TemporaryDirectory

        # A server that is told to exit deletes the folder while its thread may still write there.
        with TemporaryDirectory(prefix="dagdock-", ignore_cleanup_errors=True) as folder:
            for number, script in enumerate(scripts):
                with open(os.path.join(folder, str(number)), "w", encoding="utf-8", newline="\n") as file:
                    # What is no text stands for itself as some other sign: places stay the same.
                    file.write(script.encode("utf-8", "replace").decode("utf-8"))
            said = self._run(folder, [str(number) for number in range(len(scripts))])
        for script in scripts:
            self._said[script] = []
        for comment in said:
            self._said[scripts[int(comment["file"])]].append(comment)

    def _run(self, folder: str, names: Sequence[str]) -> list[dict[str, Any]]:
        import json
        import subprocess

        command = [self.program, "--norc", "--format=json1", f"--exclude={NOT_HERE}", "--", *names]
        environment = {name: value for name, value in os.environ.items() if name != "SHELLCHECK_OPTS"}
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env={**environment, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
            found: list[dict[str, Any]] = json.loads(done.stdout)["comments"]
            return found
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as problem:
            reason = getattr(problem, "strerror", None) or type(problem).__name__
            raise ShellCheckError(
                f'ShellCheck ({self.program}) gave no answer: {reason}. Set `shellcheck = "off"` to do without it'
            ) from problem


def _key(body: Body) -> str:
    """What ShellCheck reads: a text and all that decides what it says about it."""
    return f"{body.prelude}{body.text.text}\n"


def _placed(body: Body, comments: Sequence[dict[str, Any]]) -> Iterable[ShellRemark]:
    starts = [0]
    for line in body.text.text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    above = body.prelude.count("\n")

    def offset(line: int, column: int) -> int | None:
        if not above < line < above + len(starts):
            return None
        return min(starts[line - above - 1] + column - 1, len(body.text.text))

    def span(entry: dict[str, Any]) -> Span | None:
        start, end = offset(entry["line"], entry["column"]), offset(entry["endLine"], entry["endColumn"])
        if start is None or end is None or end < start:
            return None
        if start == end:
            place = body.text.origin(start) if start < len(body.text.text) else body.text.span(0, start).end
            return Span(body.text.source, place, place)
        return body.text.span(start, end)

    for comment in comments:
        place = span(comment)
        if place is None:
            continue
        replacements: list[Replacement] = []
        for entry in (comment["fix"] or {}).get("replacements", ()):
            at = span(entry)
            if at is None or at.text != body.text.text[offset(entry["line"], entry["column"]) :][: at.end - at.start]:
                replacements = []  # outside of the text, or over a line's continuation
                break
            replacements.append(Replacement(at, entry["replacement"]))
        yield ShellRemark(f"SC{comment['code']}", comment["level"], comment["message"], place, tuple(replacements))


def bodies_of(dockerfile: Dockerfile) -> list[Body]:
    """The shell text of a Dockerfile's instructions, as far as ShellCheck reads its language."""
    import re

    from dagdock.dockerfile import CommandInstruction

    found = []
    for node in dockerfile.all_instructions():
        if isinstance(node, CommandInstruction) and node.shell_text is not None and node.dialect in SHELLS:
            if not is_posix(node.shell_text.text, node.dialect) or len(node.shell_text.text) > MAX_LENGTH:
                continue
            if node.json_fault and node.json_fault.by_mistake:
                continue  # a list for Docker, which `malformed-exec-form` is about
            scope = node.stage.scope_at(node.onbuild or node) if node.stage else None
            # Of hundreds of variables a line names a few, and of the others ShellCheck has nothing to say.
            named = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", node.shell_text.text))
            known = {name for name in named if scope is not None and name in scope}
            if node.name != "RUN":
                known.add("HOSTNAME")  # every container has it
            found.append(Body(node.shell_text, _prelude(node.dialect, frozenset(known))))
    return found


def bodies_of_service(service: Service) -> list[Body]:
    """The shell text of a service's command, entrypoint and healthcheck, where `sh` or `bash` reads it."""
    found = []
    known = frozenset({"HOSTNAME", *(str(setting.name) for setting in service.environment)})
    test = service.healthcheck.test if service.healthcheck else None
    for command in (service.entrypoint, service.command, test):
        text = command.shell if command else None
        if command is None or text is None or len(text.text) > MAX_LENGTH or not is_posix(text.text, "posix-sh"):
            continue
        shell = next((word.raw for word in command.words if word.raw.rpartition("/")[2] in ("bash", "ksh")), "")
        found.append(Body(text, _prelude(shell.rpartition("/")[2] or "posix-sh", known)))
    return found


@lru_cache(maxsize=64)  # the instructions of a stage mostly know the same names
def _prelude(dialect: str, known: frozenset[str]) -> str:
    names = sorted({*PROXIES, *(name for name in known if name.isidentifier() and name.isascii())})
    return "".join(f"{line}\n" for line in [f"#!/bin/{SHELLS[dialect]}", *(f"export {name}=1" for name in names)])


def body_of(script: Source) -> Body | None:
    """A whole script; None where it is not surely in a language that ShellCheck reads.

    Without a `#!` line its name has to say so: `node /srv/server.js` starts no shell script.
    """
    from dagdock.dockerfile import dialects

    dialect = dialects.of_shebang(script.text)
    is_shell = dialect in SHELLS or (dialect is None and script.path.endswith((".sh", ".bash", ".ksh")))
    if not script.text.strip() or len(script.text) > MAX_LENGTH or not is_shell:
        return None
    return Body(Mapped.of(script.whole), "" if dialect else "#!/bin/sh\n")


def installed(setting: str, root: str) -> ShellCheck | None:
    """The ShellCheck that the setting `shellcheck` means, for a project at `root`; None where there is none.

    The environment variable DAGDOCK_SHELLCHECK stands above the setting. `auto` is the one beside dagdock or on PATH.
    A repository must not make us run what it brings: a path in its configuration has to be absolute and outside of
    it. Raises ShellCheckError.
    """
    if given := os.environ.get(VARIABLE):
        setting, root = given, ""
    program = _find(setting, root)
    return ShellCheck.at(program) if program else None


def _find(setting: str, root: str) -> str | None:
    if setting == "off":
        return None
    if setting != "auto":
        path = os.path.realpath(setting)
        if not os.path.isabs(setting):
            raise ShellCheckError(f'shellcheck = "{setting}": write "auto", "off" or an absolute path')
        if root and os.path.commonpath((path, os.path.realpath(root))) == os.path.realpath(root):
            raise ShellCheckError(f'shellcheck = "{setting}": a program inside the project is not run; install it')
        if not os.access(path, os.X_OK) or os.path.isdir(path):
            raise ShellCheckError(f'shellcheck = "{setting}": there is no such program')
        return path
    folders = [os.path.dirname(sys.executable), *os.environ.get("PATH", "").split(os.pathsep)]
    name = "shellcheck.exe" if os.name == "nt" else "shellcheck"
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.isabs(folder) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None
