from __future__ import annotations

import ast
import re
from functools import cache

from dagdock.api import Bad, CronFault, CronSurprise, Dag, DagModule, Problem, Problems, Project, parse_cron, rule

from ._operators import is_sensor
from ._schedule import crons, is_set_later
from .cron_invalid import part_of_text
from .dag_catchup_true import waits

_REMEDIES = {
    "every-minute": "If it is meant, keep runs from piling up with `max_active_runs=1`; if not, run less often",
    "reversed-range": "Write two ranges, such as `FRI-SUN,MON`, if that is meant",
    "every-minute-of-hour": "Write `0` for the minute if once is meant",
    "step-too-large": "Write the value itself, or put the step into the field of the larger unit",
    "uneven-step": "A timedelta, such as `timedelta(minutes=45)`, keeps the distance",
    "equal-range": "Write the value alone",
    "day-or-weekday": "Write `*` for one of the two, or test the other one in a task",
    "more-than-five-fields": "Five fields are enough: minute, hour, day of the month, month, day of the week",
    "random": "Write a fixed time",
}
_MILD = ("every-minute", "uneven-step", "reversed-range")
HOUR = 1  # the number of the field
_WEEKS = ("1-7", "8-14", "15-21", "22-28")  # days of the month that hold each weekday once
SIX = 6  # fields, of which the last is seconds


@rule(
    "AF123",
    severity="warning",
    since="0.1",
    lessons=["L47"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='«*/90» * * * *', catchup=False)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='«*» 6 * * *', catchup=False)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='0 6 «1 * MON»', catchup=False)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='*/15 6-20 * * MON-FRI', catchup=False)\n",
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='0 6 1 */3 *', catchup=False)\n",
    ],
)
def cron_surprising(module: DagModule, project: Project) -> Problems:
    """A cron schedule means something else than it seems to.

    `*/90` in minutes fires once an hour: a step never leaves its field. `* 6 * * *` fires sixty times between six and
    seven. With a day of the month and a day of the week, either of them is enough. A sixth field is seconds, which
    Airflow 3 refuses in some places. Hours that go round midnight, such as `22-2`, are left alone.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/cron.html
    """
    for text, node in crons(module):
        cron = parse_cron(text)
        if isinstance(cron, CronFault) or cron.never_fires:
            continue
        for surprise in cron.surprises:
            if surprise.kind == "reversed-range" and len(text[: surprise.start].split()) == HOUR:
                continue  # `22-2` is how people write a night
            if surprise.kind == "every-minute" and _is_meant(module, node):
                continue
            yield Problem(
                part_of_text(module, node, surprise.start, surprise.end),
                f"{surprise.message}. {_remedy(text, surprise)}",
                severity="info" if surprise.kind in _MILD else None,
            )


def _remedy(text: str, surprise: CronSurprise) -> str:
    fields = text.split()
    if surprise.kind == "more-than-five-fields" and len(fields) == SIX:
        first, last = " ".join(fields[:-1]), " ".join(fields[1:])
        return f"Keep five fields: `{first}`, or `{last}` if the first one was meant as seconds"
    if surprise.kind == "day-or-weekday" and fields[2] in _WEEKS and fields[3] == "*" and len(fields[4]) in (1, 3):
        whole = f"{fields[0]} {fields[1]} * * {fields[4]}#{_WEEKS.index(fields[2]) + 1}"
        return f"For such a day once a month write `{whole}`"
    return _REMEDIES[surprise.kind]


def _is_meant(module: DagModule, node: ast.expr) -> bool:
    """Whether a run every minute is what somebody thought of: runs cannot pile up, a sensor waits, a name says so."""
    for dag in module.dags:
        if dag.schedule is None or dag.schedule.value.node is not node:
            continue
        if "max_active_runs" in dag.arguments or is_set_later(dag, "max_active_runs") or waits(dag, "depends_on_past"):
            return True
        told = f"{dag.dag_id.get(str) or ''} {_text(dag, 'description')}"
        if _says_so().search(told) or any(is_sensor(task) for task in dag.tasks):
            return True
    return False


def _text(dag: Dag, name: str) -> str:
    argument = dag.arguments.get(name)
    return (argument.value.get(str) or "") if argument else ""


@cache
def _says_so() -> re.Pattern[str]:
    """Words for what is done all the time."""
    return re.compile(
        r"minute|(?<![a-z0-9])(?:1 ?m(?:in)?|min|test|tick|poll|watch|real[ _-]?time|stream)"
        r"|heart_?beat|monitor|health|canary|consum|kafka",
        re.I,
    )
