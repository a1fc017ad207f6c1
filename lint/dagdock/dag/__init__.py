"""A Python file as Airflow would see it: DAGs, tasks, calls and values, read without running anything."""

from __future__ import annotations

from dagdock.dag.flow import Origin, Return
from dagdock.dag.functions import Function, RunsAt
from dagdock.dag.loops import Count, Loop
from dagdock.dag.model import Argument, Arguments, Call, Dag, Group, Task
from dagdock.dag.module import DagModule, Fault, parse
from dagdock.dag.values import Known, Unknown, Value

__all__ = [
    "Argument",
    "Arguments",
    "Call",
    "Count",
    "Dag",
    "DagModule",
    "Fault",
    "Function",
    "Group",
    "Known",
    "Loop",
    "Origin",
    "Return",
    "RunsAt",
    "Task",
    "Unknown",
    "Value",
    "parse",
]
