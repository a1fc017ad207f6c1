from __future__ import annotations

import ast

from dagdock.api import Bad, Dag, Problem, Problems, rule

from ._schedule import is_set_later


@rule(
    "AF116",
    severity="info",
    since="0.1",
    default=False,
    aliases=["dagruff:DAG006"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = «DAG»('sales', start_date=datetime(2024, 1, 1), schedule=None)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', description='Sums up the sales', start_date=datetime(2024, 1, 1), schedule=None)\n",
        "from datetime import datetime\nfrom airflow.decorators import dag\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    '''Sums up the sales of a day.'''\n",
    ],
)
def dag_missing_description(dag: Dag) -> Problems:
    """A DAG does not say what it is for.

    The description stands beside the name in Airflow's list. `doc_md`, and the docstring of a `@dag` function, which
    Airflow shows as documentation, do as well.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#dag-task-documentation
    """
    if not dag.open and "description" not in dag.arguments and not is_documented(dag):
        yield Problem(dag, "nothing says what this DAG is for. Add `description='…'`")


def is_documented(dag: Dag) -> bool:
    """Whether a DAG has a text in doc_md, as an argument, an attribute set later, or its function's docstring."""
    given = dag.arguments.get("doc_md")
    if given is not None:
        return not given.value.known or bool(given.value.value)
    if dag.function and not isinstance(dag.function.node, ast.Lambda) and ast.get_docstring(dag.function.node):
        return True
    return is_set_later(dag, "doc_md")
