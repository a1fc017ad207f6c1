from __future__ import annotations

import ast

from dagdock.api import Bad, BuiltDag, BuiltTask, DagModule, Problem, Problems, Project, rule

from ._graph import complete_dags, place_of

# In a DAG of few tasks a task by itself is an oversight; in a big one it is often meant.
MIN_CONNECTED = 2


@rule(
    "AF304",
    severity="info",
    since="0.1",
    lessons=["L56"],
    aliases=["pylint-airflow:C8303", "dagruff:AIRFLINT001"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    extract = BashOperator(task_id='extract', bash_command='extract')\n"
            "    load = BashOperator(task_id='load', bash_command='load')\n"
            "    report = «BashOperator»(task_id='report', bash_command='report')\n"
            "    extract >> load\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    extract = BashOperator(task_id='extract', bash_command='extract')\n"
        "    load = BashOperator(task_id='load', bash_command='load')\n"
        "    report = BashOperator(task_id='report', bash_command='report')\n"
        "    extract >> load >> report\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    for shop in ['berlin', 'paris']:\n"
        "        BashOperator(task_id=f'load_{shop}', bash_command='load')\n",
    ],
)
def task_isolated(module: DagModule, project: Project) -> Problems:
    """One task waits for nothing, and nothing waits for it, while all others depend on each other.

    It starts with the first tasks of the DAG. Mostly the dependency was forgotten. Where the task is meant to stand
    alone, a DAG of its own says so and can be run by itself.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#task-dependencies
    """
    told: set[object] = set()
    for dag in complete_dags(module, project):
        alone = _alone(dag)
        place = place_of(alone, module) if alone else None
        if alone is not None and place is not None and alone.node not in told and not _is_meant(alone, module):
            told.add(alone.node)
            yield Problem(
                place,
                f"`{alone.task_id}` is tied to no other task of `{dag.dag_id}`, so it runs whenever the DAG starts. "
                f"Add "
                "its dependency (`>>`), or give it a DAG of its own",
            )


def _is_meant(task: BuiltTask, module: DagModule) -> bool:
    """Whether the task is a statement of its own: its name on a line by itself, or the call of its function."""
    parents = module.names.parents
    statement = parents.get(task.node) if task.node is not None else None
    if isinstance(statement, ast.Expr):
        return task.taskflow
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    named = [target.id for target in targets if isinstance(target, ast.Name)]
    return any(isinstance(parents.get(load), ast.Expr) for name in named for load in module.names.loads.get(name, ()))


def _alone(dag: BuiltDag) -> BuiltTask | None:
    """The only task without a dependency, where all others have one."""
    alone = [task for task in dag.tasks if not task.upstream and not task.downstream]
    connected = len(dag.tasks) - len(alone)
    if len(alone) != 1 or connected < MIN_CONNECTED or alone[0].loops:
        return None
    return alone[0]
