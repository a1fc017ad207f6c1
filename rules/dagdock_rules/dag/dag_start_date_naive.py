from __future__ import annotations

from datetime import datetime

from dagdock.api import Bad, DagModule, Problem, Problems, rule


@rule(
    "AF126",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L46"],
    words=["start_date"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', «start_date=datetime(2024, 1, 1)», schedule='0 6 * * *', catchup=False)\n"
        ),
    ],
    good=[
        "import pendulum\nfrom airflow import DAG\n\n"
        "dag = DAG(\n    'sales',\n    start_date=pendulum.datetime(2024, 1, 1, tz='Europe/Berlin'),\n"
        "    schedule='0 6 * * *',\n    catchup=False,\n)\n",
    ],
)
def dag_start_date_naive(module: DagModule) -> Problems:
    """A start_date has no time zone.

    Airflow takes it for UTC (or the zone of its configuration), and cron schedules follow the zone of start_date: six
    o'clock is then seven or eight in Berlin. That is fine where UTC is meant, so the rule is off unless you select it.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/timezone.html
    """
    told: set[int] = set()
    for dag in module.dags:
        start = dag.start_date
        value = start.value.get(datetime) if start else None
        if start and value is not None and value.tzinfo is None and id(start.node) not in told:
            told.add(id(start.node))
            yield Problem(
                start.whole,
                "this date has no time zone, so it is taken for UTC. Say which one: `pendulum.datetime(…, tz='…')`",
            )
