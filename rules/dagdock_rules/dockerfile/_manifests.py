"""Installations that need only a list of packages: `pip install -r`, `npm ci`, `go mod download` …"""

from __future__ import annotations

from typing import NamedTuple

from dagdock.api import Located, Run, Word

from ..packages import PackageCommand, installs

# What a tool reads when it is given no package by name.
FILES: dict[str, tuple[str, ...]] = {
    "npm": ("package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc"),
    "yarn": ("package.json", "yarn.lock", ".yarnrc.yml", ".yarnrc"),
    "pnpm": ("package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc"),
    "bun": ("package.json", "bun.lockb", "bun.lock"),
    "bundle": ("Gemfile", "Gemfile.lock"),
    "composer": ("composer.json", "composer.lock"),
    "pipenv": ("Pipfile", "Pipfile.lock"),
}
# The rest of what a RUN may do beside the installation and still need nothing of the project.
HARMLESS = frozenset("true : echo rm mkdir".split())


class Manifest(NamedTuple):
    """An installation from a manifest."""

    run: Run
    place: Located
    command: str
    """How to call it: `pip install -r requirements.txt`."""
    path: str
    """The manifest as the command names it; empty where the tool knows it by name."""
    files: tuple[str, ...]
    """The names that the tool looks for."""
    alone: bool
    """Whether the RUN does nothing that could need another file of the project."""


def manifest_of(run: Run) -> Manifest | None:
    """The first installation from a manifest in a RUN."""
    script = run.script
    calls = list(installs(script))
    for call in calls:
        found = _read(call)
        if found:
            path, files = found
            others = [
                command
                for command in script.commands
                if command.effective.name not in HARMLESS and not any(command.span == call.span for call in calls)
            ]
            text = " ".join(call.span.text.split())
            return Manifest(
                run,
                call.span,
                text if len(text) <= 60 else f"{call.manager} {call.verb}".strip(),
                path,
                files,
                alone=not others and not script.broken,
            )
    return None


def _read(call: PackageCommand) -> tuple[str, tuple[str, ...]] | None:
    if call.family == "pip":
        if any(_is_project(word) for word in call.packages) or call.options.has("-e", "--editable") is not False:
            return None
        given = [value for value in call.options.values("-r", "--requirement") if value]
        return (given[0], ()) if given else None
    if call.manager not in FILES or call.packages or call.options.has("-g", "--global", "--location=global"):
        return None
    return "", FILES[call.manager]


def _is_project(word: Word) -> bool:
    """Whether pip is given a folder to install: that needs the sources."""
    value = word.value
    return value is None or value.startswith((".", "/"))
