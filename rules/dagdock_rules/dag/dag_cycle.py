from __future__ import annotations

from dagdock.api import Bad, BuiltDag, BuiltTask, DagModule, Problem, Problems, Project, Related, rule

from ._graph import complete_dags, place_of


@rule(
    "AF302",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L56"],
    aliases=["pylint-airflow:E8303"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.empty import EmptyOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    extract = «EmptyOperator»(task_id='extract')\n"
            "    load = EmptyOperator(task_id='load')\n"
            "    extract >> load\n    load >> extract\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.empty import EmptyOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    extract = EmptyOperator(task_id='extract')\n"
        "    load = EmptyOperator(task_id='load')\n"
        "    extract >> load\n    load << extract\n",
    ],
)
def dag_cycle(module: DagModule, project: Project) -> Problems:
    """Tasks of a DAG wait for each other.

    Dependencies must lead from the first task to the last without coming back: of tasks in a circle none could ever
    be the first to run, so Airflow does not load the DAG (AirflowDagCycleException).

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#task-dependencies
    """
    told: set[object] = set()
    for dag in complete_dags(module, project):
        cycle = _cycle(dag)
        place = place_of(cycle[0], module) if cycle else None
        if place is None or cycle[0].node in told:
            continue
        told.add(cycle[0].node)
        if len(cycle) == 1:
            message = (
                f"`{cycle[0].task_id}` waits for itself, so Airflow does not load the DAG. Take the dependency out"
            )
        else:
            way = " → ".join(f"`{task.task_id}`" for task in (*cycle, cycle[0]))
            message = (
                f"these tasks wait for each other, so Airflow does not load the DAG: {way}. Take one dependency out"
            )
        others = [(task, place_of(task, module)) for task in cycle[1:]]
        yield Problem(
            place,
            message,
            related=[Related(there, f"`{task.task_id}`") for task, there in others if there is not None],
        )


def _cycle(dag: BuiltDag) -> list[BuiltTask]:
    """The tasks of a circle, from the one that is made first; empty where there is none."""
    left = {id(task): len(task.upstream) for task in dag.tasks}
    free = [task for task in dag.tasks if not task.upstream]
    for task in free:
        for below in task.downstream:
            left[id(below)] -= 1
            if not left[id(below)]:
                free.append(below)
    done = {id(task) for task in free}
    caught = [task for task in dag.tasks if id(task) not in done]
    if not caught:
        return []
    # Each of them waits for another one of them: going up long enough leads into a circle.
    seen: list[BuiltTask] = []
    task = caught[0]
    while task not in seen:
        seen.append(task)
        task = next(above for above in task.upstream if id(above) not in done)
    circle = seen[seen.index(task) :][::-1]
    first = min(range(len(circle)), key=lambda at: dag.tasks.index(circle[at]))
    return circle[first:] + circle[:first]
