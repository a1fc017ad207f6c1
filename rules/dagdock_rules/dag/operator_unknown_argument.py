from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Project, Task, nearest, rule

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
def operator_unknown_argument(task: Task, project: Project) -> Problems:
    """An operator is given an argument that it does not know.

    Operators refuse what they do not know, and Airflow does not load the file. What each takes is known from Airflow
    2.10 and 3.3 with their providers; arguments of earlier releases are the business of operator-deprecated-argument.

    https://airflow.apache.org/docs/apache-airflow/stable/_api/airflow/models/baseoperator/index.html
    """
    operator = operator_of(task)
    if operator is None or not operator.strict:
        return
    major = major_of(task, project)
    if operator.legacy and major is None:
        return  # Airflow 1 only warned
    known = operator.arguments()
    former = operator.earlier_arguments() | terms("operator_old")
    for name, argument in task.own.items():
        if name in known or name in former or argument.given != "keyword" or argument.key is None:
            continue
        lacking = operator.required() - set(task.own)
        # The one argument that is missing is the one that is meant.
        meant = nearest(name, known - set(task.own)) or (lacking.pop() if len(lacking) == 1 else None)
        key = task.module.span(argument.key)
        place = key.source.span(key.start, key.start + len(name)) if key.text.startswith(name) else key
        fix = Fix.replace(f"Write `{meant}`", place, meant, "unsafe") if meant and place.text == name else None
        remedy = f"Did you mean `{meant}`?" if meant else "Take it out, or look up what it is called"
        yield Problem(
            place,
            f"`{operator.name}` takes no argument `{name}`, so Airflow does not load this file. {remedy}",
            fix=fix,
            severity="error" if meant else "warning",
        )
