from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from dagdock.api import Argument, Bad, Dag, DagModule, Origin, Problem, Problems, Project, Related, Task, rule

from ._operators import is_sensor, operator_of
from ._schedule import recurs
from .dag_catchup_true import days_between
from .dag_dynamic_start_date import CLOCKS, varying
from .default_args_unknown_key import BASE

_TIMES = ("time.time_ns()", "time.strftime()", "time.ctime()")
# Calls that give another value each time, beside the clocks.
VARYING = CLOCKS | frozenset(
    (
        "uuid.uuid1()", "uuid.uuid4()", "random.random()", "random.randint()", "random.randrange()", "random.choice()",
        "random.choices()", "random.sample()", "random.uniform()", "random.getrandbits()", "random.gauss()",
        "secrets.token_hex()", "secrets.token_urlsafe()", "secrets.token_bytes()", "os.urandom()", "time.time_ns()",
        "time.strftime()", "time.ctime()", "time.monotonic()", "time.perf_counter()", "pendulum.now().add()",
    )
)  # fmt: skip


@rule(
    "AF109",
    severity="warning",
    since="0.1",
    lessons=["L48"],
    aliases=["ruff:AIR304", "dagruff:BP002"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command=f'load {«datetime.now()»:%Y-%m-%d}')\n"
        ),
        Bad(
            "import uuid\nfrom datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', description='b' + str(«uuid.uuid4()»), schedule=None)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load --day {{ ds }}')\n",
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
        "@task\ndef stamp():\n    return datetime.now().isoformat()\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    stamp()\n\n\nsales()\n",
    ],
)
def dag_runtime_varying_value(module: DagModule, project: Project) -> Problems:
    """An argument of a DAG or a task holds the present time or something random.

    The value is made when Airflow reads the file, not when the task runs: the scheduler and the worker see different
    ones, a retry sees another one still, and a run for last week gets today's date. Airflow 3 stores a new version of
    the DAG each time. Templates such as `{{ ds }}` or `{{ run_id }}` are filled in when the task runs; so is what the
    task's own function works out.

    https://airflow.apache.org/docs/apache-airflow/stable/templates-ref.html
    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#dynamic-dag-generation
    """
    if not module.is_dag_file or not any(f"{name}()" in VARYING for name in module.calls_by_name):
        return
    version = project.airflow_version(module.source.whole)
    versions = version is not None and version.at_least(3) is True
    told: set[ast.AST] = set()
    for name, node, task in _arguments(module):
        source = varying(module.origin(node), VARYING)
        if source is None or source.node in told:
            continue
        when = module.runs_at(source.node)
        # A function that somebody else calls may make a DAG, or run in a task.
        if task and (when == "task" or (when == "unknown" and not isinstance(task.dag, Dag))):
            continue
        told.add(source.node)
        shown = " ".join(source.span.text.split())
        shown = shown if len(shown) <= 40 else f"{shown.partition('(')[0]}(…)"
        then = ", and Airflow stores a new version of the DAG each time" if versions else ""
        seen = "so a retry or a rerun may get another one than the first try"
        if task is None:
            seen = "so the scheduler and the tasks may see different ones"
            remedy = _without_default(module, node, source) if name == "params" else "Write a fixed value"
        else:
            remedy = _of_task(task, name, f"`{{{{ {_of_run(task, node, source)} }}}}`")
        # The form of a run by hand, and how long a sensor waits: often the present is what is meant.
        is_mild = (name == "params" and not versions) or (task is not None and is_sensor(task))
        whole = module.span(node)
        yield Problem(
            source if whole.holds(source) else whole,
            f"`{shown}` makes `{name}` anew each time Airflow reads the file, {seen}{then}. {remedy}",
            severity="info" if is_mild else None,
            related=() if whole.holds(source) else [Related(source, "it is made here")],
        )


