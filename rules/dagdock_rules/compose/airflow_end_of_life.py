from __future__ import annotations

import re

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own


@rule(
    "DC914",
    severity="info",
    since="0.1",
    security=5.0,
    tags=["airflow", "security"],
    bad=[
        Bad(
            "services:\n  web:\n    image: «puckel/docker-airflow:1.10.9»\n    command: webserver\n"
            "  worker:\n    image: puckel/docker-airflow:1.10.9\n    command: worker\n"
        ),
        Bad(
            {
                "dagdock.toml": '[rules.airflow-end-of-life]\noldest = "3.0"\n',
                "compose.yaml": "services:\n  web:\n    image: «apache/airflow:2.10.5»\n    command: standalone\n",
            }
        ),
    ],
    good=[
        "services:\n  web:\n    image: apache/airflow:2.10.5\n    command: webserver\n",
        "services:\n  web:\n    image: example.com/airflow:1.10\n    command: webserver\n",
    ],
)
def airflow_end_of_life(file: ComposeFile, project: Project, *, oldest: str = "2.0") -> Problems:
    """The Airflow that a service runs is of a release that nobody mends any more.

    Airflow 1.10 has had no fixes since June 2021: holes that were found since stay open, and its image installs
    packages that are as old. The option `oldest` names the oldest release that is fine with you, such as "3.0".

    https://airflow.apache.org/docs/apache-airflow/stable/installation/supported-versions.html
    """
    airflow = deployment_of(file, project)
    path = project.path_of(file.source.whole) or ""
    if airflow is None or re.search(r"airflow[-_]?v?1(?![\d])", path.lower()):
        return  # who names the file or its folder so keeps it on purpose
    from dagdock.api import AirflowVersion

    wanted = AirflowVersion.parse(oldest)
    if wanted is None:
        return
    for part in airflow.parts:
        service = part.service
        image = service.image_ref if service.build is None else None
        version = AirflowVersion.of_image(image) if image else None
        if version and service.image and version.at_least(*wanted.low) is False and is_own(service.image, file):
            since = " since June 2021" if version.at_least(2) is False else ""
            yield Problem(
                service.image,
                f"Airflow {version} gets no fixes any more{since}. Move to Airflow 3",
            )
            return
