from __future__ import annotations

from dagdock.api import Bad, Env, Problem, Problems, Project, Stage, rule

EXECUTOR = "AIRFLOW__CORE__EXECUTOR"
CONNECTIONS = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN")


@rule(
    "DF396",
    severity="warning",
    since="0.1",
    lessons=["L57"],
    tags=["airflow"],
    bad=[
        Bad(
            "FROM apache/airflow:2.9.1\nENV «AIRFLOW__CORE__EXECUTOR=SequentialExecutor»\nCOPY dags /opt/airflow/dags\n"
        ),
        Bad(
            "FROM apache/airflow:2.9.1\nENV AIRFLOW__CORE__EXECUTOR=LocalExecutor \\\n"
            "    «AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=sqlite:////opt/airflow/airflow.db»\n"
        ),
    ],
    good=[
        "FROM apache/airflow:2.9.1\nENV AIRFLOW__CORE__EXECUTOR=LocalExecutor\n",
        'FROM apache/airflow:2.9.1\nENV AIRFLOW__CORE__EXECUTOR=SequentialExecutor\nCMD ["standalone"]\n',
        {
            "Dockerfile": "FROM apache/airflow:2.9.1\nENV AIRFLOW__CORE__EXECUTOR=SequentialExecutor\n",
            "compose.yaml": "services:\n  web:\n    build: .\n    command: webserver\n"
            "    environment: &env {AIRFLOW__CORE__EXECUTOR: LocalExecutor}\n"
            "  scheduler:\n    build: .\n    command: scheduler\n    environment: *env\n",
        },
    ],
)
def airflow_trial_settings_in_image(env: Env, project: Project) -> Problems:
    """An image of Airflow is set up for trying out only.

    SequentialExecutor runs one task at a time, and while it does the scheduler waits; it goes with SQLite, a database
    in a file, which containers of one deployment do not share. Both are meant for a first look in one container
    (`airflow standalone`). Use LocalExecutor or CeleryExecutor with PostgreSQL, and leave such settings to whoever
    starts the image.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/executor/index.html
    https://airflow.apache.org/docs/apache-airflow/stable/howto/set-up-database.html
    """
    stage = env.stage
    if stage is None or not any(str(pair.key) in (EXECUTOR, *CONNECTIONS) for pair in env.pairs):
        return
    scope = stage.scope_at(env)
    for pair in env.pairs:
        value = (pair.value.resolve(scope) if pair.value else None) or ""
        name = str(pair.key)
        if name == EXECUTOR and "SequentialExecutor" in value:
            message = "SequentialExecutor runs one task at a time, for trying out only. Use `LocalExecutor`"
        elif name in CONNECTIONS and value.startswith("sqlite"):
            message = "SQLite lies in one container, for trying out only. Use PostgreSQL, and set it when this starts"
        else:
            continue
        if _is_for_real(stage, name, project):
            yield Problem(pair, message)


def _is_for_real(stage: Stage, name: str, project: Project) -> bool:
    """Whether the setting is at work in something else than one container for trying out."""
    from ..airflow import calls_of_stage, deployment

    services = project.services_building(stage.dockerfile)
    if not services:
        calls = calls_of_stage(list(stage.dockerfile.stages)[-1])
        return not any(call.command == "standalone" for call in calls or ())
    for service in services:
        airflow = deployment(project.merged(service.file), project)
        parts = [part for part in airflow.servers if part.name == str(service.name)] if airflow else []
        if airflow and len(airflow.servers) > 1 and any(part.service.variable(name) is None for part in parts):
            found = [part.option(option) for part in parts for option in _options(name)]
            if any(option and option.place.span.source is stage.span.source for option in found):
                return True
    return False


def _options(name: str) -> list[str]:
    section, _, option = name.removeprefix("AIRFLOW__").lower().partition("__")
    return [f"{section}.{option}"]
