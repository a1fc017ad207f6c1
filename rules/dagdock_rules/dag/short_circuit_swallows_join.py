from __future__ import annotations

from dagdock.api import Bad, BuiltTask, DagModule, Problem, Problems, Project, Related, rule

from ._graph import complete_dags, place_of

SHORT_CIRCUITS = ("ShortCircuitOperator", "@task.short_circuit")
# Rules by which somebody says: run this whatever became of the tasks before it.
WHATEVER_HAPPENS = frozenset(("all_done", "always", "all_done_setup_success"))


@rule(
    "AF643",
    severity="info",
    since="0.1",
    lessons=["L52"],
    words=["hort"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n"
            "from airflow.operators.python import ShortCircuitOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    start = BashOperator(task_id='start_cluster', bash_command='start')\n"
            "    check = «ShortCircuitOperator»(task_id='any_new', python_callable=lambda ds: ds > '2024')\n"
            "    load = BashOperator(task_id='load', bash_command='load')\n"
            "    stop = BashOperator(task_id='stop_cluster', bash_command='stop', trigger_rule='all_done')\n"
            "    start >> check >> load >> stop\n    start >> stop\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n"
        "from airflow.operators.python import ShortCircuitOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    start = BashOperator(task_id='start_cluster', bash_command='start')\n"
        "    check = ShortCircuitOperator(\n        task_id='any_new', python_callable=lambda ds: ds > '2024', "
        "ignore_downstream_trigger_rules=False\n    )\n"
        "    load = BashOperator(task_id='load', bash_command='load')\n"
        "    stop = BashOperator(task_id='stop_cluster', bash_command='stop', trigger_rule='all_done')\n"
        "    start >> check >> load >> stop\n    start >> stop\n",
        # What is cleaned up comes after the short circuit as well.
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n"
        "from airflow.operators.python import ShortCircuitOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    wait = BashOperator(task_id='wait', bash_command='wait')\n"
        "    check = ShortCircuitOperator(task_id='any_new', python_callable=lambda ds: ds > '2024')\n"
        "    start = BashOperator(task_id='start_cluster', bash_command='start')\n"
        "    stop = BashOperator(task_id='stop_cluster', bash_command='stop', trigger_rule='all_done')\n"
        "    wait >> check >> start >> stop\n",
    ],
)
def short_circuit_swallows_join(module: DagModule, project: Project) -> Problems:
    """A short circuit skips a task that is meant to run whatever happens.

    A short circuit that says no skips all that comes after it, however far, and does not ask for trigger rules: also
    the clean-up with `all_done`. With `ignore_downstream_trigger_rules=False` only the next tasks are skipped, and the
    others decide by their own rules.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/operator/python.html#shortcircuitoperator
    """
    told: set[object] = set()
    for dag in complete_dags(module, project):
        for task in dag.tasks:
            place = place_of(task, module) if task.operator_name in SHORT_CIRCUITS else None
            if place is None or task.node in told or _asks(task):
                continue
            below = _below(task)
            # It also follows something that the short circuit does not skip, so it has work of its own to do.
            swallowed = next(
                (
                    one
                    for one in below
                    if one.trigger_rule in WHATEVER_HAPPENS
                    and any(above is not task and above not in below for above in one.upstream)
                ),
                None,
            )
            if swallowed is not None:
                told.add(task.node)
                there = place_of(swallowed, module)
                yield Problem(
                    place,
                    f"when `{task.task_id}` says no, `{swallowed.task_id}` is skipped too, although it has "
                    f"trigger_rule='{swallowed.trigger_rule}'. Set ignore_downstream_trigger_rules=False",
                    related=[Related(there, "this is skipped")] if there else (),
                )


def _asks(task: BuiltTask) -> bool:
    """Whether trigger rules are asked for, or may be."""
    given = task.arguments.get("ignore_downstream_trigger_rules")
    return given is not None and given.get(bool) is not True


def _below(task: BuiltTask) -> list[BuiltTask]:
    """All that comes after a task."""
    found: list[BuiltTask] = []
    waiting = [task]
    for one in waiting:
        for after in one.downstream:
            if after not in found:
                found.append(after)
                waiting.append(after)
    return found
