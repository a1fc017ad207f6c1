from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Related, rule

from ._airflow import deployment_of, is_own

SAME = {
    ("core.fernet_key",): "what one encrypts the other cannot read",
    ("api.secret_key", "webserver.secret_key"): "the web server gets no logs from the others (403), and sessions end",
    ("api_auth.jwt_secret",): "the API server refuses the others' tasks",
    ("core.executor",): "tasks are handed out in one way and waited for in another",
}


@rule(
    "DC906",
    severity="error",
    since="0.1",
    lessons=["L29", "L57"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  webserver:\n    image: apache/airflow:2.9.1\n    command: webserver\n    environment:\n"
            "      AIRFLOW__WEBSERVER__SECRET_KEY: one-key-made-by-hand\n"
            "  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n    environment:\n"
            "      AIRFLOW__WEBSERVER__SECRET_KEY: «another-key-made-by-hand»\n"
        ),
        Bad(
            "services:\n  webserver:\n    image: apache/airflow:2.9.1\n    command: webserver\n    environment:\n"
            "      AIRFLOW__CORE__EXECUTOR: LocalExecutor\n"
            "  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n    environment:\n"
            "      AIRFLOW__CORE__EXECUTOR: «CeleryExecutor»\n"
        ),
    ],
    good=[
        "services:\n  webserver:\n    image: apache/airflow:2.9.1\n    command: webserver\n    environment:\n"
        "      AIRFLOW__WEBSERVER__SECRET_KEY: ${SECRET_KEY}\n"
        "  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n    environment:\n"
        "      AIRFLOW__WEBSERVER__SECRET_KEY: one-key-made-by-hand\n",
    ],
)
def airflow_settings_differ(file: ComposeFile, project: Project) -> Problems:
    """The parts of one Airflow have different keys or executors.

    Web server, scheduler and workers are one program in several containers. They share the Fernet key that passwords
    are encrypted with, the secret key that they trust each other by, and the executor that tasks are handed to. Write
    such settings once, under an anchor, and use it in all services.

    https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/fernet.html
    https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html
    """
    airflow = deployment_of(file, project)
    for names, consequence in SAME.items() if airflow else ():
        first = None
        told = set()
        for part in airflow.servers if airflow else ():
            option = part.option(*names)
            if option is None or option.value is None or option.key.endswith(("_CMD", "_SECRET")):
                continue
            value = tuple(option.executors) if names == ("core.executor",) else (option.value,)
            if first is None:
                first = (part, option, value)
            span = option.place.span
            if value == first[2] or (span.start, span.end) in told or not is_own(option.place, file):
                continue
            told.add((span.start, span.end))
            yield Problem(
                option.place,
                f"`{part.name}` and `{first[0].name}` have different values of `{option.key}`: {consequence}. Give all "
                "parts of Airflow the same one",
                related=[Related(first[1].place, f"what `{first[0].name}` has")],
            )
