from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, Setting, load_data, rule

from ._airflow import deployment_of, is_own, uses_fab

if TYPE_CHECKING:
    from dagdock.api import AirflowVersion

PREFIX = "AIRFLOW__"
OLD_BACKENDS = "airflow.api.auth.backend."
BACKENDS = "airflow.providers.fab.auth_manager.api.auth.backend."
REST = ("_CMD", "_SECRET")

# Options in whose place Airflow 3 reads a connection.
OF_CONNECTION = ("AIRFLOW__SMTP__SMTP_USER", "AIRFLOW__SMTP__SMTP_PASSWORD")


@rule(
    "DC917",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L29", "L58"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
            "      «AIRFLOW__CORE__SQL_ALCHEMY_CONN»: postgresql+psycopg2://airflow:${PW}@db/airflow\n",
            fixed="services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
            "      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: postgresql+psycopg2://airflow:${PW}@db/airflow\n",
        ),
        Bad(
            "services:\n  api:\n    image: apache/airflow:3.0.2\n    command: api-server\n    environment:\n"
            "      - «AIRFLOW__WEBSERVER__BASE_URL»=http://flow.example.com\n",
            fixed="services:\n  api:\n    image: apache/airflow:3.0.2\n    command: api-server\n    environment:\n"
            "      - AIRFLOW__API__BASE_URL=http://flow.example.com\n",
        ),
    ],
    good=[
        "services:\n  scheduler:\n    image: apache/airflow:2.2.5\n    command: scheduler\n    environment:\n"
        "      AIRFLOW__CORE__SQL_ALCHEMY_CONN: postgresql+psycopg2://airflow:${PW}@db/airflow\n",
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
        "      AIRFLOW__WEBSERVER__BASE_URL: http://flow.example.com\n",
        "services:\n  scheduler:\n    image: example.com/airflow\n    command: scheduler\n    environment:\n"
        "      AIRFLOW__CORE__SQL_ALCHEMY_CONN: postgresql+psycopg2://airflow:${PW}@db/airflow\n",
    ],
)
def airflow_option_moved(file: ComposeFile, project: Project) -> Problems:
    """An option of Airflow has another name in the release that runs.

    Options move when Airflow grows: the connection to the database went from `core` to `database` in 2.3, most of
    `webserver` to `api` in 3.0. For a while Airflow takes the old name and warns; then it ignores it without a word,
    and what is set does not hold: with the old name of its database Airflow 3.0 makes a SQLite file.

    https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html
    """
    airflow = deployment_of(file, project)
    told = set()
    for part in airflow.parts if airflow else ():
        for setting in part.service.environment if part.version else ():
            span = setting.name.span
            if not setting.name.startswith(PREFIX) or not is_own(setting, file) or (span.start, span.end) in told:
                continue
            found = _move(setting.name, part.version) if part.version else None
            if found is None:
                continue
            told.add((span.start, span.end))
            new, is_lost = found
            if part.service.variable(new) is not None:
                continue
            state = f"Airflow {part.version} ignores" if is_lost else f"Airflow {part.version} still takes"
            if not new and setting.name in OF_CONNECTION and setting.value and setting.value.raw:
                message = (
                    f"{state} this option: it is gone. Put it into the connection `smtp_default`, for example in "
                    "`AIRFLOW_CONN_SMTP_DEFAULT`"
                )
                yield Problem(setting.name, message, severity=None if is_lost else "info")
                continue
            if not new:
                yield Problem(setting.name, f"{state} this option: it is gone. Leave it out")
                continue
            if new.startswith(f"{PREFIX}FAB__") and uses_fab(part) is False:
                message = "this option belongs to FabAuthManager, which this Airflow is not set up with. Leave it out"
                yield Problem(setting.name, message, severity=None if is_lost else "info")
                continue
            if new == f"{PREFIX}FAB__AUTH_BACKENDS" and OLD_BACKENDS in (setting.resolved or ""):
                yield Problem(
                    setting.name,
                    f"{state} the old name of this option. Write `{new}`, and `{BACKENDS}` for `{OLD_BACKENDS}` in it",
                    severity=None if is_lost else "info",
                )
                continue
            yield Problem(
                setting.name,
                f"{state} the old name of this option. Write `{new}`",
                severity=None if is_lost else "info",
                fix=_rename(setting, new),
            )


def _move(key: str, version: AirflowVersion) -> tuple[str, bool] | None:
    """The new name of a variable, empty where there is none, and whether the old one is ignored."""
    end = next((end for end in REST if key.endswith(end)), "")
    section, _, option = key[len(PREFIX) :].removesuffix(end).lower().partition("__")
    moves: list[tuple[str, str, str]] = load_data("dagdock_rules", "airflow-config")["moved"].get(
        f"{section}.{option}", []
    )
    found = None
    for new, since, ignored_from in moves:
        if version.at_least(*_numbers(since)):
            section, _, option = new.partition(".")
            name = f"{PREFIX}{section}__{option}".upper() + end if new else ""
            first, _, again = ignored_from.partition("-")
            is_lost = bool(first) and version.at_least(*_numbers(first)) is True
            found = name, is_lost and not (again and version.at_least(*_numbers(again)))
    return found


def _numbers(release: str) -> tuple[int, int]:
    major, _, minor = release.partition(".")
    return int(major), int(minor)


def _rename(setting: Setting, new: str) -> Fix | None:
    exact = setting.name.span.text == setting.name
    return Fix.replace(f"Write `{new}`", setting.name, new, "unsafe") if exact else None
