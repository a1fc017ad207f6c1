from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own


@rule(
    "DC916",
    severity="info",
    since="0.1",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
            "    environment: &env {AIRFLOW__WEBSERVER__SECRET_KEY: '${KEY}'}\n"
            "    volumes: ['./dags:/opt/airflow/dags']\n"
            "  «scheduler»:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment: *env\n"
            "    volumes: ['./dags:/opt/airflow/dags']\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
        "    volumes: ['./logs:/opt/airflow/logs']\n"
        "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    volumes: ['./logs:/opt/airflow/logs']\n",
        "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
        "    environment: &env {AIRFLOW__LOGGING__REMOTE_LOGGING: 'true'}\n"
        "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment: *env\n",
    ],
)
def airflow_logs_not_shared(file: ComposeFile, project: Project) -> Problems:
    """The logs of tasks stay in the container that ran them.

    Airflow shows a task's log from the folder it was written to. In a container of its own that folder is gone when
    the container is made anew, and until then the web server has to ask for every page of it. Mount one volume on
    `/opt/airflow/logs` of all parts, or send logs to a store with `AIRFLOW__LOGGING__REMOTE_LOGGING`.

    https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/logging-monitoring/logging-tasks.html
    """
    airflow = deployment_of(file, project)
    web = airflow.running("webserver", "api-server") if airflow else []
    if airflow is None or not airflow.complete or not web:
        return
    from ..airflow import SECRET_KEY, folder_of, mount_over, shares_logs

    # Without a common key the web server cannot even ask for them, which another rule tells.
    if shares_logs(airflow) is not False or all(part.lacks(*SECRET_KEY) for part in airflow.servers):
        return
    for part in airflow.running("worker" if airflow.uses("CeleryExecutor") else "scheduler"):
        folder = folder_of(part, "logging.base_log_folder", "logs")
        if folder and part not in web and is_own(part.service, file):
            mount = mount_over(part, folder)
            if mount is None or mount.is_anonymous:
                yield Problem(
                    part.service,
                    f"the logs of tasks lie in the container of `{part.name}` and are gone with it. Mount one volume "
                    f"on `{folder}` of all parts of Airflow",
                )
                return
