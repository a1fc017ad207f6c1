from __future__ import annotations

import ast

from dagdock.api import Bad, CronFault, DagModule, Problem, Problems, Span, parse_cron, rule

from ._schedule import crons
from .dag_argument_wrong_type import holds_a_place


@rule(
    "AF104",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L47"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='«61» * * * *', catchup=False)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='«daily»', catchup=False)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='0 6 * * MON-FRI', catchup=False)\n",
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.timetables.trigger import "
        "CronTriggerTimetable\n\n"
        "timetable = CronTriggerTimetable('0 6 * * 1', timezone='UTC')\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=timetable)\n",
    ],
)
def cron_invalid(module: DagModule) -> Problems:
    """A schedule is no cron expression that Airflow can read.

    Airflow takes five fields (minute, hour, day of month, month, day of week) or a preset such as `@daily`. Anything
    else makes the DAG fail to load, and it vanishes from the list.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/cron.html
    """
    for text, node in crons(module):
        cron = parse_cron(text)
        if isinstance(cron, CronFault) and not holds_a_place(text):
            place = part_of_text(module, node, cron.start, cron.end)
            yield Problem(place, f"{cron.message}. Airflow cannot load the DAG")


def part_of_text(module: DagModule, node: ast.AST, start: int, end: int) -> Span:
    """Where a part of a literal text stands; the whole literal where it is not written plainly."""
    span = module.span(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and end > start:
        for quote in ("'", '"'):
            if span.text == f"{quote}{node.value}{quote}":
                return Span(span.source, span.start + 1 + start, span.start + 1 + end)
    return span
