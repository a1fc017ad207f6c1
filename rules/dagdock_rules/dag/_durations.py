"""Lengths of time as arguments give them: timedeltas, or numbers of seconds."""

from __future__ import annotations

from datetime import timedelta

from dagdock.api import Argument

DAY = 24 * 60 * 60


def seconds(argument: Argument | None) -> float | None:
    """How many seconds an argument stands for; None where it is not given, not known, or no length of time."""
    value = argument.value.value if argument is not None and argument.value.known else None
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def words(number: float) -> str:
    """A number of seconds in words: `7 days`, `1.5 hours`, `90 seconds`."""
    for size, name in ((DAY, "day"), (3600, "hour"), (60, "minute")):
        if number >= size:
            count = number / size
            whole = f"{count:.0f}" if abs(count - round(count)) < 0.05 else f"{count:.1f}"
            return f"{whole} {name}{'' if whole == '1' else 's'}"
    return f"{number:g} second{'' if number == 1 else 's'}"
