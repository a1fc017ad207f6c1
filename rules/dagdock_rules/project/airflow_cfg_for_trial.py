from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

from ._airflow_cfg import CONNECTIONS, complaint

if TYPE_CHECKING:
    from dagdock.api import ComposeFile, Project


@rule(
    "PJ120",
    severity="warning",
    since="0.1",
    kind="project",
    lessons=["L29", "L57"],
    tags=["airflow"],
    bad=[
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
                "    volumes: &cfg ['./airflow.cfg:/opt/airflow/airflow.cfg']\n"
                "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    volumes: *cfg\n",
                "airflow.cfg": "[core]\nexecutor = «SequentialExecutor»\n"
                "[database]\nsql_alchemy_conn = «sqlite:////opt/airflow/airflow.db»\n",
            }
        ),
    ],
    good=[
        {
            "compose.yaml": "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n"
            "    environment: &env {AIRFLOW__CORE__EXECUTOR: LocalExecutor}\n"
            "    volumes: &cfg ['./airflow.cfg:/opt/airflow/airflow.cfg']\n"
            "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    volumes: *cfg\n"
            "    environment: *env\n",
            "airflow.cfg": "[core]\nexecutor = SequentialExecutor\n"
            "[database]\nsql_alchemy_conn = postgresql+psycopg2://airflow@db/airflow\n",
        },
    ],
)
def airflow_cfg_for_trial(file: ComposeFile, project: Project) -> Problems:
    """The `airflow.cfg` of a deployment is set up for trying out only.

    SequentialExecutor runs one task at a time; SQLite is a file that containers do not share. Airflow writes both into
    the `airflow.cfg` that it makes at its first start, and a copy of that often ends up in a deployment. Set
    LocalExecutor or CeleryExecutor and PostgreSQL there, or in the environment, which comes before the file.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html
    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/executor/index.html
    """
    from ..compose._airflow import deployment_of

    airflow = deployment_of(file, project)
    if airflow is None or len(airflow.servers) < 2:
        return
    from ..airflow import starts_a_script

    told = set()
    for part in airflow.servers:
        if part.stage is not None and starts_a_script(part.stage):
            continue
        for option in (part.option("core.executor"), part.option(*CONNECTIONS)):
            source = option.place.span.source if option else None
            if option is None or source is None or not source.path.endswith(".cfg") or option.place.span in told:
                continue
            told.add(option.place.span)
            if message := complaint(option.name, option.value or ""):
                yield Problem(option.place, message, related=[Related(part.service, f"`{part.name}` reads this file")])
