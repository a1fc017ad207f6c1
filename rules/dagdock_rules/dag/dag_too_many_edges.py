from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Problem, Problems, Project, Related, rule

from ._graph import place_of


@rule(
    "AF209",
    severity="warning",
    since="0.1",
    lessons=["L43"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.models.baseoperator import "
            "cross_downstream\nfrom airflow.operators.bash import BashOperator\n\n"
            "with «DAG»('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    reads = [BashOperator(task_id=f'read_{n}', bash_command='true') for n in range(30)]\n"
            "    writes = [BashOperator(task_id=f'write_{n}', bash_command='true') for n in range(30)]\n"
            "    cross_downstream(reads, writes)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n"
        "from airflow.operators.empty import EmptyOperator\n\n"
        "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    reads = [BashOperator(task_id=f'read_{n}', bash_command='true') for n in range(30)]\n"
        "    writes = [BashOperator(task_id=f'write_{n}', bash_command='true') for n in range(30)]\n"
        "    reads >> EmptyOperator(task_id='all_read') >> writes\n",
    ],
)
def dag_too_many_edges(module: DagModule, project: Project, *, max_edges: int = 500) -> Problems:
    """Every task of a group waits for every task of another one.

    Thirty tasks before thirty others make nine hundred dependencies. The scheduler looks at each of them again and
    again, and storing and drawing the DAG takes ten times as long as it could. An EmptyOperator between the two groups
    makes sixty of them and means the same. The option `max-edges` says how many a DAG may have; long chains, with no
    more dependencies than three a task, are left alone.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#task-dependencies
    """
    if not module.dags:
        return
    told: set[ast.AST] = set()
    for dag in project.built(module).dags:
        number = len(dag.tasks)
        if number * number <= 2 * max_edges or dag.node in told or dag.module is not module:
            continue  # so few tasks cannot have so many
        edges = dag.edge_count.at_least
        if edges <= max_edges or edges <= 3 * number:
            continue
        told.add(dag.node)
        widest = max(dag.tasks, key=lambda task: len(task.downstream))
        name, place = dag.dag_id, place_of(widest, module)
        yield Problem(
            module.span(dag.node.func if isinstance(dag.node, ast.Call) else dag.node),
            f"{f'`{name}`' if name else 'this DAG'} has {'' if dag.edge_count.exact else 'at least '}{edges:,} "
            f"dependencies between {number:,} tasks. Put an EmptyOperator between the groups: "
            "`group >> EmptyOperator(task_id='…') >> other_group`",
            related=[Related(place, f"this comes before {len(widest.downstream):,} others")] if place else (),
        )
