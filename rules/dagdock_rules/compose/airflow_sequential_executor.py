from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own

if TYPE_CHECKING:
    from ..airflow import Deployment

CONNECTION = ("database.sql_alchemy_conn", "core.sql_alchemy_conn")
NAME = "SequentialExecutor"


@rule(
    "DC901",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L29", "L57"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  webserver:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
            "    environment: &env\n      AIRFLOW__CORE__EXECUTOR: «SequentialExecutor»\n"
            "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment: *env\n",
            fixed="services:\n  webserver:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
            "    environment: &env\n      AIRFLOW__CORE__EXECUTOR: LocalExecutor\n"
            "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment: *env\n",
        ),
        Bad(
            "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
            "  «sched»:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        ),
    ],
    good=[
        "services:\n  airflow:\n    image: apache/airflow:2.9.1\n    command: standalone\n"
        "    environment:\n      AIRFLOW__CORE__EXECUTOR: SequentialExecutor\n",
        "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
        "    environment: [AIRFLOW__CORE__EXECUTOR=LocalExecutor]\n"
        "  sched:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    environment: [AIRFLOW__CORE__EXECUTOR=LocalExecutor]\n",
    ],
)
def airflow_sequential_executor(file: ComposeFile, project: Project) -> Problems:
    """An Airflow of several containers runs one task at a time.

    The executor decides where tasks run. SequentialExecutor, the default before Airflow 3, is for trying Airflow out:
    it runs a single task, and while that runs the scheduler does nothing else, so a long one holds up every DAG.
    LocalExecutor runs many on one machine and needs no more than PostgreSQL or MySQL; CeleryExecutor spreads them over
    workers. Airflow 3 has no SequentialExecutor any more.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/executor/index.html
    """
    airflow = deployment_of(file, project)
    if airflow is None or not _is_for_real(airflow):
        return
    for option in airflow.executors():
        if NAME not in option.executors or not is_own(option.place, file):
            continue
        new = "Local" if option.value and NAME not in option.value else "LocalExecutor"
        written = option.place.span.text
        exact = written in (NAME, "Sequential")
        yield Problem(
            option.place,
            "the SequentialExecutor runs one task at a time, and the scheduler waits for each. Use `LocalExecutor`, or "
            "`CeleryExecutor` with workers",
            fix=Fix.replace(f"Use `{new}`", option.place, new, "unsafe") if exact and option.setting else None,
        )
    scheduler = next(iter(airflow.running("scheduler")), None)
    if scheduler is None or airflow.at_least(3) is not False or not is_own(scheduler.service, file):
        return
    if airflow.complete and len(airflow.servers) > 1 and all(part.lacks("core.executor") for part in airflow.servers):
        yield Problem(
            scheduler.service,
            f"no executor is set, so Airflow {scheduler.version} takes the SequentialExecutor: one task at a time. "
            "Set `AIRFLOW__CORE__EXECUTOR` to `LocalExecutor`, or to `CeleryExecutor` with workers",
        )


def _is_for_real(airflow: Deployment) -> bool:
    """Whether this is more than one container for trying out: several, or one with a database beside it."""
    if len(airflow.servers) > 1:
        return True
    parts = airflow.running("scheduler")
    urls = [option.text for part in parts if (option := part.option(*CONNECTION))]
    return any("://" in url and not url.startswith("sqlite") for url in urls)
