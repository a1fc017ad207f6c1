from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

MAKES = {
    ("db", "init"): "a SQLite database",
    ("db", "migrate"): "a SQLite database",
    ("db", "upgrade"): "a SQLite database",
    ("db", "reset"): "a SQLite database",
    ("initdb",): "a SQLite database",
    ("users", "create"): "a SQLite database with the user and the password",
    ("create_user",): "a SQLite database with the user and the password",
    ("connections", "add"): "a SQLite database with the connection",
    ("connections", "import"): "a SQLite database with the connections",
    ("variables", "set"): "a SQLite database with the variable",
    ("variables", "import"): "a SQLite database with the variables",
}


@rule(
    "DF393",
    severity="warning",
    since="0.1",
    lessons=["L04", "L29"],
    tags=["airflow"],
    words=["airflow"],
    words_near=True,
    bad=[
        Bad("FROM apache/airflow:2.9.1\nRUN «airflow db migrate»\n"),
        Bad(
            "FROM python:3.11-slim\nRUN pip install apache-airflow==2.9.1\n"
            "RUN «airflow users create -u admin -p admin -r Admin -e a@example.com -f A -l B»\n"
        ),
    ],
    good=[
        'FROM apache/airflow:2.9.1\nCMD ["bash", "-c", "airflow db migrate && airflow scheduler"]\n',
        "FROM apache/airflow:2.9.1\nRUN airflow version\n",
    ],
)
def airflow_db_in_image(run: Run) -> Problems:
    """Airflow's metadata database is set up while the image is built.

    No database server runs during a build, so Airflow falls back on a SQLite file, and that file becomes part of the
    image, with users and passwords in it. Containers start from the same old copy each time, and the real database
    stays empty. Run it when the deployment starts: an init service in Compose, an init container or job elsewhere.

    https://airflow.apache.org/docs/docker-stack/entrypoint.html
    """
    scope = run.stage.scope_at(run) if run.stage else None
    names = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN")
    given = scope is not None and any(name in scope for name in names)
    for command in run.script.commands:
        effective = command.effective
        words = tuple(word.value or "" for word in effective.arguments[:2])
        made = MAKES.get(words) or MAKES.get(words[:1]) if effective.name == "airflow" else None
        if made is None or any(word.text.startswith("AIRFLOW__") for word in command.assignments):
            continue
        call = f"`airflow {' '.join(words).strip()}`"
        does = "needs the database, which is not there during a build" if given else f"puts {made} into the image"
        yield Problem(effective, f"{call} {does}. Run it when the deployment starts")
