from __future__ import annotations

from posixpath import basename, normpath
from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Related, VolumeMount, rule

from ._airflow import deployment_of, is_own

if TYPE_CHECKING:
    from ..airflow import Deployment, Part

OPTION = "core.dags_folder"


@rule(
    "DC915",
    severity="error",
    since="0.1",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
            "    volumes: ['./dags:/opt/airflow/dags']\n"
            "  «worker»:\n    image: apache/airflow:2.9.1\n    command: celery worker\n"
        ),
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
            "    volumes: ['./dags:/opt/airflow/dags']\n"
            "  worker:\n    image: apache/airflow:2.9.1\n    command: celery worker\n"
            "    volumes: ['«./src/dags:/opt/airflow/dags»']\n"
        ),
        Bad(
            "services:\n  airflow:\n    image: apache/airflow:2.9.1\n    command: standalone\n"
            "    volumes: ['«./dags:/usr/local/airflow/dags»']\n"
        ),
    ],
    good=[
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    volumes: ['./dags:/opt/airflow/dags']\n"
        "  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n",
        {
            "compose.yaml": "services:\n  scheduler:\n    build: .\n    command: scheduler\n"
            "    volumes: ['./dags:/opt/airflow/dags']\n"
            "  worker:\n    build: .\n    command: celery worker\n",
            "Dockerfile": "FROM apache/airflow:2.9.1\nCOPY dags /opt/airflow/dags\n",
        },
        "services:\n  airflow:\n    image: apache/airflow:2.9.1\n    command: standalone\n"
        "    environment:\n      AIRFLOW__CORE__DAGS_FOLDER: /srv/dags\n    volumes: ['./dags:/srv/dags']\n",
    ],
)
def airflow_dags_not_mounted_alike(file: ComposeFile, project: Project) -> Problems:
    """Parts of Airflow that read DAG files do not have the same ones.

    The scheduler, from Airflow 3 the DAG processor, reads the files to know the DAGs; whoever runs a task, a worker or
    the scheduler, reads them again. A part without the folder fails with "DAG not found", and one with another folder
    runs other code than the one that is shown. Mount the same folder in all of them, where Airflow looks for it:
    `/opt/airflow/dags`, or what `AIRFLOW__CORE__DAGS_FOLDER` says.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/docker-compose/index.html
    """
    airflow = deployment_of(file, project)
    if airflow is None:
        return
    places = [(part, _mount(part)) for part in _readers(airflow)]
    mounted = [(part, mount) for part, mount in places if mount is not None]
    first = next(((part, mount) for part, mount in mounted if mount.source), None)
    if first is None:
        yield from _elsewhere(airflow, file)
        return
    for part, mount in places:
        if part is first[0]:
            continue
        if mount is None:
            if airflow.complete and _has_no_dags(part) and is_own(part.service, file):
                yield Problem(
                    part.service,
                    f"`{part.name}` reads DAG files and does not have the ones that `{first[0].name}` mounts, so its "
                    f"tasks fail. Mount `{first[1].source}` here, too",
                    related=[Related(first[1], f"what `{first[0].name}` mounts")],
                )
        elif mount.source and _differ(mount, first[1], airflow) and is_own(mount, file):
            yield Problem(
                mount,
                f"`{part.name}` reads other DAG files than `{first[0].name}`, which mounts `{first[1].source}`. Mount "
                "the same folder in both",
                related=[Related(first[1], f"what `{first[0].name}` mounts")],
            )


def _readers(airflow: Deployment) -> list[Part]:
    """The parts that read DAG files."""
    names = ["worker", "dag-processor", "standalone"]
    is_3 = airflow.at_least(3)
    if is_3 is False or airflow.uses("LocalExecutor"):
        names.append("scheduler")
    return airflow.running(*names)


def _folder(part: Part) -> str | None:
    from ..airflow import folder_of

    return folder_of(part, OPTION, "dags")


def _mount(part: Part) -> VolumeMount | None:
    from ..airflow import mount_over

    folder = _folder(part)
    return mount_over(part, folder) if folder else None


def _has_no_dags(part: Part) -> bool:
    """Whether the image surely brings no DAGs, and nothing else is mounted that may bring them."""
    from ..airflow import copies_to

    folder = _folder(part)
    return folder is not None and part.is_plain and not part.service.has("volumes_from") and not copies_to(part, folder)


def _differ(mount: VolumeMount, other: VolumeMount, airflow: Deployment) -> bool:
    """Whether two mounts surely show different folders."""
    same_target = mount.target and other.target and normpath(str(mount.target)) == normpath(str(other.target))
    if not same_target or mount.type != other.type:
        return False
    one, two = str(mount.source), str(other.source)
    if mount.is_bind:
        one, two = normpath(one), normpath(two)
    return one != two and airflow.model.directory_of(mount) == airflow.model.directory_of(other)


def _elsewhere(airflow: Deployment, file: ComposeFile) -> Problems:
    """A folder of DAGs that is mounted where no part looks for it."""
    told = set()
    for part in _readers(airflow):
        folder = _folder(part)
        if folder is None or not _has_no_dags(part) or not part.service.complete:
            continue
        for mount in part.service.volumes:
            source, target = str(mount.source or ""), str(mount.target or "")
            is_meant = basename(normpath(source)) == "dags" or basename(normpath(target)) == "dags"
            inside = f"{normpath(target)}/".startswith(f"{folder}/") if target else True
            span = mount.span
            if mount.is_bind and is_meant and not inside and is_own(mount, file) and span.start not in told:
                told.add(span.start)
                yield Problem(
                    mount,
                    f"Airflow looks for DAGs in `{folder}`, and nothing is mounted there. Mount `{source}` on it",
                )
