from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

if TYPE_CHECKING:
    from dagdock.api import AirflowVersion, ComposeFile, Located, Project, Service


@rule(
    "PJ007",
    severity="error",
    since="0.1",
    kind="project",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    image: apache/airflow:2.9.1\n  scheduler:\n"
                "    image: «apache/airflow:2.8.0»\n    command: scheduler\n"
            }
        ),
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    build: .\n    command: webserver\n  scheduler:\n"
                "    image: «apache/airflow:2.8.0»\n    command: scheduler\n",
                "Dockerfile": "FROM apache/airflow:2.9.1\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    build: .\n    command: webserver\n  scheduler:\n"
            "    image: apache/airflow:2.9.1-python3.11\n    command: scheduler\n",
            "Dockerfile": "FROM apache/airflow:2.9.1\n",
        },
    ],
)
def airflow_images_differ(file: ComposeFile, project: Project) -> Problems:
    """The parts of one Airflow deployment run different releases.

    Webserver, scheduler and workers share one database, whose tables change with the release. Parts of different
    releases refuse to start, or damage each other's work. Give them all the same image.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/docker-compose/index.html
    """
    found = [(service, *known) for service in file.services.values() if (known := _version(service, project))]
    if not found:
        return
    first, version, place = found[0]
    told: set[tuple[int, int]] = set()
    for service, other, where in found[1:]:
        span = where.span
        if not other.overlaps(version) and (span.start, span.end) not in told:
            told.add((span.start, span.end))
            yield Problem(
                where,
                f"`{service.name}` runs Airflow {other} and `{first.name}` {version} on the same database. Use one "
                "version for all of them",
                related=[Related(place, f"Airflow {version} of `{first.name}`")],
            )


def _version(service: Service, project: Project) -> tuple[AirflowVersion, Located] | None:
    """The one Airflow release that a service surely runs, and where that stands."""
    from dagdock.api import AirflowVersion

    if service.build is None and service.image and service.image_ref:
        version = AirflowVersion.of_image(service.image_ref)
        return (version, service.image) if version and version.pinned else None
    stage = project.stage_of(service) if service.build else None
    if stage is None or service.build is None:
        return None
    from ..airflow import base_image

    image = base_image(service, stage)
    if image and service.build.context:
        version = AirflowVersion.of_image(image)
        return (version, service.build.context) if version and version.pinned else None
    return None
