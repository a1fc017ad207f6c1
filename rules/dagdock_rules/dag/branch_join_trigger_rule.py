from __future__ import annotations

import ast

from dagdock.api import Bad, BuiltDag, BuiltTask, DagModule, Fix, Problem, Problems, Project, Related, rule

from ._arguments import add_keyword
from ._branches import choices, skipped
from ._graph import complete_dags, names, place_of
from ._releases import is_file_before

RULE = "none_failed_min_one_success"
EARLIER = "none_failed_or_skipped"  # its name before Airflow 2.2


@rule(
    "AF642",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L52"],
    words=["ranch"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.empty import EmptyOperator\n"
            "from airflow.operators.python import BranchPythonOperator\n\n\n"
            "def choose(ds=None):\n    return 'load_all' if ds.endswith('-01') else 'load_new'\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    branch = BranchPythonOperator(task_id='choose', python_callable=choose)\n"
            "    report = «EmptyOperator»(task_id='report')\n"
            "    branch >> [EmptyOperator(task_id='load_all'), EmptyOperator(task_id='load_new')] >> report\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.empty import EmptyOperator\n"
            "from airflow.operators.python import BranchPythonOperator\n\n\n"
            "def choose(ds=None):\n    return 'load_all' if ds.endswith('-01') else 'load_new'\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    branch = BranchPythonOperator(task_id='choose', python_callable=choose)\n"
            "    report = EmptyOperator(task_id='report', trigger_rule='none_failed_min_one_success')\n"
            "    branch >> [EmptyOperator(task_id='load_all'), EmptyOperator(task_id='load_new')] >> report\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.empty import EmptyOperator\n"
        "from airflow.operators.python import BranchPythonOperator\n\n\n"
        "def choose(ds=None):\n    return 'load_all' if ds.endswith('-01') else 'load_new'\n\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    branch = BranchPythonOperator(task_id='choose', python_callable=choose)\n"
        "    report = EmptyOperator(task_id='report', trigger_rule='none_failed_min_one_success')\n"
        "    branch >> [EmptyOperator(task_id='load_all'), EmptyOperator(task_id='load_new')] >> report\n",
    ],
)
def branch_join_trigger_rule(module: DagModule, project: Project) -> Problems:
    """A task waits for several ways of a branch, of which only one is ever taken.

    The ways that are not taken are skipped, and by default (`all_success`) a task is skipped as soon as one before it
    is: so the task where the ways meet never runs, and the run still turns green. `none_failed_min_one_success`
    lets it run when one way was taken and nothing failed.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#branching
    """
    told: set[ast.AST] = set()
    rule_name = EARLIER if is_file_before(module, project, 2, 2) else RULE
    for dag in complete_dags(module, project):
        for branch in dag.tasks:
            for task in _never_run(dag, branch):
                place = place_of(task, module)
                if place is None or task.node in told:
                    continue
                told.add(task.node)
                origin = place_of(branch, module)
                yield Problem(
                    place,
                    f"`{task.task_id}` waits for {names(task.upstream)}, but whatever the branch `{branch.task_id}` "
                    f"chooses, one of them is skipped, and this with it. Set trigger_rule='{rule_name}'",
                    severity="info" if _only_ends(task) else None,
                    related=[Related(origin, "the branch")] if origin else (),
                    fix=_fix(module, task, rule_name),
                )


def _never_run(dag: BuiltDag, branch: BuiltTask) -> list[BuiltTask]:
    """The tasks behind a branch that are skipped whichever way it goes, without those that follow such a task."""
    found = choices(branch)
    if found is None or len(branch.downstream) < 2:
        return []
    # A task that there is not is a fault of its own.
    ways = [[dag.by_id[one] for one in choice.ids if one in dag.by_id] for choice in found.seen]
    if found.complete and ways and all(ways) and not any(one in dag.groups for each in found.seen for one in each.ids):
        pass
    elif found.single and all(len(choice.ids) == 1 for choice in found.seen):
        ways = [[one] for one in branch.downstream]
    else:
        return []
    never: set[BuiltTask] | None = None
    for way in ways:
        gone = skipped(branch, way)
        if gone is None:
            return []
        never = gone if never is None else never & gone
    # What no way leads to is another fault, and not every task that is skipped is where ways meet.
    reached = {id(one) for way in ways for one in way}
    never = never or set()
    joins = {
        task
        for task in never
        if task not in branch.downstream
        and any(above not in never for above in task.upstream)
        and (task.trigger_rule == "all_success" and id(task) not in reached)
    }
    return [task for task in dag.tasks if task in joins and not any(above in joins for above in task.upstream)]


def _only_ends(task: BuiltTask) -> bool:
    """Whether nothing is lost when the task does not run."""
    return not task.downstream and task.operator_name in ("DummyOperator", "EmptyOperator")


def _fix(module: DagModule, task: BuiltTask, name: str) -> Fix | None:
    call = task.node
    if task.taskflow or task.mapped or not isinstance(call, ast.Call) or "trigger_rule" in task.arguments:
        return None
    edits = add_keyword(module, call, f"trigger_rule={_quoted(module, name)}")
    return Fix(f"Set trigger_rule='{name}'", edits, "unsafe") if edits else None


def _quoted(module: DagModule, text: str) -> str:
    return f'"{text}"' if module.source.text.count('"') > module.source.text.count("'") else f"'{text}'"
