from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Task, nearest, rule

from ._operators import is_sensor, terms


@rule(
    "AF604",
    severity="error",
    since="0.1",
    fix="safe",
    precision="very-high",
    lessons=["L51"],
    words=["ensor"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.sensors.filesystem import FileSensor\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    FileSensor(task_id='wait', filepath='/data/sales.csv', mode=«'rescheduled'», timeout=3600)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.sensors.filesystem import FileSensor\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    FileSensor(task_id='wait', filepath='/data/sales.csv', mode='reschedule', timeout=3600)\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.sensors.filesystem import FileSensor\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    FileSensor(task_id='wait', filepath='/data/sales.csv', mode='reschedule', timeout=3600)\n",
    ],
)
def sensor_mode_invalid(task: Task) -> Problems:
    """A sensor is given a mode that there is not.

    There are `poke`, which waits on a worker's slot, and `reschedule`, which gives the slot back in between. With any
    other word Airflow refuses to load the file.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html
    """
    mode = task.arguments.get("mode")
    if not is_sensor(task) or mode is None:
        return
    text, modes = mode.value.get(str), terms("modes")
    if text is None or text in modes:
        return
    meant = nearest(text.strip().lower(), modes)
    written = mode.span.text
    fix = None
    if meant and written[1:-1] == text:
        fix = Fix.replace(f"Write {meant}", mode, f"{written[0]}{meant}{written[0]}")
    remedy = f"Did you mean `{meant}`?" if meant else "It is `poke` or `reschedule`"
    yield Problem(mode, f"sensors have no mode `{text}`, so Airflow does not load this file. {remedy}", fix=fix)
