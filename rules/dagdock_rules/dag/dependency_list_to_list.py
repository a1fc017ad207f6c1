from __future__ import annotations

from dagdock.api import Bad, DagModule, Problem, Problems, Project, rule

from ._graph import errors_of


@rule(
    "AF311",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L56"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.empty import EmptyOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    a, b, c, d = [EmptyOperator(task_id=name) for name in 'abcd']\n"
            "    «[a, b] >> [c, d]»\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.models.baseoperator import cross_downstream\n"
        "from airflow.operators.empty import EmptyOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    a, b, c, d, e = [EmptyOperator(task_id=name) for name in 'abcde']\n"
        "    cross_downstream([a, b], [c, d])\n    [c, d] >> e\n",
    ],
)
def dependency_list_to_list(module: DagModule, project: Project) -> Problems:
    """A list of tasks is made dependent on another list.

    `>>` needs a task on one of its sides: between two lists Python has no meaning for it, and the file does not load
    (TypeError). `cross_downstream([a, b], [c, d])` lets each wait for all, `chain([a, b], [c, d])` goes pair by pair
    and needs lists of the same length.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#task-dependencies
    """
    for error in errors_of(module, project, "list-to-list", "chain-lengths"):
        assert error.node is not None
        yield Problem(
            module.span(error.node),
            "a list cannot wait for a list, so this file does not load. Use `cross_downstream(…, …)` where each task "
            "waits for all, or `chain(…, …)` for pairs"
            if error.kind == "list-to-list"
            else "`chain` makes pairs of two lists, and these differ in length, so this file does not load. Use "
            "`cross_downstream(…, …)` where each task waits for all",
        )
