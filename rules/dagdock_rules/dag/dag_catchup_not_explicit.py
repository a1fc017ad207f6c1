from __future__ import annotations

import ast
from datetime import timedelta

from dagdock.api import Bad, Dag, Fix, Problem, Problems, Project, rule

from ._arguments import add_keyword
from ._schedule import is_part, is_set_later, recurs
from .dag_catchup_true import days_between
from .dag_dynamic_start_date import starts_now

# So few runs at once are harmless, when the start moves along.
FEW = 20
# With this in its environment Airflow 2 makes up for nothing unasked either.
DEFAULT = "AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT"


@rule(
    "AF102",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L46"],
    aliases=["dagruff:AIR003", "daglint:catchup_validation"],
    bad=[
        Bad(
            {
                "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
                "with «DAG»('sales', start_date=datetime(2023, 1, 1), schedule='@daily') as dag:\n    pass\n",
                "requirements.txt": "apache-airflow==2.9.1\n",
            },
            fixed={
                "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
                "with DAG('sales', start_date=datetime(2023, 1, 1), schedule='@daily', catchup=False) as dag:\n"
                "    pass\n"
            },
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "with DAG('sales', start_date=datetime(2023, 1, 1), schedule='@daily', catchup=False) as dag:\n    pass\n",
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "with DAG('sales', start_date=datetime(2023, 1, 1), schedule=None) as dag:\n    pass\n",
        "from datetime import datetime\nfrom airflow.sdk import DAG\n\n"
        "with DAG('sales', start_date=datetime(2023, 1, 1), schedule='@daily') as dag:\n    pass\n",
        {
            "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
            "with DAG('sales', start_date=datetime(2023, 1, 1), schedule='@daily') as dag:\n    pass\n",
            "compose.yaml": "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    environment:\n"
            "      AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT: 'false'\n    volumes:\n      - ./dags:/opt/airflow/dags\n",
        },
    ],
)
def dag_catchup_not_explicit(dag: Dag, project: Project) -> Problems:
    """A scheduled DAG does not say whether it makes up for the past.

    With catchup on, Airflow starts a run for every interval since start_date as soon as the DAG is switched on: a
    start date three years back and a daily schedule give a thousand runs at once. In Airflow 2 it is on unless you
    say otherwise, in Airflow 3 it is off. Write `catchup=False`, or `True` when the past is wanted.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html#catchup
    """
    version = project.airflow_version(dag)
    since3 = version.at_least(3) if version else None
    if since3 or dag.open or dag.catchup or not recurs(dag, default=since3 is False):
        return
    if is_set_later(dag, "catchup") or "catchup" in dag.default_args or starts_now(dag):
        return
    if _has_little_past(dag) or is_part(dag):
        return
    if (project.variable_for(dag.module, DEFAULT) or "").strip().lower() in ("false", "f", "0"):
        return
    edits = add_keyword(dag.module, dag.call, "catchup=False") if dag.call else []
    yield Problem(
        dag,
        "without `catchup` Airflow 2 starts a run for every interval since start_date. Write `catchup=False`, "
        "or `True` if you want them",
        severity="warning" if since3 is False else "info",
        fix=Fix("Add `catchup=False`", edits, "unsafe") if edits else None,
    )


def _has_little_past(dag: Dag) -> bool:
    """Whether start_date is always the same few intervals ago: `days_ago(1)`, `datetime.now() - timedelta(days=1)`."""
    days = days_between(dag)
    if dag.start_date is None or days is None:
        return False
    node = dag.module.origin(dag.start_date.node).node
    ago: float | None = None
    if isinstance(node, ast.Call) and (dag.module.qualified(node.func) or "").endswith("days_ago") and node.args:
        ago = dag.module.value(node.args[0]).get(int)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        back = dag.module.value(node.right).get(timedelta)
        ago = back.total_seconds() / 86400 if back else None
    return ago is not None and ago / days < FEW
