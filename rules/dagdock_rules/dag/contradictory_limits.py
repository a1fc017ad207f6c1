from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Argument, Bad, Dag, DagModule, Problem, Problems, Project, Related, Severity, rule

OF_DAG = ("max_active_runs", "max_active_tasks", "concurrency")
OF_TASK = ("max_active_tis_per_dag", "max_active_tis_per_dagrun", "task_concurrency", "pool_slots")


@rule(
    "AF709",
    severity="warning",
    since="0.1",
    lessons=["L49"],
    words=["max_active", "concurrency", "pool_slots"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False, "
            "«max_active_runs=0»)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, max_active_tasks=4) as dag:\n"
            "    BashOperator.partial(task_id='load', «max_active_tis_per_dagrun=8»).expand(bash_command=['a', 'b'])\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG(\n    'sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False, max_active_runs=1, "
        "max_active_tasks=8\n) as dag:\n"
        "    BashOperator.partial(task_id='load', max_active_tis_per_dag=4).expand(bash_command=['a', 'b'])\n",
    ],
)
def contradictory_limits(module: DagModule, project: Project) -> Problems:
    """A limit on what runs at once lets nothing run, or has no effect beside another one.

    `max_active_runs=0` does not mean "no limit": no run ever begins. A limit for one task that is above the limit of
    the whole DAG changes nothing, so one of the two is not what its author thinks.

    https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html#max-active-runs-per-dag
    """
    told: set[int] = set()
    for problem, argument in _found(module, _is_3(module, project)):
        if id(argument.node) not in told:
            told.add(id(argument.node))
            yield problem


def _found(module: DagModule, since3: bool | None) -> Iterator[tuple[Problem, Argument]]:
    for dag in module.dags:
        for name in OF_DAG:
            yield from _nothing(dag.arguments.get(name), "run of this DAG begins" if "runs" in name else "task runs")
        old, new = dag.arguments.get("concurrency"), dag.arguments.get("max_active_tasks")
        first, second = _number(old), _number(new)
        if old and new and first is not None and second is not None and first != second:
            message = (
                f"`concurrency` is the old name of `max_active_tasks`, and it wins: {first} tasks at once, not "
                f"{second}. Delete it, and write the number you want in `max_active_tasks`"
            )
            yield Problem(old.whole, message, related=[Related(new.whole, "the other limit")]), old
    for task in module.tasks:
        for name in OF_TASK:
            yield from _nothing(task.arguments.get(name), "task instance is started")
        whole = task.arguments.get("max_active_tis_per_dag") or task.arguments.get("task_concurrency")
        of_run = task.arguments.get("max_active_tis_per_dagrun")
        yield from _above(of_run, whole)
        if isinstance(task.dag, Dag):
            all_tasks = task.dag.arguments.get("max_active_tasks")
            yield from _above(of_run, all_tasks)
            # Airflow 3 counts `max_active_tasks` for each run.
            one_run = _number(task.dag.arguments.get("max_active_runs")) == 1
            if one_run or not since3:
                yield from _above(whole, all_tasks, "warning" if one_run or since3 is False else "info")


def _is_3(module: DagModule, project: Project) -> bool | None:
    version = project.airflow_version(module.source.whole)
    return version.at_least(3) if version is not None else None


def _nothing(argument: Argument | None, what: str) -> Iterator[tuple[Problem, Argument]]:
    number = _number(argument)
    if argument is not None and number is not None and number < 1:
        message = f"with `{argument.name}={number}` no {what} at all. Write a number above 0, or leave it out"
        yield Problem(argument.whole, message, severity="error"), argument


def _above(
    argument: Argument | None, other: Argument | None, severity: Severity = "warning"
) -> Iterator[tuple[Problem, Argument]]:
    one, end = _number(argument), _number(other)
    if argument is not None and other is not None and one is not None and end is not None and one > end > 0:
        yield _pair(argument, other, f"`{argument.name}={one}` has no effect: `{other.name}` allows {end}", severity)


def _pair(
    argument: Argument, other: Argument, message: str, severity: Severity = "warning"
) -> tuple[Problem, Argument]:
    related = [Related(other.whole, "the other limit")]
    return Problem(argument.whole, f"{message}. Correct one of the two", severity=severity, related=related), argument


def _number(argument: Argument | None) -> int | None:
    return argument.value.get(int) if argument is not None else None
