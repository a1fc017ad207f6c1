"""`git clone`: what is fetched, and what becomes of it in the rest of the script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagdock.api import Command, Options, Run, Script, Span, Stage, Word, remembered

VALUED = (
    *("-b", "--branch", "--depth", "-o", "--origin", "-u", "--upload-pack", "--reference", "--template", "-c"),
    *("--config", "--separate-git-dir", "--shallow-since", "--shallow-exclude", "-j", "--jobs", "--filter"),
    *("--server-option", "--bundle-uri", "--revision", "-C", "--git-dir", "--work-tree"),
)
# These go to another commit, which a shallow clone does not have.
MOVES = ("checkout", "reset", "switch", "describe", "merge", "cherry-pick", "rev-list", "log", "fetch", "worktree")


class Clone:
    """One `git clone`."""

    __slots__ = ("command", "options", "verb")

    def __init__(self, command: Command, options: Options, verb: Word) -> None:
        self.command = command
        self.options = options
        self.verb = verb

    @property
    def span(self) -> Span:
        """From `git` to the repository."""
        return self.command.words[0].span.to(self.repository) if self.repository else self.head

    @property
    def head(self) -> Span:
        return self.command.words[0].span.to(self.verb)

    @property
    def repository(self) -> Word | None:
        return self.options.operands[1] if len(self.options.operands) > 1 else None

    @property
    def folder(self) -> str:
        """The folder it writes to, as written; empty where it is unknown."""
        if len(self.options.operands) > 2:
            return (self.options.operands[2].value or "").rstrip("/")
        text = (self.repository.value or "") if self.repository else ""
        return text.rstrip("/").rpartition("/")[2].removesuffix(".git")

    @property
    def is_shallow(self) -> bool:
        return self.options.has("--depth", "--shallow-since", "--filter", "--bare", "--mirror") is not False

    def is_pinned(self, script: Script) -> bool:
        """Whether it takes one version, or may do so where nobody can see."""
        if self.repository is None or self.repository.value is None or self.options.unknown:
            return True
        if self.options.has("--revision") is not False:
            return True
        branches = self.options.values("-b", "--branch")
        if any(value is None or any(sign.isdigit() for sign in value) for value in branches):
            return True
        return self.is_moved_on(script)

    def is_moved_on(self, script: Script) -> bool:
        """Whether a later command goes to another commit."""
        return any(
            command.effective.name == "git"
            and command.start > self.command.start
            and any(word.value in MOVES for word in command.effective.arguments[:4])
            for command in script.commands
        )

    def is_removed(self, script: Script) -> bool:
        """Whether a later command deletes the clone or its `.git`, or may do so."""
        name = self.folder.rpartition("/")[2]
        for command in script.commands:
            if command.effective.name not in ("rm", "find", "mv") or command.start < self.command.start:
                continue
            for word in command.effective.arguments:
                text = word.value or word.text
                if ".git" in text or not name or name in text or word.glob or word.value is None:
                    return True
                if self.folder.startswith(f"{text.rstrip('/')}/"):
                    return True
        return False


def clones(script: Script) -> Iterator[Clone]:
    """The clones of a script, in order."""
    for command in script.commands:
        effective = command.effective
        if effective.name == "git":
            options = effective.options(VALUED)
            if options.operands and options.operands[0].value == "clone":
                yield Clone(effective, options, options.operands[0])


def is_used_later(run: Run) -> bool:
    """Whether a later RUN of the stage goes to another commit, or asks for the history of one."""
    return run.stage is not None and _last_use(run.stage) > run.index


@remembered
def _last_use(stage: Stage) -> int:
    """The index of the last RUN of a stage that needs more than the newest commit; -1 where there is none."""
    runs = (run for run in reversed(stage.all_of(Run)) if "git" in run.body.text)
    return next((run.index for run in runs if re.search(_NEEDS, run.body.text)), -1)


_NEEDS = rf"\bgit\b[^\n;&|]*\b(?:{'|'.join(MOVES)}|pull|submodule|tag|rev-parse)\b"
