from __future__ import annotations

from datetime import datetime, timedelta

from dagdock.api import Bad, CronFault, Dag, Problem, Problems, Project, parse_cron, rule

from ._dates import moment
from ._schedule import is_set_later, recurs

# About how many days lie between two runs of a preset.
_PRESETS = {"@hourly": 1 / 24, "@weekly": 7, "@monthly": 30, "@quarterly": 91, "@yearly": 365, "@annually": 365}
_DAILY = 1.0


@rule(
    "AF103",
    severity="info",
    since="0.1",
    lessons=["L46", "L49"],
    aliases=["dagruff:AIR003"],
    words=["catchup"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "with DAG('sales', start_date=datetime(2021, 1, 1), schedule='@hourly', «catchup=True») as dag:\n    pass\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "with DAG('sales', start_date=datetime(2021, 1, 1), schedule='@hourly', catchup=True, "
        "max_active_runs=2) as dag:\n"
        "    pass\n",
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "default_args = {'depends_on_past': True}\n"
        "with DAG('sales', default_args=default_args, start_date=datetime(2021, 1, 1), schedule='@daily', catchup=True)"
        " as dag:\n    pass\n",
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@monthly', catchup=True) as dag:\n    pass\n",
    ],
)
def dag_catchup_true(dag: Dag, project: Project, *, missed: int = 100) -> Problems:
    """catchup is on, the start lies far back, and nothing limits how many of the missed runs go at once.

    When the DAG is unpaused, for the first time or after a while, Airflow starts up to sixteen runs of it side by side
    until it has caught up with the present, and all of them press on the same database or service. `max_active_runs=1`
    makes them go one after the other. The option `missed` says from how many missed runs on to speak.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html#catchup
    """
    if (
        not dag.catchup
        or not dag.catchup.value.get(bool)
        or dag.open
        or "max_active_runs" in dag.arguments
        or is_set_later(dag, "max_active_runs")
        or not recurs(dag, default=False)
    ):
        return
    if dag.default_args.open or any(waits(dag, name) for name in ("depends_on_past", "wait_for_downstream")):
        return
    start, number = moment(dag.start_date), intervals(dag, project)
    if start is None or number is None or number < missed:
        return
    yield Problem(
        dag.catchup.whole,
        "when this DAG is unpaused for the first time, Airflow starts a run for every interval since "
        f"{start:%Y-%m-%d}, up to sixteen at a time. Let fewer go at once with `max_active_runs`, such as "
        "`max_active_runs=1`",
    )


def waits(dag: Dag, name: str) -> bool:
    """Whether tasks wait for those of the run before, which lets runs go one after the other anyway."""
    given = dag.default_args.get(name)
    return given is not None and (not given.value.known or bool(given.value.value))


def intervals(dag: Dag, project: Project) -> float | None:
    """About how many intervals there are from start_date to today, or to end_date; None where that is not known."""
    start, days = moment(dag.start_date), days_between(dag) if dag.schedule else _DAILY
    if start is None or days is None:
        return None
    today = datetime.fromisoformat(project.today)
    end = moment(dag.arguments.get("end_date") or dag.default_args.get("end_date"))
    return (min(today, end or today) - start).total_seconds() / 86400 / days


def days_between(dag: Dag) -> float | None:
    """About how many days lie between two runs; None where that is not known."""
    value = dag.schedule.value.value if dag.schedule and dag.schedule.value.known else None
    if isinstance(value, timedelta):
        return value.total_seconds() / 86400 or None
    if not isinstance(value, str):
        return None
    cron = parse_cron(value)
    if isinstance(cron, CronFault):
        return None
    if cron.preset:
        return _PRESETS.get(cron.preset, _DAILY)
    _, hour, day, month, weekday, *_ = value.split()
    if month != "*":
        return 365 / _number(month)
    if day not in ("*", "?"):
        return 30 / _number(day)
    if weekday not in ("*", "?"):
        return 7 / (5 if "-" in weekday else _number(weekday))
    if hour.startswith("*/") and hour[2:].isdigit():
        return max(1, int(hour[2:])) / 24
    return 1 / 24 if hour == "*" or "/" in hour or "-" in hour else _DAILY


def _number(field: str) -> int:
    """At least how many values a field of a cron expression has."""
    return field.count(",") + 1
