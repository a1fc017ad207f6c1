from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, rule

from ._airflow_cfg import CONNECTIONS, complaint

if TYPE_CHECKING:
    from dagdock.api import Project, Stage


@rule(
    "PJ121",
    severity="warning",
    since="0.1",
    kind="project",
    lessons=["L57"],
    tags=["airflow"],
    bad=[
        Bad(
            {
                "Dockerfile": "FROM apache/airflow:2.9.1\nCOPY airflow.cfg /opt/airflow/airflow.cfg\n",
                "airflow.cfg": "[core]\ndags_folder = /opt/airflow/dags\nexecutor = «SequentialExecutor»\n",
            }
        ),
    ],
    good=[
        {
            "Dockerfile": "FROM apache/airflow:2.9.1\nCOPY airflow.cfg /opt/airflow/airflow.cfg\n"
            "ENV AIRFLOW__CORE__EXECUTOR=LocalExecutor\n",
            "airflow.cfg": "[core]\nexecutor = SequentialExecutor\n",
        },
        {
            "Dockerfile": 'FROM apache/airflow:2.9.1\nCOPY airflow.cfg /opt/airflow/airflow.cfg\nCMD ["standalone"]\n',
            "airflow.cfg": "[core]\nexecutor = SequentialExecutor\n",
        },
    ],
)
def airflow_cfg_for_trial_in_image(stage: Stage, project: Project) -> Problems:
    """An image brings an `airflow.cfg` that is set up for trying out only.

    SequentialExecutor runs one task at a time; SQLite is a file in the container. Airflow writes both into the
    `airflow.cfg` that it makes at its first start, and whoever starts the image gets them without knowing. Set
    LocalExecutor or CeleryExecutor and PostgreSQL, or leave the file out of the image and use the environment.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html
    """
    if not stage.is_final or b"airflow" not in (project.facts.read(project.path_of(stage) or "") or b""):
        return
    from ..airflow import calls_of_stage, copied_config, options_in, starts_a_script

    if starts_a_script(stage) or project.services_building(stage.dockerfile):
        return
    source = copied_config(stage, project)
    if source is None or any(call.command == "standalone" for call in calls_of_stage(stage) or ()):
        return
    options = options_in(source)
    scope = stage.scope_at()
    for names in (("core.executor",), CONNECTIONS):
        option = next((name for name in names if name in options), None)
        is_set = any(f"AIRFLOW__{name.replace('.', '__')}".upper() in scope for name in names)
        if option and not is_set and (message := complaint(option, options[option])):
            yield Problem(options[option], message)
