from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Task, nearest, rule


@rule(
    "AF726",
    severity="error",
    since="0.1",
    default=False,
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.ssh.operators.ssh import SSHOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    SSHOperator(task_id='load', command='load.py ', ssh_conn_id=«'ssh_defualt'»)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.providers.ssh.operators.ssh import SSHOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    SSHOperator(task_id='load', command='load.py ', ssh_conn_id='ssh_default')\n",
    ],
)
def conn_id_unknown(task: Task, *, connections: list[str] = ["ssh_default"]) -> Problems:
    """A task names a Connection that there is not.

    The task fails when it is due. `connections` lists the ids that the team's Airflow has.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html
    """
    for name, argument in task.arguments.items():
        value = argument.value.get(str) if name == "conn_id" or name.endswith("_conn_id") else None
        if value and "{{" not in value and value not in connections:
            meant = nearest(value, connections)
            yield Problem(
                argument,
                f"there is no Connection `{value}`, so the task fails. "
                + (f"Did you mean `{meant}`?" if meant else "Make it, or use one that is there"),
            )
