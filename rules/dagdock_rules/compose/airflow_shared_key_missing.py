from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own

SECRET_KEY = ("api.secret_key", "webserver.secret_key")
JWT = ("api_auth.jwt_secret", "api_auth.jwt_private_key_path")


@rule(
    "DC910",
    severity="warning",
    since="0.1",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  «web»:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
            "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        ),
        Bad(
            "services:\n  «api»:\n    image: apache/airflow:3.0.2\n    command: api-server\n"
            "    volumes: ['./logs:/opt/airflow/logs']\n"
            "  scheduler:\n    image: apache/airflow:3.0.2\n    command: scheduler\n"
            "    volumes: ['./logs:/opt/airflow/logs']\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
        "    volumes: ['logs:/opt/airflow/logs']\n"
        "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    volumes: ['logs:/opt/airflow/logs']\nvolumes:\n  logs:\n",
        "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
        "    environment: &env {AIRFLOW__WEBSERVER__SECRET_KEY: '${KEY:?}'}\n"
        "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment: *env\n",
    ],
)
def airflow_shared_key_missing(file: ComposeFile, project: Project) -> Problems:
    """The parts of Airflow trust each other by a key, and none is set.

    Each container then makes a key of its own when it starts. The web server may not read the logs that workers and
    schedulers keep (`403 FORBIDDEN` in place of a log), and the API server of Airflow 3 refuses the tasks ("signature
    verification failed"). Make one key, keep it in `.env`, and give it to all parts.

    https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html#secret-key
    https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html#jwt-secret
    """
    airflow = deployment_of(file, project)
    if airflow is None or not airflow.complete:
        return
    is_3 = airflow.at_least(3)
    web = next(iter(airflow.running("webserver", "api-server")), None)
    others = [part for part in airflow.running("scheduler", "worker", "triggerer", "dag-processor") if part is not web]
    if web is None or not others or not is_own(web.service, file):
        return
    if is_3 and all(part.lacks(*JWT) for part in (web, *others)):
        yield Problem(
            web.service,
            f"each container makes up a key of its own to sign what tasks send, so `{web.name}` refuses the tasks of "
            "the others. Set `AIRFLOW__API_AUTH__JWT_SECRET: ${JWT_SECRET:?}` in all parts of Airflow; `openssl rand "
            "-hex 32` makes one for `.env`",
        )
        return
    if is_3 is not None and all(part.lacks(*SECRET_KEY) for part in (web, *others)):
        from ..airflow import shares_logs

        if shares_logs(airflow) is False:
            section = "API" if is_3 else "WEBSERVER"
            yield Problem(
                web.service,
                f"each container makes a secret key of its own, so `{web.name}` gets `403 FORBIDDEN` when it asks the "
                f"others for logs. Set `AIRFLOW__{section}__SECRET_KEY: ${{SECRET_KEY:?}}` in all parts of Airflow; "
                "`openssl rand -hex 32` makes one for `.env`",
            )
