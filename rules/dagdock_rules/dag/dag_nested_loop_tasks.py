from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Related, Task, rule

from ._counts import made_at


@rule(
    "AF205",
    severity="warning",
    since="0.1",
    lessons=["L43"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for shop in range(50):\n        for day in range(7):\n"
            "            «BashOperator»(task_id=f'export_{shop}_{day}', bash_command='true')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    for shop in ['berlin', 'paris']:\n        for step in ['read', 'write']:\n"
        "            BashOperator(task_id=f'{step}_{shop}', bash_command='true')\n",
    ],
)
def dag_nested_loop_tasks(task: Task, project: Project, *, max_tasks: int = 100) -> Problems:
    """A task is made in loops inside loops, and their sizes multiply.

    Two harmless lists of fifty make 2,500 tasks. Let the inner loop run inside of a task, or map over it at run time
    (`.expand`). The option `max-tasks` says how many one place may make.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html
    """
    count = task.count
    if len(count.loops) > 1 and count.low > max_tasks and (made := made_at(task, project)) > max_tasks:
        sizes = [size.value for loop in count.loops if (size := loop.size).known]
        product = f" ({' × '.join(f'{size:,}' for size in sizes)})" if made == count.low else ""
        yield Problem(
            task,
            f"the nested loops make {made:,} tasks here{product}. Run the inner loop inside a task, or "
            "map over it "
            "with `.expand`",
            related=[Related(loop, "a loop around it") for loop in count.loops],
        )
