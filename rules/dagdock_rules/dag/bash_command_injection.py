from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Task, parse_jinja, rule

from ._operators import operator_of
from ._templates import pieces

# Over SSH a server drops most variables without a word, and older operators do not render `environment`.
_OVER_SSH = (
    "Let only harmless values in: declare it in the DAG as `params={'NAME': Param(type='string', "
    "pattern='^[A-Za-z0-9._/-]+$')}`, and write `{{ params.NAME }}` here"
)
# What a shell runs, by operator.
SHELLS = {"BashOperator": "bash_command", "BashSensor": "bash_command", "SSHOperator": "command"}


@rule(
    "AF520",
    severity="warning",
    since="0.1",
    security=6.0,
    tags=["security"],
    aliases=["semgrep:formatted-string-bashoperator"],
    words=["conf"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py {{ «dag_run.conf»[\"shop\"] }}')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.py \"$SHOP\"',\n"
        "                 env={'SHOP': '{{ dag_run.conf[\"shop\"] }}'}, append_env=True)\n",
    ],
)
def bash_command_injection(task: Task, project: Project) -> Problems:
    """What is given when a run is started goes into a shell command as it is.

    Whoever may trigger the DAG chooses `dag_run.conf`, and with `"; rm -rf /"` in it runs whatever they like on the
    worker. Hand the value over as an environment variable, and put that in quotes in the command. Servers take no
    variables over SSH unless their settings allow it: there, declare a `Param` with a `pattern` that says what is fine.

    https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html
    """
    argument = task.own.get(SHELLS.get(task.name, ""))
    if argument is None or operator_of(task) is None:
        return
    for piece in pieces(argument):
        if "conf" not in piece.text:
            continue
        for name in parse_jinja(piece.text).names:
            if name.text != "dag_run" or name.path[:1] != ["conf"]:
                continue
            end = name.end + len(".conf")
            exact = piece.text[name.start : end] == "dag_run.conf"
            remedy = f'Hand it over in {_env(task, project)} and use `"$NAME"` in the command'
            if task.name == "SSHOperator":
                remedy = _OVER_SSH
            if _is_whole(piece.text):
                remedy = "Write the commands here, and let it only choose among them"
            yield Problem(
                piece.span(name.start, end if exact else name.end),
                f"`dag_run.conf` is put into the command as it is, so whoever starts the DAG can run anything on the "
                f"{'server' if task.name == 'SSHOperator' else 'worker'}. {remedy}",
            )
            return


def _is_whole(text: str) -> bool:
    """Whether the template is all that there is of the command."""
    text = text.strip()
    return text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1


def _env(task: Task, project: Project) -> str:
    """Where variables of the command go; without `append_env` they would be all that it has, and PATH is gone."""
    version = project.airflow_version(task)
    if version is not None and version.at_least(2, 3) is False:
        return "`env={**os.environ, 'NAME': …}`"
    return "`env={'NAME': …}` with `append_env=True`"
