from __future__ import annotations

from functools import cache
from typing import Any

from dagdock.api import Argument, Bad, Edit, Fix, Problem, Problems, Project, Task, load_data, rule

from ._operators import OLDEST, Operator, major_of, operator_of
from ._releases import is_before_3


@rule(
    "AF332",
    severity="warning",
    since="0.1",
    fix="unsafe",
    aliases=["ruff:AIR301"],
    tags=["airflow-3"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.docker.operators.docker import DockerOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    DockerOperator(task_id='load', image='shop/load:1.4', «auto_remove=True»)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.docker.operators.docker import DockerOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    DockerOperator(task_id='load', image='shop/load:1.4', auto_remove='success')\n",
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    KubernetesPodOperator(task_id='load', image='shop/load:1.4', «is_delete_operator_pod=False»)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    KubernetesPodOperator(task_id='load', image='shop/load:1.4', on_finish_action='keep_pod')\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.providers.docker.operators.docker import DockerOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    DockerOperator(task_id='load', image='shop/load:1.4', auto_remove='success')\n",
    ],
)
def operator_deprecated_argument(task: Task, project: Project) -> Problems:
    """An operator is given an argument that was renamed or given up.

    What a provider gave up, its next release refuses: the file does not load any more after the update. Some
    arguments are still taken, and ignored. Projects that pin an Airflow from before 2.10 are left alone.

    https://airflow.apache.org/docs/apache-airflow-providers/index.html
    """
    operator = operator_of(task)
    if operator is None:
        return
    version = project.airflow_version(task)
    if version is not None and version.at_least(*OLDEST) is False:
        return
    if operator.legacy and (version is None or version.at_least(2) is not True):
        return
    major = major_of(task, project)
    if major == 3 and is_before_3(task.module):
        return  # it does not load there at all, and is written for another one
    for argument in task.own.values():
        if argument.given != "keyword":
            continue
        fact = _fact(operator, argument)
        # Providers have releases of their own: with Airflow 2 there may be a new one.
        takes = operator.arguments(3 if major == 3 else None)
        if fact is None and (argument.name in takes or not operator.strict):
            continue
        former = argument.name in operator.earlier_arguments() | operator.arguments()
        if fact is None and not former:
            continue
        refused = argument.name not in takes or (fact is not None and "values" in fact and not fact.get("accepted"))
        if fact is not None and not refused and (not fact.get("accepted") or (fact.get("delete") and version is None)):
            continue
        if fact is not None and fact.get("delete") and not refused and not _is_first(task, argument.name):
            continue  # harmless, and the same everywhere: once a file is enough
        yield _problem(task, operator, argument, fact, refused=refused, in_three=major == 3, sure=major is not None)


def _is_first(task: Task, name: str) -> bool:
    return next((other for other in task.module.tasks if name in other.own), task) is task


def _fact(operator: Operator, argument: Argument) -> dict[str, Any] | None:
    """What is known of an argument, where its value is one that it is about."""
    for fact in _facts().get(argument.name, ()):
        if fact["operators"] and operator.name not in fact["operators"]:
            continue
        if not fact["operators"] and argument.name not in operator.arguments() | operator.earlier_arguments():
            continue
        if "values" in fact and argument.value.get(bool) is None:
            continue
        return fact
    return None


@cache
def _facts() -> dict[str, list[dict[str, Any]]]:
    """What is known of arguments, by their names."""
    found: dict[str, list[dict[str, Any]]] = {}
    for fact in load_data("dagdock_rules", "airflow-arguments")["argument"]:
        found.setdefault(fact["name"], []).append(fact)
    return found


def _problem(
    task: Task,
    operator: Operator,
    argument: Argument,
    fact: dict[str, Any] | None,
    *,
    refused: bool,
    in_three: bool,
    sure: bool,
) -> Problem:
    name = argument.name
    where, ends = "of Airflow 3 " if in_three else "", ""
    what = f"current releases {where}refuse `{name}` of `{operator.name}`"
    if not refused:
        what = f"`{name}` of `{operator.name}` is deprecated"
        ends = ", and Airflow 3 refuses it" if _is_refused_by_3(operator, name) else ""
    elif fact and "values" in fact and "instead" not in fact:
        what = f"current releases refuse `{argument.whole.text}` of `{operator.name}`"
    why = f": {fact['why']}{ends}" if fact else ""
    return Problem(
        argument.whole,
        f"{what}{why}. {_remedy(argument, fact)}",
        fix=_fix(task, argument, fact),
        aliases=["ruff:AIR301"] if refused and in_three else (),
        severity=("error" if sure else "info") if refused else "info" if fact and _goes(argument, fact) else "warning",
    )


def _is_refused_by_3(operator: Operator, name: str) -> bool:
    return operator.strict and name not in operator.arguments(3)


def _goes(argument: Argument, fact: dict[str, Any]) -> bool:
    """Whether it says nothing that does not hold without it."""
    return bool(fact.get("delete")) or ("default" in fact and argument.value.get(bool) is fact["default"])


def _written(argument: Argument, fact: dict[str, Any]) -> str | None:
    """The argument as it should be; None where it only goes, or its value must be thought about."""
    if _goes(argument, fact) or fact.get("moved"):
        return None
    value = argument.span.text
    if "values" in fact:
        value = fact["values"][str(argument.value.get(bool))]
    return f"{fact.get('instead', argument.name)}={value}"


def _remedy(argument: Argument, fact: dict[str, Any] | None) -> str:
    if fact is None:
        return "Look up what took its place"
    if _goes(argument, fact):
        return "Take it out"
    written = _written(argument, fact)
    return f"Write `{written}`" if written and len(written) < 60 else f"Use `{fact['instead']}`"


def _fix(task: Task, argument: Argument, fact: dict[str, Any] | None) -> Fix | None:
    if fact is None or argument.key is None or fact.get("instead") in task.own:
        return None
    whole = argument.whole
    if not whole.text.startswith(f"{argument.name}="):
        return None
    if _goes(argument, fact):
        return _without(argument)
    written = _written(argument, fact)
    return Fix.replace(f"Write `{written}`", whole, written, "unsafe") if written else None


def _without(argument: Argument) -> Fix | None:
    """Take a keyword argument out with the comma and the blanks before it."""
    whole = argument.whole
    text = whole.source.text
    start = whole.start
    while start > 0 and text[start - 1].isspace():
        start -= 1
    if start == 0 or text[start - 1] != ",":
        return None
    return Fix("Take it out", [Edit(whole.source.span(start - 1, whole.end), "")], "unsafe")
