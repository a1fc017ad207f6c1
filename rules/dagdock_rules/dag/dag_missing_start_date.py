from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, Project, Task, rule

from ._schedule import is_set_later, runs_by_clock


@rule(
    "AF108",
    severity="error",
    since="0.1",
    lessons=["L46"],
    aliases=["dagruff:AIR002", "dagruff:DAG013"],
    bad=[
        Bad(
            {
                "dags/sales.py": "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
                "with «DAG»('sales', schedule='@daily', catchup=False) as dag:\n"
                "    BashOperator(task_id='load', bash_command='true')\n",
                "requirements.txt": "apache-airflow==2.9.1\n",
            }
        ),
    ],
    good=[
        {
            "dags/by_hand.py": "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
            "with DAG('by_hand', schedule=None) as dag:\n    BashOperator(task_id='load', bash_command='true')\n",
            "requirements.txt": "apache-airflow==2.9.1\n",
        },
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "default_args = {'start_date': datetime(2024, 1, 1)}\n"
        "with DAG('sales', schedule='@daily', default_args=default_args, catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='true')\n",
        "from airflow.providers.standard.operators.bash import BashOperator\nfrom airflow.sdk import DAG\n\n"
        "with DAG('sales', schedule='@daily') as dag:\n    BashOperator(task_id='load', bash_command='true')\n",
    ],
)
def dag_missing_start_date(dag: Dag, project: Project) -> Problems:
    """A scheduled DAG has no start_date, neither itself nor in its default_args.

    Airflow 2 refuses such a DAG (`DAG is missing the start_date parameter`), and it vanishes from the list. Airflow 3
    takes it and begins with the present. A fixed date, such as `datetime(2024, 1, 1)`, works in both.

    https://airflow.apache.org/docs/apache-airflow/2.10.5/core-concepts/dag-run.html
    """
    version = project.airflow_version(dag)
    since3 = version.at_least(3) if version else None
    if since3 or dag.open or dag.start_date or dag.default_args.open or is_set_later(dag, "start_date"):
        return
    if dag.catchup and dag.catchup.value.get(bool):
        return  # `dag-unsafe-catchup` speaks of that
    task = next((task for task in dag.tasks if _has_none(task)), None)
    if task is None or runs_by_clock(dag) is not True:
        return
    name = dag.dag_id.get(str)
    which = f"`{name}`" if name else "this DAG"
    if since3 is False:
        yield Problem(dag, f"{which} has no start_date, so Airflow does not load it. Give it one: {_EXAMPLE}")
    else:
        yield Problem(
            dag,
            f"{which} has no start_date: Airflow 2 does not load it then, Airflow 3 begins with the present. Give it "
            f"one: {_EXAMPLE}",
            severity="info",
        )


_EXAMPLE = "`start_date=datetime(2024, 1, 1)`"


def _has_none(task: Task) -> bool:
    """Whether it surely gets no start_date; a class of one's own may give itself one."""
    return task.known_signature and not task.open and "start_date" not in task.arguments and task.count.low > 0
