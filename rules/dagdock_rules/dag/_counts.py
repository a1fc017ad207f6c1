"""How many tasks a DAG has, by its loops, and where that is not enough by following the file."""

from __future__ import annotations

from dagdock.api import Dag, Project, Task


def tasks_of(dag: Dag, project: Project, enough: int) -> tuple[int, bool]:
    """At least how many tasks a DAG has, and whether that is exact.

    The loops around the calls tell it quickly. Where more may be made out of sight, or where they say more than
    `enough`, the file is followed statement by statement: that knows what helpers make and leave out.
    """
    count = dag.task_count
    if count.exact and count.low <= enough:
        return count.low, True
    found = [built.task_count for built in project.built(dag.module).dags if built.node is dag.node]
    most = max(found, key=lambda counted: counted.at_least, default=None)
    if most is None:
        return count.low, count.exact
    return (most.at_least, True) if most.exact else (max(most.at_least, count.low), False)


def made_at(task: Task, project: Project) -> int:
    """At least how many tasks of one DAG the call makes."""
    counts = []
    for built in project.built(task.module).dags:
        made = sum(one.node is task.call for one in built.tasks)
        if made and not built.complete:
            return task.count.low
        counts.append(made)
    return max(counts, default=0) or task.count.low
