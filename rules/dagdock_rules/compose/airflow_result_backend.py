from __future__ import annotations

import re

from dagdock.api import Bad, ComposeFile, Edit, Fix, Problem, Problems, Project, Span, rule

from ._airflow import deployment_of, is_own

OPTION = "celery.result_backend"


@rule(
    "DC912",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n"
            "    environment:\n      AIRFLOW__CELERY__RESULT_BACKEND: «postgresql://airflow:${PW}@db/airflow»\n",
            fixed="services:\n  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n"
            "    environment:\n      AIRFLOW__CELERY__RESULT_BACKEND: db+postgresql://airflow:${PW}@db/airflow\n",
        ),
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.2.5\n    command: scheduler\n"
            "    environment: &env\n      AIRFLOW__CORE__EXECUTOR: «CeleryExecutor»\n"
            "  worker:\n    image: apache/airflow:2.2.5\n    command: celery worker\n    environment: *env\n"
        ),
    ],
    good=[
        "services:\n  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n"
        "    environment:\n      AIRFLOW__CELERY__RESULT_BACKEND: db+postgresql://airflow:${PW}@db/airflow\n",
        "services:\n  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n"
        "    environment:\n      AIRFLOW__CELERY__RESULT_BACKEND: redis://redis:6379/1\n",
    ],
)
def airflow_result_backend(file: ComposeFile, project: Project) -> Problems:
    """CeleryExecutor has no place for the results of tasks.

    Workers write down how a task ended, and the scheduler reads it there: the result backend. For a database its URL
    begins with `db+`, `db+postgresql://…`; without, Celery looks for a module called `postgresql` and stops. Where
    nothing is set Airflow takes its metadata database from 2.3 on, and before that a server called `postgres`.

    https://airflow.apache.org/docs/apache-airflow-providers-celery/stable/celery_executor.html
    """
    airflow = deployment_of(file, project)
    if airflow is None:
        return
    told = set()
    for part in airflow.servers:
        option = part.option(OPTION)
        span = option.place.span if option else None
        if option is None or span is None or not is_own(option.place, file) or (span.start, span.end) in told:
            continue
        told.add((span.start, span.end))
        url = span.text.strip("'\"")
        if re.match(r"(?:postgres|mysql|sqlite|mssql|oracle)[a-z0-9+]*://", url):
            start = span.start + span.text.index(url)
            edit = Edit(Span(span.source, start, start), "db+")
            yield Problem(
                option.place,
                f"Celery knows a database by `db+` in front, and stops here. Write `db+{url.partition(':')[0]}://…`",
                fix=Fix("Put `db+` in front", [edit], "unsafe") if option.setting else None,
            )
    parts = airflow.running("scheduler", "worker")
    workers = airflow.running("worker")
    if not workers or not airflow.complete or not all(part.lacks(OPTION) for part in parts):
        return
    for executor in airflow.executors():
        if "CeleryExecutor" in executor.executors and is_own(executor.place, file):
            newer = airflow.at_least(2, 3)
            where = "its metadata database" if newer else "a server called `postgres`"
            yield Problem(
                executor.place,
                f"no result backend is set, so Airflow takes {where} for the results of tasks. Name one: "
                "`AIRFLOW__CELERY__RESULT_BACKEND: db+postgresql://…`",
                severity="info" if newer is not False else None,
            )
            return
