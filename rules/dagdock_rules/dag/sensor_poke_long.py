from __future__ import annotations

import ast
from datetime import timedelta

from dagdock.api import Argument, Bad, Dag, Fix, Problem, Problems, Project, Task, rule

from ._arguments import add_keyword
from ._operators import OLDEST, is_sensor, operator_of
from .dag_dynamic_start_date import CLOCKS

DAY = 24 * 60 * 60
# Sensors whose work is done by the triggerer, and those that look once.
OTHERWISE = ("Async", "Trigger", "AwaitMessage")
# Sensors that keep what they saw in memory and refuse any other mode.
POKE_ONLY = ("GCSUploadSessionCompleteSensor", "S3KeysUnchangedSensor")


@rule(
    "AF601",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L51"],
    words=["ensor"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.sensors.filesystem import "
            "FileSensor\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    «FileSensor»(task_id='wait', filepath='/data/sales.csv', poke_interval=300)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.sensors.filesystem import FileSensor\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    FileSensor(task_id='wait', filepath='/data/sales.csv', poke_interval=300, mode='reschedule')\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.sensors.filesystem import FileSensor\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    FileSensor(task_id='wait', filepath='/data/sales.csv', poke_interval=300, mode='reschedule')\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.sensors.filesystem import FileSensor\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    FileSensor(task_id='wait', filepath='/data/sales.csv', poke_interval=10, timeout=600)\n",
    ],
)
def sensor_poke_long(task: Task, project: Project) -> Problems:
    """A sensor waits long and holds a worker slot all the time.

    In the mode `poke`, the default, a sensor sits on its slot while it sleeps between two looks, for up to seven days
    when no timeout is given. A few of them and nothing else can run. `mode="reschedule"` gives the slot back between
    the looks, `deferrable=True` hands the waiting to the triggerer.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html
    """
    if not _is_sensor(task) or task.open or task.mapped:
        return
    arguments = task.arguments
    mode, deferrable = arguments.get("mode"), arguments.get("deferrable")
    if (mode and mode.value.get(str) != "poke") or (deferrable and deferrable.value.get(bool) is not False):
        return
    interval = _seconds(arguments.get("poke_interval"), 60)
    timeout = _seconds(arguments.get("timeout"), 7 * DAY)
    if interval is None or timeout is None or task.name in POKE_ONLY or _is_met_at_once(task):
        return
    if task.name == "TimeSensor":  # waits for a time of the same day
        timeout = min(timeout, DAY)
    elif task.name == "TimeDeltaSensor":
        timeout = min(timeout, _seconds(arguments.get("delta"), timeout) or timeout)
    limits = [arguments.get("execution_timeout")]
    limits += [task.dag.arguments.get("dagrun_timeout")] if isinstance(task.dag, Dag) else []
    for limit in limits:
        longest = _seconds(limit, timeout) if not _is_none(limit) else timeout
        if longest is None:
            return
        timeout = min(timeout, longest)
    if interval < 60 or timeout < 60 * 60:
        return
    if mode and mode.given == "keyword" and mode.span.text[:1] in "\"'":
        quote = mode.span.text[0]
        fix: Fix | None = Fix.replace('Use mode="reschedule"', mode, f"{quote}reschedule{quote}", "unsafe")
    else:
        quote = '"' if '"' in task.module.span(task.call).text else "'"
        edits = add_keyword(task.module, task.given[0], f"mode={quote}reschedule{quote}") if not task.taskflow else []
        fix = Fix('Add mode="reschedule"', edits, "unsafe") if edits and not mode else None
    operator = operator_of(task)
    version = project.airflow_version(task)
    # An older release refuses what it does not know.
    defers = operator and "deferrable" in operator.arguments() and version and version.at_least(*OLDEST)
    more = ", or `deferrable=True`" if defers else ""
    decorator = task.function.decorator_node if task.taskflow and task.function else None
    yield Problem(
        task.module.span(decorator) if isinstance(decorator, ast.Call) else task,
        f"`{operator.name if operator else task.name}` keeps a worker slot for up to {_words(timeout)} and looks only "
        f'every {_words(interval)}. Use `mode="reschedule"`{more}',
        fix=fix,
    )


def _is_met_at_once(task: Task) -> bool:
    """Whether a sensor finds what it waits for at its first look, as those that only show what a sensor is."""
    arguments = task.arguments
    if "target_time" in arguments:
        return any(step.name in CLOCKS for step in task.module.origin(arguments["target_time"].node).walk())
    command = arguments.get("bash_command")
    if command is not None:
        return command.value.get(str) in ("exit 0", "true")
    if task.function is None or not {"poke_interval", "timeout"}.isdisjoint(arguments):
        return False
    given = [one.node for one in task.function.returns]
    return bool(given) and all(isinstance(one, ast.Constant) and one.value is True for one in given)


def _is_sensor(task: Task) -> bool:
    if task.taskflow:
        return task.operator.endswith("task.sensor")
    if not task.known_signature:
        return is_sensor(task)
    return task.name.endswith("Sensor") and not any(word in task.name for word in OTHERWISE)


def _seconds(argument: Argument | None, default: float) -> float | None:
    if argument is None:
        return default
    if not argument.value.known:
        return None
    value = argument.value.value
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _is_none(argument: Argument | None) -> bool:
    return argument is not None and argument.value.known and argument.value.value is None


def _words(seconds: float) -> str:
    for size, name in ((DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            number = seconds / size
            whole = f"{number:.0f}" if abs(number - round(number)) < 0.05 else f"{number:.1f}"
            return name if whole == "1" and name == "minute" else f"{whole} {name}{'s' if whole != '1' else ''}"
    return "second"
