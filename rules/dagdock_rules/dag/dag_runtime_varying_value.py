from __future__ import annotations

import ast
from collections.abc import Iterator

from dagdock.api import Argument, Bad, DagModule, Problem, Problems, Project, Related, Task, rule

from .dag_dynamic_start_date import CLOCKS, varying

# Calls that give another value each time, beside the clocks.
VARYING = CLOCKS | frozenset(
    (
        "uuid.uuid1()", "uuid.uuid4()", "random.random()", "random.randint()", "random.randrange()", "random.choice()",
        "random.choices()", "random.sample()", "random.uniform()", "random.getrandbits()", "random.gauss()",
        "secrets.token_hex()", "secrets.token_urlsafe()", "secrets.token_bytes()", "os.urandom()", "time.time_ns()",
        "time.strftime()", "time.ctime()", "time.monotonic()", "time.perf_counter()", "pendulum.now().add()",
    )
)  # fmt: skip


@rule(
    "AF109",
    severity="warning",
    since="0.1",
    lessons=["L48"],
    aliases=["ruff:AIR304", "dagruff:BP002"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command=f'load {«datetime.now()»:%Y-%m-%d}')\n"
        ),
        Bad(
            "import uuid\nfrom datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', description='b' + str(«uuid.uuid4()»), schedule=None)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='load --day {{ ds }}')\n",
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
        "@task\ndef stamp():\n    return datetime.now().isoformat()\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    stamp()\n\n\nsales()\n",
    ],
)
def dag_runtime_varying_value(module: DagModule, project: Project) -> Problems:
    """An argument of a DAG or a task holds the present time or something random.

    The value is made when Airflow reads the file, not when the task runs: the scheduler and the worker see different
    ones, a retry sees another one still, and a run for last week gets today's date. Airflow 3 stores a new version of
    the DAG each time. Templates such as `{{ ds }}` or `{{ run_id }}` are filled in when the task runs; so is what the
    task's own function works out.

    https://airflow.apache.org/docs/apache-airflow/stable/templates-ref.html
    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#dynamic-dag-generation
    """
    if not module.is_dag_file or not any(f"{name}()" in VARYING for name in module.calls_by_name):
        return
    version = project.airflow_version(module.source.whole)
    versions = version is not None and version.at_least(3) is True
    told: set[ast.AST] = set()
    for name, node, is_task in _arguments(module):
        source = varying(module.origin(node), VARYING)
        if source is None or source.node in told or (is_task and module.runs_at(source.node) == "task"):
            continue
        told.add(source.node)
        shown = " ".join(source.span.text.split())
        shown = shown if len(shown) <= 40 else f"{shown.partition('(')[0]}(…)"
        then = ", and Airflow stores a new version of the DAG each time" if versions else ""
        remedy = "Write a fixed value"
        if is_task:
            remedy = "Use a template such as `{{ ds }}`, or work it out inside the task"
        elif name == "params":
            own = "ds" if source.name in CLOCKS else "run_id"
            remedy = f"Leave the default empty (`None`) and write `{{{{ params.NAME or {own} }}}}` where it is used"
        whole = module.span(node)
        yield Problem(
            source if whole.holds(source) else whole,
            f"`{shown}` gives `{name}` another value each time Airflow reads the file, not each time the "
            f"{'task' if is_task else 'DAG'} runs{then}. {remedy}",
            severity="info" if name == "params" and not versions else None,
            related=() if whole.holds(source) else [Related(source, "it is made here")],
        )


def _arguments(module: DagModule) -> Iterator[tuple[str, ast.expr, bool]]:
    """What DAGs and tasks are given: the name, the expression, whether a task gets it. start_date has its own rule."""
    for dag in module.dags:
        given: list[Argument] = [*dag.arguments.values(), *dag.default_args.values()]
        for argument in given:
            if argument.name not in ("start_date", "default_args"):
                yield argument.name, argument.node, False
    for task in module.tasks:
        for argument in task.own.values():
            if argument.name not in ("start_date", "default_args", "python_callable", "dag", "task_group"):
                yield argument.name, argument.node, True
        if task.taskflow:
            yield from _passed(task)


def _passed(task: Task) -> Iterator[tuple[str, ast.expr, bool]]:
    """What the call of a TaskFlow function passes on."""
    for number, node in enumerate(task.call.args):
        name = task.function.parameter(number) if task.function else None
        yield name or "the task", node, True
    for keyword in task.call.keywords:
        if keyword.arg:
            yield keyword.arg, keyword.value, True
