from __future__ import annotations

import ast
from math import prod

from dagdock.api import Bad, Dag, Problem, Problems, Task, rule

from .dag_loop_over_external_data import SOURCES
from .mapped_task_over_limit import returned

SYSTEMS = ("an HTTP call", "a database", "a cloud service")
# How many tasks of a DAG run at once where nothing else is said.
AT_ONCE = 16
LIMITS = ("max_active_tis_per_dag", "max_active_tis_per_dagrun", "task_concurrency", "pool")


@rule(
    "AF214",
    severity="info",
    since="0.1",
    lessons=["L49", "L43"],
    words=["expand"],
    bad=[
        Bad(
            "from datetime import datetime\nimport requests\nfrom airflow.decorators import dag, task\n\n\n"
            "@task\ndef shops():\n    return open('/data/shops').read().split()\n\n\n"
            "@task\ndef load(shop):\n    requests.post(f'https://api.example.org/{shop}', timeout=10)\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n"
            "    «load.expand»(shop=shops())\n\n\nsales()\n"
        ),
    ],
    good=[
        "from datetime import datetime\nimport requests\nfrom airflow.decorators import dag, task\n\n\n"
        "@task\ndef shops():\n    return open('/data/shops').read().split()\n\n\n"
        "@task(max_active_tis_per_dag=4)\n"
        "def load(shop):\n    requests.post(f'https://api.example.org/{shop}', timeout=10)\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n"
        "    load.expand(shop=shops())\n\n\nsales()\n",
    ],
)
def mapped_task_unbounded(task: Task) -> Problems:
    """A task that calls another system is mapped over any number of items, without a limit.

    Ten items today may be ten thousand tomorrow, and as many tasks as the DAG may have (sixteen, unless it says
    otherwise) press on the same database or service. `max_active_tis_per_dag`, or a pool that belongs to that system,
    limits them. Tasks that only compute are left alone.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html#placing-limits-on-mapped-tasks
    """
    function = task.call.func
    if not task.mapped or task.open or not isinstance(function, ast.Attribute) or not isinstance(task.dag, Dag):
        return
    dag = task.dag
    if any(name in task.arguments for name in LIMITS) or dag.open:
        return
    if "max_active_tasks" in dag.arguments or "concurrency" in dag.arguments:
        return
    counts = [_count(task, value) for value in [*task.call.args, *(word.value for word in task.call.keywords)]]
    known = [count for count in counts if count is not None]
    if len(known) == len(counts) and prod(known) <= AT_ONCE:
        return
    if (system := _called(task)) is not None:
        number = (
            f"there are {prod(known):,} of these"
            if len(known) == len(counts)
            else "nobody knows how many there will be"
        )
        yield Problem(
            task.module.span(function),
            f"{number}, and up to sixteen at once call {system}. Limit them with `max_active_tis_per_dag` or a pool",
        )


def _count(task: Task, value: ast.expr) -> int | None:
    """How many items a value has, also where it is what a task returns; None where only the run knows."""
    size = task.module.size(value).get(int)
    return size if size is not None else returned(task.module, value)


def _called(task: Task) -> str | None:
    """What a task's function calls: a database, a service; None for one that calls nothing, or is not known."""
    module, function = task.module, task.function
    if function is None:
        return None
    for call in module.calls():
        name = call.name
        if name is None or not any(above is function.node for above in module.names.ancestors(call.node)):
            continue
        if name.startswith("airflow.") and name.endswith("Hook"):
            return f"the system behind `{name.rpartition('.')[2]}`"
        for start, what in SOURCES:
            if name.startswith(start) and what in SYSTEMS:
                return what.replace("an HTTP call", "the same service")
    return None
