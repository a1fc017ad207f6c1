from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own

if TYPE_CHECKING:
    from ..airflow import Part


class Life(NamedTuple):
    """From which release a command is there, up to which (none: still), and what stands in its place."""

    since: tuple[int, int]
    until: tuple[int, int] | None
    instead: str


# The release notes of Airflow 2.0, 2.2, 2.3 and 3.0.
LIVES = {
    "webserver": Life((1, 0), (3, 0), "api-server"),
    "api-server": Life((3, 0), None, "webserver"),
    "worker": Life((1, 0), (2, 0), "celery worker"),
    "flower": Life((1, 0), (2, 0), "celery flower"),
    "celery worker": Life((2, 0), None, "worker"),
    "celery flower": Life((2, 0), None, "flower"),
    "triggerer": Life((2, 2), None, ""),
    "standalone": Life((2, 2), None, ""),
    "dag-processor": Life((2, 3), None, ""),
}


@rule(
    "DC908",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  web:\n    image: apache/airflow:3.0.2\n    command: «webserver»\n",
            fixed="services:\n  web:\n    image: apache/airflow:3.0.2\n    command: api-server\n",
        ),
        Bad(
            "services:\n  worker:\n    image: apache/airflow:2.9.1\n    command: airflow «worker» -q big\n",
            fixed="services:\n  worker:\n    image: apache/airflow:2.9.1\n    command: airflow celery worker -q big\n",
        ),
    ],
    good=[
        "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n",
        "services:\n  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n",
        "services:\n  worker:\n    image: puckel/docker-airflow:1.10.9\n    command: worker\n",
    ],
)
def airflow_program_of_other_release(file: ComposeFile, project: Project) -> Problems:
    """A container starts a program that its Airflow does not have.

    The programs that Airflow is made of change with its releases: `worker` and `flower` became `celery worker` and
    `celery flower` in 2.0, the triggerer came with 2.2, and in 3.0 the API server took the web server's place. The
    container of a program that is not there ends at once with `invalid choice`.

    https://airflow.apache.org/docs/apache-airflow/stable/installation/upgrading_to_airflow3.html
    """
    airflow = deployment_of(file, project)
    for part in airflow.parts if airflow else ():
        for call in part.calls or ():
            life = LIVES.get(call.command)
            if life is None or not is_own(call.place, file) or not (call.is_named or part.is_plain):
                continue
            late = part.version.at_least(*life.until) if part.version and life.until else None
            early = part.version.at_least(*life.since) if part.version else None
            if late or early is False:
                release = life.until if late and life.until else life.since
                number = ".".join(map(str, release))
                when = f"is not there any more since Airflow {number}" if late else f"came with Airflow {number}"
                remedy = f"Run `{life.instead}`" if life.instead else "Use a later release, or leave this service out"
                yield Problem(
                    call.place,
                    f"`{call.command}` {when}, and `{part.name}` runs {part.version}. {remedy}",
                    fix=_fix(part, call.command, call.place, life.instead),
                )


def _fix(part: Part, command: str, place: object, instead: str) -> Fix | None:
    from dagdock.api import Text

    if not instead or not isinstance(place, Text) or place.span.text != command:
        return None
    in_list = part.service.command is not None and part.service.command.form == "list"
    if in_list and " " in instead and part.service.command and part.service.command.shell is None:
        return None
    return Fix.replace(f"Run `{instead}`", place, instead, "unsafe")
