from __future__ import annotations

from dagdock.api import Argument, Arguments, Bad, DagModule, Problem, Problems, rule

from ._durations import seconds


@rule(
    "AF708",
    severity="warning",
    since="0.1",
    lessons=["L50"],
    words=["retry_delay"],
    bad=[
        Bad(
            "from datetime import datetime, timedelta\nfrom airflow import DAG\n\n"
            "default_args = {'retries': 5, «'retry_delay': timedelta(seconds=0)»}\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n"
        ),
    ],
    good=[
        "from datetime import datetime, timedelta\nfrom airflow import DAG\n\n"
        "default_args = {'retries': 5, 'retry_delay': timedelta(minutes=2)}\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n",
        "from datetime import datetime, timedelta\nfrom airflow import DAG\n\n"
        "default_args = {'retries': 0, 'retry_delay': timedelta(0)}\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n",
    ],
)
def retry_without_delay(module: DagModule) -> Problems:
    """A task is tried again at once, without a pause.

    What made it fail, a network that was down or a service with too much to do, is still so a second later: all
    retries are used up in the same moment, and add to the load. Some minutes help; with
    `retry_exponential_backoff=True` the pauses grow.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html
    """
    told: set[int] = set()
    given: list[Arguments] = [dag.default_args for dag in module.dags]
    given += [task.arguments for task in module.tasks]
    for arguments in given:
        delay = arguments.get("retry_delay")
        pause = seconds(delay)
        if (
            delay is None
            or pause is None
            or pause > 0
            or id(delay.node) in told
            or not _retries(arguments.get("retries"))
        ):
            continue
        told.add(id(delay.node))
        yield Problem(
            delay.whole,
            "the retries follow each other at once, while what made the task fail may last some minutes. Wait a few "
            "minutes between them: `timedelta(minutes=5)`",
        )


def _retries(argument: Argument | None) -> bool:
    number = argument.value.get(int) if argument is not None else None
    return number is not None and number > 0
