from __future__ import annotations

import ast

from dagdock.api import Bad, BuiltDag, BuiltTask, DagModule, Problem, Problems, Project, rule

from ._graph import complete_dags, place_of
from ._releases import is_file_before

# Rules by which a task runs, and ends well, although one before it failed.
RUNS_AFTER_FAILURE = frozenset(("all_done", "always", "dummy"))
# Tasks that do nothing but end the DAG or tell somebody: they do not look at what became of the others.
NOTHING = ("DummyOperator", "EmptyOperator")
HARMLESS = (*NOTHING, "BashOperator", "EmailOperator")

PYTHON = ("PythonOperator", "@task")
# What a function looks at that wants to know how the others ended, or calls to fail.
_LOOKING = frozenset(
    ("AirflowException", "AirflowFailException", "create_session", "exit", "get_current_context", "provide_session")
)


@rule(
    "AF644",
    severity="warning",
    since="0.1",
    lessons=["L52"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    load = BashOperator(task_id='load', bash_command='load')\n"
            "    clean = «BashOperator»(task_id='clean', bash_command='rm -r /tmp/sales', trigger_rule='all_done')\n"
            "    load >> clean\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    load = BashOperator(task_id='load', bash_command='load')\n"
        "    clean = BashOperator(task_id='clean', bash_command='rm -r /tmp/sales', trigger_rule='all_done')\n"
        "    report = BashOperator(task_id='report', bash_command='report')\n"
        "    load >> [clean, report]\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    load = BashOperator(task_id='load', bash_command='load')\n"
        "    clean = BashOperator(task_id='clean', bash_command='rm -r /tmp/sales').as_teardown()\n"
        "    load >> clean\n",
    ],
)
def trigger_rule_hides_failure(module: DagModule, project: Project) -> Problems:
    """The last task of a DAG runs whatever happens, so the run turns green although tasks failed.

    Airflow judges a run by its last tasks alone. Mark the clean-up as a teardown (`.as_teardown()`), which does not
    count, or let another task without that rule follow as well.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html#dag-run-status
    """
    told: set[object] = set()
    for dag in complete_dags(module, project):
        last = _last(dag)
        place = place_of(last, module) if last is not None else None
        # A rule for all tasks of the DAG is a decision.
        if last is not None and place is not None and last.node not in told and not _is_for_all(last, module):
            told.add(last.node)
            yield Problem(
                place,
                f"`{last.task_id}` is the only last task of `{dag.dag_id}` and runs whatever happens, so the run turns "
                f"green although tasks before it failed. {_remedy(last, module, project)}",
            )


def _remedy(last: BuiltTask, module: DagModule, project: Project) -> str:
    if last.operator_name in NOTHING:
        return "Write `trigger_rule='none_failed'`: it then runs after tasks that were skipped, not after failed ones"
    if is_file_before(module, project, 2, 7):  # there are no teardowns yet
        return "Let a task with the default rule follow the others, too"
    return (
        "If it cleans up, make it a teardown (`.as_teardown()`); else let a task with the default rule follow the "
        "others, too"
    )


def _is_for_all(last: BuiltTask, module: DagModule) -> bool:
    task = next((task for task in module.tasks if task.call is last.node), None)
    return task is not None and "trigger_rule" not in task.own and "trigger_rule" in task.arguments


def _only_does(task: BuiltTask) -> bool:
    """Whether a function is given nothing, not even the context, and never fails of its own accord."""
    node = task.callable
    if not isinstance(node, (ast.FunctionDef, ast.Lambda)):
        return False
    given = node.args
    if given.posonlyargs or given.args or given.kwonlyargs or given.vararg or given.kwarg:
        return False
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Raise, ast.Assert)):
            return False
        if (inner.id if isinstance(inner, ast.Name) else getattr(inner, "attr", "")) in _LOOKING:
            return False
    return True


def _last(dag: BuiltDag) -> BuiltTask | None:
    """The only last task, where it runs after failures and cannot tell them."""
    ends = [task for task in dag.tasks if not task.downstream]
    if len(ends) != 1 or any(task.is_setup or task.is_teardown for task in dag.tasks):
        return None
    last = ends[0]
    if last.trigger_rule not in RUNS_AFTER_FAILURE or not last.upstream:
        return None
    if last.operator_name in PYTHON:
        return last if _only_does(last) else None
    if last.operator_name not in HARMLESS:
        return None
    command = last.arguments.get("bash_command")
    text = command.get(str) if command is not None else ""
    return None if text is None or "exit 1" in text or "{{" in text else last
