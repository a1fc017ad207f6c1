from __future__ import annotations

from posixpath import join
from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own

if TYPE_CHECKING:
    from ..airflow import Part

CONNECTION = ("database.sql_alchemy_conn", "core.sql_alchemy_conn")
# Workers of Airflow 3 ask the API server, and a web front for Celery asks nobody.
WITH_DATABASE = ("webserver", "api-server", "scheduler", "dag-processor", "triggerer")


@rule(
    "DC902",
    severity="error",
    since="0.1",
    lessons=["L29", "L57"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  webserver:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
            "    environment: &env\n      AIRFLOW__CORE__EXECUTOR: LocalExecutor\n"
            "      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: «sqlite:////opt/airflow/airflow.db»\n"
            "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment: *env\n"
        ),
        Bad(
            "services:\n  api:\n    image: apache/airflow:3.0.2\n    command: api-server\n"
            "  «scheduler»:\n    image: apache/airflow:3.0.2\n    command: scheduler\n"
            "  parser:\n    image: apache/airflow:3.0.2\n    command: dag-processor\n"
        ),
    ],
    good=[
        "services:\n  airflow:\n    image: apache/airflow:2.9.1\n    command: standalone\n",
        "services:\n  webserver:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
        "    environment: &env\n      AIRFLOW__CORE__EXECUTOR: LocalExecutor\n"
        "      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: postgresql+psycopg2://airflow:${PW}@db/airflow\n"
        "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment: *env\n",
    ],
)
def airflow_sqlite_database(file: ComposeFile, project: Project) -> Problems:
    """Several containers of Airflow have SQLite for their metadata database.

    SQLite is a file. Each container has one of its own, so the web server never sees what the scheduler does; and with
    any executor but the SequentialExecutor Airflow 2 does not even start on it. Where nothing is set Airflow takes
    SQLite. On a volume that all of them mount it is one file, in which only one can write at a time. Add a PostgreSQL
    service and name it in `AIRFLOW__DATABASE__SQL_ALCHEMY_CONN` of all parts.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/set-up-database.html
    """
    airflow = deployment_of(file, project)
    parts = airflow.running(*WITH_DATABASE) if airflow else []
    if airflow is None or len(parts) < 2:
        return
    told = set()
    for part in parts:
        option = part.option(*CONNECTION)
        if option is None or not option.text.startswith("sqlite") or not is_own(option.place, file):
            continue
        span = option.place.span
        shared = _is_shared(parts, option.text.partition(":///")[2])
        if (span.start, span.end) not in told and shared is not None:
            told.add((span.start, span.end))
            yield Problem(
                option.place,
                (
                    f"{_quoted(parts)} write to one SQLite file, which takes one writer at a time: expect "
                    "`database is locked`. "
                    if shared
                    else f"SQLite is a file, and {_quoted(parts)} have one each: they do not see each other's work. "
                )
                + "Add a PostgreSQL service and name it here",
            )
    if airflow.complete and all(part.lacks(*CONNECTION) for part in parts):
        shared = _is_shared(parts, "airflow.db")
        if shared is None:
            return
        part = next((part for part in parts if "scheduler" in (part.programs or ())), parts[0])
        if is_own(part.service, file):
            yield Problem(
                part.service,
                f"no metadata database is set, so {_quoted(parts)} "
                + (
                    "write to one SQLite file, which takes one writer at a time: expect `database is locked`"
                    if shared
                    else "make a SQLite file each and do not see each other's work"
                )
                + ". Add a PostgreSQL service and set `AIRFLOW__DATABASE__SQL_ALCHEMY_CONN` in all of them",
            )


def _is_shared(parts: list[Part], path: str) -> bool | None:
    """Whether a volume gives all parts the same database file; None where that is not known."""
    from ..airflow import home_of, mount_over

    sources = set()
    for part in parts:
        home = home_of(part)
        mount = mount_over(part, join(home or "/", path)) if home or path.startswith("/") else None
        if part.service.has("volumes_from") or (mount is not None and mount.source is None and not mount.is_anonymous):
            return None
        sources.add(str(mount.source) if mount is not None and not mount.is_anonymous else None)
    return None not in sources and len(sources) == 1


def _quoted(parts: list[Part]) -> str:
    names = [f"`{part.name}`" for part in parts]
    return ", ".join(names[:-1]) + f" and {names[-1]}"
