from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Literal, NamedTuple

from dagdock.api import (
    Argument,
    Bad,
    Call,
    Dag,
    DagModule,
    Function,
    Origin,
    Problem,
    Problems,
    Related,
    Task,
    parse_jinja,
    rule,
)

from ._queries import query_text
from ._schedule import is_frequent, recurs, runs_by_clock
from ._templates import Piece, pieces, rendered
from .dag_catchup_true import days_between
from .dag_dynamic_start_date import CLOCKS

# What reads or writes the data of a day: queries, files, objects, requests.
SINKS = frozenset(
    (
        "Popen", "bulk_dump", "bulk_load", "check_call", "check_output", "copy_object", "delete_objects",
        "download_blob_to_file", "download_file", "exec", "execute", "executemany", "from_csv", "get_df", "get_first",
        "get_key", "get_pandas_df", "get_records", "insert_job", "list_keys", "load_bytes", "load_file",
        "load_string", "open", "query", "read_csv", "read_excel", "read_gbq", "read_json", "read_key", "read_parquet",
        "read_sql", "read_sql_query", "read_table", "run", "select_key", "system", "to_csv", "to_excel", "to_gbq",
        "to_json", "to_parquet", "to_pickle", "upload", "upload_blob", "upload_file", "upload_fileobj",
        "upload_from_filename", "upload_from_string", "urlopen", "urlretrieve", "wait_for_key",
    )
)  # fmt: skip
DAYS = frozenset(("datetime.date.today()", "pendulum.today()", "pendulum.yesterday()", "pendulum.tomorrow()"))
# Steps whose result is a text or a date by itself.
TEXTS = ('f""', "builtins.str()", "+", "-", "%")
# What is read from or done to a moment that leaves its day.
OF_DAY = ("date", "day", "combine", "normalize", "start_of", "floor", "to_date_string")
# A function with more callers than this is a tool of its own.
MAX_CALLS = 50
# Lengths of time.
SPANS = ("timedelta()", "relativedelta()", "pendulum.duration()", "pandas.Timedelta()", "pandas.DateOffset()")
REQUESTS = ("requests.get", "requests.post", "httpx.get", "httpx.post", "requests.request", "requests.Session().get")
# What a shell runs, by operator.
COMMANDS = {"BashOperator": "bash_command", "SSHOperator": "command"}
# What writes to the name that it is given.
WRITERS = frozenset(
    (
        "bulk_dump", "load_bytes", "load_file", "load_string", "to_csv", "to_excel", "to_gbq", "to_json", "to_parquet",
        "to_pickle", "upload", "upload_blob", "upload_file", "upload_fileobj", "upload_from_filename",
        "upload_from_string",
    )
)  # fmt: skip
# So many intervals are looked back over by a window that makes up for a late run by itself.
WIDE = 3
# Parts of a format that are of a moment, not of a day.
TIMES = ("%H", "%I", "%M", "%S", "%f", "%s", "%X", "%c", "%p", "%T")


@rule(
    "AF626",
    severity="info",
    since="0.1",
    lessons=["L48"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py «$(date +%Y-%m-%d)»')\n"
        ),
        Bad(
            "from datetime import datetime, timedelta\nfrom airflow.decorators import dag, task\n"
            "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n\n"
            "@task\ndef load():\n"
            "    day = («datetime.now()» - timedelta(days=1)).strftime('%Y-%m-%d')\n"
            "    PostgresHook('shop').run(f\"CALL load_sales('{day}')\")\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n    load()\n\n\n"
            "sales()\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py {{ «macros.datetime.now»().date() }}')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n"
        "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n\n"
        "@task\ndef load(ds=None):\n"
        "    PostgresHook('shop').run(f\"CALL load_sales('{ds}')\")\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n    load()\n\n\n"
        "sales()\n",
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n"
        "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n\n"
        "@task\ndef note():\n"
        "    PostgresHook('shop').run('INSERT INTO seen VALUES (%s)', parameters=[datetime.now()])\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n    note()\n\n\n"
        "sales()\n",
    ],
)
def task_uses_now(module: DagModule) -> Problems:
    """A task of a scheduled DAG picks its data by today's date.

    A run stands for an interval: the run of a day starts when that day is over, perhaps late, is tried again the next
    day, or is made up for weeks later. With the clock's date it then reads and writes the data of another day. The
    run knows its own: `ds`, `logical_date` and `data_interval_start` as parameters of the function or in templates.

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#creating-a-task
    """
    if not any(runs_by_clock(dag) for dag in module.dags):
        return
    text = module.source.text
    if "macros" in text:
        yield from _in_templates(module)
    if "date" in text:
        yield from _in_commands(module)
    if any(clock in text.lower() for clock in ("current_date", "curdate")):
        yield from _in_queries(module)
    if any(f"{name}()" in CLOCKS for name in module.calls_by_name):
        yield from _in_functions(module)


