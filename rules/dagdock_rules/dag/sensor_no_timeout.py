from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, Task, rule

from ._durations import seconds
from ._operators import operator_of

# From here on sensor-poke-long speaks, whatever the timeout.
LEAST = 60

# What a sensor that defers hands on to the triggerer hangs on its own code.
BOTH = "`timeout=` in seconds, and the same as `execution_timeout=timedelta(…)`, for some look only at that one"


@rule(
    "AF602",
    severity="info",
    since="0.1",
    lessons=["L51"],
    words=["ensor"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.sensors.filesystem import FileSensor\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    «FileSensor»(task_id='wait', filepath='/data/sales.csv', mode='reschedule')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.sensors.filesystem import FileSensor\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    FileSensor(task_id='wait', filepath='/data/sales.csv', mode='reschedule', timeout=6 * 60 * 60)\n",
    ],
)
def sensor_no_timeout(task: Task) -> Problems:
    """A sensor may wait for seven days, because it has no timeout.

    Until a sensor gives up, its run stays open, and nobody hears that the data never came. The default timeout is a
    week. Say how late the data may be at most. (A sensor that also keeps a worker all that time is told by
    sensor-poke-long.)

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html
    """
    operator = operator_of(task)
    if operator is None or not operator.is_sensor or task.open or task.mapped:
        return
    arguments = task.arguments
    if "timeout" in arguments or "execution_timeout" in arguments or "Time" in task.name or "Date" in task.name:
        return
    if not isinstance(task.dag, Dag) or "dagrun_timeout" in task.dag.arguments:
        return  # the run has a limit, or may have one
    mode, deferrable = arguments.get("mode"), arguments.get("deferrable")
    defers = deferrable is not None and deferrable.value.get(bool) is True
    waits_aside = (mode and mode.value.get(str) == "reschedule") or defers
    pokes = not waits_aside and (mode is None or mode.value.get(str) == "poke") and deferrable is None
    interval = seconds(arguments.get("poke_interval"))
    if waits_aside:
        yield Problem(
            task,
            f"`{operator.name}` has no `timeout`, so it waits {'a week or longer' if defers else 'up to seven days'} "
            "before anybody hears that something is missing. Say how long it may wait: "
            + ("`timeout=` in seconds" if not defers else BOTH),
        )
    elif pokes and interval is not None and interval < LEAST:
        yield Problem(
            task,
            f"`{operator.name}` has no `timeout`, so it keeps a worker's slot for up to seven days when something is "
            "missing. Say how long it may wait: `timeout=` in seconds",
            severity="warning",
        )
