from __future__ import annotations

import sys

from dagdock.api import Bad, DagModule, Problem, Problems, rule


@rule(
    "AF001",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dagruff:SYNTAX_ERROR"],
    tags=["syntax"],
    bad=[Bad("from airflow import DAG\n\nwith DAG('daily') as dag«»\n    pass\n")],
    good=["from airflow import DAG\n\nwith DAG('daily') as dag:\n    pass\n"],
)
def python_syntax(module: DagModule) -> Problems:
    """The file is no valid Python, so Airflow cannot load it.

    None of its DAGs appears in Airflow; there is an import error at the top of the page instead. The file is read by
    the Python that dagdock runs with: use the one that Airflow runs with when the code is newer.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#loading-dags
    """
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    for fault in module.faults:
        yield Problem(fault.span, f"{fault.message} (as {version} reads the file). Airflow cannot load it like this")
