from __future__ import annotations

from dagdock.api import Bad, BuiltDag, BuiltTask, DagModule, Problem, Problems, Project, rule

from ._branches import Choice, choices, is_truth
from ._graph import complete_dags, likely_task


@rule(
    "AF641",
    severity="error",
    since="0.1",
    lessons=["L52"],
    words=["ranch"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.empty import EmptyOperator\n"
            "from airflow.operators.python import BranchPythonOperator\n\n\n"
            "def choose(ds=None):\n    return 'load_all' if ds.endswith('-01') else «'load_news'»\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    branch = BranchPythonOperator(task_id='choose', python_callable=choose)\n"
            "    branch >> [EmptyOperator(task_id='load_all'), EmptyOperator(task_id='load_new')]\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.empty import EmptyOperator\n"
        "from airflow.operators.python import BranchPythonOperator\n\n\n"
        "def choose(ds=None):\n    return 'load_all' if ds.endswith('-01') else 'load_new'\n\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    branch = BranchPythonOperator(task_id='choose', python_callable=choose)\n"
        "    branch >> [EmptyOperator(task_id='load_all'), EmptyOperator(task_id='load_new')]\n",
    ],
)
def branch_unknown_target(module: DagModule, project: Project) -> Problems:
    """A branch returns a task_id that the DAG does not have, or a task that does not come after it.

    The first lets the branch fail when it runs (Airflow: "must contain only valid task_ids"); with the second all that
    follows the branch is skipped. Inside a TaskGroup the group's id is a part of the task's: `group.task`. True and
    False are no task ids either: a function that only says whether to go on is a short circuit.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#branching
    """
    yield from _truths(module)
    # A function may serve several branches: what is right for one of them may be meant for that one.
    wrong: dict[Choice, list[tuple[str, str] | None]] = {}
    for dag in complete_dags(module, project):
        for task in dag.tasks:
            found = choices(task)
            for choice in found.seen if found else ():
                wrong.setdefault(choice, []).append(_fault(dag, task, choice))
    for choice, faults in wrong.items():
        fault = faults[0]
        if fault is not None and None not in faults and choice.module is module:
            message, severity = fault
            yield Problem(module.span(choice.node), message, severity="error" if severity == "error" else "warning")


def _truths(module: DagModule) -> Problems:
    """Branches that return True or False."""
    for function in module.functions:
        if function.decorator == "task.branch":
            remedy = "Use `@task.short_circuit`"
        elif function.decorator is None and any(task.name == "BranchPythonOperator" for task in function.tasks):
            remedy = "Use a ShortCircuitOperator"
        else:
            continue
        for one in function.returns:
            if is_truth(module, one.node):
                yield Problem(
                    module.span(one.node),
                    f"a branch returns the task_ids to go on with; this is True or False, so it fails when it runs. "
                    f"{remedy} to go on or to stop, or return a task_id",
                )
                break


def _fault(dag: BuiltDag, branch: BuiltTask, choice: Choice) -> tuple[str, str] | None:
    """What is wrong with a choice, and how bad that is."""
    for one in choice.ids:
        target = dag.by_id.get(one)
        if target is None and one not in dag.groups:
            lacks = f"the DAG `{dag.dag_id}` has no task `{one}`" if one else "an empty text is no task"
            return f"{lacks}, so the branch fails when it runs{_meant(dag, one)}", "error"
        if target is not None and not branch.is_before(target):
            effect = "all that follows the branch is skipped" if branch.downstream else "the choice has no effect on it"
            return (
                f"`{one}` does not come after the branch `{branch.task_id}`, so {effect}. Add the dependency, or "
                "return a task that follows it",
                "warning",
            )
    return None


def _meant(dag: BuiltDag, wanted: str) -> str:
    likely = likely_task(wanted, dag)
    return f". Did you mean `{likely}`?" if likely else ". Return the task_id of a task that follows it"
