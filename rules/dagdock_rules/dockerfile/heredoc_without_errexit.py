from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from dagdock.api import Bad, Command, Edit, Fix, Heredoc, Problem, Problems, Project, Run, Script, Span, rule

from ._base_shell import shell_of_made_base

# What makes users, folders and links: it seldom fails, and what comes behind fails then as a rule.
LIGHT = frozenset(
    "mkdir rmdir touch chmod chown chgrp ln rm cat tee groupadd addgroup useradd adduser usermod groupmod chsh "
    "userdel groupdel deluser delgroup".split()
)
MAKERS = frozenset("mkdir touch ln groupadd addgroup useradd adduser".split())
WRITES = frozenset((">", ">>", ">|", "<<", "<<-", "<<<"))
Branches = tuple[tuple[int, int], ...]

# What does not fail, or whose failure nobody minds.
QUIET = frozenset(
    "echo printf set shopt export true : sleep local declare readonly umask alias unset trap exit return".split()
)


@rule(
    "DF422",
    severity="warning",
    since="0.1",
    fix="safe",
    words=["<<"],
    words_near=True,
    bad=[
        Bad(
            (
                "FROM debian:12\n"
                "RUN «<<EOF»\n"
                "apt-get update\n"
                "apt-get install -y curl\n"
                "rm -rf /var/lib/apt/lists/*\n"
                "EOF\n"
            ),
            fixed=(
                "FROM debian:12\n"
                "RUN <<EOF\n"
                "set -e\n"
                "apt-get update\n"
                "apt-get install -y curl\n"
                "rm -rf /var/lib/apt/lists/*\n"
                "EOF\n"
            ),
        ),
        Bad(
            "FROM debian:12\nRUN «<<EOF»\n#!/bin/bash\nmake\nmake install\nEOF\n",
            fixed="FROM debian:12\nRUN <<EOF\n#!/bin/bash\nset -e\nmake\nmake install\nEOF\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN <<EOF\nset -eu\nmake\nmake install\nEOF\n",
        "FROM debian:12\nRUN <<EOF\nmake && \\\nmake install\nEOF\n",
        "FROM python:3.12\nRUN <<EOF\n#!/usr/bin/env python\nprint(1)\nprint(2)\nEOF\n",
        "FROM debian:12\nRUN cat <<EOF > /etc/app.conf\none\ntwo\nEOF\n",
        "FROM debian:12\nRUN bash -ex <<EOF\nmake\nmake install\nEOF\n",
    ],
)
def heredoc_without_errexit(run: Run, project: Project) -> Problems:
    """A RUN with a heredoc goes on after a command that failed.

    The lines of a heredoc are a script, and a script goes on when one of its commands fails: only the status of the
    last one decides whether the build goes on. `set -e` in the first line stops at the first failure, as `&&` does
    between commands. Where nothing but folders, users and modes are made before the last command, it is a hint.

    https://docs.docker.com/reference/dockerfile/#here-documents
    https://docs.docker.com/build/building/best-practices/#run
    """
    script = run.script
    if len(run.heredocs) != 1 or run.shell_text is None or script.broken or not script.understood:
        return
    heredoc = run.heredocs[0]
    if heredoc.terminator is None or run.shell_text.text != heredoc.body.text or _is_on(run, heredoc):
        return
    unseen = list(_unseen(script))
    if unseen and not _stops(shell_of_made_base(run, project)):
        heavy = [command for command in unseen if command.effective.name not in LIGHT]
        worst = (heavy or unseen)[0]
        yield Problem(
            heredoc.opener,
            f"when `{worst.effective.name}` in line {worst.span.line} fails, this script goes on, and only its "
            "last command decides whether the build goes on. Begin it with `set -e`",
            fix=_fix(heredoc),
            severity=None if heavy else "info",
        )


def _is_on(run: Run, heredoc: Heredoc) -> bool:
    """Whether the script stops at a failure: by its first line, the shell that is called, or SHELL."""
    if run.stage and _stops(run.stage.shell_words_at(run)):
        return True
    first = heredoc.body.text.partition("\n")[0]
    called = [*run.head.text.split(), *(first.split() if first.startswith("#!") else ())]
    if any(_errexit().fullmatch(word) for word in called):
        return True
    return any(
        command.name == "set"
        and any(_errexit().fullmatch(word.text) or word.text == "errexit" for word in command.arguments)
        for command in run.script.commands
    )


def _stops(words: Sequence[str]) -> bool:
    """Whether a shell that is started so stops at the first failure."""
    return any(_errexit().fullmatch(word) or word == "errexit" for word in words)


def _unseen(script: Script) -> Iterator[Command]:
    """The commands whose failure nobody sees: the script goes on behind them, and nothing in them asks for it."""
    commands = [command for command in script.commands if "substitution" not in command.context]
    ends = {command.branches[:depth]: command for command in commands for depth in range(len(command.branches) + 1)}
    counts = True  # whether the status at this place has consequences, from the last command backwards
    found: list[Command] = []
    for number in range(len(commands) - 1, -1, -1):
        command = commands[number]
        joined = commands[number + 1].joined if number + 1 < len(commands) else ""
        is_last = _is_last(command, ends)
        counts = is_last or joined == "||" or (joined in ("&&", "|") and counts)
        if counts or _cannot_matter(command) or ends[()] in command.pipeline:
            continue
        name = command.effective.name
        if name in MAKERS and (name == commands[-1].effective.name or _is_missed(command, commands[number + 1 :][:8])):
            continue  # what needs it fails, or is of its kind
        found.append(command)
    return reversed(found)


def _is_missed(command: Command, later: Sequence[Command]) -> bool:
    """Whether what a command makes, a group or a folder, is named behind it, and that fails without it."""
    made = command.effective.arguments[-1].text if command.effective.arguments else ""
    return len(made) > 1 and any(made in word.text for each in later for word in each.words)


def _is_last(command: Command, ends: dict[Branches, Command]) -> bool:
    """Whether nothing runs behind a command: it ends the script, or its branch of the `if` that ends the script.

    `ends` are the last commands of all branches.
    """
    for depth, (construct, _) in enumerate(command.branches):
        end = ends[command.branches[:depth]]
        if len(end.branches) <= depth or end.branches[depth][0] != construct:
            return False
    return ends[command.branches] is command


def _cannot_matter(command: Command) -> bool:
    """Whether a failure of the command is no matter of `set -e`, or cannot be."""
    if command.effective.name in QUIET or not command.words or command.negated or command.background:
        return True
    if command.pipeline and command is not command.pipeline[-1]:
        return True  # a matter of `pipefail`
    if command.effective.name == "cat" and all(redirect.operator in WRITES for redirect in command.redirects):
        return True  # `cat > file <<END` prints
    return bool({"condition", "function", "substitution", "subshell"} & set(command.context))


def _fix(heredoc: Heredoc) -> Fix:
    """`set -e` in the first line, behind `#!`."""
    source, start = heredoc.span.source, heredoc.span.start
    lines = heredoc.span.text.split("\n")
    at = start + len(lines[0]) + 1 if lines[0].lstrip("\t").startswith("#!") else start
    line = next((line for line in lines if line.strip()), "")
    indent = line[: len(line) - len(line.lstrip())]
    return Fix("Begin with `set -e`", [Edit(Span(source, at, at), f"{indent}set -e{source.newline}")])


@cache
def _errexit() -> re.Pattern[str]:
    return re.compile(r"-[a-df-zA-Z]*e[a-zA-Z]*|--errexit")
