from __future__ import annotations

from dagdock.api import Argument, Bad, Dag, Problem, Problems, Related, rule

from ._dates import moment


@rule(
    "AF128",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L46"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG(\n    'sales',\n    start_date=datetime(2024, 6, 1),\n    «end_date=datetime(2024, 1, 31)»,\n"
            "    schedule='@daily',\n    catchup=False,\n)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG(\n    'sales',\n    start_date=datetime(2024, 1, 1),\n    end_date=datetime(2024, 6, 30),\n"
        "    schedule='@daily',\n    catchup=False,\n)\n"
    ],
)
def dag_end_before_start(dag: Dag) -> Problems:
    """A DAG ends before it starts.

    Airflow loads it without a word, and no run ever begins.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html
    """
    start = dag.start_date
    end = dag.arguments.get("end_date") or dag.default_args.get("end_date")
    if start and end and (problem := _problem(start, end)):
        yield problem
        return
    told = {end.node} if end else set()
    for task in dag.tasks:
        own_end = task.arguments.get("end_date")
        own_start = task.arguments.get("start_date") or start
        if own_end and own_start and own_end.node not in told and (problem := _problem(own_start, own_end)):
            told.add(own_end.node)
            yield problem


def _problem(start: Argument, end: Argument) -> Problem | None:
    first, last = moment(start), moment(end)
    if first is None or last is None or last >= first:
        return None
    return Problem(
        end.whole,
        f"the end, {last:%Y-%m-%d}, is before the start, {first:%Y-%m-%d}: nothing ever runs. Correct one of the two",
        related=[Related(start.whole, "the start")],
    )
