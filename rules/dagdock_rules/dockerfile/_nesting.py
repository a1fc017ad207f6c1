"""Which commands of a script stand in others: `$(curl …)` in `echo`, `apt-get` in `sh -c`."""

from __future__ import annotations

from functools import lru_cache

from dagdock.api import Command, Script


@lru_cache(maxsize=4)
def around(script: Script) -> dict[int, list[Command]]:
    """For each command of a script those that it stands in, by its identity; found in one go from left to right."""
    found: dict[int, list[Command]] = {}
    open_: list[Command] = []
    for command in sorted(script.commands, key=lambda command: (command.start, -command.end)):
        while open_ and open_[-1].end < command.end:
            open_.pop()
        found[id(command)] = list(open_)
        open_.append(command)
    return found
