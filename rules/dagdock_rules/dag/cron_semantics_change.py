from __future__ import annotations

import ast
import re

from dagdock.api import Bad, CronFault, Dag, DagModule, Problem, Problems, Project, Related, Span, parse_cron, rule

SETTING = "AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS"


@rule(
    "AF130",
    severity="info",
    since="0.1",
    default=False,
    tags=["airflow-3"],
    lessons=["L47", "L48"],
    words=["ds", "data_interval", "logical_date"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow.providers.standard.operators.bash import BashOperator\n"
            "from airflow.sdk import DAG\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=«'0 6 * * *'») as dag:\n"
            "    BashOperator(task_id='load', bash_command='load --day {{ ds }}')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.providers.standard.operators.bash import BashOperator\n"
        "from airflow.sdk import DAG, CronDataIntervalTimetable\n\n"
        "timetable = CronDataIntervalTimetable('0 6 * * *', timezone='UTC')\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=timetable) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load --day {{ ds }}')\n",
    ],
)
def cron_semantics_change(dag: Dag, project: Project) -> Problems:
    """A DAG for Airflow 3 uses the dates of its run, and a cron text as its schedule.

    In Airflow 2 a daily run is about the day before: `ds` is the beginning of the interval. Airflow 3 gives cron texts
    no interval any more (`create_cron_data_intervals` is off), and `ds` is the day on which the run starts, one later
    than before. `CronDataIntervalTimetable` keeps the old meaning. Worth a look once, when you move to Airflow 3; so
    the rule is off unless you select it.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/timetable.html
    """
    version = project.airflow_version(dag)
    schedule = dag.schedule
    text = schedule.value.get(str) if schedule else None
    if version is None or version.at_least(3) is not True or schedule is None or text is None:
        return
    cron = parse_cron(text)
    if isinstance(cron, CronFault) or cron.preset in ("@once", "@continuous"):
        return
    if (project.variable_for(dag.module, SETTING) or "").strip().lower() in ("true", "t", "1"):
        return
    used = _used(dag.module)
    if used is not None:
        yield Problem(
            schedule,
            "with a cron text Airflow 3 has no data interval: `ds` and its like are the day of the run, not the day "
            "before. If the old meaning is needed, use `CronDataIntervalTimetable`",
            related=[Related(used, "used here")],
        )


def _used(module: DagModule) -> Span | None:
    """The first text with a template that uses a date of the run."""
    pattern = re.compile(r"\{\{[^}]*\b(ds|ds_nodash|data_interval_start|data_interval_end|logical_date)\b")
    for node in module.names.parents:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and pattern.search(node.value):
            return module.span(node)
    return None
