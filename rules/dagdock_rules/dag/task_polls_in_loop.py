from __future__ import annotations

import ast
from collections.abc import Iterator

from dagdock.api import Bad, Call, DagModule, Function, Problem, Problems, Related, rule

from ._durations import words

# Shorter naps are for retries and rate limits.
LEAST = 30
_HANDING_OUT = ("apply_async", "send_task", "submit")
# What a loop may call that only lets time pass.
_TALK = frozenset(("critical", "debug", "error", "exception", "info", "log", "print", "warning"))
# What runs its body more than once, or holds on to something such as a pool of threads.
_AGAIN = (ast.For, ast.AsyncFor, ast.While, ast.comprehension, ast.With, ast.AsyncWith, ast.Lambda)
_MOST_CALLERS = 5
_TIME = ("builtins.", "datetime.", "pendulum.", "time.")


@rule(
    "AF605",
    severity="info",
    since="0.1",
    lessons=["L51"],
    words=["sleep"],
    bad=[
        Bad(
            "import os\nimport time\nfrom datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
            "@task\ndef wait():\n    while not os.path.exists('/data/sales.csv'):\n        «time.sleep(60)»\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n    wait()\n\n\n"
            "sales()\n"
        ),
    ],
    good=[
        "import os\nfrom datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
        "@task.sensor(mode='reschedule', poke_interval=60, timeout=3600)\ndef wait():\n"
        "    return os.path.exists('/data/sales.csv')\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n    wait()\n\n\n"
        "sales()\n",
        "import time\nfrom datetime import datetime\nimport requests\nfrom airflow.decorators import dag, task\n\n\n"
        "@task\ndef fetch():\n    tries = 0\n    while tries < 3:\n        tries += 1\n"
        "        if requests.get('https://example.com', timeout=10).ok:\n            break\n        time.sleep(5)\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n    fetch()\n\n\n"
        "sales()\n",
    ],
)
def task_polls_in_loop(module: DagModule) -> Problems:
    """A task waits in a loop and sleeps in between.

    All that time it holds a worker's slot, and when the worker is restarted the waiting begins anew. A sensor with
    `mode="reschedule"`, or `@task.sensor`, gives the slot back between two looks; a deferrable operator hands the
    waiting to the triggerer.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html
    """
    if not module.imports_airflow:
        return
    told: set[ast.AST | None] = set()
    for call in module.calls():
        if call.name != "time.sleep" or call.runs_at != "task" or not call.node.args:
            continue
        value = module.value(call.node.args[0])
        length = value.value if value.known else None
        loop = _while(module, call)
        if loop is None or not isinstance(length, (int, float)) or length < LEAST:
            continue
        inside = call.function.node if call.function else None
        if _is_countdown(module, loop) or _hands_out_work(loop) or not _is_a_step(module, call.function):
            continue
        if inside in told or (call.function is not None and (call.function.decorator or "").endswith("sensor")):
            continue
        told.add(inside)
        yield Problem(
            call,
            f"this task waits in a loop, {words(length)} at a time, and keeps a worker's slot meanwhile. Put the "
            'waiting into a sensor with `mode="reschedule"` (`@task.sensor`), or use a deferrable operator',
            related=[Related(module.span(loop.test), "the loop that waits")],
        )


def _while(module: DagModule, call: Call) -> ast.While | None:
    """The `while` loop around a place inside of its function."""
    for above in module.names.ancestors(call.node):
        if isinstance(above, ast.While):
            return above
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.For)):
            return None
    return None


def _is_a_step(module: DagModule, function: Function | None) -> bool:
    """Whether a function is what a task runs, or a step of it that a task of its own could do: called once, and not
    again and again or by several threads."""
    for _ in range(_MOST_CALLERS):
        if function is None or function.tasks or getattr(function.node, "name", "") == "execute":
            return True
        if function.escapes:
            return False  # handed over, to a pool of threads for example: it runs beside the task
        if not function.calls:
            return True
        call, *others = function.calls
        caller = module.function_at(call)
        if others or any(isinstance(above, _AGAIN) for above in _up_to(module, call, caller)):
            return False
        function = caller
    return False


def _up_to(module: DagModule, node: ast.AST, function: Function | None) -> Iterator[ast.AST]:
    """What is around a place inside of a function."""
    for above in module.names.ancestors(node):
        if function is not None and above is function.node:
            return
        yield above


def _hands_out_work(loop: ast.While) -> bool:
    """Whether a loop starts work one piece after the other, and pauses between two of them."""
    calls = (node.func for node in ast.walk(loop) if isinstance(node, ast.Call))
    return any(isinstance(function, ast.Attribute) and function.attr in _HANDING_OUT for function in calls)


def _is_countdown(module: DagModule, loop: ast.While) -> bool:
    """Whether a loop only waits for a number to be counted down or up, and asks nobody."""
    read = {node.id for node in ast.walk(loop.test) if isinstance(node, ast.Name)}
    inside = list(ast.walk(loop))
    counted = any(
        isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id in read
        for node in inside
    )
    return counted and all(_is_idle(module, node) for node in inside if isinstance(node, ast.Call))


def _is_idle(module: DagModule, call: ast.Call) -> bool:
    name = module.qualified(call.func) or ""
    return name.startswith(_TIME) or getattr(call.func, "attr", getattr(call.func, "id", "")) in _TALK
