from __future__ import annotations

import ast

from dagdock.api import Bad, Dag, Edit, Fix, Problem, Problems, Project, Task, rule

from ._arguments import add_keyword
from ._intent import is_for_show, is_template
from ._plain import is_plain
from ._schedule import is_part, recurs
from .default_args_unknown_key import means_retries
from .default_args_unused import unused_default_args

SETTING = "AIRFLOW__CORE__DEFAULT_TASK_RETRIES"
# Operators that do nothing that could fail for a while and then work.
IDLE = frozenset(
    (
        "EmptyOperator", "DummyOperator", "LatestOnlyOperator", "BaseBranchOperator", "ShortCircuitOperator",
        "ExternalTaskMarker", "SubDagOperator", "branch", "short_circuit",
    )
)  # fmt: skip
_USELESS = ("retry_delay", "max_retry_delay", "retry_exponential_backoff")


@rule(
    "AF701",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L50"],
    aliases=[
        "flake8-airflow:AA103",
        "dagruff:DAG010",
        "pipeline-lint:DE006",
        "data-pipeline-doctor:AIR001",
        "conformdag:retry-bounds",
        "daglint:retry_configuration",
    ],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with «DAG»('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command='curl https://example.org/sales.csv')\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False, "
            "default_args={'retries': 2}) as dag:\n"
            "    BashOperator(task_id='load', bash_command='curl https://example.org/sales.csv')\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG(\n    'sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False, "
        "default_args={'retries': 2}\n) as dag:\n"
        "    BashOperator(task_id='load', bash_command='curl https://example.org/sales.csv')\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('by_hand', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    BashOperator(task_id='load', bash_command='curl https://example.org/sales.csv')\n",
    ],
)
def task_without_retries(dag: Dag, project: Project) -> Problems:
    """No task of a scheduled DAG is tried again when it fails.

    A moment without network at night, and the run has failed until somebody looks. `retries` in default_args gives
    every task another try, five minutes later unless `retry_delay` says otherwise. Airflow's own default is none.
    `retries=0` says that you want none, and where one task has retries the others are taken for a decision, too. Tasks
    that only print, wait or reckon are left alone: what they do goes wrong at once or never. So are DAGs that only show
    how something is done, in files or folders called `example`, `tutorial`, `demo` and the like.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html
    """
    if dag.open or dag.default_args.open or "retries" in dag.default_args:
        return
    if is_part(dag) or is_for_show(project.path_of(dag.module.source.whole) or ""):
        return
    if "default_args" not in dag.arguments and unused_default_args(dag.module):
        return  # `default-args-unused` speaks of that
    if means_retries(dag):
        return  # so does `default-args-unknown-key`
    working = [task for task in dag.tasks if not (task.name in IDLE or _chooses(task) or is_plain(task))]
    if not working or any(_is_retried(task) for task in working):
        return
    useless = next((dag.default_args[name] for name in _USELESS if name in dag.default_args), None)
    version = project.airflow_version(dag)
    since3 = version.at_least(3) if version else None
    if useless is None and not recurs(dag, default=since3 is False):
        return
    if (project.variable_for(dag.module, SETTING) or "0").strip() not in ("", "0"):
        return
    if useless is not None:
        yield Problem(
            useless.whole,
            f"`{useless.name}` has no effect without `retries`: nothing is tried again, unless Airflow's "
            "`default_task_retries` is set. Add `'retries': 2` to default_args",
            fix=_fix(dag),
        )
        return
    if is_template(dag.module):
        return  # the tasks may come with what is put in
    name = dag.dag_id.get(str)
    added = "`'retries': 2` to default_args" if "default_args" in dag.arguments else "`default_args={'retries': 2}`"
    yield Problem(
        dag,
        f"no task of {f'`{name}`' if name else 'this DAG'} is tried again when it fails, unless Airflow's "
        f"`default_task_retries` is set. Add {added}, or 0 if that is meant",
        fix=_fix(dag),
    )


def _chooses(task: Task) -> bool:
    return task.name.startswith(("Branch", "branch_"))


def _is_retried(task: Task) -> bool:
    """Whether a task has retries, or may have some out of sight; `retries=0` counts as a decision."""
    return task.open or "retries" in task.arguments


def _fix(dag: Dag) -> Fix | None:
    given = dag.arguments.get("default_args")
    if given is None:
        edits = add_keyword(dag.module, dag.call, "default_args={'retries': 2}") if dag.call else []
        return Fix("Add `retries` to default_args", edits, "unsafe") if edits else None
    keys = list(dag.default_args.values())
    made = dag.module.parent(keys[0].node) if keys else None
    first = made.keys[0] if isinstance(made, ast.Dict) and made.keys else None
    if first is None:
        return None
    span = dag.module.span(first)
    quote = span.text[:1] if span.text[:1] in ("'", '"') else "'"
    line = span.source.line_span(span.line)
    before = span.source.text[line.start : span.start]
    behind = f"{span.source.newline}{before}" if not before.strip() else " "
    text = f"{quote}retries{quote}: 2,{behind}"
    return Fix("Add `retries`", [Edit(span.source.span(span.start, span.start), text)], "unsafe")
