from __future__ import annotations

from dagdock.api import Bad, DagModule, Problem, Problems, Project, Related, rule

# Above this it is more than a remark.
MANY = 100


@rule(
    "AF210",
    severity="warning",
    since="0.1",
    lessons=["L43"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "for shop in range(300):\n"
            "    with «DAG»(f'export_{shop}', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "        BashOperator(task_id='export', bash_command=f'export {shop}')\n"
            "    globals()[dag.dag_id] = dag\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "for region in ['north', 'south']:\n"
        "    with DAG(f'export_{region}', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "        BashOperator(task_id='export', bash_command=f'export {region}')\n"
        "    globals()[dag.dag_id] = dag\n",
    ],
)
def dag_factory_many_dags(module: DagModule, project: Project, *, max_dags: int = 50) -> Problems:
    """One file makes so many DAGs that reading it becomes slow.

    Airflow reads the whole file for each task that it starts, so every task pays for all the DAGs in it; when it takes
    longer than half a minute, none of them is loaded. Split the file, let one DAG map over the items at run time
    (`.expand`), or make only the DAG that is asked for (`get_parsing_context`). The option `max-dags` says how many
    are fine.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/dynamic-dag-generation.html
    """
    made = [(dag.count.low, dag) for dag in module.dags]
    total = sum(number for number, _ in made)
    exact = all(dag.count.exact for _, dag in made)
    if made and not exact:  # what helpers make is only seen when the file is followed statement by statement
        total = max(total, sum(not built.possible for built in project.built(module).dags))
    if total <= max_dags or any(path.endswith("get_parsing_context") for path in module.imports):
        return
    _, most = max(made, key=lambda one: one[0])
    # One DAG can only stand in for those that start at the same time.
    alike = most.schedule is None or most.schedule.value.known
    remedy = "Map over the items inside one DAG with `.expand`, or split the file"
    alone = "Make only the one that is asked for (`get_parsing_context`), or split the file"
    yield Problem(
        most,
        f"this file makes {'' if exact else 'at least '}{total:,} DAGs, and Airflow makes all of them anew for "
        f"each task that it starts. {remedy if alike else alone}",
        severity=None if total > MANY else "info",
        related=[
            Related(loop, f"this loop runs {size.value:,} times")
            for loop in most.count.loops
            if (size := loop.size).known and isinstance(size.value, int) and size.value > 1
        ],
    )
