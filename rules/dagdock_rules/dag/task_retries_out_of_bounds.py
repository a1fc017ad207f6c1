from __future__ import annotations

from dagdock.api import Arguments, Bad, DagModule, Problem, Problems, rule

from ._durations import seconds, words


@rule(
    "AF702",
    severity="info",
    since="0.1",
    default=False,
    aliases=["conformdag:retry-bounds", "daglint:retry_configuration"],
    words=["retries", "retry_delay"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "default_args = {«'retries': 50»}\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "default_args = {'retries': 3}\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n",
    ],
)
def task_retries_out_of_bounds(
    module: DagModule,
    *,
    min_retries: int = 1,
    max_retries: int = 5,
    min_retry_delay: int = 10,
    max_retry_delay: int = 3600,
) -> Problems:
    """Retries, or the pause between them, are not within what was agreed.

    The options say how many retries there may be, and how many seconds a pause may take. What is not given, or not
    known, is left alone.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html
    """
    told: set[int] = set()
    given: list[Arguments] = [dag.default_args for dag in module.dags]
    given += [task.arguments for task in module.tasks]
    for arguments in given:
        retries, delay = arguments.get("retries"), arguments.get("retry_delay")
        number, pause = retries.value.get(int) if retries else None, seconds(delay)
        if retries and number is not None and not min_retries <= number <= max_retries and id(retries.node) not in told:
            told.add(id(retries.node))
            yield Problem(retries.whole, f"{number} retries are not among {min_retries} to {max_retries}. Change it")
        if (
            delay
            and pause is not None
            and not min_retry_delay <= pause <= max_retry_delay
            and id(delay.node) not in told
        ):
            told.add(id(delay.node))
            yield Problem(
                delay.whole,
                f"a pause of {words(pause)} is not between {words(min_retry_delay)} and {words(max_retry_delay)}. "
                "Change it",
            )
