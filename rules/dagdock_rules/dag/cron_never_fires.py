from __future__ import annotations

from dagdock.api import Bad, CronFault, DagModule, Problem, Problems, parse_cron, rule

from ._schedule import crons


@rule(
    "AF105",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L47"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('audit', start_date=datetime(2024, 1, 1), schedule=«'0 0 30 2 *'», catchup=False)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('audit', start_date=datetime(2024, 1, 1), schedule='0 0 29 2 *', catchup=False)\n",
    ],
)
def cron_never_fires(module: DagModule) -> Problems:
    """A schedule names a date that does not exist, so the DAG never runs.

    Airflow loads the DAG without a word; only the scheduler stumbles over it when it looks for the next run.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/cron.html
    """
    for text, node in crons(module):
        cron = parse_cron(text)
        if not isinstance(cron, CronFault) and cron.never_fires:
            yield Problem(
                module.span(node),
                f"there is no such date as `{text}` asks for, so the DAG never runs. Correct the day or the month",
            )
