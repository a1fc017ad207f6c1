from __future__ import annotations

import ast

from dagdock.api import Argument, Bad, DagModule, Problem, Problems, Project, rule

from ._operators import major_of


@rule(
    "AF723",
    severity="info",
    since="0.1",
    lessons=["L50"],
    words=["email_on"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "default_args = {'retries': 2, «'email_on_failure': True»}\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False,\n"
            "         default_args=default_args) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "default_args = {'retries': 2, 'email_on_failure': True, 'email': ['data@example.com']}\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False,\n"
        "         default_args=default_args) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.py')\n",
    ],
)
def email_without_address(module: DagModule, project: Project) -> Problems:
    """Mails about failures are asked for, and nobody is to get them.

    `email_on_failure=True` and `email_on_retry=True` do nothing without `email`, the address or addresses. Somebody
    may rely on a mail that never comes. Airflow 3 has notifiers in their place, such as `SmtpNotifier`.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/email-config.html
    """
    found: dict[int, Argument] = {}
    addressed: set[int] = set()
    for task in module.tasks:
        for name in ("email_on_failure", "email_on_retry"):
            argument = task.arguments.get(name)
            if argument is None or argument.value.get(bool) is not True:
                continue
            found.setdefault(id(argument.node), argument)
            # An empty list is for whoever copies the file to fill in.
            if task.open or "email" in task.arguments:
                addressed.add(id(argument.node))  # at least one task makes use of it
    told: set[ast.AST | None] = set()
    for key, argument in found.items():
        together = module.parent(argument.node)  # the dict that may ask for both kinds of mail
        if key not in addressed and together not in told:
            told.add(together)
            remedy = "Add `email`"
            if major_of(argument, project) == 3:  # where `email` is deprecated
                callback = argument.name.replace("email_on", "on") + "_callback"
                remedy = f"Use `{callback}=SmtpNotifier(…)`"
            yield Problem(
                argument.whole,
                f"`{argument.name}` does nothing without `email`, so no mail is sent. {remedy}, or take this out",
            )
