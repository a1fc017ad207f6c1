from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, Span, rule

from ._airflow import deployment_of, is_own

if TYPE_CHECKING:
    from ..airflow import Option, Part

OPTION = "core.execution_api_server_url"
BASE = "api.base_url"
ITSELF = ("localhost", "127.0.0.1", "0.0.0.0")


@rule(
    "DC909",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  api:\n    image: apache/airflow:3.0.2\n    command: api-server\n"
            "  «worker»:\n    image: apache/airflow:3.0.2\n    command: celery worker\n"
        ),
        Bad(
            "services:\n  api:\n    image: apache/airflow:3.0.2\n    command: api-server\n"
            "  worker:\n    image: apache/airflow:3.0.2\n    command: celery worker\n    environment:\n"
            "      AIRFLOW__CORE__EXECUTION_API_SERVER_URL: http://«localhost»:8080/execution/\n",
            fixed="services:\n  api:\n    image: apache/airflow:3.0.2\n    command: api-server\n"
            "  worker:\n    image: apache/airflow:3.0.2\n    command: celery worker\n    environment:\n"
            "      AIRFLOW__CORE__EXECUTION_API_SERVER_URL: http://api:8080/execution/\n",
        ),
    ],
    good=[
        "services:\n  api:\n    image: apache/airflow:3.0.2\n    command: api-server\n"
        "  worker:\n    image: apache/airflow:3.0.2\n    command: celery worker\n    environment:\n"
        "      AIRFLOW__CORE__EXECUTION_API_SERVER_URL: http://api:8080/execution/\n",
        "services:\n  airflow:\n    image: apache/airflow:3.0.2\n    command: standalone\n",
        "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
        "  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n",
    ],
)
def airflow_execution_api_url(file: ComposeFile, project: Project) -> Problems:
    """Tasks of Airflow 3 do not know where the API server is.

    From Airflow 3 a task does not touch the database: it asks the API server for all it needs. Where nothing is set it
    looks on `localhost:8080`, which in a container is the container itself, and every task fails with "connection
    refused". Give schedulers and workers the API server's address by the name of its service.

    https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html#execution-api-server-url
    """
    airflow = deployment_of(file, project)
    servers = airflow.running("api-server") if airflow else []
    if airflow is None or not servers or not airflow.at_least(3):
        return
    api = servers[0]
    told = set()
    for part in airflow.running("worker", "scheduler"):
        if part in servers or not _runs_tasks(part) or part.service.has("network_mode"):
            continue
        option = part.option(OPTION) or part.option(BASE)
        if option is None:
            if airflow.complete and part.lacks(OPTION, BASE) and is_own(part.service, file):
                yield Problem(
                    part.service,
                    f"tasks in `{part.name}` look for the API server on `localhost:8080`, where nobody is. Set "
                    f"`AIRFLOW__CORE__EXECUTION_API_SERVER_URL` to `http://{api.name}:8080/execution/`",
                )
            continue
        span = option.place.span
        host = option.host
        if host is None or not is_own(option.place, file) or (span.start, span.end) in told:
            continue
        told.add((span.start, span.end))
        if host in ITSELF and option.name == OPTION:
            exact = _host_span(option, host)
            yield Problem(
                exact or option.place,
                f"`{host}` is the container that a task runs in, and the API server is `{api.name}`. Write "
                f"`http://{api.name}:8080/execution/`",
                fix=Fix.replace(f"Write `{api.name}`", exact, api.name, "unsafe") if exact and option.setting else None,
            )
        elif host in ITSELF:
            yield Problem(
                option.place,
                f"tasks look for the API server at this address, and `{host}` is their own container. Set "
                f"`AIRFLOW__CORE__EXECUTION_API_SERVER_URL` to `http://{api.name}:8080/execution/` beside it",
            )
        elif _is_no_service(host, part, airflow.model):
            yield Problem(
                option.place,
                f"no service is called `{host}`; the API server is `{api.name}`. Write "
                f"`http://{api.name}:8080/execution/`",
            )


def _runs_tasks(part: Part) -> bool:
    """Whether tasks run in the container: in a worker, and in the scheduler with LocalExecutor, the default."""
    if part.programs and "worker" in part.programs:
        return True
    executor = part.option("core.executor")
    return "LocalExecutor" in executor.executors if executor else not part.is_open


def _is_no_service(host: str, part: Part, model: ComposeFile) -> bool:
    from ..airflow import is_no_service

    return is_no_service(host, part, model)


def _host_span(option: Option, host: str) -> Span | None:
    span = option.place.span
    start = span.text.find(f"//{host}") if span.text == option.value else -1
    return Span(span.source, span.start + start + 2, span.start + start + 2 + len(host)) if start >= 0 else None
