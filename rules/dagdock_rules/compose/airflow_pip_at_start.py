from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own

NAME = "_PIP_ADDITIONAL_REQUIREMENTS"


@rule(
    "DC921",
    severity="warning",
    since="0.1",
    lessons=["L29", "L58"],
    tags=["airflow", "reproducible"],
    bad=[
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
            "      _PIP_ADDITIONAL_REQUIREMENTS: «pandas apache-airflow-providers-mongo»\n"
        ),
    ],
    good=[
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
        "      _PIP_ADDITIONAL_REQUIREMENTS: ${_PIP_ADDITIONAL_REQUIREMENTS:-}\n",
    ],
)
def airflow_pip_at_start(file: ComposeFile, project: Project) -> Problems:
    """Packages are installed every time that a container of Airflow starts.

    `_PIP_ADDITIONAL_REQUIREMENTS` is for a quick try: each container downloads and installs the packages anew at every
    start, which takes minutes, needs the network, and gives other versions on another day. Build an image with them:
    `FROM apache/airflow:…`, `RUN pip install -r requirements.txt`.

    https://airflow.apache.org/docs/docker-stack/build.html
    """
    airflow = deployment_of(file, project)
    told = set()
    for part in airflow.parts if airflow else ():
        setting = part.service.variable(NAME)
        value = setting.value if setting else None
        if value is None or not (value.resolved or "").strip() or not is_own(value, file):
            continue
        if value.span not in told:
            told.add(value.span)
            yield Problem(
                value,
                "every container installs this anew at each start: slow, and not the same every time. Build an image "
                "with these packages, and use it with `build:`",
            )
