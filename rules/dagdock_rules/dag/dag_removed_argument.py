from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dagdock.api import (
    AirflowVersion,
    Argument,
    Bad,
    Dag,
    DagModule,
    Edit,
    Fix,
    Problem,
    Problems,
    Project,
    Related,
    Severity,
    Span,
    rule,
)

from ._once import and_elsewhere, is_first, with_text
from ._releases import is_before_3, is_for_airflow_1, signs_of_airflow_1

# What Airflow 3 calls them; nothing where it has no such argument any more. The second part is the release that
# brought the new name.
NEW_NAMES = {
    "schedule_interval": ("schedule", (2, 4)),
    "timetable": ("schedule", (2, 4)),
    "concurrency": ("max_active_tasks", (2, 2)),
    "fail_stop": ("fail_fast", (3, 0)),
    "default_view": ("", (3, 0)),
    "orientation": ("", (3, 0)),
    "full_filepath": ("", (3, 0)),
}


@rule(
    "AF802",
    severity="error",
    since="0.1",
    fix="unsafe",
    precision="very-high",
    tags=["airflow-3"],
    lessons=["L47"],
    aliases=["ruff:AIR301", "dagruff:AIR014"],
    words=sorted(NEW_NAMES),
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow.sdk import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), «schedule_interval»='@daily', catchup=False)\n",
            fixed="from datetime import datetime\nfrom airflow.sdk import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n",
        {
            "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule_interval='@daily', catchup=False)\n",
            "requirements.txt": "apache-airflow==2.3.4\n",
        },
    ],
)
def dag_removed_argument(module: DagModule, project: Project) -> Problems:
    """A DAG is given an argument that Airflow 3 no longer has.

    Airflow 3 stops with a TypeError, and the DAG vanishes from the list. `schedule_interval` and `timetable` became
    `schedule` in 2.4, `concurrency` became `max_active_tasks` in 2.2, so those names already work today. Where it is
    not known which Airflow there is, and where it is a late 2, this is one remark about `schedule_interval` alone, made
    in the first file that has it: on Airflow 2 nothing is broken. With `--airflow-version 3`, or `airflow-version` in
    the configuration, each place is an error.

    https://airflow.apache.org/docs/apache-airflow/stable/installation/upgrading_to_airflow3.html
    """
    remarks: list[Found] = []
    for found in _found(module, project):
        if found.severity == "info":
            remarks.append(found)
            continue
        remedy = f"Write `{found.new}`" if found.new else "Delete it"
        yield Problem(
            found.place,
            f"Airflow 3 has no `{found.name}`, so the DAG does not load. {remedy}",
            fix=_fix([found]),
        )
    if remarks and is_first(module, project, "schedule_interval", _says) and not _is_for_1(project):
        first, *more = remarks
        path = project.path_of(module.source.whole)
        others = sum(one != path for one in with_text(project, _schedule_interval()))
        yield Problem(
            first.place,
            f"`{first.name}` is the old name: since Airflow 2.4 it is `{first.new}`, and Airflow 3 takes only that. "
            f"Write `{first.new}`{and_elsewhere(others)}",
            severity="info",
            related=[Related(one.place, "the same here") for one in more],
            fix=_fix(remarks),
        )


class Found(NamedTuple):
    """An old name at a DAG: its place, and what to write in place of it, or nothing."""

    name: str
    new: str
    place: Span
    severity: Severity
    is_renamed: bool


def _found(module: DagModule, project: Project) -> Iterator[Found]:
    for dag in module.dags:
        if not dag.known_signature or NEW_NAMES.keys().isdisjoint(dag.arguments):
            continue
        version = project.airflow_version(dag)
        for name, (new, since) in NEW_NAMES.items():
            argument = dag.arguments.get(name)
            severity = _severity(version, name, since)
            if argument is None or not isinstance(argument.key, ast.keyword) or severity is None:
                continue
            if severity == "error" and is_before_3(module):
                continue  # it does not load there for another reason, and is written for another one
            if severity == "info" and (new in dag.arguments or is_for_airflow_1(module)):
                continue  # two schedules are an error of their own, and Airflow 1 has only the old name
            place = module.span(argument.key)
            place = place.source.span(place.start, place.start + len(name))
            renamed = bool(new) and new not in dag.arguments and not _is_twice(dag, argument, new)
            yield Found(name, new, place, severity, renamed)


def _is_for_1(project: Project) -> bool:
    """Whether some of the files work with Airflow 1 only, where nothing says which Airflow the others are for."""
    modules = (project.document(path) for path in with_text(project, signs_of_airflow_1()))
    return any(
        isinstance(module, DagModule) and "schedule_interval" in module.source.text and is_for_airflow_1(module)
        for module in modules
    )


@cache
def _schedule_interval() -> re.Pattern[bytes]:
    """Where it is an argument or a key, and no comment."""
    return re.compile(rb"^[^#\n]*\bschedule_interval[\"']?[ \t]*[=:]", re.MULTILINE)


def _says(module: DagModule, project: Project) -> bool:
    return any(found.severity == "info" for found in _found(module, project))


def _fix(found: list[Found]) -> Fix | None:
    edits = [Edit(one.place, one.new) for one in found if one.is_renamed]
    return Fix(f"Write `{found[0].new}`", edits, "unsafe") if edits else None


def _severity(version: AirflowVersion | None, name: str, since: tuple[int, int]) -> Severity | None:
    """How bad the old name is; None where it is right."""
    since3 = version.at_least(3) if version else None
    if since3:
        return "error"
    known = version is None or version.at_least(*since) is not False
    return "info" if name == "schedule_interval" and known else None


def _is_twice(dag: Dag, argument: Argument, new: str) -> bool:
    """Whether another old name becomes the same new one."""
    return any(
        other is not argument and NEW_NAMES.get(name, ("", ()))[0] == new for name, other in dag.arguments.items()
    )
