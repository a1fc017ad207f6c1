from __future__ import annotations

from collections.abc import Mapping

from dagdock.api import Argument, Bad, DagModule, Fix, Problem, Problems, Project, nearest, rule

from ._operators import major_of, operator_of, terms


@rule(
    "AF330",
    severity="error",
    since="0.1",
    fix="unsafe",
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', «bash_comand»='load.py {{ ds }}')\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py {{ ds }}')\n",
        ),
        Bad(
            "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
            "@task(«retry»=3)\ndef load():\n    ...\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False)\ndef sales():\n    load()\n\n\n"
            "sales()\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.py {{ ds }}', retries=2, append_env=True)\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n\n"
        "class ShopOperator(BashOperator):\n    def __init__(self, shop, **kwargs):\n"
        "        super().__init__(bash_command=f'load.py {shop}', **kwargs)\n\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    ShopOperator(task_id='load', shop='berlin')\n",
    ],
)
def operator_unknown_argument(module: DagModule, project: Project) -> Problems:
    """An operator or a DAG is given an argument that it does not know.

    They refuse what they do not know, and Airflow does not load the file. What each takes is known from Airflow 2.10
    and 3.3 with their providers; arguments of earlier releases are the business of operator-deprecated-argument and
    dag-removed-argument.

    https://airflow.apache.org/docs/apache-airflow/stable/_api/airflow/models/baseoperator/index.html
    """
    for dag in module.dags:
        if dag.known_signature:
            yield from _unknown("DAG", dag.arguments, terms("dag"), frozenset())
    for task in module.tasks:
        operator = operator_of(task)
        # Airflow 1 only warned.
        if operator is None or not operator.strict or (operator.legacy and major_of(task, project) is None):
            continue
        earlier, old = operator.earlier_arguments(), terms("operator_old")
        given = {name: argument for name, argument in task.own.items() if name not in earlier and name not in old}
        yield from _unknown(operator.name, given, operator.arguments(), operator.required() - set(task.own))


# Arguments by which everybody knows an operator.
_OWNERS = {
    "bash_command": "BashOperator",
    "op_args": "PythonOperator",
    "op_kwargs": "PythonOperator",
    "python_callable": "PythonOperator",
}


def _unknown(
    taker: str, given: Mapping[str, Argument], known: frozenset[str], lacking: frozenset[str] | set[str]
) -> Problems:
    for name, argument in given.items():
        if name in known or argument.given != "keyword" or argument.key is None:
            continue
        # The one argument that is missing is the one that is meant.
        meant = nearest(name, known - set(given))
        owner = None if meant else _OWNERS.get(name)
        if owner is None and meant is None and len(lacking) == 1:
            meant = next(iter(lacking))
        key = argument.module.span(argument.key)
        place = key.source.span(key.start, key.start + len(name)) if key.text.startswith(name) else key
        fix = Fix.replace(f"Write `{meant}`", place, meant, "unsafe") if meant and place.text == name else None
        remedy = f"Did you mean `{meant}`?" if meant else "Take it out, or look up what it is called"
        if owner is not None:
            remedy = f"It is an argument of `{owner}`"
        yield Problem(
            place,
            f"`{taker}` takes no argument `{name}`, so Airflow does not load this file. {remedy}",
            fix=fix,
            severity="error" if meant or owner else "warning",
        )