def _in_templates(module: DagModule) -> Iterator[Problem]:
    for task in module.tasks:
        if not _is_scheduled(task):
            continue
        for piece in rendered(task):
            if "macros" not in piece.text:
                continue
            for name in parse_jinja(piece.text).names:
                if name.text == "macros" and _is_clock(name.path):
                    path = ".".join(("macros", *name.path[:2]))
                    end = name.start + len(path)
                    exact = piece.text[name.start : end] == path
                    yield Problem(
                        piece.span(name.start, end if exact else name.end),
                        f"`{path}()` is the time at which the task happens to run, so a late or repeated run takes the "
                        "data of another day. Use `{{ ds }}`, `{{ logical_date }}` or `{{ data_interval_start }}`",
                    )


def _is_clock(path: list[str]) -> bool:
    return len(path) > 1 and path[0] == "datetime" and path[1] in ("now", "today", "utcnow")


def _in_functions(module: DagModule) -> Iterator[Problem]:
    told: set[ast.AST] = set()
    for use in _used(module):
        if not _is_for_schedule(module, use.function):
            continue
        for node in (use.node, *_handed_over(module, use)):
            clock = None if _runs_often(module, use.function) else _day(module, node)
            clock = clock or (_window(module, node) if use.selects else None)
            if clock is None or clock.node in told or (use.selects and _is_wide(module, node, use.function)):
                continue
            told.add(clock.node)
            shown = " ".join(clock.span.text.split())
            place = module.span(use.node)
            yield Problem(
                clock,
                f"`{shown if len(shown) <= 40 else f'{shown[:39]}…'}` is when the task happens to run, and "
                f"{_EFFECTS[use.effect]}. Use the run's own date: `ds` or `data_interval_start` as a parameter of the "
                "function",
                related=[Related(place, "the data are picked here")] if place.line != clock.span.line else (),
            )


class Use(NamedTuple):
    """A value by which a task reads or writes; `selects` where it surely says which data are read."""

    node: ast.expr
    function: Function | None
    selects: bool
    effect: Literal["read", "written", "path"] = "read"


_EFFECTS = {
    "read": "decides which data it takes: a late or repeated run takes those of another day",
    "written": "names what it writes: a late or repeated run writes under another name, beside the first",
    "path": "is a part of this path: a late or repeated run uses another one",
}


def _handed_over(module: DagModule, use: Use) -> Iterator[ast.expr]:
    """What the callers of a function give for the parameters that a value in it is made of."""
    function = use.function
    if function is None or function.tasks or function.escapes or not 0 < len(function.calls) <= MAX_CALLS:
        return
    for step in module.origin(use.node).walk():
        if step.name == "parameter" and isinstance(step.node, ast.arg):
            for call in function.calls:
                for position, given in enumerate(call.args):
                    if function.parameter(position) == step.node.arg:
                        yield given
                yield from (one.value for one in call.keywords if one.arg == step.node.arg)


def _used(module: DagModule) -> Iterator[Use]:
    """What tasks read and write by, what they make paths of, and what they return."""
    for call in module.calls():
        function = call.node.func
        method = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        asks = (call.name or "").startswith(REQUESTS) or (
            method in ("get", "post") and any(keyword.arg == "params" for keyword in call.node.keywords)
        )
        if (method in SINKS or asks) and call.runs_at == "task":
            for node in (*call.node.args, *(keyword.value for keyword in call.node.keywords)):
                effect: Literal["read", "written"] = "written" if method in WRITERS or _is_to_write(call) else "read"
                yield Use(node, call.function, asks or _is_filter(module, call, node), effect)
    for text in module.names.parents:
        if isinstance(text, ast.JoinedStr) and _is_path(text) and module.runs_at(text) == "task":
            yield Use(text, module.function_at(text), False, "path")
    for returning in module.functions:
        if returning.tasks:
            for one in returning.returns:
                # In a dict or list it may as well be a note of when something was done.
                origin = one.origin
                if origin.name in TEXTS or origin.method in ("date", "strftime", "format", "isoformat"):
                    yield Use(one.node, returning, False)


