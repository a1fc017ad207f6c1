from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dagdock.api import Bad, Dag, DagModule, Fix, Problem, Problems, Project, Task, nearest, parse_jinja, rule

from ._operators import major_of, terms
from ._templates import HOLE, OWN_NAMES, Piece, names_for, rendered

# What the names of Airflow's templates hold, where that is a short and certain list.
MEMBERS = {"var": ("json", "value")}


@rule(
    "AF622",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L54"],
    words=["{{", "{%"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py --day {{ «ds_no_dash» }}')\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py --day {{ ds_nodash }}')\n",
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py --day {{ «today» }}')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False,\n"
        "         user_defined_macros={'shop': 'berlin'}) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.py --day {{ ds }} --shop {{ shop }}')\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='a', bash_command='{% for shop in params.shops %}load {{ shop }} {% endfor %}')\n",
    ],
)
def template_unknown_variable(task: Task, project: Project) -> Problems:
    """A template asks for a name that Airflow does not give it.

    Templates know Airflow's own names (`ds`, `data_interval_start`, `ti`, `params`, `var`, `conn`, `macros` …) and
    the DAG's `user_defined_macros`, but no variables of the Python file. Anything else is undefined, and the task
    fails when it is due.

    https://airflow.apache.org/docs/apache-airflow/stable/templates-ref.html
    """
    major = major_of(task, project)
    known = names_for(task, major)
    if known is None:
        return
    for piece in rendered(task):
        if piece.argument.name in OWN_NAMES:
            continue
        yield from _unknown(piece, known, in_three=major == 3)
        yield from _members(piece, task)


def _unknown(piece: Piece, known: frozenset[str], *, in_three: bool) -> Iterator[Problem]:
    template = parse_jinja(piece.text)
    if template.fault is not None or not template.whole:
        return
    told: set[str] = set()
    for name in template.names:
        if name.optional or HOLE in name.text or name.text in told:
            continue
        place = piece.span(name.start, name.end)
        if name.text in known:
            members = MEMBERS.get(name.text)
            if members and name.path and name.path[0] not in members:
                yield Problem(
                    place,
                    f"`{name.text}` has only {' and '.join(f'`{name.text}.{one}`' for one in members)}, so "
                    f"`{name.text}.{name.path[0]}` fails when the task is due. "
                    f"Write `{name.text}.{members[-1]}.{name.path[0]}`",
                )
            continue
        told.add(name.text)
        if in_three and name.text in terms("context", 2):
            yield Problem(
                place,
                f"Airflow 3 has no `{name.text}` for templates any more, so the task fails when it is due. "
                f"{REPLACED.get(name.text, 'Use `logical_date` or the data interval')}",
            )
            continue
        if _is_filled_in(piece.argument.module, name.text):
            continue
        meant = nearest(name.text, known)
        fix = None
        if meant is not None and place.text == name.text:
            fix = Fix.replace(f"Write `{meant}`", place, meant, "unsafe")
        remedy = f"Did you mean `{meant}`?" if meant else _remedy(piece, name.text)
        yield Problem(
            place,
            f"Airflow gives templates no `{name.text}`, so the task fails when it is due. {remedy}",
            fix=fix,
        )


def _is_filled_in(module: DagModule, name: str) -> bool:
    """Whether a name is one of several that are put in before Airflow has the file: `{{BUCKET}}`, `{{REGION}}`."""
    marks = {mark for mark in _mark().findall(module.source.text) if mark not in module.names.root.bindings}
    return name in marks and len(marks) > 1


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(r"\{\{([A-Z][A-Z0-9_]+)\}\}")


