from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule

from .dag_missing_description import is_documented


@rule(
    "AF117",
    severity="info",
    since="0.1",
    default=False,
    aliases=["daglint:doc_md_validation", "dagruff:DAG011"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = «DAG»('sales', start_date=datetime(2024, 1, 1), schedule=None)\n"
        ),
    ],
    good=[
        '"""Sums up the sales of a day."""\nfrom datetime import datetime\nfrom airflow import DAG\n\n'
        "dag = DAG('sales', doc_md=__doc__, start_date=datetime(2024, 1, 1), schedule=None)\n",
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\ndag.doc_md = 'Sums up the sales'\n",
    ],
)
def dag_missing_doc_md(dag: Dag) -> Problems:
    """A DAG has no documentation.

    Airflow shows `doc_md`, written in Markdown, on the DAG's page: whom to ask, what to do when it fails. Of a `@dag`
    function it takes the docstring.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#dag-task-documentation
    """
    if not dag.open and not is_documented(dag):
        yield Problem(dag, "this DAG has no documentation. Add `doc_md=__doc__` and a text at the top of the file")
