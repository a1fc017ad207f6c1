from __future__ import annotations

from dagdock.api import Argument, Bad, DagModule, Problem, Problems, Project, Related, rule

from ._once import others_like

_GONE = ("airflow.contrib.", "airflow.utils.dates", "airflow.operators.dummy", "airflow.operators.subdag")


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
    Where it is not known which Airflow there is, this is one remark, made in the first file that has an SLA.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/deadline-alerts.html
    """
    given = _given(module, project)
    version = project.airflow_version(module.source.whole)
    since3 = version.at_least(3) if version else None
    others = others_like(module, project, "sla", lambda *of: bool(_given(*of))) if given and not since3 else 0
    if others is None:
        return
    for argument in given if since3 else given[:1]:
        yield Problem(
            argument.whole,
            f"Airflow 3 ignores `{argument.name}`: nobody is told when a task is late. Use `execution_timeout` or "
            "`dagrun_timeout`, or a deadline alert (3.1)",
            severity=None if since3 else "info",
            related=[] if since3 else [Related(other.whole, "the same here") for other in given[1:]],
        )


def _given(module: DagModule, project: Project) -> list[Argument]:
    """The SLAs of a file, unless it is surely for Airflow 2."""
    version = project.airflow_version(module.source.whole)
    since3 = version.at_least(3) if version else None
    if since3 is False or (since3 is None and _is_for_2(module)):
        return []
    given: list[Argument | None] = []
    for dag in module.dags:
        given += [dag.arguments.get("sla_miss_callback"), dag.default_args.get("sla")]
    given += [task.own.get("sla") for task in module.tasks]
    found: dict[int, Argument] = {}
    for argument in given:
        if argument is not None and not (argument.value.known and argument.value.value is None):
            found.setdefault(id(argument.node), argument)
    return list(found.values())


def _is_for_2(module: DagModule) -> bool:
    """Whether a file uses what Airflow 3 does not have: nobody runs it there as it is."""
    if any("schedule_interval" in dag.arguments for dag in module.dags):
        return True
    return any(path.startswith(_GONE) or path.endswith("_operator") for path in module.imports)
