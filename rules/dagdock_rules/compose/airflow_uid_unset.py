from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own


@rule(
    "DC924",
    severity="info",
    since="0.1",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
            "    volumes: ['./dags:/opt/airflow/dags', '«./logs:/opt/airflow/logs»']\n"
        ),
    ],
    good=[
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    user: ${AIRFLOW_UID:-50000}:0\n    volumes: ['./logs:/opt/airflow/logs']\n",
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    volumes: ['logs:/opt/airflow/logs']\nvolumes:\n  logs:\n",
    ],
)
def airflow_uid_unset(file: ComposeFile, project: Project) -> Problems:
    """Airflow may not be allowed to write its logs to a folder of the host.

    Its image runs as user 50000, and on Linux a folder that is mounted belongs to whoever made it: the first task ends
    with `PermissionError: /opt/airflow/logs`. Run the containers as yourself: `user: "${AIRFLOW_UID:-50000}:0"`, and
    `echo "AIRFLOW_UID=$(id -u)" > .env`. A named volume needs neither.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/docker-compose/index.html#setting-the-right-airflow-user
    """
    airflow = deployment_of(file, project)
    if airflow is None:
        return
    from ..airflow import folder_of, mount_over

    for part in airflow.servers:
        folder = folder_of(part, "logging.base_log_folder", "logs")
        mount = mount_over(part, folder) if folder and part.is_plain and part.service.complete else None
        if mount is None or not mount.is_bind or part.service.has("user") or not is_own(mount, file):
            continue
        if part.stage is not None and part.stage.user_at() is not None:
            continue
        yield Problem(
            mount,
            "Airflow runs as user 50000 here, who on Linux may not write to a folder of yours. Add "
            '`user: "${AIRFLOW_UID:-50000}:0"` to its services, and to `.env` `AIRFLOW_UID=` and what `id -u` prints',
        )
        return
