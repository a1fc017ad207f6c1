from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Problem, Problems, Project, rule

SESSIONS = (
    "airflow.utils.session.create_session", "airflow.utils.db.create_session", "airflow.settings.Session",
    "airflow.settings.session", "airflow.utils.session.provide_session", "airflow.utils.db.provide_session",
)  # fmt: skip


@rule(
    "AF820",
    severity="error",
    since="0.1",
    tags=["airflow-3"],
    words=["ession"],
    bad=[
        Bad(
            {
                "dags/sales.py": "from datetime import datetime\nfrom airflow.sdk import dag, task\n"
                "from airflow.utils.session import create_session\n\n\n"
                "@task\ndef count():\n    with «create_session()» as session:\n"
                "        print(session.execute('SELECT count(*) FROM dag_run').scalar())\n\n\n"
                "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n"
                "    count()\n\n\nsales()\n"
            }
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.sdk import dag, task\n"
        "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n\n"
        "@task\ndef count():\n    with PostgresHook('shop').get_sqlalchemy_engine().connect() as session:\n"
        "        print(session.execute('SELECT count(*) FROM sales').scalar())\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n"
        "    count()\n\n\nsales()\n",
    ],
)
def task_db_session(module: DagModule, project: Project) -> Problems:
    """A task asks Airflow's own database, which Airflow 3 does not let it do.

    In Airflow 3 workers have no way to the metadata database: a session of Airflow's raises an error there. Use the
    REST API, or what the task's context offers (`ti.get_dagrun_state`, `ti.get_previous_start_date` …). Only reported
    for Airflow 3.

    https://airflow.apache.org/docs/apache-airflow/stable/installation/upgrading_to_airflow3.html
    """
    version = project.airflow_version(module.source.whole)
    if version is None or version.at_least(3) is not True:
        return
    for call in module.calls():
        if call.name in SESSIONS and call.runs_at == "task":
            yield Problem(
                call,
                f"in Airflow 3 tasks have no access to its database, so `{_last(call.name)}` fails here. "
                "Use the REST API or the task's context",
            )
    for function in module.functions:
        if isinstance(function.node, ast.Lambda) or function.runs_at != "task":
            continue
        for decorator in function.node.decorator_list:
            if module.qualified(decorator) in SESSIONS:
                yield Problem(
                    module.span(decorator),
                    "in Airflow 3 tasks have no access to its database, so this session fails. Use the REST API or the "
                    "task's context",
                )


def _last(name: str | None) -> str:
    return (name or "").rpartition(".")[2]
