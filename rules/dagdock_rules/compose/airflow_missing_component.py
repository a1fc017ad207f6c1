from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._airflow import deployment_of

if TYPE_CHECKING:
    from ..airflow import Deployment


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
            "services:\n  api:\n    image: apache/airflow:3.0.2\n    command: api-server\n"
            "  «scheduler»:\n    image: apache/airflow:3.0.2\n    command: scheduler\n"
            "  triggerer:\n    image: apache/airflow:3.0.2\n    command: triggerer\n"
        ),
    ],
    good=[
        "services:\n  airflow:\n    image: apache/airflow:2.9.1\n    command: standalone\n",
        "services:\n  web:\n    image: apache/airflow:2.1.4\n    command: webserver\n"
        "  scheduler:\n    image: apache/airflow:2.1.4\n    command: scheduler\n",
        "services:\n  airflow:\n    image: apache/airflow:2.1.4\n"
        "    command: bash -c 'airflow scheduler & airflow webserver'\n",
    ],
)
def airflow_missing_component(file: ComposeFile, project: Project) -> Problems:
    """A part of Airflow is missing.

    Airflow is several programs. The scheduler starts tasks; with CeleryExecutor workers run them; the web server, from
    Airflow 3 the API server, shows them; from Airflow 3 a DAG processor reads the DAG files; the triggerer waits for
    what deferred tasks wait for. Without one of them everything starts, and then nothing happens. `airflow standalone`
    runs all of them in one container, for trying out.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/overview.html
    """
    airflow = deployment_of(file, project)
    if airflow is None or not airflow.is_known or not all(part.is_plain for part in airflow.servers):
        return
    running = {program for part in airflow.servers for program in part.programs or ()}
    if running.isdisjoint(("webserver", "api-server", "scheduler")) or "standalone" in running:
        return
    missing = [each for each in _missing(airflow, running) if each[0] not in _elsewhere(file, airflow, project)]
    for program, message in missing:
        after = "scheduler" if "scheduler" in running else "webserver" if "webserver" in running else "api-server"
        place = airflow.running(after)[0].service.span
        if program == "worker":
            place = next(each.place.span for each in airflow.executors() if "CeleryExecutor" in each.executors)
        if place.source is file.source:
            severity = "info" if program in ("triggerer", "webserver") else None
            yield Problem(place, message, severity="info" if severity else None)


def _missing(airflow: Deployment, running: set[str]) -> list[tuple[str, str]]:
    """The programs that no service runs, each with what to say."""
    found = []
    if "scheduler" not in running:
        found.append(("scheduler", "no service runs `scheduler`, so no task ever starts. Add one with this image"))
    if "worker" not in running and "scheduler" in running and airflow.uses("CeleryExecutor"):
        message = "no service runs `celery worker`, so tasks stay queued for ever. Add one, or use `LocalExecutor`"
        found.append(("worker", message))
    is_3 = airflow.at_least(3)
    if is_3 and "dag-processor" not in running:
        message = "no service runs `dag-processor`, and in Airflow 3 nothing else reads the DAG files. Add one"
        found.append(("dag-processor", message))
    if is_3 and not running & {"api-server", "webserver"}:
        message = "no service runs `api-server`, which tasks of Airflow 3 report to. Add one with this image"
        found.append(("api-server", message))
    if is_3 is False and "webserver" not in running:
        found.append(("webserver", "no service runs `webserver`, so nobody sees what Airflow does. Add one"))
    if airflow.at_least(2, 2) and "triggerer" not in running and "scheduler" in running:
        message = "no service runs `triggerer`, so deferred tasks and sensors never go on. Add one with this image"
        found.append(("triggerer", message))
    return found


def _elsewhere(file: ComposeFile, airflow: Deployment, project: Project) -> set[str]:
    """What other Compose files of the folder run: on another machine, or added when it is wanted."""
    found: set[str] = set()
    folder = dirname(project.path_of(file.source.whole) or "")
    for other in project.compose_files(lambda path, content: dirname(path) == folder and b"airflow" in content):
        beside = deployment_of(other, project) if other is not file else None
        if beside is not None and beside is not airflow:
            found.update(program for part in beside.servers for program in part.programs or ())
    return found
