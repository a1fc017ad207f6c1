"""What is known of when a DAG runs."""

from __future__ import annotations

from datetime import timedelta

from dagdock.api import Dag


def recurs(dag: Dag, *, default: bool) -> bool:
    """Whether the DAG surely runs again and again by the clock; `default` is what no schedule means."""
    schedule = dag.schedule
    if schedule is None:
        return default
    if schedule.name == "timetable" or not schedule.value.known:
        return False
    value = schedule.value.value
    if isinstance(value, timedelta):
        return True
    return isinstance(value, str) and value not in ("@once", "@continuous", "None", "")
