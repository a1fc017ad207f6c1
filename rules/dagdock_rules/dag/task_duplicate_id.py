from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from dagdock.api import Bad, Dag, DagModule, Located, Problem, Problems, Project, Related, Task, rule

from ._graph import errors_of


@rule(
    "AF301",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L56"],
    aliases=["daglint:no_duplicate_task_ids", "pylint-airflow:E8301"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    BashOperator(task_id='load', bash_command='true')\n"
            "    BashOperator(task_id=«'load'», bash_command='false')\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for shop in ['berlin', 'paris']:\n"
            "        BashOperator(task_id=«'load'», bash_command=f'load {shop}')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('a', start_date=datetime(2024, 1, 1), schedule=None) as a:\n"
        "    BashOperator(task_id='load', bash_command='true')\n"
        "with DAG('b', start_date=datetime(2024, 1, 1), schedule=None) as b:\n"
        "    BashOperator(task_id='load', bash_command='true')\n",
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n@task\ndef load():\n    ...\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    load()\n    load()\n\n\nsales()\n",
    ],
)
def task_duplicate_id(module: DagModule, project: Project) -> Problems:
    """Two tasks of a DAG have the same task_id.

    Airflow refuses to load the DAG (DuplicateTaskIdFound). Inside a TaskGroup the group's id is a part of the task's,
    so the same name in two groups is fine, and TaskFlow functions that are called twice get a number of their own.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html
    """
    built = project.built(module)
    if len(built.dags) >= len(module.dags) and all(dag.complete for dag in built.dags):
        return  # an id that is taken leaves its DAG incomplete
    told: set[ast.Call] = set()
    for dag in module.dags:
        for task, problem in _duplicates(dag):
            told.add(task.call)
            yield problem
    # What loops, helpers and groups make is only seen when the file is followed as Airflow does.
    tasks = {task.call: task for task in module.tasks}
    for error in errors_of(module, project, "duplicate-task-id"):
        if error.node not in told:
            known = tasks.get(error.node) if isinstance(error.node, ast.Call) else None
            place = _place(known) if known else module.span(error.node) if error.node else None
            if place is not None:
                yield Problem(
                    place,
                    f"{error.message} in this DAG, so Airflow refuses to load it. Give each task an id of its own",
                )


def _duplicates(dag: Dag) -> Iterator[tuple[Task, Problem]]:
    """The tasks of a DAG whose ids other tasks have already, as far as they are written out."""
    first: dict[str, Task] = {}
    for task in dag.tasks:
        full = task.full_id.get(str)
        if task.taskflow or task.count.low < 1:
            continue
        if full is not None and task.count.low > 1:
            loop = task.count.loops[-1] if task.count.loops else None
            yield (
                task,
                Problem(
                    task.task_id,
                    f"every round of the loop makes a task `{full}`, and Airflow refuses a second one of that name. "
                    "Use the loop's variable in the task_id",
                    related=[Related(loop, "this loop")] if loop else (),
                ),
            )
            first.setdefault(full, task)
            continue
        made = [full] if full is not None else task.full_ids or ()
        again = next((one for one in made if one in first), None)
        twice = _repeated(made)
        if again is not None:
            yield (
                task,
                Problem(
                    _place(task),
                    f"there is already a task `{again}` in this DAG, so Airflow refuses to load it. Give this one "
                    "another task_id",
                    related=[Related(_place(first[again]), "the other one")],
                ),
            )
        elif twice is not None:
            yield (
                task,
                Problem(
                    _place(task),
                    f"two rounds of the loops make a task `{twice}`, and Airflow refuses the second one. Use all that "
                    "differs between the rounds in the task_id",
                    related=[Related(loop, "a loop around it") for loop in task.count.loops],
                ),
            )
        for one in made:
            first.setdefault(one, task)


def _repeated(ids: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            return one
        seen.add(one)
    return None


def _place(task: Task) -> Located:
    """Where the id is written, at the task itself when it is given there."""
    argument = task.own.get("task_id")
    return argument if argument else task
