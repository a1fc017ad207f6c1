from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own

if TYPE_CHECKING:
    from ..airflow import Call

# From which release a command is deprecated, from which it is gone, and what to write from which one on.
DEPRECATED = {"db init": (2, 7), "db upgrade": (2, 7)}
GONE = {
    "initdb": (2, 0),
    "upgradedb": (2, 0),
    "resetdb": (2, 0),
    "create_user": (2, 0),
    "db init": (3, 0),
    "db upgrade": (3, 0),
}
INSTEAD = {"resetdb": "db reset", "create_user": "users create"}


@rule(
    "DC920",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  init:\n    image: apache/airflow:2.9.1\n    command: bash -c 'airflow «initdb»'\n",
            fixed="services:\n  init:\n    image: apache/airflow:2.9.1\n    command: bash -c 'airflow db migrate'\n",
        ),
        Bad(
            "services:\n  init:\n    image: apache/airflow:3.0.2\n    command: «db init»\n",
            fixed="services:\n  init:\n    image: apache/airflow:3.0.2\n    command: db migrate\n",
        ),
        Bad(
            "services:\n  init:\n    image: apache/airflow:2.8.1\n    command: «db upgrade»\n",
            fixed="services:\n  init:\n    image: apache/airflow:2.8.1\n    command: db migrate\n",
        ),
    ],
    good=[
        "services:\n  init:\n    image: apache/airflow:2.9.1\n    command: db migrate\n",
        "services:\n  init:\n    image: apache/airflow:2.2.5\n    command: db init\n",
        "services:\n  init:\n    image: puckel/docker-airflow:1.10.9\n    command: bash -c 'airflow initdb'\n",
    ],
)
def airflow_old_db_command(file: ComposeFile, project: Project) -> Problems:
    """The metadata database is made with a command that this Airflow does not have.

    `airflow initdb` became `airflow db init` in 2.0, and `airflow db migrate` makes and updates the tables from 2.7 on;
    3.0 took the older names away. A container that starts with one of them ends with `invalid choice`, and all that
    wait for it never start.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/set-up-database.html#initialize-the-database
    """
    airflow = deployment_of(file, project)
    told = set()
    for part in airflow.parts if airflow else ():
        for call in part.calls or ():
            version = part.version
            if version is None or call.command not in GONE or not is_own(call.place, file) or call.place.span in told:
                continue
            if not (call.is_named or part.is_plain):
                continue  # an entry point of one's own may know the word
            told.add(call.place.span)
            deprecated = DEPRECATED.get(call.command)
            is_gone = version.at_least(*GONE[call.command]) is True
            if not is_gone and not (deprecated and version.at_least(*deprecated)):
                continue
            new = INSTEAD.get(call.command) or ("db migrate" if version.at_least(2, 7) is not False else _of_2_0(call))
            about = "is no command of" if is_gone else "is an old name in"
            follows = any(other.command == new for other in part.calls or ())
            remedy = f"Delete it: `airflow {new}` stands there, too" if follows else f"Write `airflow {new}`"
            yield Problem(
                call.place,
                f"`airflow {call.command}` {about} Airflow {version}. {remedy}",
                severity=None if is_gone else "info",
                fix=Fix.replace(f"Write `{new}`", call.place, new, "unsafe")
                if call.place.span.text == call.command and not _is_item(call, new) and not follows
                else None,
            )


def _of_2_0(call: Call) -> str:
    return "db upgrade" if call.command == "upgradedb" else "db init"


def _is_item(call: Call, new: str) -> bool:
    """Whether the command is an item of a list, which cannot become two words."""
    span = call.place.span
    text = span.source.text
    return " " in new and " " not in call.command and text[span.start - 1 : span.start] in ("'", '"', "[", ",")
