"""Tasks that cannot fail for a moment and then work: they print, wait or reckon, and ask nobody outside."""

from __future__ import annotations

import ast
import re
from functools import cache

from dagdock.api import DagModule, Function, Task

_COMMANDS = r"(?::|airflow\s+version|basename|cat|date|echo|exit|export|false|hostname|ls|printf|pwd|sleep|true|whoami)"
# Modules whose functions work on what they are given, or tell the time.
_MODULES = (
    "airflow.datasets.", "airflow.exceptions.", "airflow.models.Param", "airflow.sdk.Asset", "airflow.sdk.Metadata",
    "airflow.operators.python.get_current_context", "airflow.sdk.get_current_context",
    "airflow.sdk.definitions.asset.", "airflow.sdk.exceptions.", "builtins.", "calendar.", "collections.",
    "copy.", "dataclasses.", "datetime.", "decimal.", "enum.", "functools.", "hashlib.", "itertools.", "json.",
    "logging.", "math.", "operator.", "os.environ", "os.getenv", "os.path.", "pendulum.", "pprint.", "random.", "re.",
    "statistics.", "string.", "sys.", "textwrap.", "time.", "typing.", "uuid.", "zoneinfo.",
)  # fmt: skip
_NOT = ("builtins.open", "builtins.exec", "builtins.eval", "builtins.compile", "builtins.__import__")
# Methods of texts, lists, dicts, loggers and of the context that a task is given.
_METHODS = frozenset(
    """add append capitalize clear copy count critical debug endswith error exception extend find format get group
    groups index info insert isdigit isoformat items join keys log lower lstrip partition pop replace reverse rpartition
    rsplit rstrip setdefault sort split splitlines startswith strftime strip title total_seconds update upper values
    warn warning xcom_pull xcom_push zfill""".split()
)
_MOST_STEPS = 30
_LONG = 2_000  # a command of that length does more than print


def is_plain(task: Task) -> bool:
    """Whether all that a task does is seen, and none of it reaches out of the task."""
    if task.name == "BashOperator" and "bash_command" in task.own:
        command = task.own["bash_command"].value.get(str)
        return command is not None and len(command) < _LONG and bool(_printing().fullmatch(command))
    if task.function is None or not (task.name == "PythonOperator" or (task.taskflow and task.name == "task")):
        return False
    waiting, seen = [task.function], {task.function}
    for function in waiting:
        body = function.node.body
        for node in (node for part in (body if isinstance(body, list) else [body]) for node in ast.walk(part)):
            if isinstance(node, (ast.Import, ast.ImportFrom, ast.With, ast.AsyncWith, ast.Await)):
                return False
            inner = _inner(function.module, node) if isinstance(node, ast.Call) else None
            if isinstance(node, ast.Call) and inner is None and not _only_reckons(function.module, node):
                return False
            if inner is not None and inner not in seen:
                seen.add(inner)
                waiting.append(inner)
        if len(waiting) > _MOST_STEPS:
            return False
    return True


def _inner(module: DagModule, call: ast.Call) -> Function | None:
    return module.function(call.func)


def _only_reckons(module: DagModule, call: ast.Call) -> bool:
    name = module.qualified(call.func) or ""
    if name.startswith(_MODULES) and not name.startswith(_NOT):
        return True
    known = name and not name.startswith(_MODULES)
    return not known and isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS


@cache
def _printing() -> re.Pattern[str]:
    """Commands one after the other that only print or wait; what they put elsewhere, or take from there, does not."""
    argument = r"(?:\"(?:[^\"`$]|\$(?!\())*\"|'[^']*'|[^\s;&|<>`\"'()])"
    one = rf"{_COMMANDS}(?:[ \t]+{argument}+)*"
    return re.compile(rf"\s*{one}(?:[ \t]*(?:;|&&|\|\||\n)\s*{one})*[ \t]*;?\s*")
