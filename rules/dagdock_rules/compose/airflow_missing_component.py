from __future__ import annotations

import re
from posixpath import dirname
from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, files_below, rule

from ._airflow import deployment_of

if TYPE_CHECKING:
    from ..airflow import Deployment

# How a DAG file, outside of comments, says that its tasks defer.
DEFERS = rb"(?m)^[^#\n]*(?:\bdeferrable\s*=\s*True\b|\w(?:Sensor|Operator)Async\(|\bself\.defer\()"


@rule(
    "DC907",
    severity="error",
    since="0.1",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad("services:\n  «airflow»:\n    image: apache/airflow:2.1.4\n    command: webserver\n"),
        Bad(
            "services:\n  web:\n    image: apache/airflow:2.1.4\n    command: webserver\n"
            "    environment: &env\n      AIRFLOW__CORE__EXECUTOR: «CeleryExecutor»\n"
            "  scheduler:\n    image: apache/airflow:2.1.4\n    command: scheduler\n    environment: *env\n"
        ),
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
                "  «scheduler»:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
                "    volumes: ['./dags:/opt/airflow/dags']\n",
                "dags/sales.py": "from airflow import DAG\nfrom airflow.sensors.date_time import DateTimeSensorAsync\n"
                "\nwith DAG('sales'):\n    DateTimeSensorAsync(task_id='wait', target_time='{{ ts }}')\n",
            }
        ),
        Bad(
            "services:\n  api:\n    image: apache/airflow:3.0.2\n    command: api-server\n"
            "  «scheduler»:\n    image: apache/airflow:3.0.2\n    command: scheduler\n"
            "  triggerer:\n    image: apache/airflow:3.0.2\n    command: triggerer\n"
        ),
    ],
    good=[
        "services:\n  airflow:\n    image: apache/airflow:2.9.1\n    command: standalone\n",
        "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
        "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n",
        "services:\n  airflow:\n    image: apache/airflow:2.1.4\n"
        "    command: bash -c 'airflow scheduler & airflow webserver'\n",
    ],
)
def airflow_missing_component(file: ComposeFile, project: Project) -> Problems:
    """A part of Airflow is missing.

    Airflow is several programs. The scheduler starts tasks; with CeleryExecutor workers run them; the web server, from
    Airflow 3 the API server, shows them; from Airflow 3 a DAG processor reads the DAG files. Without one of them
    everything starts, and then nothing happens. The triggerer is only needed, and asked for, where a DAG has tasks that
    defer: it waits in their place. `airflow standalone` runs all of them in one container, for trying out.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/overview.html
    """
    airflow = deployment_of(file, project)
    if airflow is None or not airflow.is_known or not all(part.is_plain for part in airflow.servers):
        return
    running = {program for part in airflow.servers for program in part.programs or ()}
    if running.isdisjoint(("webserver", "api-server", "scheduler")) or "standalone" in running:
        return
    missing = [
        each for each in _missing(airflow, running, project) if each[0] not in _elsewhere(file, airflow, project)
    ]
    for program, message in missing:
        after = "scheduler" if "scheduler" in running else "webserver" if "webserver" in running else "api-server"
        place = airflow.running(after)[0].service.span
        if program == "worker":
            place = next(each.place.span for each in airflow.executors() if "CeleryExecutor" in each.executors)
        if place.source is file.source:
            yield Problem(place, message, severity="info" if program == "webserver" else None)


def _missing(airflow: Deployment, running: set[str], project: Project) -> list[tuple[str, str]]:
    """The programs that no service runs, each with what to say."""
    found = []
    if "scheduler" not in running:
        found.append(
            ("scheduler", "no service runs `scheduler`, so no task ever starts. Add one with `command: scheduler`")
        )
    if "worker" not in running and "scheduler" in running and airflow.uses("CeleryExecutor"):
        message = (
            "no service runs `celery worker`, so tasks stay queued for ever. Add one with `command: celery worker`, "
            "or use `LocalExecutor`"
        )
        found.append(("worker", message))
    is_3 = airflow.at_least(3)
    if is_3 and "dag-processor" not in running:
        message = (
            "no service runs `dag-processor`, and in Airflow 3 nothing else reads the DAG files. Add a service like "
            "this one, with `command: dag-processor`"
        )
        found.append(("dag-processor", message))
    if is_3 and not running & {"api-server", "webserver"}:
        message = "no service runs `api-server`, which tasks of Airflow 3 report to. Add one with `command: api-server`"
        found.append(("api-server", message))
    if is_3 is False and "webserver" not in running:
        found.append(
            (
                "webserver",
                "no service runs `webserver`, so nobody sees what Airflow does. Add one with `command: webserver`",
            )
        )
    may_defer = airflow.at_least(2, 2) and "scheduler" in running
    if may_defer and "triggerer" not in running and (where := _deferring(airflow, project)):
        message = (
            f"no service runs `triggerer`, so the tasks that {where} defers never go on. Add one with "
            "`command: triggerer`"
        )
        found.append(("triggerer", message))
    return found


def _deferring(airflow: Deployment, project: Project) -> str | None:
    """What defers tasks: a DAG file that the parts mount, or an option; None where nothing does."""
    for part in airflow.servers:
        option = part.option("operators.default_deferrable")
        if option and (option.value or "").lower() == "true":
            return f"`{option.key}`"
    folders = {folder for part in airflow.servers if (folder := project.dag_folder_of(part.service))}
    for folder in sorted(folders):
        for path in files_below(project.facts, folder):
            content = project.facts.read(path) if path.endswith(".py") else None
            if content and (b"defer" in content or b"Async(" in content) and re.search(DEFERS, content):
                return f"`{path}`"
    return None


def _elsewhere(file: ComposeFile, airflow: Deployment, project: Project) -> set[str]:
    """What other Compose files of the folder run: on another machine, or added when it is wanted."""
    found: set[str] = set()
    folder = dirname(project.path_of(file.source.whole) or "")
    for other in project.compose_files(lambda path, content: dirname(path) == folder and b"airflow" in content):
        beside = deployment_of(other, project) if other is not file else None
        if beside is not None and beside is not airflow:
            found.update(program for part in beside.servers for program in part.programs or ())
    return found
