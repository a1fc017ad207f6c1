from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Problem, Problems, rule


@rule(
    "AF208",
    severity="info",
    since="0.1",
    default=False,
    bad=[
        Bad(
            "«»from datetime import datetime\nfrom airflow import DAG\nfrom airflow.models import Variable\n\n"
            "A = Variable.get('a')\nB = Variable.get('b')\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n",
    ],
)
def parse_budget(
    module: DagModule, *, max_imports: int = 40, max_reads: int = 1, max_tasks: int = 100, max_calls: int = 1000
) -> Problems:
    """Reading a DAG file takes more than was agreed.

    What Airflow does about every 30 seconds is counted from the text alone: the modules that are imported, the
    Variables and Connections that are read, the places that make tasks, the calls outside of tasks. The options say how
    many of each are fine.

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#reducing-dag-complexity
    """
    if not module.is_dag_file:
        return
    at_parse = [call for call in module.calls() if call.runs_at == "parse"]
    reads = [call for call in at_parse if _reads(call.airflow or "")]
    statements = [node for node in module.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    budget = (
        (len(statements), max_imports, "imports"),
        (len(reads), max_reads, "readings of Variables and Connections"),
        (len(module.tasks), max_tasks, "places that make tasks"),
        (len(at_parse), max_calls, "calls outside of tasks"),
    )
    over = [f"{number} {what} (at most {most})" for number, most, what in budget if number > most]
    if over:
        yield Problem(
            module.source.top,
            f"each reading of this file costs {', '.join(over)}. Move work into tasks, or split the file",
        )


def _reads(name: str) -> bool:
    return name == "Variable.get" or name.endswith(("get_connection", "get_connection_from_secrets"))
