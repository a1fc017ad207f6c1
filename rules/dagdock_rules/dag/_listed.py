"""Names in arguments that a team's own list must hold: pools, queues."""

from __future__ import annotations

from collections.abc import Sequence

from dagdock.api import Problem, Problems, Task, nearest


def not_listed(task: Task, kind: str, listed: Sequence[str]) -> Problems:
    """An argument, called like the kind of thing that it names, whose value the list lacks."""
    argument = task.arguments.get(kind)
    name = argument.value.get(str) if argument else None
    if argument and name is not None and name not in listed:
        meant = nearest(name, listed)
        yield Problem(
            argument,
            f"there is no {kind} `{name}`, so the task waits for ever. "
            + (f"Did you mean `{meant}`?" if meant else "Make it, or use one that is there"),
        )
