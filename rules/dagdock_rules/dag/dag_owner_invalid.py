from __future__ import annotations

from dagdock.api import Argument, Bad, Dag, Problem, Problems, rule

from .default_args_unused import unused_default_args


@rule(
    "AF119",
    severity="info",
    since="0.1",
    default=False,
    aliases=["dagruff:DAG009", "daglint:owner_validation", "conformdag:effective-owner"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG(\n    'sales', start_date=datetime(2024, 1, 1), schedule=None, "
            "default_args={'owner': «'airflow'»}\n)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with «DAG»('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    BashOperator(task_id='load', bash_command='true')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args={'owner': 'shop'})\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom settings import base\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args={**base})\n",
    ],
)
def dag_owner_invalid(dag: Dag, *, owners: list[str] = []) -> Problems:
    """A DAG has no owner, or not one of those that were agreed on.

    The owner is whom to ask when it fails. It belongs to the tasks and is mostly given in default_args; without one it
    is `airflow`. The option `owners` lists those that are allowed; without it any but `airflow` will do.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#default-arguments
    """
    if dag.open or dag.default_args.open:
        return
    if "default_args" not in dag.arguments and unused_default_args(dag.module):
        return  # `default-args-unused` speaks of that
    if owner := dag.default_args.get("owner"):
        yield from _judge(owner, owners)
    told: set[int] = set()
    for task in dag.tasks:
        own = task.own.get("owner")
        if own and id(own.node) not in told:
            told.add(id(own.node))
            yield from _judge(own, owners)
    nobody = [task for task in dag.tasks if not task.open and "owner" not in task.arguments]
    if nobody:
        yield Problem(dag, "the tasks of this DAG have no owner. Add `default_args={'owner': '…'}`")


def _judge(owner: Argument, owners: list[str]) -> Problems:
    name = owner.value.get(str)
    if name is None:
        return
    given = [part.strip() for part in name.split(",")]
    if not owners and name in ("airflow", ""):
        yield Problem(owner, f"`{name}` is nobody: it is what Airflow takes without an owner. Name a person or a team")
    elif owners and (other := next((one for one in given if one not in owners), None)) is not None:
        yield Problem(owner, f"`{other}` is not among the owners: {', '.join(owners)}. Name one of them")
