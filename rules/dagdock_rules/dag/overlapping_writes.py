from __future__ import annotations

import ast
import re
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from dagdock.api import Bad, Dag, Problem, Problems, Task, rule

from ._schedule import is_set_later
from .dag_catchup_true import days_between, waits

_HOUR = 1 / 24
_ARGUMENTS = ("sql", "bash_command", "query")


@rule(
    "AF711",
    severity="info",
    since="0.1",
    lessons=["L49"],
    words=[
        "to_sql",
        "insert",
        "INSERT",
        "merge",
        "MERGE",
        "delete",
        "DELETE",
        "update",
        "UPDATE",
        "truncate",
        "TRUNCATE",
    ],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator\n\n"
            "with «DAG»('facts', start_date=datetime(2024, 1, 1), schedule='*/5 * * * *', catchup=False) as dag:\n"
            "    SQLExecuteQueryOperator(\n"
            "        task_id='load', conn_id='dwh', sql='INSERT INTO facts SELECT * FROM staging', retries=2\n    )\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator\n\n"
        "with DAG(\n    'facts', start_date=datetime(2024, 1, 1), schedule='*/5 * * * *', catchup=False, "
        "max_active_runs=1\n) as dag:\n"
        "    SQLExecuteQueryOperator(\n"
        "        task_id='load', conn_id='dwh', sql='INSERT INTO facts SELECT * FROM staging', retries=2\n    )\n",
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator\n\n"
        "with DAG('facts', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    SQLExecuteQueryOperator(\n"
        "        task_id='load', conn_id='dwh', sql='INSERT INTO facts SELECT * FROM staging', retries=2\n    )\n",
    ],
)
def overlapping_writes(dag: Dag) -> Problems:
    """A DAG writes to a table every hour or more often, and its runs may overlap.

    When a run takes longer than the time between two of them, Airflow starts the next one beside it, up to sixteen, and
    both write to the same table. `max_active_runs=1` makes them go one after the other.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html
    """
    days = days_between(dag)
    if days is None or days > _HOUR + 1e-9 or dag.open or "max_active_runs" in dag.arguments:
        return
    if is_set_later(dag, "max_active_runs") or dag.default_args.open or (dag.catchup and dag.catchup.value.get(bool)):
        return
    if any(waits(dag, name) for name in ("depends_on_past", "wait_for_downstream")):
        return
    quick = _is_below_an_hour(dag)
    table = next((table for task in dag.tasks if (table := _written(task, quick))), None)
    if table:
        harm = "the older may overwrite the newer" if table.by_key else "rows may come twice or get lost"
        yield Problem(
            dag,
            "when a run takes longer than the time to the next one, the two overlap, and both write to "
            f"`{table.name}`: {harm}. Add `max_active_runs=1`",
        )


class Table(NamedTuple):
    """A table that is written to; `by_key` where a row of the same key takes the place of the one before."""

    name: str
    by_key: bool


def _is_below_an_hour(dag: Dag) -> bool:
    value = dag.schedule.value.value if dag.schedule and dag.schedule.value.known else None
    if isinstance(value, timedelta):
        return value.total_seconds() < 3600
    return isinstance(value, str) and not value.startswith("@") and not value.split()[0].isdigit()


def _written(task: Task, quick: bool) -> Table | None:
    """The table that a task's SQL changes, as far as its text says; None for a task that has limits of its own."""
    if task.open or any(name in task.arguments for name in ("max_active_tis_per_dag", "task_concurrency", "pool")):
        return None
    for name in _ARGUMENTS:
        argument = task.own.get(name)
        value = argument.value.value if argument is not None and argument.value.known else None
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and (found := _changes(text, quick)):
                return found
    return _written_by(task.function.node, quick) if task.function else None


def _written_by(function: ast.AST, quick: bool) -> Table | None:
    """The table that a function changes: in the SQL it holds, or with `to_sql`."""
    nodes = list(ast.walk(function))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    by_key = any(map(_by_key().search, texts))  # a text that is put together has it in another part
    for text in texts:
        if (found := _changes(text, quick)) and not (by_key and not quick):
            return found._replace(by_key=by_key)
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "to_sql":
            table = node.args[0] if node.args else None
            if isinstance(table, ast.Constant) and isinstance(table.value, str):
                return Table(table.value, by_key=False)
    return None


def _changes(text: str, quick: bool) -> Table | None:
    """The table that SQL writes to; what goes by a key may be written twice, unless the runs are quick to meet."""
    by_key = _by_key().search(text) is not None
    if by_key and not quick:
        return None
    pattern = (
        r"\b(?:insert\s+(?:into|overwrite)(?:\s+table)?|merge\s+into|delete\s+from|truncate\s+table)\s+([\w.\"`]+)"
    )
    found = re.search(pattern, text, re.IGNORECASE)
    if not found or found[1].endswith("."):
        return None  # the rest of its name is put in later
    return Table(found[1].strip('"`'), by_key)


@cache
def _by_key() -> re.Pattern[str]:
    return re.compile(
        r"\bon\s+(?:conflict|duplicate\s+key)\b|\bmerge\s+into\b|\b(?:replace|upsert)\s+into\b"
        r"|\binsert\s+or\s+(?:replace|ignore)\b|\binsert\s+ignore\b",
        re.IGNORECASE,
    )
