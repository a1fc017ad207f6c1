from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, Fix, Problem, Problems, Project, Task, nearest, parse_jinja, rule

from ._operators import major_of, terms
from ._templates import HOLE, Piece, names_for, rendered

# What the names of Airflow's templates hold, where that is a short and certain list.
MEMBERS = {"var": ("json", "value")}


@rule(
    "AF622",
    severity="error",
    since="0.2",
    fix="unsafe",
    lessons=["L54"],
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
        yield from _unknown(piece, known, in_three=major == 3)


def _unknown(piece: Piece, known: set[str], *, in_three: bool) -> Iterator[Problem]:
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


def _remedy(piece: Piece, name: str) -> str:
    """What to do about a name without a neighbour: values of the Python file come in by an f-string or params."""
    if piece.argument.module.names.root.bindings.get(name):
        return f"The `{name}` of this file is out of its sight: hand it over by `params` or `user_defined_macros`"
    return "Use one of Airflow's names, `params`, or name it in the DAG's `user_defined_macros`"
