from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, Project, Related, rule

from ._counts import tasks_of


@rule(
    "AF201",
    severity="warning",
    since="0.1",
    lessons=["L43"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with «DAG»('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for shop in range(300):\n        for step in ['read', 'write']:\n"
            "            BashOperator(task_id=f'{step}_{shop}', bash_command='true')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    for shop in range(20):\n        BashOperator(task_id=f'export_{shop}', bash_command='true')\n",
    ],
)
def dag_too_many_tasks(dag: Dag, project: Project, *, max_tasks: int = 200) -> Problems:
    """A DAG has so many tasks that the scheduler suffers.

    The scheduler looks at every task of every run again and again, and the pages that show them take their time.
    Some hundred tasks slow it down; thousands stop it. Tasks that only differ in a value are better mapped at run
    time (`.expand`), or done in batches by fewer tasks. The option `max-tasks` says how many are fine.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html
    """
    count = dag.task_count
    tasks, exact = tasks_of(dag, project, max_tasks)
    if tasks > max_tasks:
        number = f"{tasks:,}" if exact else f"at least {tasks:,}"
        name = dag.dag_id.get(str)
        yield Problem(
            dag,
            f"{f'`{name}`' if name else 'this DAG'} has {number} tasks, all of which the scheduler looks at for each "
            "run. Where many do the same for different items, map one over them with `.expand`, or let one do a batch",
            severity="error" if tasks > 5 * max_tasks else "warning" if tasks > 2.5 * max_tasks else "info",
            related=[
                Related(loop, f"this loop runs {size.value:,} times")
                for loop in count.loops
                if (size := loop.size).known and isinstance(size.value, int) and size.value > 1
            ],
        )
