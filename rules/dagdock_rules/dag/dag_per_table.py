from __future__ import annotations

import ast

from dagdock.api import Bad, Dag, Problem, Problems, Related, rule

# What may differ between DAGs that could be one.
_NAMES = frozenset(("dag_id", "dag_display_name", "description", "doc_md", "tags"))
MANY = 20


@rule(
    "AF211",
    severity="info",
    since="0.1",
    lessons=["L43"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "for table in ['shops', 'sales', 'stock', 'staff', 'suppliers']:\n"
            "    with «DAG»(f'load_{table}', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "        BashOperator(task_id='load', bash_command=f'load {table}')\n"
            "    globals()[dag.dag_id] = dag\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "TABLES = {'shops': '@daily', 'sales': '@hourly', 'stock': '@daily', 'staff': '@weekly', 'rent': '@monthly'}\n"
        "for table, schedule in TABLES.items():\n"
        "    with DAG(f'load_{table}', start_date=datetime(2024, 1, 1), schedule=schedule, catchup=False) as dag:\n"
        "        BashOperator(task_id='load', bash_command=f'load {table}')\n"
        "    globals()[dag.dag_id] = dag\n",
    ],
)
def dag_per_table(dag: Dag, *, min_dags: int = 5) -> Problems:
    """A loop makes a DAG for each of several items, all with the same schedule.

    Each DAG is scheduled, stored and shown on its own although nothing tells them apart but a name. One DAG that maps a
    task over the items at run time (`.expand`), or has a TaskGroup for each, does the same. DAGs whose schedule, start
    or other settings depend on the item are left alone. The option `min-dags` says from how many on to speak.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html
    """
    count = dag.count
    given = dag.arguments.get("dag_id")
    if sum(other.count.low for other in dag.module.dags) > MANY:
        return  # `dag-factory-many-dags` speaks of those
    if given is None or dag.open or count.low < min_dags or not count.loops or not _differs(dag, given.node):
        return
    if any(_differs(dag, argument.node) for name, argument in dag.arguments.items() if name not in _NAMES):
        return
    yield Problem(
        dag,
        f"{count.low:,} DAGs differ in their items only. Where they need no schedules of their own, one DAG can do "
        "them all: map a task over the items with `.expand`",
        related=[Related(loop, "one for each of these") for loop in count.loops],
    )


def _differs(dag: Dag, node: ast.expr) -> bool:
    """Whether a value depends on the round of a loop, or on what the function around is called with."""
    names = dag.module.names
    loops = {loop.node for loop in dag.count.loops}
    waiting, seen = [node], {node}
    while waiting:
        for load in ast.walk(waiting.pop()):
            if not isinstance(load, ast.Name) or not isinstance(load.ctx, ast.Load):
                continue
            for binding in names.bindings(load.id, load):
                if binding.kind == "parameter" or binding.node in loops:
                    return True
                if binding.value is not None and binding.value not in seen:
                    seen.add(binding.value)
                    waiting.append(binding.value)
    return False
