from __future__ import annotations

import re
from functools import cache

from dagdock.api import Bad, Fix, Problem, Problems, Task, parse_jinja, rule

from ._operators import terms
from ._templates import PLAIN, rendered
from .template_in_fstring import is_filled_in


@rule(
    "AF627",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L54"],
    words=["{"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py --day «{ds}»')\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py --day {{ ds }}')\n",
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py --day «{ ds }}»')\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py --day {{ ds }}')\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='ds={{ ds }}; load.py --day ${ds} {params,tasks}')\n",
    ],
)
def template_single_brace(task: Task) -> Problems:
    """A template has one brace where Jinja wants two.

    `{ds}` and `{ ds }}` are plain text for Jinja: the task gets them as they stand.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/operators.html#jinja-templating
    """
    for piece in rendered(task):
        if not isinstance(piece.argument.module.value(piece.node).get(str), str):
            continue  # f-strings have a rule of their own
        if parse_jinja(piece.text).fault is not None:
            continue
        written = piece.argument.module.span(piece.node).text
        for match in _single().finditer(piece.text):
            expression = match["expression"].strip()
            name = match["name"]
            if name not in terms("context") or (name in PLAIN and expression == name):
                continue
            if not match.group().endswith("}}") and is_filled_in(piece.argument, name):
                continue
            if match.group() not in written or "format" in written or f"{{{match.group()}}}" in written:
                continue
            place = piece.span(match.start(), match.end())
            fix = None
            if place.text == match.group():
                fix = Fix.replace("Write two braces", place, f"{{{{ {expression} }}}}", "unsafe")
            yield Problem(
                place,
                f"`{match.group()}` is plain text for Airflow: a template has two braces on each side. Write "
                f"`{{{{ {expression} }}}}`",
                fix=fix,
            )


@cache
def _single() -> re.Pattern[str]:
    return re.compile(
        r"(?<![{$#%\\])\{(?P<expression>\s*(?P<name>[a-z_]+)(?:[.\[(|][^{}\n,;]*|\s*\|[^{}\n,;]*)?\s*)\}\}?(?!\})"
    )
