from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Text, rule

from ._airflow import deployment_of, is_own
from ._scripts import scripts_of

if TYPE_CHECKING:
    from ..airflow import Part

NAME = "_PIP_ADDITIONAL_REQUIREMENTS"
INSTALLERS = ("pip", "uv")


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
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n"
            '    command: bash -c "«pip install» pandas && airflow scheduler"\n'
        ),
    ],
    good=[
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
        "      _PIP_ADDITIONAL_REQUIREMENTS: ${_PIP_ADDITIONAL_REQUIREMENTS:-}\n",
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    volumes: ['./plugins/shop:/opt/shop']\n"
        "    command: bash -c 'pip install -e /opt/shop && airflow scheduler'\n",
    ],
)
def airflow_pip_at_start(file: ComposeFile, project: Project) -> Problems:
    """Packages are installed every time that a container of Airflow starts.

    `_PIP_ADDITIONAL_REQUIREMENTS` is for a quick try: each container downloads and installs the packages anew at every
    start, which takes minutes, needs the network, and gives other versions on another day. So does a `pip install` in
    front of `airflow …` in a command. Build an image with them: `FROM apache/airflow:…`, `RUN pip install -r
    requirements.txt`. Code that is worked on (`pip install -e …`) is left alone.

    https://airflow.apache.org/docs/docker-stack/build.html
    """
    airflow = deployment_of(file, project)
    told = set()
    for part in airflow.parts if airflow else ():
        setting = part.service.variable(NAME)
        value = setting.value if setting else None
        # What runs once, such as tests and preparations, is not started over and over.
        places = [] if part.programs == frozenset() else [*_installed(part)]
        if value is not None and (value.resolved or "").strip():
            places.append(value.raw)
        for place in places:
            if place.span not in told and is_own(place, file):
                told.add(place.span)
                yield Problem(
                    place,
                    "every container installs this anew at each start: slow, and not the same every time. Build an "
                    "image with these packages, and use it with `build:`",
                )


def _installed(part: Part) -> Iterator[Text]:
    """Where the command of a part, or its entry point, installs Python packages, up to what says so."""
    service = part.service
    words = [word.raw for command in (service.entrypoint, service.command) if command for word in command.words]
    if not any("install" in word for word in words):
        return
    if part.programs is None and not any("airflow" in word for word in words):
        return
    from ..packages import installs

    for script in scripts_of(service):
        for call in installs(script):
            is_program = call.verb.startswith("tool")  # `uv tool install`: beside Airflow
            if call.manager in INSTALLERS and not is_program and call.options.has("-e", "--editable") is not True:
                yield Text(call.head.text, call.head)
