from __future__ import annotations

import ast

from dagdock.api import Bad, Dag, Problem, Problems, Task, rule

LIMITS = ("max_active_tis_per_dag", "max_active_tis_per_dagrun", "task_concurrency", "pool")


@rule(
    "AF214",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L49", "L43"],
    words=["expand"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
            "@task\ndef files():\n    return ['a', 'b']\n\n\n@task\ndef load(file):\n    print(file)\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n"
            "    «load.expand»(file=files())\n\n\nsales()\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
        "@task\ndef files():\n    return ['a', 'b']\n\n\n"
        "@task(max_active_tis_per_dag=4)\ndef load(file):\n    print(file)\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n"
        "    load.expand(file=files())\n\n\nsales()\n",
    ],
)
def mapped_task_unbounded(task: Task) -> Problems:
    """A task is mapped over data that only the run knows, and nothing limits how many go at once.

    Ten files today may be ten thousand tomorrow, and as many tasks as the DAG may have (sixteen, unless it says
    otherwise) press on the same system. `max_active_tis_per_dag`, or a pool that belongs to that system, limits them.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html#placing-limits-on-mapped-tasks
    """
    function = task.call.func
    if not task.mapped or task.open or not isinstance(function, ast.Attribute) or not isinstance(task.dag, Dag):
        return
    if any(name in task.arguments for name in LIMITS) or "max_active_tasks" in task.dag.arguments or task.dag.open:
        return
    values = [*task.call.args, *(word.value for word in task.call.keywords)]
    if any(not task.module.size(value).known for value in values):
        yield Problem(
            task.module.span(function),
            "nobody knows how many of these there will be, and up to sixteen run at once. Limit them with "
            "`max_active_tis_per_dag` or a pool",
        )
