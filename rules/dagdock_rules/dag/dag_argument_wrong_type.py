from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cache

from dagdock.api import Argument, Bad, Dag, Problem, Problems, Project, rule

# What Airflow 2.10.5 and 3.3.2 refuse while they load the DAG (tried, 2026-11): the types that are right, and what
# they are called.
_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "start_date": ((datetime,), "a datetime"),
    "end_date": ((datetime,), "a datetime"),
    "dagrun_timeout": ((timedelta,), "a timedelta"),
    "max_active_runs": ((int,), "a whole number"),
    "max_active_tasks": ((int,), "a whole number"),
    "catchup": ((bool,), "True or False"),
    "tags": ((list, set, tuple), "a list"),
}
# Airflow 3 takes any of these, and does something else than was meant.
_TAKEN_BY_3 = {"catchup": "every text counts as True", "tags": "each letter becomes a tag"}
_EXAMPLES = {
    "start_date": "`datetime(2024, 1, 1)`",
    "end_date": "`datetime(2024, 1, 1)`",
    "dagrun_timeout": "`timedelta(hours=1)`",
}


@rule(
    "AF131",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L46", "L50"],
    bad=[
        Bad(
            "from airflow import DAG\n\n"
            "dag = DAG('sales', start_date=«'2024-01-01'», schedule='@daily', catchup=False)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=«'False'»)\n"
        ),
    ],
    good=[
        "from datetime import datetime, timedelta\nfrom airflow import DAG\n\n"
        "dag = DAG(\n    'sales',\n    start_date=datetime(2024, 1, 1),\n    schedule='@daily',\n    catchup=False,\n"
        "    dagrun_timeout=timedelta(hours=1),\n    tags=['shop'],\n)\n",
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('DAG_ID', start_date=datetime(2024, 1, 1), schedule='@daily', catchup='catchup_to_replace')\n",
    ],
)
def dag_argument_wrong_type(dag: Dag, project: Project) -> Problems:
    """A DAG is given a text or a number where Airflow needs something else.

    Airflow stops while it loads the file, and the DAG vanishes from the list. A date is a `datetime`, a length of time
    a `timedelta`, and `False` is no text: Airflow 3 takes `catchup='False'` without a word, as True.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#declaring-a-dag
    """
    if not dag.known_signature:
        return
    version = project.airflow_version(dag)
    since3 = version.at_least(3) if version else None
    for name, (types, wanted) in _TYPES.items():
        argument = dag.arguments.get(name)
        if argument is None or not _is_wrong(argument, types) or holds_a_place(argument.value.get(str)):
            continue
        then = "Airflow does not load the DAG"
        if name in _TAKEN_BY_3 and since3 is not False:
            then = f"Airflow 2 does not load the DAG, and in Airflow 3 {_TAKEN_BY_3[name]}"
            then = f"in Airflow 3 {_TAKEN_BY_3[name]}" if since3 else then
        example = f", such as {_EXAMPLES[name]}" if name in _EXAMPLES else ""
        remedy = "Correct it"
        text = argument.value.get(str)
        if name == "tags" and text and "'" not in text:
            remedy = f"Write `tags=['{text}']`"
        yield Problem(argument, f"`{name}` has to be {wanted}{example}: {then}. {remedy}")


def holds_a_place(text: str | None) -> bool:
    """Whether a text only holds the place for what a generator of DAG files writes there: `catchup_to_replace`."""
    return text is not None and bool(_placeholder().fullmatch(text.strip()))


@cache
def _placeholder() -> re.Pattern[str]:
    marked = r"<.*>|\{.*\}|\[.*\]|\$.*|%.*%|@.*@|__.*__|#.*#"
    return re.compile(rf"(?:{marked}|.*[_-]?to[_-]replace|(?:replace|change)[_-]?me.*|your[_-].*)", re.I)


def _is_wrong(argument: Argument, types: tuple[type, ...]) -> bool:
    """Whether a value is surely of another type; dates are left alone, whatever they are."""
    if not argument.value.known or argument.value.value is None:
        return False
    value = argument.value.value
    if isinstance(value, bool) and bool not in types:
        return int not in types
    return isinstance(value, (str, bytes, int, float)) and not isinstance(value, (*types, date))
