from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Task, rule

from ._durations import seconds, words
from ._operators import is_sensor

LEAST = 60
SHORT = 10 * 60  # who waits no longer than that may as well keep the slot


@rule(
    "AF603",
    severity="info",
    since="0.1",
    lessons=["L51"],
    words=["ensor"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.sensors.filesystem import FileSensor\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    FileSensor(task_id='wait', filepath='/data/sales.csv', mode='reschedule', «poke_interval=10», "
            "timeout=3600)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.sensors.filesystem import FileSensor\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    FileSensor(task_id='wait', filepath='/data/sales.csv', mode='reschedule', poke_interval=60, "
        "timeout=3600)\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.sensors.filesystem import FileSensor\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    FileSensor(task_id='wait', filepath='/data/sales.csv', mode='poke', poke_interval=10, timeout=60)\n",
    ],
)
def sensor_reschedule_short(task: Task) -> Problems:
    """A sensor that is rescheduled looks more often than once a minute.

    With `mode="reschedule"` each look is a start of its own: the scheduler queues the task, a worker starts a process
    and reads the DAG file. Airflow's own advice is to keep to more than a minute. A sensor that waits for some minutes
    at most may as well keep its slot: `mode="poke"`.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html
    """
    if not is_sensor(task):
        return
    mode, interval = task.arguments.get("mode"), task.arguments.get("poke_interval")
    length = seconds(interval)
    if mode and mode.value.get(str) == "reschedule" and interval and length is not None and 0 <= length < LEAST:
        longest = seconds(task.arguments.get("timeout"))
        is_short = longest is not None and longest <= SHORT
        yield Problem(
            interval.whole,
            f'with `mode="reschedule"` the sensor is queued and started anew for each look, every {words(length)}. '
            + (
                f'It waits no longer than {words(longest)}: use `mode="poke"`'
                if is_short and longest is not None
                else f"Look every {LEAST} seconds or less often: `poke_interval={LEAST}`"
            ),
        )
