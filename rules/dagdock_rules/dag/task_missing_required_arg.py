from __future__ import annotations

import ast

from dagdock.api import Bad, Problem, Problems, Project, Task, rule

from ._operators import major_of, operator_of


@rule(
    "AF331",
    severity="error",
    since="0.1",
    aliases=["dagruff:AIRFLINT004"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.email import EmailOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    «EmailOperator»(task_id='tell', subject='Sales of {{ ds }}', html_content='They are there.')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.email import EmailOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False,\n"
        "         default_args={'to': 'shop@example.com'}) as dag:\n"
        "    EmailOperator(task_id='tell', subject='Sales of {{ ds }}', html_content='They are there.')\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator.partial(task_id='load').expand(bash_command=['load.py berlin', 'load.py paris'])\n",
    ],
)
def task_missing_required_arg(task: Task, project: Project) -> Problems:
    """An operator lacks an argument that it cannot do without.

    Airflow does not load the file. The argument may also come from the DAG's default_args.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/operators.html
    """
    operator = operator_of(task)
    if operator is None or not operator.strict or task.taskflow or task.open:
        return
    if operator.legacy and major_of(task, project) is None:
        return
    given = set(task.arguments)
    if task.mapped:
        expand = task.call
        if not isinstance(expand.func, ast.Attribute) or expand.func.attr != "expand":
            return
        if expand.args or any(keyword.arg is None for keyword in expand.keywords):
            return
        given |= {keyword.arg for keyword in expand.keywords if keyword.arg}
    if given & operator.earlier_arguments() or given - operator.arguments():
        return  # written for another release, or told already
    missing = sorted((operator.required() | {"task_id"}) - given)
    if missing:
        names = " and ".join(f"`{name}`" for name in missing)
        yield Problem(task, f"`{operator.name}` needs {names}, so Airflow does not load this file without")
