from __future__ import annotations

import ast
from collections.abc import Iterator
from posixpath import dirname, join

from dagdock.api import Argument, Bad, Dag, Fix, Problem, Problems, Project, Span, Task, rule

from ._operators import operator_of

# Arguments that are a command rather than the name of a file.
COMMANDS = ("bash_command", "command")


@rule(
    "AF623",
    severity="error",
    since="0.1",
    fix="safe",
    lessons=["L54"],
    words=[".sh", ".bash"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command=«'/opt/scripts/load.sh'»)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='/opt/scripts/load.sh ')\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='/opt/scripts/load.sh {{ ds }}')\n",
        {
            "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='scripts/load.sh')\n",
            "dags/scripts/load.sh": "echo {{ ds }}\n",
        },
    ],
)
def template_file_suffix(task: Task, project: Project) -> Problems:
    """A command ends in `.sh`, so Airflow takes it for the name of a template file.

    A command that ends in `.sh` or `.bash` is not run: Airflow looks for a template of that name beside the DAG file
    and in `template_searchpath`, and the task fails with TemplateNotFound. A blank behind the name makes it a command.

    https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html#jinja-template-not-found
    """
    operator = operator_of(task)
    if operator is None or task.taskflow:
        return
    endings = tuple(ending for ending in operator.endings() if ending in (".sh", ".bash"))
    for name in COMMANDS:
        argument = task.own.get(name)
        if argument and endings and name in operator.fields():
            for node, text in _texts(argument):
                if text.endswith(endings) and (is_command := _is_command(task, text, project)) is not None:
                    yield _problem(task, node, text, is_command=is_command)


def _texts(argument: Argument) -> Iterator[tuple[ast.expr, str]]:
    """The texts that are looked at: the command itself, or the words of a list."""
    nodes = argument.node.elts if isinstance(argument.node, (ast.List, ast.Tuple)) else [argument.node]
    for node in nodes:
        value = argument.module.value(node)
        if (text := value.get(str)) is not None:
            yield node, text


def _is_command(task: Task, text: str, project: Project) -> bool | None:
    """Whether it is surely a command (true), or a file that is not there (false); None where it may be a template."""
    if " " in text.strip() or "{{" in text or text.startswith(("~", "$")):
        return True
    dag = task.dag
    if not isinstance(dag, Dag) or dag.open or "template_searchpath" in dag.arguments:
        return None
    if text.startswith("/"):
        return True
    path = project.path_of(task.module.source.whole)
    if path is None or project.facts.is_file(join(dirname(path), text)):
        return None
    return False


def _problem(task: Task, node: ast.expr, text: str, *, is_command: bool) -> Problem:
    module = task.module
    span = module.span(node)
    shown = text if len(text) <= 40 else f"…{text[-39:]}"
    fix = None
    if isinstance(node, ast.Constant) and span.text.endswith((f"{text}'", f'{text}"')):
        end = Span(span.source, span.end - 1, span.end - 1)
        fix = Fix.insert_before("Add a blank behind the command", end, " ", "safe" if is_command else "unsafe")
    why = (
        "Airflow looks for a template file of this name"
        if is_command
        else "Airflow looks for a template file of this name beside the DAG file, where there is none"
    )
    return Problem(
        span,
        f"`{shown}` is not run: {why}, because it ends in `{text[text.rindex('.') :]}`, and the task fails. Add a "
        "blank behind it to run it",
        fix=fix,
    )
