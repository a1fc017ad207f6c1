from __future__ import annotations

from dagdock.api import Bad, BuiltDag, BuiltTask, DagModule, Problem, Problems, Project, nearest, rule

from ._pulls import Pull, pushed_keys, wrong_pulls


@rule(
    "AF422",
    severity="warning",
    since="0.1",
    lessons=["L45"],
    words=["xcom_pull"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.python import PythonOperator\n"
            "\n\ndef find(ti):\n    ti.xcom_push(key='path', value='/data')\n\n\n"
            "def load(ti):\n    print(ti.xcom_pull(task_ids=«'find'», key='file_path'))\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    one = PythonOperator(task_id='find', python_callable=find)\n"
            "    one >> PythonOperator(task_id='load', python_callable=load)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.python import PythonOperator\n"
            "\n\ndef count():\n    rows = len(open('/data').readlines())\n    print(rows)\n\n\n"
            "def show(ti):\n    print(ti.xcom_pull(task_ids=«'count'»))\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    one = PythonOperator(task_id='count', python_callable=count)\n"
            "    one >> PythonOperator(task_id='show', python_callable=show)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.python import PythonOperator\n"
        "\n\ndef find(ti):\n    ti.xcom_push(key='path', value='/data')\n\n\n"
        "def load(ti):\n    print(ti.xcom_pull(task_ids='find', key='path'))\n\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    one = PythonOperator(task_id='find', python_callable=find)\n"
        "    one >> PythonOperator(task_id='load', python_callable=load)\n",
    ],
)
def xcom_key_never_pushed(module: DagModule, project: Project) -> Problems:
    """A task pulls a key that the other task never pushes, or the result of one that returns nothing.

    Airflow says nothing about it: the pull gives None. What a task returns is under `return_value`, which a pull
    without a key asks for; everything else is under the key that `xcom_push` names. What a task prints goes to its log
    only.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
    """
    for pull, (dag, source, keys) in wrong_pulls(module, project, _missing):
        if pull.key == "return_value":
            yield Problem(pull.span, f"`{source}` returns nothing, so this pull gives None. {_returned(keys)}")
            continue
        yield Problem(
            pull.span,
            f"`{source}` pushes nothing under the key `{pull.key}`, so this pull gives None. {_meant(dag, pull, keys)}",
        )


def _missing(dag: BuiltDag, task: BuiltTask, pull: Pull) -> tuple[BuiltDag, str, set[str]] | None:
    """A task that does not push the key, with what it pushes."""
    if pull.task_ids is None or pull.elsewhere or pull.key is None:
        return None
    if pull.key == "return_value" and len(pull.task_ids) > 1:
        return None  # of several tasks it may be right that some have nothing to tell
    for name in pull.task_ids:
        source = dag.by_id.get(name)
        keys = pushed_keys(source) if source is not None else None
        if keys is not None and pull.key not in keys:
            return dag, name, keys
    return None


def _returned(keys: set[str]) -> str:
    if len(keys) == 1:
        return f"Pull what it pushes, `key='{next(iter(keys))}'`, or return the value"
    return "Return the value at the end of its function"


def _meant(dag: BuiltDag, pull: Pull, keys: set[str]) -> str:
    pushers = [task.task_id for task in dag.tasks if pull.key in (pushed_keys(task) or ())]
    if len(pushers) == 1:
        return f"It is `{pushers[0]}` that pushes it"
    own = sorted(keys - {"return_value"})
    likely = nearest(pull.key or "", [*own, "return_value"])
    return f"Did you mean `{likely}`?" if likely else "Push it there, or leave the key out for what the task returns"
