from __future__ import annotations

from collections.abc import Iterable

from dagdock.api import Argument, Bad, DagModule, Problem, Problems, Project, rule


@rule(
    "AF803",
    severity="warning",
    since="0.1",
    precision="very-high",
    tags=["airflow-3"],
    lessons=["L50"],
    aliases=["ruff:AIR311"],
    words=["sla"],
    bad=[
        Bad(
            "from datetime import datetime, timedelta\nfrom airflow.sdk import DAG\n\n"
            "default_args = {«'sla': timedelta(hours=1)»}\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', default_args=default_args)\n"
        ),
    ],
    good=[
        {
            "dags/sales.py": "from datetime import datetime, timedelta\nfrom airflow import DAG\n\n"
            "default_args = {'sla': timedelta(hours=1)}\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', default_args=default_args)\n",
            "requirements.txt": "apache-airflow==2.9.1\n",
        },
        "from datetime import datetime, timedelta\nfrom airflow.sdk import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', dagrun_timeout=timedelta(hours=1))\n",
    ],
)
def sla_removed(module: DagModule, project: Project) -> Problems:
    """A DAG relies on SLAs, which Airflow 3 ignores.

    Airflow 3 takes `sla` and `sla_miss_callback` without a word, and nobody is told any more when a task is late. From
    3.1 on there are deadline alerts; `execution_timeout` and `dagrun_timeout` end what takes too long in all versions.
    Where it is not known which Airflow there is, nothing is said: on Airflow 2 they work.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/deadline-alerts.html
    """
    version = project.airflow_version(module.source.whole)
    if version is None or version.at_least(3) is not True:
        return  # on Airflow 2 they work
    has = {name for dag in module.dags for name in (*dag.arguments, *dag.default_args)}
    limits = [f"`{name}`" for name in ("execution_timeout", "dagrun_timeout") if name not in has]
    limits += ["a deadline alert (since Airflow 3.1)"]
    for argument in _given(module):
        yield Problem(
            argument.whole,
            f"Airflow 3 ignores `{argument.name}`: nobody is told when a task is late. Use {' or '.join(limits)}",
        )


def _given(module: DagModule) -> Iterable[Argument]:
    """The SLAs of a file."""
    given: list[Argument | None] = []
    for dag in module.dags:
        given += [dag.arguments.get("sla_miss_callback"), dag.default_args.get("sla")]
    given += [task.own.get("sla") for task in module.tasks]
    found: dict[int, Argument] = {}
    for argument in given:
        if argument is not None and not (argument.value.known and argument.value.value is None):
            found.setdefault(id(argument.node), argument)
    return found.values()
