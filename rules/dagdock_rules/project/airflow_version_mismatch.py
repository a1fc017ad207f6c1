from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

if TYPE_CHECKING:
    from dagdock.api import Project, Stage


@rule(
    "PJ005",
    severity="error",
    since="0.1",
    kind="project",
    lessons=["L29", "L58"],
    tags=["airflow"],
    bad=[
        Bad(
            {
                "Dockerfile": "FROM apache/airflow:2.9.1\n"
                "COPY requirements.txt /\nRUN pip install -r /requirements.txt\n",
                "requirements.txt": "pandas==2.2.2\n«apache-airflow==2.8.0»\n",
            }
        ),
    ],
    good=[
        {
            "Dockerfile": "FROM apache/airflow:2.9.1\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\n",
            "requirements.txt": "pandas==2.2.2\napache-airflow==2.9.1\n",
        },
        {"Dockerfile": "FROM apache/airflow:2.9.1\nRUN pip install pandas==2.2.2\n"},
    ],
)
def airflow_version_mismatch(stage: Stage, project: Project) -> Problems:
    """An image of one Airflow release installs another one.

    `pip` then replaces Airflow inside the official image without asking: the database, the providers and the start-up
    scripts of one release meet the code of another, and the image fails when it starts, or later. Name the same
    version in both places.

    https://airflow.apache.org/docs/docker-stack/build.html
    """
    if stage.image is None or stage.image_word is None:
        return
    from dagdock.api import AirflowVersion

    base = AirflowVersion.of_image(stage.image)
    if base is None or not base.pinned:
        return
    for requirement in project.requirements_of(stage).requirements:
        if requirement.name == "apache-airflow" and requirement.version and not requirement.conditional:
            wanted = AirflowVersion.parse(requirement.version)
            if wanted and not wanted.overlaps(base):
                yield Problem(
                    requirement,
                    f"this replaces Airflow {base} of the image `{stage.image_word.value}` by {wanted}. Name the same "
                    "version in both places",
                    related=[Related(stage.image_word, f"Airflow {base} comes from here")],
                )
