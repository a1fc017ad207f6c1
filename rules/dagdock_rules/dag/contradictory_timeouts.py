from __future__ import annotations

from dagdock.api import Argument, Bad, Dag, Problem, Problems, Related, Task, rule

from ._durations import seconds, words
from ._releases import is_for_airflow_1


@rule(
    "AF710",
    severity="warning",
    since="0.1",
    lessons=["L50"],
    words=["timeout", "max_retry_delay"],
    bad=[
        Bad(
            "from datetime import datetime, timedelta\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG(\n    'sales', start_date=datetime(2024, 1, 1), schedule=None, "
            "dagrun_timeout=timedelta(hours=1)\n) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load', «execution_timeout=timedelta(hours=2)»)\n"
        ),
    ],
    good=[
        "from datetime import datetime, timedelta\nfrom airflow import DAG\nfrom airflow.operators.bash import "
        "BashOperator\n\n"
        "with DAG(\n    'sales', start_date=datetime(2024, 1, 1), schedule=None, dagrun_timeout=timedelta(hours=4)\n"
        ") as dag:\n"
        "    BashOperator(task_id='load', bash_command='load', execution_timeout=timedelta(hours=2))\n",
    ],
)
def contradictory_timeouts(dag: Dag) -> Problems:
    """A time limit is out of reach, because another one ends the work before.

    A DAG run that is over its `dagrun_timeout` fails with all that still runs in it, so a task's own limit beyond that
    never counts, and a retry that waits longer never happens. A sensor's `timeout` beyond its `execution_timeout` does
    not count either, and a `max_retry_delay` below `retry_delay` cuts the pause short.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html#timeouts
    """
    told: set[int] = set()
    for task in dag.tasks:
        for problem, argument in _of_task(dag, task):
            if id(argument.node) not in told:
                told.add(id(argument.node))
                yield problem


def _of_task(dag: Dag, task: Task) -> list[tuple[Problem, Argument]]:
    found: list[tuple[Problem, Argument]] = []
    whole, own = dag.arguments.get("dagrun_timeout"), task.arguments.get("execution_timeout")
    if is_for_airflow_1(dag.module):
        whole = None  # there it ended a run only when another one was due
    delay, longest = task.arguments.get("retry_delay"), task.arguments.get("max_retry_delay")
    retries = task.arguments.get("retries")
    is_retried = retries is not None and (retries.value.get(int) or 0) > 0

    def add(argument: Argument | None, other: Argument | None, message: str, *, equal: bool = False) -> None:
        one, end = seconds(argument), seconds(other)
        if argument is None or other is None or one is None or end is None or end <= 0:
            return
        if one > end or (equal and one == end):
            text = message.format(words(one), words(end))
            found.append((Problem(argument.whole, text, related=[Related(other.whole, "the other limit")]), argument))

    add(
        own,
        whole,
        "the `execution_timeout` of {} is never reached: `dagrun_timeout` ends the whole run after {}. Raise "
        "`dagrun_timeout`, or lower `execution_timeout`",
    )
    if is_retried:
        told = (
            "`dagrun_timeout` ends the whole run after {1}, before a retry could begin: `retry_delay` is {0}. Raise "
            "`dagrun_timeout`, or shorten `retry_delay`"
        )
        add(delay, whole, told, equal=True)
        add(delay, longest, "`max_retry_delay` cuts the pause of {} down to {}. Correct one of the two")
    if task.known_signature and task.name.endswith("Sensor"):
        add(
            task.arguments.get("timeout"),
            own,
            "the sensor's timeout of {} does not count: `execution_timeout` ends it after {}. Correct one of the two",
        )
    return found
