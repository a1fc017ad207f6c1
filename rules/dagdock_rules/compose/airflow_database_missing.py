from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own

CONNECTION = ("database.sql_alchemy_conn", "core.sql_alchemy_conn")


@rule(
    "DC925",
    severity="error",
    since="0.1",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  airflow:\n    image: apache/airflow:2.9.1\n    command: standalone\n    environment:\n"
            "      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: «postgresql+psycopg2://airflow:${PW}@database/airflow»\n"
            "  postgres:\n    image: postgres:16\n"
        ),
    ],
    good=[
        "services:\n  airflow:\n    image: apache/airflow:2.9.1\n    command: standalone\n    environment:\n"
        "      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: postgresql+psycopg2://airflow:${PW}@postgres/airflow\n"
        "  postgres:\n    image: postgres:16\n",
        "services:\n  airflow:\n    image: apache/airflow:2.9.1\n    command: standalone\n    environment:\n"
        "      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: postgresql+psycopg2://airflow:${PW}@db.example.com/airflow\n",
        "services:\n  airflow:\n    image: apache/airflow:2.9.1\n    command: standalone\n    networks: [data]\n"
        "    environment:\n      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: postgresql+psycopg2://airflow@database/airflow\n"
        "networks:\n  data:\n    external: true\n",
    ],
)
def airflow_database_missing(file: ComposeFile, project: Project) -> Problems:
    """Airflow's metadata database is on a host that is no service.

    All parts of Airflow meet in one database. In a Compose network its host is the name of the service that runs it;
    any other name leads nowhere, and Airflow waits for it until it gives up. A database of another project is reached
    through an external network or by its full name.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/set-up-database.html
    """
    airflow = deployment_of(file, project)
    if airflow is None:
        return
    from ..airflow import is_no_service

    told = set()
    for part in airflow.parts:
        option = part.option(*CONNECTION)
        host = option.host if option else None
        if option is None or host is None or not is_own(option.place, file) or option.place.span in told:
            continue
        told.add(option.place.span)
        if is_no_service(host, part, airflow.model):
            yield Problem(
                option.place,
                f"no service is called `{host}`, so `{part.name}` finds no database. Name the service that runs it, or "
                "add one",
            )
