from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Related, Run, rule

from ..packages import installs
from ._airflow_image import refuses_root
from ._users import is_root

# With these somebody else may run it.
OTHERS = frozenset(("sudo", "su", "gosu", "runuser", "setpriv", "su-exec", "doas"))


@rule(
    "DF391",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L13", "L58"],
    tags=["airflow"],
    bad=[
        Bad(
            "FROM apache/airflow:2.9.1\nUSER root\nRUN apt-get update && apt-get install -y gcc\n"
            "RUN «pip install» apache-airflow==2.9.1 pandas\n",
            fixed="FROM apache/airflow:2.9.1\nUSER root\nRUN apt-get update && apt-get install -y gcc\n"
            "USER airflow\nRUN pip install apache-airflow==2.9.1 pandas\n",
        ),
    ],
    good=[
        "FROM apache/airflow:2.9.1\nUSER root\nRUN apt-get update && apt-get install -y gcc\nUSER airflow\n"
        "RUN pip install apache-airflow==2.9.1 pandas\n",
        "FROM python:3.12-slim\nUSER root\nRUN pip install pandas\n",
    ],
)
def airflow_pip_as_root(run: Run) -> Problems:
    """pip runs as root in an Airflow image.

    The official image refuses that: its `pip` stops with an error for root, because packages of root are not seen by
    the user `airflow` who runs everything. Install system packages as root and Python packages as `airflow`. The `pip`
    of a virtual environment, called by its path, is another one.

    https://airflow.apache.org/docs/docker-stack/build.html#adding-new-pypi-packages-individually
    """
    stage = run.stage
    user = stage.user_at(run) if stage else None
    if stage is None or user is None or run.onbuild is not None or not refuses_root(stage):
        return
    if not is_root(user, stage):
        return
    for call in installs(run.script):
        if call.manager != "pip" or OTHERS & {*call.command.wrappers, *(each.name for each in run.script.commands)}:
            continue
        if call.command.effective.words[0].value not in ("pip", "pip3"):
            continue  # that of a virtual environment takes packages from root, and so does `python -m pip`
        alone = all(each.effective.name in ("pip", "pip3", "python", "python3") for each in run.script.commands)
        keyword = "USER" if run.keyword.isupper() else "user"
        yield Problem(
            call.head,
            "the Airflow image refuses `pip` for root, so the build stops here. Write `USER airflow` before it",
            related=[Related(user, "root from here on")],
            fix=Fix.insert_line_before("Write `USER airflow` before it", run, f"{keyword} airflow", "unsafe")
            if alone
            else None,
        )
        return
