from __future__ import annotations

import ast
import sys

from dagdock.api import Bad, DagModule, Problem, Problems, rule


@rule(
    "AF001",
    severity="error",
    since="0.1",
    precision="very-high",
    aliases=["dagruff:SYNTAX_ERROR"],
    tags=["syntax"],
    bad=[
        Bad("from airflow import DAG\n\nwith DAG('daily') as dag«»\n    pass\n"),
        Bad("from airflow import DAG\n\ndag = DAG('daily', schedule='@daily', «schedule»='@hourly')\n"),
    ],
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
        if fault.message.startswith("f-string") and sys.version_info < (3, 12):
            # What may stand in the braces of an f-string was a language of its own before.
            yield Problem(
                fault.span,
                f"{fault.message}: {version} cannot read this file, so it was not checked. If Airflow runs on Python "
                "3.12 or newer it may be fine: run dagdock with that Python. If not, Airflow cannot load it",
                severity="info",
            )
            continue
        message = fault.message.partition(". Perhaps")[0]  # Python's guess leads astray as often as not
        yield Problem(fault.span, f"{message} (as {version} reads the file). Airflow cannot load it like this")
    for call in module.names.calls:
        if len(call.keywords) > 1 and (again := _repeated(call)):
            span = module.span(again)
            name = span.source.span(span.start, span.start + len(again.arg or ""))
            yield Problem(
                name, f"`{again.arg}` is given twice in this call. Airflow cannot load the file: take one of them away"
            )


def _repeated(call: ast.Call) -> ast.keyword | None:
    """A keyword argument that a call is given again, which Python only finds when it compiles the file."""
    seen: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg in seen:
            return keyword
        if keyword.arg is not None:
            seen.add(keyword.arg)
    return None