def _members(piece: Piece, task: Task) -> Iterator[Problem]:
    """Slips in what is read from a name: only where something is close by, for plugins and triggers bring more."""
    params = _params(task)
    for name in parse_jinja(piece.text).names:
        if not name.path or name.optional or HOLE in piece.text[name.start : name.end + 1 + len(name.path[0])]:
            continue
        if name.text == "macros":
            members = terms("macros")
        elif name.text in ("ti", "task_instance"):
            members = INSTANCE
        elif name.text == "params" and params is not None:
            members = frozenset(params)
        else:
            continue
        member = name.path[0]
        if name.text == "macros" and member not in members and _is_called(piece.text, name.end, member):
            # What plugins bring has the plugin's name before it.
            close = nearest(member, members) or MACROS_MEANT.get(member)
            yield Problem(
                piece.span(name.start, name.end),
                f"there is no `macros.{member}`, so the task fails when it is due. "
                + (f"Did you mean `macros.{close}`?" if close else NO_MACRO),
            )
            continue
        meant = nearest(member, members) if member not in members and len(member) > 3 else None
        if meant is not None and not (name.text == "params" and member.rstrip("s") == meant.rstrip("s")):
            yield Problem(
                piece.span(name.start, name.end),
                f"there is no `{name.text}.{member}`, so the task fails when it is due. Did you mean "
                f"`{name.text}.{meant}`?",
            )


def _is_called(text: str, end: int, member: str) -> bool:
    """Whether what is read from a name is called right there: `macros.ds_subtract(`."""
    rest = text[end:]
    at = rest.find(member)
    return at >= 0 and not rest[:at].strip(" .") and rest[at + len(member) :].lstrip().startswith("(")


def _params(task: Task) -> set[str] | None:
    """The names in `params` of the task and its DAG; None where some cannot be seen, or there are none."""
    dag = task.dag
    given = [task.arguments.get("params")]
    if not isinstance(dag, Dag) or dag.open or task.open:
        return None
    given.append(dag.arguments.get("params"))
    found: set[str] = set()
    for argument in given:
        if argument is not None:
            entries = task.module.entries(argument.node)
            if entries.open:
                return None
            found |= set(entries)
    return found or None


# Macros that people believe in, and what does the same.
MACROS_MEANT = {"ds_subtract": "ds_add", "ds_sub": "ds_add", "date_add": "ds_add", "dateadd": "ds_add"}
NO_MACRO = "Use one of Airflow's macros, such as `macros.ds_add(ds, -1)`, or name it in `user_defined_macros`"
# What templates ask a task instance for.
INSTANCE = frozenset(
    (
        "dag_id", "dag_run", "duration", "end_date", "execution_date", "generate_command", "get_dagrun", "hostname",
        "job_id", "key", "log", "log_url", "logical_date", "map_index", "mark_success_url", "max_tries", "operator",
        "pool", "previous_ti", "previous_ti_success", "priority_weight", "queue", "run_id", "start_date", "state",
        "task", "task_id", "try_number", "unixname", "xcom_pull", "xcom_push",
    )
)  # fmt: skip
REPLACED = {
    "execution_date": "Use `logical_date`",
    "next_execution_date": "Use `data_interval_end`",
    "next_ds": "Use `{{ data_interval_end | ds }}`",
    "next_ds_nodash": "Use `{{ data_interval_end | ds_nodash }}`",
    "prev_execution_date_success": "Use `prev_data_interval_start_success`",
    "tomorrow_ds": "Use `{{ macros.ds_add(ds, 1) }}`",
    "yesterday_ds": "Use `{{ macros.ds_add(ds, -1) }}`",
    "triggering_dataset_events": "Use `triggering_asset_events`",
    "conf": "Read the configuration in the task",
}


# What people look for by its own name, and what has it.
_OF_CONTEXT = {"task_id": "task", "dag_id": "dag", "try_number": "ti", "map_index": "ti"}


def _remedy(piece: Piece, name: str) -> str:
    """What to do about a name without a neighbour: values of the Python file come in by an f-string or params."""
    if name in terms("macros"):
        return f"Write `macros.{name}`"
    if name in _OF_CONTEXT:
        return f"Write `{_OF_CONTEXT[name]}.{name}`"
    if piece.argument.module.names.root.bindings.get(name):
        return f"The `{name}` of this file is out of its sight: hand it over by `params` or `user_defined_macros`"
    return "Use one of Airflow's names, `params`, or name it in the DAG's `user_defined_macros`"
