from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, Project, Related, rule

from ._counts import tasks_of
from ._releases import is_before

# Of more than these `dag-too-many-tasks` speaks.
MANY = 200


@rule(
    "AF217",
    severity="info",
    since="0.1",
    lessons=["L53"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with «DAG»('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for shop in range(40):\n        for step in ['read', 'write']:\n"
            "            BashOperator(task_id=f'{step}_{shop}', bash_command='true')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n"
        "from airflow.utils.task_group import TaskGroup\n\n"
        "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    for shop in range(40):\n        with TaskGroup(f'shop_{shop}'):\n"
        "            for step in ['read', 'write']:\n"
        "                BashOperator(task_id=step, bash_command='true')\n",
    ],
)
def dag_without_groups(dag: Dag, project: Project, *, max_tasks: int = 50) -> Problems:
    """A large DAG has no task groups.

    Nobody finds a failed task in a picture of a hundred boxes. A TaskGroup folds those that belong together into one
    box, costs nothing when the DAG runs, and keeps their ids apart. The option `max-tasks` says how many are fine
    without groups.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#taskgroups
    """
    count = dag.task_count
    if count.low <= max_tasks or dag.module.groups or is_before(dag, project, 2):
        return
    tasks, _ = tasks_of(dag, project, max_tasks)
    if not max_tasks < tasks <= MANY:
        return
    name = dag.dag_id.get(str)
    yield Problem(
        dag,
        f"{f'`{name}`' if name else 'this DAG'} shows {tasks:,} tasks without groups. Put those that belong together "
        "into a TaskGroup: `with TaskGroup('…'):`",
        related=[
            Related(loop, f"this loop runs {size.value:,} times")
            for loop in count.loops
            if (size := loop.size).known and isinstance(size.value, int) and size.value > 1
        ],
    )
