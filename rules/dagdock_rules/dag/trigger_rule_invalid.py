from __future__ import annotations

import ast
from collections.abc import Iterator

from dagdock.api import Argument, Bad, DagModule, Fix, Problem, Problems, Project, nearest, rule

from ._operators import Major, major_of, terms

# Rules that Airflow 3 does not know any more, with what they became.
REMOVED = {"none_failed_or_skipped": "none_failed_min_one_success", "dummy": "always"}


@rule(
    "AF336",
    severity="error",
    since="0.1",
    fix="unsafe",
    precision="very-high",
    words=["trigger_rule"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='clean', bash_command='rm -r /tmp/sales', trigger_rule=«'all_dne'»)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='clean', bash_command='rm -r /tmp/sales', trigger_rule='all_done')\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n"
        "from airflow.utils.trigger_rule import TriggerRule\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='clean', bash_command='rm -r /tmp/sales', trigger_rule=TriggerRule.ALL_DONE)\n",
    ],
)
def trigger_rule_invalid(module: DagModule, project: Project) -> Problems:
    """A task has a trigger rule that there is not.

    Airflow refuses to load the file. The rules are words such as `all_success` (what holds when nothing is said),
    `all_done`, `one_failed` or `none_failed_min_one_success`.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#trigger-rules
    """
    for argument, text in given_rules(module):
        major = major_of(argument, project)
        if text in REMOVED or text in terms("trigger_rules", major):
            continue
        if major == 2 and text in terms("trigger_rules", 3):
            yield Problem(
                argument, f"the trigger rule `{text}` came with Airflow 3, and Airflow 2 does not load this file"
            )
            continue
        yield _problem(argument, text, major)


def given_rules(module: DagModule) -> Iterator[tuple[Argument, str]]:
    """The trigger rules that are written in the file, each once."""
    # A class of its own may understand the argument in its own way.
    given = [task.arguments.get("trigger_rule") for task in module.tasks if task.known_signature]
    given += [function.arguments.get("trigger_rule") for function in module.functions if function.is_taskflow]
    told: set[ast.expr] = set()
    for argument in given:
        text = argument.value.get(str) if argument else None
        if argument and text is not None and argument.node not in told:
            told.add(argument.node)
            yield argument, text


def _problem(argument: Argument, text: str, major: Major | None) -> Problem:
    rules = terms("trigger_rules", major) - set(REMOVED)
    meant = nearest(text.strip().lower().replace("-", "_").replace(" ", "_"), rules)
    written = argument.span.text
    fix = None
    if meant and written[1:-1] == text:
        fix = Fix.replace(f"Write {meant}", argument, f"{written[0]}{meant}{written[0]}", "unsafe")
    remedy = f"Did you mean `{meant}`?" if meant else f"There are {', '.join(sorted(rules))}"
    return Problem(
        argument, f"there is no trigger rule `{text}`, so Airflow does not load this file. {remedy}", fix=fix
    )
