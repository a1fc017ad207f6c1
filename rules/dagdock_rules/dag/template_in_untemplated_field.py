from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Problem, Problems, Project, rule

from ._templates import Piece, pieces, speaks_airflow, unrendered


@rule(
    "AF620",
    severity="warning",
    since="0.1",
    lessons=["L54"],
    words=["{{"],
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
def template_in_untemplated_field(module: DagModule, project: Project) -> Problems:
    """A template stands in an argument that Airflow does not render.

    Only the arguments in an operator's `template_fields` are rendered. In all others the braces reach the operator as
    they are written, and it looks for a queue or a file of the name `{{ … }}`.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/operators.html#jinja-templating
    """
    told: set[ast.AST] = set()
    for task in module.tasks:
        for piece in unrendered(task, project):
            expression = speaks_airflow(piece.text)
            if expression is None or piece.node in told:
                continue
            told.add(piece.node)
            name = piece.argument.name
            remedy = (
                PARAMS if name == "params" else f"Only its template fields are rendered, and `{name}` is none of them"
            )
            yield _problem(piece, expression, f"`@{task.name}`" if task.taskflow else f"`{task.name}`", remedy)
    for dag in module.dags:
        for name in ("dag_id", "params", "schedule", "schedule_interval", "tags"):
            for piece in pieces(dag.arguments[name]) if dag.known_signature and name in dag.arguments else ():
                expression = speaks_airflow(piece.text)
                if expression is not None:
                    remedy = PARAMS if name == "params" else "Templates are for tasks"
                    yield _problem(piece, expression, "a DAG", remedy)


PARAMS = "`params` are fixed values: use the template where the value is needed"


def _problem(piece: Piece, expression: str, who: str, remedy: str) -> Problem:
    start = piece.text.index(expression)
    shown = expression if len(expression) <= 40 else f"{expression[:39]}…"
    return Problem(
        piece.span(start, start + len(expression)),
        f"{who} does not render `{piece.argument.name}`: it gets the text `{shown}` as it stands. {remedy}",
    )
