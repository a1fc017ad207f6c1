"""What is known of when a DAG runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache, lru_cache

from dagdock.api import Dag, DagModule

# Timetables that take cron expressions, by position or as `cron=`.
CRON_TIMETABLES = ("CronTriggerTimetable", "CronDataIntervalTimetable", "MultipleCronTriggerTimetable")
# Presets without a clock: one run, or the next as soon as the last is over.
_WITHOUT_CLOCK = ("@once", "@continuous", "None", "")
_ASSETS = ("Asset", "AssetAlias", "AssetAll", "AssetAny", "Dataset", "DatasetAlias", "DatasetAll", "DatasetAny")


def recurs(dag: Dag, *, default: bool) -> bool:
    """Whether the DAG surely runs again and again by the clock; `default` is what no schedule means."""
    return default if dag.schedule is None else runs_by_clock(dag) is True


def runs_by_clock(dag: Dag) -> bool | None:
    """Whether the schedule that is given is one of the clock; None where that is not known, or none is given."""
    schedule = dag.schedule
    if schedule is None:
        return None
    if schedule.value.known:
        value = schedule.value.value
        if isinstance(value, str):
            return value not in _WITHOUT_CLOCK
        return isinstance(value, timedelta)
    for step in dag.module.origin(schedule.node).walk():
        name = step.name.removesuffix("()").rpartition(".")[2]
        if step.name.endswith("()") and name in CRON_TIMETABLES:
            return True
        if step.name in ("list", "tuple", "set") or (step.name.startswith("airflow.") and name in _ASSETS):
            return False
    return None


def is_frequent(dag: Dag) -> bool:
    """Whether the DAG surely runs many times a day, and no runs are made up for: most begin and end on one day."""
    schedule, catchup = dag.schedule, dag.arguments.get("catchup")
    if schedule is None or (catchup is not None and catchup.value.get(bool) is not False):
        return False
    length, text = schedule.value.get(timedelta), schedule.value.get(str) or ""
    if length is not None:
        return length <= timedelta(hours=6)
    fields = text.split()
    return text == "@hourly" or (len(fields) == 5 and bool(_many_hours().fullmatch(fields[1])))


@cache
def _many_hours() -> re.Pattern[str]:
    return re.compile(r"\*(?:/[1-6])?|\d+-\d+(?:/[1-6])?|\d+(?:,\d+){3,}")


def is_part(dag: Dag) -> bool:
    """Whether a DAG is made to be a part of another one, which has the schedule: it is named `parent.child`."""
    given = dag.arguments.get("dag_id")
    return given is not None and "SubDag" in dag.module.source.text and bool(_of_a_part().search(given.span.text))


@cache
def _of_a_part() -> re.Pattern[str]:
    return re.compile(r"\}\.\{|%s\.%s|\+\s*['\"]\.['\"]\s*\+")


def is_set_later(dag: Dag, name: str) -> bool:
    """Whether the file sets an attribute of this name on something, `dag.catchup = False`: it may be this DAG."""
    return any(isinstance(node.ctx, ast.Store) for node in dag.module.names.attributes.get(name, ()))


@lru_cache(maxsize=1)  # several rules ask, one after the other
def crons(module: DagModule) -> list[tuple[str, ast.expr]]:
    """The schedules and timetables of the file that are known texts, each with the expression of the text."""
    return list(_crons(module))


def _crons(module: DagModule) -> Iterator[tuple[str, ast.expr]]:
    told: set[ast.expr] = set()
    for dag in module.dags:
        schedule = dag.schedule
        if schedule and schedule.name != "timetable" and dag.known_signature:
            yield from _cron(module, schedule.node, told)
    for calls in module.calls_by_name.values():
        kind = calls[0].airflow
        for call in calls if kind in CRON_TIMETABLES else ():
            # What comes behind the one expression is a time zone.
            for node in call.node.args if kind and kind.startswith("Multiple") else call.node.args[:1]:
                yield from _cron(module, node, told)
            for keyword in call.node.keywords:
                if keyword.arg == "cron":
                    yield from _cron(module, keyword.value, told)


def _cron(module: DagModule, node: ast.expr, told: set[ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    value = module.value(node)
    text = value.get(str)
    if text is not None and isinstance(value.node, ast.expr) and value.node not in told:
        told.add(value.node)
        yield text, value.node
