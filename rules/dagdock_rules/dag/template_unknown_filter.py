from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, Task, nearest, parse_jinja, rule

from ._operators import terms
from ._templates import HOLE, OWN_NAMES, rendered

# Filters that people look for, and what there is instead.
INSTEAD = {
    "strftime": "Call it: `{{ logical_date.strftime('%Y-%m-%d') }}`, or use the filter `ds`",
    "date": "Use the filter `ds`, or call `strftime`",
    "json": "Use `tojson`",
    "to_json": "Use `tojson`",
    "split": "Call it: `.split(',')`",
}
UNKNOWN = {
    "filter": "Use one of Jinja's or Airflow's, or hand it to the DAG in `user_defined_filters`",
    "test": "Use one of Jinja's",
}


@rule(
    "AF628",
    severity="error",
    since="0.1",
    lessons=["L54"],
    words=["{{", "{%"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py {{ logical_date | «ds_no_dash» }}')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False,\n"
        "         user_defined_filters={'shout': str.upper}) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.py {{ ts | length }} {{ run_id | shout }}')\n",
    ],
)
def template_unknown_filter(task: Task) -> Problems:
    """A template uses a filter or a test that there is not.

    Templates have Jinja's filters, Airflow's (`ds`, `ds_nodash`, `ts`, `ts_nodash`, `ts_nodash_with_tz`) and the
    DAG's `user_defined_filters`. With any other the task fails when it is due.

    https://airflow.apache.org/docs/apache-airflow/stable/templates-ref.html#filters
    """
    dag = task.dag
    if not isinstance(dag, Dag) or dag.open or "jinja_environment_kwargs" in dag.arguments:
        return
    if "user_defined_filters" in dag.module.names.attributes:
        return  # it gets them, or more of them, once it is made
    own = dag.arguments.get("user_defined_filters")
    entries = task.module.entries(own.node) if own else None
    if entries is not None and entries.open:
        return
    for piece in rendered(task):
        template = parse_jinja(piece.text)
        if template.fault is not None or not template.whole or piece.argument.name in OWN_NAMES:
            continue
        for used in template.filters:
            known = terms("tests") if used.kind == "test" else terms("filters") | set(entries or ())
            if used.text in known or HOLE in used.text or "." in used.text:
                continue
            meant = nearest(used.text, known)
            remedy = f"Did you mean `{meant}`?" if meant else INSTEAD.get(used.text, UNKNOWN[used.kind])
            yield Problem(
                piece.span(used.start, used.end),
                f"there is no {used.kind} `{used.text}`, so the task fails when it is due. {remedy}",
            )
