from __future__ import annotations

import ast

from dagdock.api import Bad, Dag, Problem, Problems, Project, rule


@rule(
    "AF122",
    severity="warning",
    since="0.1",
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "with «DAG»('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n    pass\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom tasks import add_tasks\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    add_tasks()\n",
    ],
)
def dag_empty(dag: Dag, project: Project) -> Problems:
    """A DAG has no task.

    It runs on its schedule, does nothing and succeeds, which looks like a healthy pipeline. Often the tasks stand
    behind the `with` block in place of in it.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#declaring-a-dag
    """
    if not dag.known_signature or dag.tasks:
        return
    if any(function.is_taskflow and not function.calls for function in dag.module.functions):
        return  # `taskflow-not-called` speaks of those
    if not (_does_nothing(dag) and not dag.unseen) and not _is_surely_empty(dag, project):
        return
    name = dag.dag_id.get(str)
    inside = {"decorator": "inside its function", "with": "inside its `with` block", "call": "with `dag=`"}[dag.form]
    yield Problem(dag, f"{f'`{name}`' if name else 'this DAG'} has no tasks. Make them {inside}, or delete the DAG")


def _is_surely_empty(dag: Dag, project: Project) -> bool:
    """Whether all is known about what the file makes, and there is no task among it."""
    file = project.built(dag.module)
    found = [built for built in file.dags if built.node is dag.node]
    return bool(found) and not file.errors and all(built.complete and not built.tasks for built in found)


def _does_nothing(dag: Dag) -> bool:
    """Whether the DAG's block is empty and nobody else gets hold of it."""
    module = dag.module
    if dag.function is not None:
        body = [] if isinstance(dag.function.node, ast.Lambda) else dag.function.node.body
        return bool(body) and all(map(_is_idle, body))
    item = module.parent(dag.node)
    block = module.parent(item) if isinstance(item, ast.withitem) else None
    if not isinstance(item, ast.withitem) or not isinstance(block, ast.With) or len(block.items) > 1:
        return False
    target = item.optional_vars
    if target is not None and not (isinstance(target, ast.Name) and target.id not in module.names.loads):
        return False
    return all(map(_is_idle, block.body))


def _is_idle(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