def _of_run(task: Task, node: ast.expr, source: Origin) -> str:
    """What a template says in place of a clock or something random; a run begins when its days are over."""
    if source.name not in CLOCKS and source.name not in _TIMES:
        return "run_id"
    code = " ".join(step.span.text for step in task.module.origin(node).walk())
    if part := _part().search(code):
        return f"data_interval_end.{part[1]}"
    plain = "%Y%m%d" in code
    if any(sign in code for sign in ("%H", "%M", "%S", "%T", "%X")):
        return f"data_interval_end | {'ts_nodash' if plain else 'ts'}"
    day = f"data_interval_end | {'ds_nodash' if plain else 'ds'}"
    found = list(_moved().finditer(code))
    days = int(found[0]["sign"] + "1") * int(found[0]["days"]) if found else 0
    if not days or len({match[0] for match in found}) > 1:
        return day
    if days == -1 and isinstance(task.dag, Dag) and days_between(task.dag) == 1:
        return "ds_nodash" if plain else "ds"  # the day that a daily run is about
    return f"macros.ds_add(data_interval_end | ds, {days})" + (" | replace('-', '')" if plain else "")


@cache
def _part() -> re.Pattern[str]:
    return re.compile(r"\.(year|month|day)\b(?!\s*[(=])")


@cache
def _moved() -> re.Pattern[str]:
    return re.compile(r"(?P<sign>[-+])\s*(?:\w+\.)?timedelta\(\s*(?:days\s*=\s*)?(?P<days>-?\d+)\s*\)")


def _of_task(task: Task, name: str, template: str) -> str:
    """How an argument of a task gets its value when the task runs."""
    operator = operator_of(task)
    if name in BASE:
        return "Write a fixed value"  # no operator renders those
    if task.taskflow or name in ("op_args", "op_kwargs"):
        return f"Work it out inside the function, or hand over a template such as {template}"
    if operator is None:
        return f"Have the task work it out; if this argument is templated, write a template such as {template}"
    return f"Use a template such as {template}" if name in operator.fields() else "Write a fixed value"


def _without_default(module: DagModule, node: ast.expr, source: Origin) -> str:
    """How to get a new value for each run, and still one by hand in place of it."""
    entries = module.entries(node)
    made = (
        name for name, value in entries.items() if any(at.node is source.node for at in module.origin(value).walk())
    )
    name = next(made, None)
    if name is None:
        return "Leave the default empty (`None`), and work it out where it is used"
    value = entries[name]
    own = "run_id"
    if source.name in CLOCKS:
        # The present is the end of a run's days; of what is counted back from it only the form is known.
        own = "ts" if _has_hours(module, value) else "ds"
        if not _moved().search(" ".join(step.span.text for step in module.origin(value).walk())):
            own = f"(data_interval_end | {own})"
    empty = "`None`"
    if isinstance(value, ast.Call) and module.airflow(value.func) == "Param":
        given = next((module.value(one.value) for one in value.keywords if one.arg == "type"), None)
        if given is not None and given.get(str) != "null" and not (given.known and "null" in str(given.value)):
            empty = '`Param(None, type=["null", "string"])`'
    return f"Make the default {empty}, and write `{{{{ params.{name} or {own} }}}}` where it is used"


def _has_hours(module: DagModule, value: ast.expr) -> bool:
    """Whether what is made of a clock tells more than the day, as far as the code shows."""
    code = " ".join(step.span.text for step in module.origin(value).walk())
    if "strftime" in code or "%Y" in code:
        return any(sign in code for sign in ("%H", "%I", "%M", "%S", "%T", "%X", "%c", "%s"))
    return "date.today" not in code and "date()" not in code


def _arguments(module: DagModule) -> Iterator[tuple[str, ast.expr, Task | None]]:
    """What DAGs and tasks are given: the name, the expression, the task that gets it. start_date has its own rule.

    What a DAG that is started by hand has as `params` only fills in the form, where the present time is what is meant.
    """
    for dag in module.dags:
        given: list[Argument] = [*dag.arguments.values(), *dag.default_args.values()]
        for argument in given:
            if argument.name == "params" and not recurs(dag, default=False):
                continue
            if argument.name not in ("start_date", "default_args"):
                yield argument.name, argument.node, None
    for task in module.tasks:
        for argument in task.own.values():
            if argument.name not in ("start_date", "default_args", "python_callable", "dag", "task_group"):
                yield argument.name, argument.node, task
        if task.taskflow:
            yield from _passed(task)


def _passed(task: Task) -> Iterator[tuple[str, ast.expr, Task]]:
    """What the call of a TaskFlow function passes on."""
    for number, node in enumerate(task.call.args):
        name = task.function.parameter(number) if task.function else None
        yield name or "the task", node, task
    for keyword in task.call.keywords:
        if keyword.arg:
            yield keyword.arg, keyword.value, task
