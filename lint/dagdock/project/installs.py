"""What the `pip install` lines of a Dockerfile install."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from dagdock.project.requirements import Requirement, read_requirement

if TYPE_CHECKING:
    from dagdock.dockerfile import Run, Scope, Stage
    from dagdock.shell import Command, Word

# Options of pip and uv whose next word is a value and nothing to install.
# fmt: off
_VALUED = frozenset((
    "--abi", "--cache-dir", "--cert", "--client-cert", "--config-setting", "--config-settings",
    "--default-index", "--exclude-newer", "--extra-index-url", "--find-links", "--global-option",
    "--implementation", "--index", "--index-strategy", "--index-url", "--log", "--no-binary", "--only-binary",
    "--platform", "--prefix", "--progress-bar", "--proxy", "--python", "--python-version", "--report",
    "--resolution", "--retries", "--root", "--root-user-action", "--src", "--target", "--timeout",
    "--trusted-host", "--upgrade-package", "--upgrade-strategy", "--use-feature", "-f", "-i", "-p", "-t",
))
# fmt: on
_FILE = ("-r", "--requirement", "--requirements")
_CONSTRAINT = ("-c", "--constraint", "--constraints")
# Commands that install Python packages in ways that are not read here.
_OTHER = frozenset(("conda", "easy_install", "hatch", "mamba", "micromamba", "pdm", "pipenv", "pipx", "poetry"))


class PipInstall:
    """One `pip install`: the packages it names, the files it reads, its constraints; each as text and word.

    `complete` is False where it installs something whose name is not known.
    """

    __slots__ = ("command", "complete", "constraints", "files", "requirements", "run")

    def __init__(self, run: Run, command: Command) -> None:
        self.run = run
        self.command = command
        self.requirements: list[Requirement] = []
        self.files: list[tuple[str, Word]] = []
        self.constraints: list[tuple[str, Word]] = []
        self.complete = True


def pip_installs(stage: Stage) -> Iterator[PipInstall]:
    """The `pip install` (and `uv pip install`) commands of a stage, without those of the stages it is built on."""
    from dagdock.dockerfile import Run

    for run in stage.all_of(Run):
        if "pip" in run.body.text:
            for command in run.script.commands:
                words = _install_words(command.effective)
                if words is not None:
                    yield _read(PipInstall(run, command.effective), words, stage.scope_at(run))


def installs_otherwise(stage: Stage) -> bool:
    """Whether a stage may install Python packages in a way that is not read here (poetry, conda, a script, ONBUILD)."""
    from dagdock.dockerfile import Onbuild, Run

    if stage.all_of(Onbuild):
        return True
    return any(
        command.effective.name in _OTHER or _is_uv_sync(command.effective) or _is_script(command.effective.name)
        for run in stage.all_of(Run)
        for command in run.script.commands
    )


def expand(word: Word, scope: Scope) -> str | None:
    """The value of a shell word with the Dockerfile's ARG and ENV put in; None where one is unknown."""
    from dagdock.shell.words import EXPANSION, QUOTED_EXPANSION

    if word.value is not None:
        return word.value
    text = ""
    for _, part, kind in word.stretches:
        known = _expanded(part, scope) if kind in (EXPANSION, QUOTED_EXPANSION) else part
        if known is None:
            return None
        text += known
    return text


def _expanded(expansion: str, scope: Scope) -> str | None:
    """`$NAME`, `${NAME}`, `${NAME:-default}` or `${NAME:+other}` with what is known of the variable."""
    match = _variable().fullmatch(expansion)
    if match is None:
        return None
    name, operator, word = match["plain"] or match["name"], match["operator"] or "", match["word"] or ""
    value = scope.value(name)
    unset = scope.unset(name) if value is None else value == "" and operator.startswith(":")
    if operator.endswith("-"):
        return word if value is None or unset else value
    if operator.endswith("+"):
        return "" if unset else word if value is not None else None
    return value


def _install_words(command: Command) -> Sequence[Word] | None:
    """What stands behind `pip install`; None for another command."""
    name, words = command.name, command.arguments
    if name == "uv" and words and words[0].value == "pip":
        words = words[1:]
    elif name is None or not _pip().fullmatch(name):
        return None
    # Options may stand before the sub-command: `pip --no-cache-dir install x`.
    for place, word in enumerate(words):
        if word.value == "install":
            return words[place + 1 :]
        if not word.prefix.startswith("-"):
            return None
    return None


def _read(install: PipInstall, words: Sequence[Word], scope: Scope) -> PipInstall:
    rest = iter(words)
    for word in rest:
        text = expand(word, scope)
        start = word.prefix if text is None else text
        name, equals, value = start.partition("=")
        if start[:2] in ("-r", "-c") and not start.startswith("--") and len(start) > 2:
            name, equals, value = start[:2], "=", start[2:]  # -rrequirements.txt
        if name in (*_FILE, *_CONSTRAINT):
            target = word if equals else next(rest, None)
            path = (value if text is not None else None) if equals else (target and expand(target, scope))
            if target is not None and path:
                (install.files if name in _FILE else install.constraints).append((path, target))
            elif name in _FILE:
                install.complete = False
        elif name in ("-e", "--editable"):
            next(rest, None) if not equals else None
            install.complete = False
        elif start.startswith("-"):
            if name in _VALUED and not equals:
                next(rest, None)
        elif requirement := _requirement(word, text):
            install.requirements.append(requirement)
        else:
            install.complete = False
    return install


def _requirement(word: Word, text: str | None) -> Requirement | None:
    if text is not None:
        # A wheel or an archive is a file, whatever its name begins with.
        is_file = text.startswith((".", "/")) or ("@" not in text and text.endswith((".whl", ".gz", ".zip", ".txt")))
        return None if is_file else read_requirement(text, word.span)
    # Only the version is a variable: `apache-airflow==$VERSION`.
    name = re.match(r"[\w.-]+(?:\[[^\]]*\])?(?=[=<>~!])", word.prefix)
    return read_requirement(name[0], word.span, known=False) if name else None


def _is_uv_sync(command: Command) -> bool:
    return command.name == "uv" and bool(command.arguments) and command.arguments[0].value in ("sync", "add")


def _is_script(name: str | None) -> bool:
    """Whether a command's name is unknown, or that of a script of the project."""
    return name is None or name.endswith((".sh", ".py")) or name == "make"


@cache
def _pip() -> re.Pattern[str]:
    return re.compile(r"pip(?:\d(?:\.\d+)?)?")


@cache
def _variable() -> re.Pattern[str]:
    return re.compile(
        r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<operator>:?[-+])(?P<word>[^${}`\"'\\]*))?\})"
    )
