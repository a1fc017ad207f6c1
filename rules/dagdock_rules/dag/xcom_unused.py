from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Problem, Problems, Task, rule

from ._pushes import keeps_to_itself


@rule(
    "AF413",
    severity="info",
    since="0.1",
    default=False,
    aliases=["pylint-airflow:R8300"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.python import PythonOperator\n"
            "\n\ndef load():\n    return 'done'\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    «PythonOperator»(task_id='load', python_callable=load)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.python import PythonOperator\n"
        "\n\ndef load():\n    return 'done'\n\n\ndef show(ti):\n    print(ti.xcom_pull(task_ids='load'))\n\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    one = PythonOperator(task_id='load', python_callable=load)\n"
        "    one >> PythonOperator(task_id='show', python_callable=show)\n",
    ],
)
def xcom_unused(module: DagModule) -> Problems:
    """A task returns a value that no task of the file pulls.

    Each run writes it to Airflow's database for nothing. Return nothing, or set `do_xcom_push=False`. Other files may
    pull it, so this rule is off unless you select it.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
    """
    for task in module.tasks:
        task_id = task.task_id.get(str)
        if task.name != "PythonOperator" or task.function is None or task_id is None or keeps_to_itself(task):
            continue
        returned = [one for one in task.function.returns if one.origin.name != "None"]
        if returned and not task.own.open and not _may_be_pulled(module, task, task_id):
            yield Problem(
                task,
                f"nothing in this file pulls what `{task_id}` returns, and each run writes it to Airflow's database. "
                "Return nothing, or set `do_xcom_push=False`",
            )


def _may_be_pulled(module: DagModule, task: Task, task_id: str) -> bool:
    """Whether some text of the file names the task a second time, or a pull may mean any task."""
    own = task.own["task_id"].node
    for node in module.names.parents:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node is not own and task_id in node.value:
            return True
    if module.names.attributes.get("output"):
        return True
    for call in module.calls():
        if getattr(call.node.func, "attr", "") == "xcom_pull":
            given = [*call.node.args[:1], *(one.value for one in call.node.keywords if one.arg == "task_ids")]
            if not given or not module.value(given[0]).known:
                return True
    return False
