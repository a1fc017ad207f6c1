"""`useradd` with a user id of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dagdock.api import Command, Run, Span

VALUED = (
    *("-b", "--base-dir", "-c", "--comment", "-d", "--home-dir", "--home", "-e", "--expiredate", "-f", "--inactive"),
    *("-g", "--gid", "-G", "--groups", "-k", "--skel", "-K", "--key", "-p", "--password", "-R", "--root", "-P"),
    *("--prefix", "-s", "--shell", "-u", "--uid", "-Z", "--selinux-user"),
)


class UserAdd(NamedTuple):
    """A call that gives an id and lets `useradd` write its log files."""

    command: Command
    uid: str | None
    """None where it is a variable."""
    span: Span


def users_with_id(run: Run) -> Iterator[UserAdd]:
    """The calls of `useradd` with an id and without `--no-log-init`."""
    for command in run.script.commands:
        effective = command.effective
        if effective.name != "useradd":
            continue
        options = effective.options(VALUED)
        for option in options.options:
            if option.name in ("-u", "--uid") and not options.has("-l", "--no-log-init"):
                words = list(effective.words)
                at = words.index(option.word)
                given = words[at + 1] if option.word.text in ("-u", "--uid") and at + 1 < len(words) else option.word
                yield UserAdd(effective, option.value, words[0].span.to(given))
