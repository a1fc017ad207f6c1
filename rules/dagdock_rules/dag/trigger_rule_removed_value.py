from __future__ import annotations

import ast
from typing import Literal

from dagdock.api import Argument, Bad, DagModule, Fix, Problem, Problems, Project, rule

from ._operators import major_of
from .trigger_rule_invalid import REMOVED, given_rules


@rule(
    "AF337",
    severity="warning",
    since="0.1",
    fix="safe",
    precision="very-high",
    aliases=["ruff:AIR301"],
    tags=["airflow-3"],
    words=["trigger_rule"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='tell', bash_command='true', trigger_rule=«'none_failed_or_skipped'»)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='tell', bash_command='true', trigger_rule='none_failed_min_one_success')\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='tell', bash_command='true', trigger_rule='none_failed_min_one_success')\n",
    ],
)
def trigger_rule_removed_value(module: DagModule, project: Project) -> Problems:
    """A trigger rule has a name that Airflow 3 does not know any more.

    `none_failed_or_skipped` became `none_failed_min_one_success` in Airflow 2.2 (it needs one success, too), and
    `dummy` became `always`. Airflow 2 still takes the old names, Airflow 3 refuses to load the file.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#trigger-rules
    """
    for argument, text in given_rules(module):
        if text not in REMOVED:
            continue
        version = project.airflow_version(argument)
        if version is not None and version.at_least(2, 2) is False:
            continue
        in_three = major_of(argument, project) == 3
        so = "does not load this file" if in_three else "refuses it"
        yield Problem(
            argument,
            f"`{text}` is the old name of the trigger rule `{REMOVED[text]}`, and Airflow 3 {so}. Write "
            f"`{REMOVED[text]}`",
            # Before Airflow 2.2 there was only the old name.
            fix=_fix(argument, text, "safe" if version is not None and version.at_least(2, 2) else "unsafe"),
            severity="error" if in_three else "info",
        )


def _fix(argument: Argument, text: str, safety: Literal["safe", "unsafe"]) -> Fix | None:
    new, node = REMOVED[text], argument.node
    written = argument.span.text
    if isinstance(node, ast.Constant) and written[1:-1] == text:
        return Fix.replace(f"Write {new}", argument, f"{written[0]}{new}{written[0]}", safety)
    if isinstance(node, ast.Attribute) and written.endswith(f".{text.upper()}"):
        return Fix.replace(f"Write {new.upper()}", argument, f"{written[: -len(text)]}{new.upper()}", safety)
    return None
