from __future__ import annotations

import ast
import re

from dagdock.api import Argument, Bad, Dag, Fix, Problem, Problems, rule

LONGEST = 250


@rule(
    "AF112",
    severity="error",
    since="0.1",
    fix="safe",
    precision="very-high",
    aliases=["dagruff:DAG005"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG(«'sales '», start_date=datetime(2024, 1, 1), schedule=None)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n",
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG(dag_id=«'daily sales'», start_date=datetime(2024, 1, 1), schedule=None)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales.daily-v2', start_date=datetime(2024, 1, 1), schedule=None)\n",
    ],
)
def dag_id_invalid(dag: Dag) -> Problems:
    """A dag_id holds what Airflow does not allow in one.

    Letters, digits, `_`, `-` and `.` are fine, up to 250 of them. With a blank, a slash or a colon the DAG does not
    load.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#declaring-a-dag
    """
    argument = dag.arguments.get("dag_id")
    if argument is None or not dag.known_signature:
        return
    for text in _texts(argument):
        wrong = re.search(r"[^\w.\-]", text.removesuffix("\n"))
        if wrong or (text == "" and argument.value.known):
            sign = wrong[0] if wrong else ""
            what = f"a dag_id cannot hold `{sign}`" if sign.strip() else "a dag_id cannot hold blanks"
            what = what if text else "a dag_id cannot be empty"
            yield Problem(
                argument,
                f"{what}, so Airflow does not load the DAG. Use letters, digits, `_`, `-` and `.`",
                fix=_stripped(argument, text),
            )
            return
        if len(text) > LONGEST:
            yield Problem(argument, f"this dag_id has {len(text)} letters and Airflow takes {LONGEST}. Shorten it")


def _texts(argument: Argument) -> list[str]:
    """The id where it is known, else the parts of an f-string that are."""
    known = argument.value.get(str)
    if known is not None:
        return [known]
    if isinstance(argument.node, ast.JoinedStr):
        return [str(part.value) for part in argument.node.values if isinstance(part, ast.Constant)]
    return []


def _stripped(argument: Argument, text: str) -> Fix | None:
    """The plain literal without the blanks around it, where nothing else is wrong."""
    written = argument.span.text
    short = text.strip(" ")
    if written[1:-1] != text or written[0] not in "'\"" or not re.fullmatch(r"[\w.\-]+", short):
        return None
    return Fix.replace("Take the blanks away", argument, f"{written[0]}{short}{written[0]}")
