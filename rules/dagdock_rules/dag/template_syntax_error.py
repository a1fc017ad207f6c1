from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Task, parse_jinja, rule

from ._templates import HOLE, rendered


@rule(
    "AF621",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L54"],
    words=["{{", "{%", "{#"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.py --day {{ ds «}»')\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='count', bash_command='files=(*.csv); echo $«{#»files[@]}')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.py --day {{ ds }}')\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='count', bash_command='{% raw %}files=(*.csv); echo ${#files[@]}{% endraw %}')\n",
    ],
)
def template_syntax_error(task: Task) -> Problems:
    """A template cannot be read by Jinja.

    The file loads without a word; the task fails when it is due, with a TemplateSyntaxError. Shell has some signs in
    common with Jinja: `${#list[@]}` begins a comment. Text that is not for Jinja goes between `{% raw %}` and
    `{% endraw %}`.

    https://jinja.palletsprojects.com/en/stable/templates/
    """
    for piece in rendered(task):
        fault = parse_jinja(piece.text).fault
        if fault is None:
            continue
        if HOLE in piece.text[fault.start :] or HOLE in fault.message:
            continue  # what is filled in may mend it
        told = fault.message[0].upper() + fault.message[1:]
        raw = piece.text[fault.start : fault.end] == "{#" and piece.text[fault.start - 1 : fault.start] == "$"
        remedy = (
            ". For Jinja it begins a comment: put the command between `{% raw %}` and `{% endraw %}`" if raw else ""
        )
        yield Problem(
            piece.span(fault.start, fault.end),
            f"Jinja cannot read this template, so the task fails when it is due. {told}{remedy}",
        )
