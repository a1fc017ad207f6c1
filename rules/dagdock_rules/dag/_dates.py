"""Dates as arguments give them, made comparable."""

from __future__ import annotations

from datetime import datetime, timezone

from dagdock.api import Argument


def moment(argument: Argument | None) -> datetime | None:
    """The moment in UTC that an argument stands for, to a day where its time zone is only a name; None if unknown."""
    value = argument.value.get(datetime) if argument is not None else None
    if value is None or value.tzinfo is None or value.utcoffset() is None:
        return value.replace(tzinfo=None) if value is not None else None
    try:
        return value.astimezone(timezone.utc).replace(tzinfo=None)
    except OverflowError:  # the first or the last day there is
        return None
