from __future__ import annotations

import ast

from dagdock.api import Argument, Bad, Dag, DagModule, Origin, Problem, Problems, Project, rule

from ._schedule import is_set_later, runs_by_clock

CLOCKS = frozenset(
    (
        "datetime.datetime.now()", "datetime.datetime.utcnow()", "datetime.datetime.today()", "datetime.date.today()",
        "datetime.now()", "datetime.utcnow()", "datetime.today()", "time.time()", "time.localtime()", "time.gmtime()",
        "pendulum.now()", "pendulum.today()", "pendulum.yesterday()", "pendulum.tomorrow()",
        "airflow.utils.dates.days_ago()", "airflow.utils.timezone.utcnow()", "airflow.sdk.timezone.utcnow()",
        "pandas.Timestamp.now()", "pandas.Timestamp.today()", "pandas.Timestamp.utcnow()",
    )
)  # fmt: skip

MAX_STEPS = 2_000


@rule(
    "AF101",
    severity="error",
    since="0.1",
    lessons=["L46", "L48"],
    aliases=["ruff:AIR304", "dagruff:AIR002", "dagruff:BP002", "pipeline-lint:DE007"],
    bad=[
        Bad(
            "from datetime import datetime, timedelta\nfrom airflow import DAG\n\n"
            "dag = DAG('daily', start_date=«datetime.now() - timedelta(days=1)», schedule='@daily')\n"
        ),
        Bad(
            "from airflow import DAG\nfrom airflow.utils.dates import days_ago\n\n"
            "default_args = {'start_date': «days_ago(2)»}\ndag = DAG('daily', default_args=default_args)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('daily', start_date=datetime(2024, 1, 1), schedule='@daily')\n",
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('by_hand', start_date=datetime.now(), schedule=None)\n",
    ],
)
def dag_dynamic_start_date(module: DagModule, project: Project) -> Problems:
    """A start_date is worked out from the clock, so it moves each time the file is read.

    Airflow reads the file again and again and starts a run when a whole interval has passed since start_date. With a
    start that moves along, that time may never come, and which runs there are depends on when Airflow looks. In
    Airflow 3 each change makes a new version of the DAG as well. Write a fixed date, and `catchup=False` where the past
    since then is not wanted.

    https://airflow.apache.org/docs/apache-airflow/stable/faq.html#what-s-the-deal-with-start-date
    """
    told: set[ast.AST] = set()
    for argument, dags in _start_dates(module):
        clock = varying(module.origin(argument.node), CLOCKS)
        place: ast.AST | None = clock.node if clock else None
        if clock is None and (clock := _clock_elsewhere(argument, project)):
            place = argument.node
        if clock is None or place is None or place in told:
            continue
        told.add(place)
        moves = f"this start_date moves with `{_short(clock)}`"
        if dags and all(_runs_without_clock(dag, project) for dag in dags):
            if all(_is_versioned(dag, project) for dag in dags):
                yield Problem(
                    argument,
                    f"{moves}, so Airflow stores a new version of the DAG each time. Leave it out, or write a fixed "
                    "date such as `datetime(2024, 1, 1)`",
                    severity="info",
                )
            continue
        # The present itself is never a whole interval ago; some days before it at least lets runs begin.
        # Airflow 3 starts a run at the time itself, which may come before the file is read the next time.
        never = (
            _is_present(module.origin(argument.node))
            and bool(dags)
            and all(_surely_by_clock(dag) and not _is_versioned(dag, project) for dag in dags)
        )
        so = "no scheduled run ever starts" if never else "which runs there are depends on when Airflow looks"
        gone = clock.name.endswith(".days_ago()") and not any(_is_versioned(dag, project) for dag in dags)
        yield Problem(
            argument,
            f"{moves}, so {so}{', and Airflow 3 has no `days_ago`' if gone else ''}. {_remedy(dags, project)}",
            severity="error" if never else "warning",
        )


def _remedy(dags: list[Dag], project: Project) -> str:
    """A fixed date, without the runs for all the days since then that nobody asked for."""
    fixed = "Write a fixed date such as `datetime(2024, 1, 1)`"
    if any(dag.catchup and dag.catchup.value.get(bool) is not False for dag in dags):
        return "Write the fixed date from which on you want runs"
    if all(dag.catchup or dag.open or is_set_later(dag, "catchup") or _is_versioned(dag, project) for dag in dags):
        return fixed
    return f"{fixed}, with `catchup=False` unless you want a run for every interval since then"


def starts_now(dag: Dag) -> bool:
    """Whether start_date is the present, or the beginning of its day or month: there is no past to make up for."""
    start = dag.start_date
    if start is None:
        return False
    steps = list(dag.module.origin(start.node).walk())
    back = any(step.name == "-" or step.method in ("subtract", "add", "days_ago") for step in steps)
    return not back and any(_is_present(step) for step in steps)


def _start_dates(module: DagModule) -> list[tuple[Argument, list[Dag]]]:
    """Every start_date that is written in the file, each once, with the DAGs that it is for."""
    found: dict[int, tuple[Argument, list[Dag]]] = {}
    for dag in module.dags:
        if dag.start_date:
            found.setdefault(id(dag.start_date.node), (dag.start_date, []))[1].append(dag)
    for task in module.tasks:
        argument = task.own.get("start_date")
        if argument is None and "default_args" in task.own:
            argument = task.arguments.get("start_date")
        if argument and id(argument.node) not in found:
            found[id(argument.node)] = argument, [task.dag] if isinstance(task.dag, Dag) else []
    for function in module.functions:
        argument = function.arguments.get("start_date") if function.is_taskflow and not function.calls else None
        if argument and id(argument.node) not in found:
            found[id(argument.node)] = argument, []
    return list(found.values())


def _runs_without_clock(dag: Dag, project: Project) -> bool:
    """Whether start_date surely decides about no run: by hand, once, or when data is there."""
    if dag.schedule is None:
        return _is_versioned(dag, project) and not dag.open
    return runs_by_clock(dag) is False


def _surely_by_clock(dag: Dag) -> bool:
    """Whether all runs but those by hand are the clock's; without a schedule there is one a day, or none."""
    return not dag.open if dag.schedule is None else runs_by_clock(dag) is True


def _is_versioned(dag: Dag, project: Project) -> bool:
    """Whether it is for Airflow 3, which keeps versions of DAGs (and runs them by hand without a schedule)."""
    version = project.airflow_version(dag)
    return version is not None and version.at_least(3) is True


def _clock_elsewhere(argument: Argument, project: Project) -> Origin | None:
    """The clock that a helper in another file of the project makes a start_date from, whatever it returns."""
    name = argument.module.qualified(argument.node.func) if isinstance(argument.node, ast.Call) else None
    function = project.imported_function(argument.module, name) if name and "." in name else None
    clocks = [varying(result.origin, CLOCKS) for result in function.returns] if function else []
    return clocks[0] if clocks and all(clocks) else None


def varying(origin: Origin, calls: frozenset[str]) -> Origin | None:
    """Which of these calls a value is surely made from: where it is one of several, each but None has to be."""
    waiting, seen = [origin], {id(origin)}
    while waiting and len(seen) < MAX_STEPS:
        step = waiting.pop()
        if step.name in calls:
            return step
        inputs = step.inputs
        if isinstance(step.node, ast.Call) and any(one.arg in ("start_date", "end_date") for one in step.node.keywords):
            continue  # a DAG, or what describes one: its other values do not move with its dates
        if step.name == "item" and any(choice.name.endswith("range()") for choice in inputs):
            continue  # a clock only says how far it goes: `for year in range(2016, today.year)`
        if step.name == "either":
            inputs = tuple(choice for choice in inputs if choice.name != "None")
            if not all(any(one.name in calls for one in choice.walk()) for choice in inputs):
                continue
        for before in reversed(inputs):
            if id(before) not in seen:
                seen.add(id(before))
                waiting.append(before)
    return None


def _is_present(origin: Origin) -> bool:
    return origin.name in CLOCKS and not origin.name.endswith(("days_ago()", ".yesterday()"))


def _short(clock: Origin) -> str:
    """The call as it is written, without its arguments where they are long."""
    text = " ".join(clock.span.text.split())
    return text if len(text) <= 50 else f"{text.partition('(')[0]}(…)"