def _is_to_write(call: Call) -> bool:
    """Whether a file is opened to write it."""
    if call.name != "builtins.open":
        return False
    modes = [*call.node.args[1:2], *(one.value for one in call.node.keywords if one.arg == "mode")]
    return any(isinstance(mode, ast.Constant) and str(mode.value)[:1] in ("w", "a", "x") for mode in modes)


def _is_wide(module: DagModule, node: ast.expr, function: Function | None) -> bool:
    """Whether a window reaches back over several runs, so that what one misses the next one takes."""
    dags = [task.dag for task in (function.tasks if function else [])] or module.dags
    between = [days_between(dag) if isinstance(dag, Dag) else None for dag in dags]
    lengths = (module.value(one.node) for one in module.origin(node).walk() if isinstance(one.node, ast.Call))
    back = max((length.total_seconds() / 86400 for one in lengths if (length := one.get(timedelta))), default=0.0)
    return bool(between) and all(days is not None and back >= WIDE * days for days in between)


def _is_path(node: ast.JoinedStr) -> bool:
    """Whether an f-string is an address or a path, not a sentence that holds one, nor where something is put aside."""
    text = "".join(str(part.value) if isinstance(part, ast.Constant) else "?" for part in node.values)
    if any(sign.isspace() for sign in text) or text.startswith("/tmp") or _apart().search(text):
        return False
    return "://" in text or text.startswith("/")


def _is_filter(module: DagModule, call: Call, node: ast.expr) -> bool:
    """Whether a value is a parameter of a query that reads what is newer than it: `WHERE seen >= %s`."""
    if not any(keyword.value is node and keyword.arg in ("parameters", "params") for keyword in call.node.keywords):
        return False
    text = query_text(module, call.node, None) or ""
    return bool(_newer().search(text)) and not _changes().search(text)


def _in_commands(module: DagModule) -> Iterator[Problem]:
    """`$(date +%F)` in a shell command."""
    for task in module.tasks:
        given = [task.own[name] for name in (COMMANDS.get(task.name, ""),) if name in task.own]
        if task.taskflow and task.name == "bash" and task.function:
            given = [Argument(module, "bash_command", one.node, "positional") for one in task.function.returns]
        for piece in _pieces(given) if given and _is_daily_at_most(task) else ():
            match = _shell_date().search(piece.text)
            # A backup is of the day on which it is made; who compares with the run's own date knows the difference.
            if match and _names_day(match["format"]) and (_past().search(match[0]) or not _apart().search(piece.text)):
                day, remedy = _of_command(task, match[0])
                yield Problem(
                    piece.span(match.start(), match.end()),
                    f"`{match.group()}` is {day} the task happens to run, so a late or repeated run takes the data of "
                    f"another day. Use {remedy}",
                )


def _is_daily(dag: Dag) -> bool:
    schedule = dag.schedule.value if dag.schedule else None
    text = (schedule.get(str) or "") if schedule else ""
    minute, hour, *days = text.split() if text.count(" ") > 1 else ("", "")
    one = minute.isdigit() and hour.isdigit() and days == ["*"] * 3
    return one or text in ("@daily", "@midnight") or bool(schedule and schedule.get(timedelta) == timedelta(days=1))


def _of_command(task: Task, command: str) -> tuple[str, str]:
    """Which day a `date` gives, and what the run has in place of it: its interval ends on the day it is due."""
    if not _past().search(command):
        return "the date on which", "`{{ ds }}` (the day that the run stands for) or `{{ data_interval_end | ds }}`"
    if isinstance(task.dag, Dag) and _is_daily(task.dag):
        return "the day before", "`{{ ds }}`"
    return "the day before", "`{{ macros.ds_add(data_interval_end | ds, -1) }}`"


def _in_queries(module: DagModule) -> Iterator[Problem]:
    """`WHERE day = CURRENT_DATE - 1` in a query."""
    for task in module.tasks:
        argument = task.own.get("sql") or task.own.get("query")
        if argument is None or not _is_daily_at_most(task):
            continue
        for piece in pieces(argument, "="):
            match = _query_date().search(piece.text)
            if match and "{{" not in piece.text:
                yield Problem(
                    piece.span(match.start("clock"), match.end("clock")),
                    f"`{match['clock']}` is the date on which the query happens to run, so a late or repeated run "
                    "takes the data of another day. Use `'{{ ds }}'`",
                )


@cache
def _query_date() -> re.Pattern[str]:
    # Only a comparison for equality picks a day; `<` cleans up, `>=` looks at what is still valid.
    return re.compile(
        r"\b(?:WHERE|AND|ON)\b[^;=<>]*[^<>!:]=\s*\(?(?:DATE_SUB|DATE_ADD|DATEADD|DATE|TO_DATE|TRUNC)?\s*\(?"
        r"(?P<clock>CURRENT_DATE|CURDATE\(\)|CURRENT_DATE\(\))(?!\w)",
        re.I,
    )


