from __future__ import annotations

import ast

from dagdock.api import AirflowVersion, Argument, Bad, Dag, Fix, Problem, Problems, Project, Severity, rule

# What Airflow 3 calls them; nothing where it has no such argument any more. The second part is the release that
# brought the new name.
NEW_NAMES = {
    "schedule_interval": ("schedule", (2, 4)),
    "timetable": ("schedule", (2, 4)),
    "concurrency": ("max_active_tasks", (2, 2)),
    "fail_stop": ("fail_fast", (3, 0)),
    "default_view": ("", (3, 0)),
    "orientation": ("", (3, 0)),
    "full_filepath": ("", (3, 0)),
}


@rule(
    "AF802",
    severity="error",
    since="0.1",
    fix="unsafe",
    precision="very-high",
    tags=["airflow-3"],
    lessons=["L47"],
    aliases=["ruff:AIR301", "dagruff:AIR014"],
    words=sorted(NEW_NAMES),
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow.sdk import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), «schedule_interval»='@daily', catchup=False)\n",
            fixed="from datetime import datetime\nfrom airflow.sdk import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\n",
        {
            "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule_interval='@daily', catchup=False)\n",
            "requirements.txt": "apache-airflow==2.3.4\n",
        },
    ],
)
def dag_removed_argument(dag: Dag, project: Project) -> Problems:
    """A DAG is given an argument that Airflow 3 no longer has.

    Airflow 3 stops with a TypeError, and the DAG vanishes from the list. `schedule_interval` and `timetable` became
    `schedule` in 2.4, `concurrency` became `max_active_tasks` in 2.2, so those names already work today. Where it is
    not known which Airflow there is, and where it is a late 2, this is a remark about `schedule_interval` alone.

    https://airflow.apache.org/docs/apache-airflow/stable/installation/upgrading_to_airflow3.html
    """
    if not dag.known_signature:
        return
    version = project.airflow_version(dag)
    for name, (new, since) in NEW_NAMES.items():
        argument = dag.arguments.get(name)
        severity = _severity(version, name, since)
        if argument is None or not isinstance(argument.key, ast.keyword) or severity is None:
            continue
        if severity == "info" and new in dag.arguments:
            continue  # two schedules are an error of their own
        place = dag.module.span(argument.key)
        place = place.source.span(place.start, place.start + len(name))
        remedy = f"Write `{new}`" if new else "Delete it"
        gone = severity == "error"
        yield Problem(
            place,
            f"Airflow 3 has no `{name}`, so the DAG does not load. {remedy}"
            if gone
            else f"`{name}` is called `{new}` since Airflow 2.4 and gone in Airflow 3. {remedy}",
            severity=severity,
            fix=Fix.replace(f"Write `{new}`", place, new, "unsafe")
            if new and new not in dag.arguments and not _is_twice(dag, argument, new)
            else None,
        )


def _severity(version: AirflowVersion | None, name: str, since: tuple[int, int]) -> Severity | None:
    """How bad the old name is; None where it is right."""
    since3 = version.at_least(3) if version else None
    if since3:
        return "error"
    known = version is None or version.at_least(*since) is not False
    return "info" if name == "schedule_interval" and known else None


def _is_twice(dag: Dag, argument: Argument, new: str) -> bool:
    """Whether another old name becomes the same new one."""
    return any(
        other is not argument and NEW_NAMES.get(name, ("", ()))[0] == new for name, other in dag.arguments.items()
    )
