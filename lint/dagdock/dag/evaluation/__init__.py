"""What a DAG file makes, worked out statement by statement without running any of it.

`build(module, surroundings, major)` follows the file as Airflow's parser would run it, over values that are known,
partly known or unknown, and gives a `BuiltFile`: its `dags` (`BuiltDag`) with their `tasks` (`BuiltTask`) and
`edges()`.
What cannot be known is said: a DAG that is not `complete` lists why in `unknown`, and a branch of which it is not
known whether it runs is followed with all that it makes marked `possible`. `errors` are what Airflow would refuse.
`Project.built(module)` does the same with the project's other modules at hand, and remembers it.

From the bottom up: `values` and `frames` (what names stand for), `graph` (DAGs, tasks, groups, dependencies), `state`
(work left, doubts), `operations`, `expressions`, `methods`, `plain`, `library` and `files` (Python), `objects`, `tasks`
and `airflow` (Airflow's names), `attributes`, `calls`, `statements`, `interpreter` (a whole file), `result` (the model
that others look at).
"""

from __future__ import annotations

from dagdock.dag.evaluation.interpreter import build
from dagdock.dag.evaluation.result import BuildError, BuiltArgument, BuiltDag, BuiltFile, BuiltTask, Counted, Doubt
from dagdock.dag.evaluation.state import Surroundings

__all__ = [
    "BuildError",
    "BuiltArgument",
    "BuiltDag",
    "BuiltFile",
    "BuiltTask",
    "Counted",
    "Doubt",
    "Surroundings",
    "build",
]