def _pieces(given: list[Argument]) -> Iterator[Piece]:
    for argument in given:
        yield from pieces(argument, "date")


def _names_day(form: str | None) -> bool:
    """Whether a format of `date` is that of a day (without one: the short ISO form)."""
    if form is None:
        return True
    return any(part in form for part in ("%d", "%F", "%D")) and not any(part in form for part in TIMES)


@cache
def _shell_date() -> re.Pattern[str]:
    form = r"(?:\+(?P<format>[^)`]*?)|--iso(?:-8601)?(?:=date)?|-I(?:date)?)"
    return re.compile(rf"(?:\$\(|`)\s*(?:TZ=\S+ )?date\b[^)`+]*?\s['\"]?{form}\s*(?:\)|`)")


@cache
def _past() -> re.Pattern[str]:
    return re.compile(r"yesterday|-1 ?day|1 ?day ago|last[- ]", re.I)


@cache
def _apart() -> re.Pattern[str]:
    return re.compile(
        r"backup|dump|archive|\{\{[^}]*\b(?:ds|ds_nodash|logical_date|execution_date|data_interval_\w+)\b", re.I
    )


@cache
def _newer() -> re.Pattern[str]:
    return re.compile(r"\bWHERE\b.*(?:>=?|\bBETWEEN)\s*(?:%|:|\?|@)", re.I | re.S)


@cache
def _changes() -> re.Pattern[str]:
    return re.compile(r"^\s*(?:DELETE|UPDATE|INSERT|CREATE|ALTER)\b", re.I)


def _is_for_schedule(module: DagModule, function: Function | None) -> bool:
    """Whether a function is run by a task of a DAG with a schedule; helpers count where all DAGs have one."""
    tasks = function.tasks if function else []
    if not tasks:
        return all(recurs(dag, default=False) for dag in module.dags)
    return all(_is_scheduled(task) for task in tasks)


def _runs_often(module: DagModule, function: Function | None) -> bool:
    """Whether a function runs so often that only the runs about midnight could take another day's data."""
    tasks = function.tasks if function else []
    dags = [task.dag for task in tasks] or module.dags
    return all(isinstance(dag, Dag) and is_frequent(dag) for dag in dags)


def _is_daily_at_most(task: Task) -> bool:
    return _is_scheduled(task) and not (isinstance(task.dag, Dag) and is_frequent(task.dag))


def _is_scheduled(task: Task) -> bool:
    return isinstance(task.dag, Dag) and recurs(task.dag, default=False)


def _day(module: DagModule, node: ast.expr) -> Origin | None:
    """The clock whose day, without a time of day, is a part of the value; None where that is not sure."""
    clock: Origin | None = None
    is_day = False
    for step in module.origin(node).walk():
        if step.name == "either":
            return None
        if step.name in CLOCKS and clock is None:
            clock = step
            is_day = is_day or step.name in DAYS
        if step.method in OF_DAY or (step.method in ("strftime", "format") and _is_of_day(step.node)):
            is_day = True
        elif step.method in ("strftime", "timestamp"):
            return None
        elif step.name == 'f""' and isinstance(step.node, ast.JoinedStr):
            is_day = is_day or any(_is_of_day(part) for part in step.node.values)
    return clock if is_day else None


def _window(module: DagModule, node: ast.expr) -> Origin | None:
    """The clock of a moment that is counted back from now, such as `datetime.now() - timedelta(hours=1)`."""
    clock: Origin | None = None
    is_moved = False
    for step in module.origin(node).walk():
        if step.name == "either":
            return None
        if step.name in CLOCKS and clock is None:
            clock = step
        is_moved = is_moved or step.method == "subtract"
        is_moved = is_moved or (step.name == "-" and any(one.name.endswith(SPANS) for one in step.inputs))
    return clock if is_moved else None


def _is_of_day(node: ast.AST) -> bool:
    """Whether a format names a day and no time of day: `strftime("%Y-%m-%d")`, `{today:%Y%m%d}`."""
    text: object = None
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        text = node.args[0].value
    elif isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
        first = node.format_spec.values[0] if node.format_spec.values else None
        text = first.value if isinstance(first, ast.Constant) else None
    return isinstance(text, str) and ("%d" in text or "%m" in text) and not any(part in text for part in TIMES)
