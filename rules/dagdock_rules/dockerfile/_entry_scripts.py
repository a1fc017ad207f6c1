"""The scripts of the build context that ENTRYPOINT and CMD start."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join

from dagdock.api import Cmd, CommandInstruction, Dockerfile, Entrypoint, Project, Source

from ._copies import absolute, contexts_that_fit, copied_from, from_context

# Where a program without a path is looked for.
SEARCHED = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


def entry_scripts(dockerfile: Dockerfile, project: Project) -> Iterator[tuple[CommandInstruction, Source]]:
    """What starts a script, and the script as it lies in the context; only what surely comes from there."""
    seen: set[str] = set()
    for stage in dockerfile.stages:
        for starter in (*stage.all_of(Entrypoint), *stage.all_of(Cmd)):
            for command in starter.script.commands:
                for word in command.words:
                    path = _origin(word.value, starter, project) if word.value else None
                    source = project.text(path) if path and path not in seen else None
                    if path and source:
                        seen.add(path)
                        yield starter, source


def script_of(word: str, starter: CommandInstruction, project: Project, *, any_name: bool = False) -> Source | None:
    """The script of the context that a word of a command names; with `any_name` also one without path and ending."""
    path = _origin(word, starter, project, any_name)
    return project.text(path) if path else None


def _origin(word: str, starter: CommandInstruction, project: Project, any_name: bool = False) -> str | None:
    """Where in the project a script lies that a word of a command names."""
    if word.startswith("-") or not (any_name or word.endswith(".sh") or "/" in word):
        return None
    relative = absolute(starter, word)
    places = [relative] if relative else []
    if "/" not in word:
        places += [join(folder, word) for folder in SEARCHED]
    assert starter.stage, "it is one of the stage's instructions"
    for context in contexts_that_fit(starter.dockerfile, project):
        for part in starter.stage.chain():
            for copy in filter(None, map(from_context, reversed(part.instructions))):
                for place in places:
                    if found := copied_from(place, copy, context):
                        return context.path(found)
    return None
