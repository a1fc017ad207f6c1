from __future__ import annotations

from datetime import datetime, timedelta

from dagdock.api import Argument, Bad, DagModule, Problem, Problems, Project, rule

from ._dates import moment

MOST_DAYS = 1_000_000


@rule(
    "AF127",
    severity="warning",
    since="0.1",
    lessons=["L46"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', «start_date=datetime(2204, 1, 1)», schedule='@daily', catchup=False)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n"
    ],
)
def dag_start_date_future(module: DagModule, project: Project, *, days: int = 31) -> Problems:
    """A start_date lies far in the future.

    No scheduled run begins before it, and a run that is started by hand waits, too. Most often two digits have changed
    places. A DAG that is not to run yet is better paused. The option `days` says how far ahead is fine.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html
    """
    latest = datetime.fromisoformat(project.today) + timedelta(days=min(days, MOST_DAYS))
    told: set[int] = set()
    given: list[Argument | None] = [dag.start_date for dag in module.dags]
    given += [task.own.get("start_date") for task in module.tasks]
    for argument in given:
        start = moment(argument)
        if argument is not None and start is not None and start > latest and id(argument.node) not in told:
            told.add(id(argument.node))
            yield Problem(
                argument.whole,
                f"nothing runs before {start:%Y-%m-%d}, which is far away. Correct the date, or pause the DAG in "
                "place of this",
            )
