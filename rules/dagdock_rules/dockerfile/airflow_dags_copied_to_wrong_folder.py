from __future__ import annotations

from posixpath import normpath

from dagdock.api import Bad, CopyLike, Problem, Problems, rule

from ._airflow_image import HOME, is_airflow_image
from ._copies import from_context, inside_container, local_sources
from ._layers import ships


@rule(
    "DF395",
    severity="info",
    since="0.1",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad("FROM apache/airflow:2.9.1\nCOPY dags «/usr/local/airflow/dags»\n"),
        Bad("FROM apache/airflow:2.9.1\nCOPY dags/ «/opt/airflow/»\n"),
    ],
    good=[
        "FROM apache/airflow:2.9.1\nCOPY dags /opt/airflow/dags\n",
        "FROM apache/airflow:2.9.1\nCOPY dags ${AIRFLOW_HOME}/dags\n",
        "FROM apache/airflow:2.9.1\nENV AIRFLOW__CORE__DAGS_FOLDER=/srv/dags\nCOPY dags /srv/dags\n",
    ],
)
def airflow_dags_copied_to_wrong_folder(copy: CopyLike) -> Problems:
    """The DAGs are copied to a folder that Airflow does not look into.

    Airflow reads `dags` below AIRFLOW_HOME, `/opt/airflow/dags` in the official image, unless
    `AIRFLOW__CORE__DAGS_FOLDER` names another one. COPY of a folder copies what is in it, so the destination has to
    end with `dags` again.

    https://airflow.apache.org/docs/docker-stack/build.html#embedding-dags
    """
    stage = copy.stage
    if stage is None or from_context(copy) is None or not is_airflow_image(stage) or copy.destination is None:
        return
    sources = [normpath(source) for source in local_sources(copy)]
    if len(sources) != 1 or sources[0].rpartition("/")[2] != "dags" or not ships(copy):
        return
    scope = stage.scope_at()
    if "AIRFLOW__CORE__DAGS_FOLDER" in scope or copy.flag("parents"):
        return
    home = scope.value("AIRFLOW_HOME") if "AIRFLOW_HOME" in scope else HOME
    target = inside_container(copy)
    if target is None or home is None or not target.startswith("/") or "(" in target:
        return
    if target == f"{home}/dags" or target.startswith(f"{home}/dags/"):
        return
    yield Problem(
        copy.destination,
        f"Airflow reads DAGs from `{home}/dags` and looks nowhere else. Copy them there, or name this folder in "
        "`AIRFLOW__CORE__DAGS_FOLDER`",
    )
