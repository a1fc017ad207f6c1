from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own

OPTION = "celery.broker_url"
USUAL = "redis"  # redis://redis:6379/0 where nothing is set


@rule(
    "DC911",
    severity="error",
    since="0.1",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
            "    environment: &env\n      AIRFLOW__CORE__EXECUTOR: «CeleryExecutor»\n"
            "  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n    environment: *env\n"
        ),
        Bad(
            "services:\n  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n"
            "    environment:\n      AIRFLOW__CELERY__BROKER_URL: «redis://:@redis:6379/0»\n"
            "  queue:\n    image: redis:7.2\n"
        ),
    ],
    good=[
        "services:\n  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n"
        "    environment:\n      AIRFLOW__CELERY__BROKER_URL: redis://:@redis:6379/0\n"
        "  redis:\n    image: redis:7.2\n",
        "services:\n  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n"
        "    environment:\n      AIRFLOW__CELERY__BROKER_URL: sqs://\n",
    ],
)
def airflow_celery_without_broker(file: ComposeFile, project: Project) -> Problems:
    """CeleryExecutor has no broker.

    The scheduler hands tasks to the workers through a queue, which a broker keeps: Redis or RabbitMQ. It is a service
    of its own, named in `AIRFLOW__CELERY__BROKER_URL` of the scheduler and of all workers. Where nothing is set Airflow
    looks for `redis://redis:6379/0`. Without it nothing gets from the one to the others.

    https://airflow.apache.org/docs/apache-airflow-providers-celery/stable/celery_executor.html
    """
    airflow = deployment_of(file, project)
    if airflow is None:
        return
    from ..airflow import is_no_service

    told = set()
    parts = airflow.running("scheduler", "worker")
    for part in parts:
        option = part.option(OPTION)
        span = option.place.span if option else None
        if option is None or span is None or not is_own(option.place, file) or (span.start, span.end) in told:
            continue
        told.add((span.start, span.end))
        host = option.host
        if host and is_no_service(host, part, airflow.model):
            yield Problem(
                option.place,
                f"no service is called `{host}`, so tasks never reach the workers. Add the broker under that name, or "
                "name the service that is one",
            )
    if not parts or not airflow.complete or not all(part.lacks(OPTION) for part in parts):
        return
    for executor in airflow.executors():
        if "CeleryExecutor" in executor.executors and is_own(executor.place, file):
            if is_no_service(USUAL, parts[0], airflow.model):
                yield Problem(
                    executor.place,
                    "CeleryExecutor needs a broker, and none is set. Add a Redis service, and name it: "
                    "`AIRFLOW__CELERY__BROKER_URL: redis://redis:6379/0`",
                )
            return
