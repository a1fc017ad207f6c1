from __future__ import annotations

import ast
from math import prod

from dagdock.api import Bad, DagModule, Problem, Problems, Project, Task, rule

SETTING = "AIRFLOW__CORE__MAX_MAP_LENGTH"


@rule(
    "AF213",
    severity="warning",
    since="0.1",
    lessons=["L43"],
    words=["expand"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
            "@task\ndef load(day, shop):\n    print(day, shop)\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n"
            "    «load.expand»(day=list(range(365)), shop=list(range(50)))\n\n\nsales()\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
            "@task\ndef numbers():\n    return list(range(5000))\n\n\n"
            "@task\ndef load(number):\n    print(number)\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n"
            "    «load.expand»(number=numbers())\n\n\nsales()\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
        "@task\ndef load(day):\n    print(day)\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n"
        "    load.expand(day=list(range(365)))\n\n\nsales()\n",
    ],
)
def mapped_task_over_limit(task: Task, project: Project, *, max_length: int = 1024) -> Problems:
    """A task is mapped over more items than Airflow takes.

    A task whose result is mapped over may return 1,024 items (`core.max_map_length`); with more it fails. Literal lists
    are not counted by Airflow, but each item is a task of its own in every run, and the items of several arguments
    multiply. Let one task do a batch of items. The option `max-length` is for installations with another limit.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html#placing-limits-on-mapped-tasks
    """
    function = task.call.func
    if not task.mapped or not isinstance(function, ast.Attribute) or function.attr != "expand":
        return
    limit = _limit(task.module, project, max_length)
    module = task.module
    results = [(word.arg, number) for word in task.call.keywords if (number := returned(module, word.value))]
    for name, number in results:
        if number > limit:
            yield Problem(
                module.span(function),
                f"`{name}` gets {number:,} items from a task, and Airflow fails a task that returns more than "
                f"{limit:,} to map over. Return batches",
                severity="error",
            )
            return
    sizes = [module.size(word.value).get(int) for word in task.call.keywords]
    known = [size for size in sizes if size is not None]
    if prod(known) > limit and len(known) == len(sizes):
        product = " × ".join(f"{size:,}" for size in known)
        shown = f"{prod(known):,}" + (f" ({product})" if len(known) > 1 else "")
        yield Problem(
            module.span(function),
            f"this makes {shown} tasks in each run, which the scheduler has to handle one by one. Let a task do a "
            "batch of items",
        )


def _limit(module: DagModule, project: Project, limit: int) -> int:
    stated = (project.variable_for(module, SETTING) or "").strip()
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 10 else limit


def returned(module: DagModule, node: ast.expr) -> int | None:
    """How many items the TaskFlow function returns whose result is given; None where that is not known."""
    if isinstance(node, ast.Name):
        bindings = module.names.bindings(node.id, node)
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        node = value if value is not None else node
    function = module.function(node.func) if isinstance(node, ast.Call) else None
    if function is None or not function.is_taskflow:
        return None
    sizes = [module.size(result.node).get(int) for result in function.returns]
    known = [size for size in sizes if size is not None]
    return min(known) if known and len(known) == len(sizes) else None
