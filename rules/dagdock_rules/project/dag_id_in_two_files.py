from __future__ import annotations

import ast
import re
from functools import cache
from posixpath import dirname
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

from ._dags import dag_folder, dags_called, ids_beside

if TYPE_CHECKING:
    from dagdock.api import BuiltDag, DagModule, Project, Span


@rule(
    "PJ210",
    severity="error",
    since="0.1",
    kind="project",
    lessons=["L56"],
    aliases=["dagruff:DAG004"],
    tags=["airflow"],
    bad=[
        Bad(
            {
                "dags/orders.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
                "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n",
                "dags/returns.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
                "with DAG(«'sales'», start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n",
            }
        ),
    ],
    good=[
        {
            "dags/orders.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
            "with DAG('orders', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n",
            "dags/returns.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
            "with DAG('returns', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n",
        },
    ],
)
def dag_id_in_two_files(module: DagModule, project: Project) -> Problems:
    """Two files of a DAG folder make a DAG of the same id.

    Airflow keeps one DAG for an id: the file that it read last. The two take turns, tasks of one vanish from the pages
    and their runs mix, and nothing is reported. Give each DAG an id of its own.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html
    """
    own_path = project.path_of(module.source.whole)
    if own_path is None or not module.imports_airflow:
        return
    beside = ids_beside(module, project)
    for dag in project.built(module).dags:
        dag_id = dag.dag_id
        others = [path for path in beside.get(dag_id or "", ()) if path < own_path]
        if dag_id is None or dag.possible or dag.module is not module or not others:
            continue
        first = next(dags_called(dag_id, others, project), None)
        if first is not None and first[1].module is not None:
            apart = _may_be_apart(own_path, first[0])
            more = len({path for path, _ in dags_called(dag_id, beside[dag_id], project)} - {own_path, first[0]})
            again = f" (so do {more} more files)" if more > 1 else " (so does 1 more file)" if more else ""
            so = "one Airflow that reads both files keeps" if apart else "Airflow keeps"
            yield Problem(
                _place(module, dag),
                f"`{first[0]}` makes a DAG `{dag_id}` too{again}, and {so} only one of them. Give one another dag_id",
                severity="warning" if apart else None,
                related=[Related(_place(first[1].module, first[1]), "the other one")],
            )


def _may_be_apart(path: str, other: str) -> bool:
    """Whether two files may be for two Airflows, or one of them for none: outside of `dags`, or by their folders."""
    if not dag_folder(path)[1]:
        return True
    own, others = dirname(path).split("/"), dirname(other).split("/")
    return own != others and any(
        _aside().fullmatch(name) for name in (*own, *others) if (name in own) != (name in others)
    )


@cache
def _aside() -> re.Pattern[str]:
    """Names of folders for one of several environments, or for what is kept or shown only."""
    return re.compile(
        r"(?:dev|develop|development|local|test|tests|testing|qa|uat|stag|staging|stage|preprod|prod|production|live|sandbox"
        r"|archived?|old|legacy|deprecated|disabled|inactive|unused|backups?|bak|examples?|samples?|templates?|drafts?|wip"
        r"|airflow[-_]?\d.*|v\d+)",
        re.I,
    )


def _place(module: DagModule, dag: BuiltDag) -> Span:
    """The dag_id where it is written out, else the call."""
    call = dag.node
    if isinstance(call, ast.Call):
        given = [keyword.value for keyword in call.keywords if keyword.arg == "dag_id"] or call.args[:1]
        if given:
            return module.span(given[0])
        return module.span(call.func)
    return module.span(call)
