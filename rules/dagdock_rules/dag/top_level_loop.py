from __future__ import annotations

import ast
from math import prod

from dagdock.api import Bad, DagModule, Problem, Problems, rule


@rule(
    "AF218",
    severity="warning",
    since="0.1",
    lessons=["L42"],
    words=["for "],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "SQUARES = [n * n for n in «range(20_000_000)»]\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
        "@task\ndef squares():\n    print(sum(n * n for n in range(20_000_000)))\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    squares()\n\n\nsales()\n",
        "from datetime import datetime\nfrom airflow import DAG\n\nHOURS = [f'{n:02}' for n in range(24)]\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n",
    ],
)
def top_level_loop(module: DagModule, *, max_rounds: int = 500_000) -> Problems:
    """A loop with very many rounds runs while Airflow reads the file.

    Airflow reads the file about every 30 seconds and again for each task that it starts. A million rounds take about a
    tenth of a second even when they do next to nothing. Do the work inside a task. The option `max-rounds` says how
    many are fine.

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#top-level-python-code
    """
    if not module.dags:
        return
    told: set[ast.AST] = set()
    for node in module.names.rounds:
        inside: ast.AST = node.body[0] if isinstance(node, (ast.For, ast.AsyncFor)) else _made(node)
        loops = module.loops(inside)
        sizes = [loop.size.get(int) for loop in loops]
        rounds = prod(size for size in sizes if size is not None)
        if rounds < max_rounds or None in sizes or not loops or loops[0].node in told:
            continue
        if any(not loop.size_is_exact for loop in loops) or module.runs_at(node) != "parse":
            continue
        if isinstance(node, ast.GeneratorExp) and not isinstance(module.parent(node), ast.Call):
            continue  # nothing runs before somebody asks for its items
        told.add(loops[0].node)
        yield Problem(
            loops[0],
            f"this loop runs {rounds:,} rounds each time Airflow reads the file, about every 30 seconds. Move it into "
            "the function that a task runs",
        )


def _made(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> ast.expr:
    """What each round of a comprehension makes."""
    return node.value if isinstance(node, ast.DictComp) else node.elt
