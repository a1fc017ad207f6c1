from __future__ import annotations

from dagdock.api import Argument, Bad, Dag, DagModule, Origin, Problem, Problems, rule

CLOCKS = frozenset(
    (
        "datetime.datetime.now()", "datetime.datetime.utcnow()", "datetime.datetime.today()", "datetime.date.today()",
        "datetime.now()", "datetime.utcnow()", "datetime.today()", "time.time()", "time.localtime()", "time.gmtime()",
        "pendulum.now()", "pendulum.today()", "pendulum.yesterday()", "pendulum.tomorrow()",
        "airflow.utils.dates.days_ago()", "airflow.utils.timezone.utcnow()", "airflow.sdk.timezone.utcnow()",
        "pandas.Timestamp.now()", "pandas.Timestamp.today()", "pandas.Timestamp.utcnow()",
    )
)  # fmt: skip


@rule(
    "AF101",
    severity="error",
    since="0.1",
    lessons=["L46", "L48"],
    aliases=["ruff:AIR304", "dagruff:AIR002", "dagruff:BP002", "pipeline-lint:DE007"],
    bad=[
        Bad(
            "from datetime import datetime, timedelta\nfrom airflow import DAG\n\n"
            "dag = DAG('daily', start_date=«datetime.now() - timedelta(days=1)», schedule='@daily')\n"
        ),
        Bad(
            "from airflow import DAG\nfrom airflow.utils.dates import days_ago\n\n"
            "default_args = {'start_date': «days_ago(2)»}\ndag = DAG('daily', default_args=default_args)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('daily', start_date=datetime(2024, 1, 1), schedule='@daily')\n",
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('daily', start_date=datetime(datetime.now().year, 1, 1) if False else datetime(2024, 1, 1))\n",
    ],
)
def dag_dynamic_start_date(module: DagModule) -> Problems:
    """A start_date is worked out from the clock, so it moves each time the file is read.

    Airflow reads the file again every few seconds and starts a run when a whole interval has passed since start_date.
    With a start that moves along, that time may never come, and nobody can say which runs there should be. In Airflow 3
    each change makes a new version of the DAG as well. Write a fixed date.

    https://airflow.apache.org/docs/apache-airflow/stable/faq.html#what-s-the-deal-with-start-date
    """
    for argument in _start_dates(module):
        origin = module.origin(argument.node)
        clock = _clock(origin)
        if clock:
            # The present itself is never a whole interval ago; some days before it at least lets runs begin.
            never = clock is origin and clock.method != "days_ago"
            yield Problem(
                argument,
                f"this start_date moves with `{clock.span.text}`, so "
                f"{'no run ever starts' if never else 'nobody can say which runs there should be'}. "
                "Write a fixed date such as `datetime(2024, 1, 1)`",
                severity="error" if never else "warning",
            )


def _start_dates(module: DagModule) -> list[Argument]:
    """Every start_date that is written in the file, each once."""
    found: list[Argument | None] = [dag.start_date for dag in module.dags if _is_scheduled(dag)]
    found += [
        task.arguments.get("start_date")
        for task in module.tasks
        if not isinstance(task.dag, Dag) or _is_scheduled(task.dag)
    ]
    return list({id(argument.node): argument for argument in found if argument}.values())


def _is_scheduled(dag: Dag) -> bool:
    """Whether start_date matters: not where the DAG surely runs by hand only."""
    schedule = dag.schedule
    return schedule is None or not schedule.value.known or schedule.value.value is not None


def _clock(origin: Origin) -> Origin | None:
    """The call of a clock that the value is made from; not one whose result only decides between fixed values."""
    for step in origin.walk():
        if step.name in CLOCKS:
            return step
        if step.name == "either":
            return None
    return None
