from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Task, rule

from ._templates import speaks_airflow, unrendered


@rule(
    "AF620",
    severity="warning",
    since="0.2",
    lessons=["L54"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.python import PythonOperator\n\n\n"
            "def load(day):\n    print(day)\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    PythonOperator(task_id='load', python_callable=load, params={'day': '«{{ ds }}»'})\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py', queue='«{{ var.value.queue }}»')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.operators.python import PythonOperator\n\n\n"
        "def load(day):\n    print(day)\n\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    PythonOperator(task_id='load', python_callable=load, op_kwargs={'day': '{{ ds }}'})\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.py {{ ds }}', doc_md='Loads the day `{{ ds }}`')\n",
    ],
)
def template_in_untemplated_field(task: Task, project: Project) -> Problems:
    """A template stands in an argument that Airflow does not render.

    Only the arguments in an operator's `template_fields` are rendered. In all others the braces reach the operator as
    they are written, and it looks for a queue or a file of the name `{{ … }}`.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/operators.html#jinja-templating
    """
    for piece in unrendered(task, project):
        expression = speaks_airflow(piece.text)
        if expression is None:
            continue
        start = piece.text.index(expression)
        name = piece.argument.name
        remedy = (
            "`params` are fixed values: use the template where the value is needed"
            if name == "params"
            else f"Only its template fields are rendered, and `{name}` is none of them"
        )
        yield Problem(
            piece.span(start, start + len(expression)),
            f"`{task.name}` does not render `{name}`: it gets the text `{_short(expression)}` as it stands. {remedy}",
        )


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
