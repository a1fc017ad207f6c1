from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own
from ._occasion import is_short_lived


@rule(
    "DC905",
    severity="info",
    since="0.1",
    lessons=["L29"],
    tags=["airflow", "security"],
    bad=[
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
            "    environment:\n      «AIRFLOW__CORE__FERNET_KEY: ''»\n"
        ),
    ],
    good=[
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    environment:\n      AIRFLOW__CORE__FERNET_KEY: ${FERNET_KEY:?}\n",
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    environment:\n      - AIRFLOW__CORE__FERNET_KEY\n",
    ],
)
def airflow_fernet_key_empty(file: ComposeFile, project: Project) -> Problems:
    """Airflow's Fernet key is empty, so passwords are kept as they are.

    With a key Airflow encrypts the passwords of connections and the values of variables before it writes them to the
    metadata database. With an empty one everybody who reads the database, or a backup of it, reads them. Make a key,
    keep it in `.env`, and give all parts the same one.

    https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/fernet.html
    """
    airflow = deployment_of(file, project)
    if airflow is None or is_short_lived(file, project):
        return  # what is tried out has no passwords to keep
    told = set()
    for part in airflow.parts:
        option = part.option("core.fernet_key")
        if option is None or option.value != "" or option.setting is None or not is_own(option.setting, file):
            continue
        span = option.setting.span
        if (span.start, span.end) not in told:
            told.add((span.start, span.end))
            yield Problem(
                option.setting,
                "with an empty Fernet key Airflow keeps the passwords of connections in clear text. Put a key into "
                f"`.env` and write `${{{option.key}:?}}`",
            )
