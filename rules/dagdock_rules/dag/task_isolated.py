from __future__ import annotations

import ast
import re
from functools import cache

from dagdock.api import Bad, BuiltDag, BuiltTask, Dag, DagModule, Problem, Problems, Project, rule

from ._graph import complete_dags, place_of
from ._schedule import recurs

# In a DAG of few tasks a task by itself is an oversight; in a big one it is often meant.
MIN_CONNECTED = 2


@rule(
    "AF304",
    severity="info",
    since="0.1",
    lessons=["L56"],
    aliases=["pylint-airflow:C8303", "dagruff:AIRFLINT001"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily') as dag:\n"
            "    extract = BashOperator(task_id='extract', bash_command='extract')\n"
            "    load = BashOperator(task_id='load', bash_command='load')\n"
            "    report = «BashOperator»(task_id='report', bash_command='report')\n"
            "    extract >> load\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    extract = BashOperator(task_id='extract', bash_command='extract')\n"
        "    load = BashOperator(task_id='load', bash_command='load')\n"
        "    report = BashOperator(task_id='report', bash_command='report')\n"
        "    extract >> load >> report\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    for shop in ['berlin', 'paris']:\n"
        "        BashOperator(task_id=f'load_{shop}', bash_command='load')\n",
    ],
)
def task_isolated(module: DagModule, project: Project) -> Problems:
    """One task waits for nothing, and nothing waits for it, while all others depend on each other.

    It starts with the first tasks of the DAG. Mostly the dependency was forgotten: the task does nothing itself, its
    name says where in the DAG it belongs, it shares data with another task, or its name in the file stands beside no
    `>>`. Where the task is meant to stand alone, a DAG of its own says so and can be run by itself.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#task-dependencies
    """
    told: set[object] = set()
    for dag in complete_dags(module, project):
        alone = _alone(dag)
        place = place_of(alone, module) if alone else None
        if alone is None or place is None or alone.node in told or _is_meant(alone, module):
            continue
        if _is_forgotten(alone, module):
            told.add(alone.node)
            yield Problem(
                place,
                f"`{alone.task_id}` is tied to no other task of `{dag.dag_id}`, so it runs as soon as the DAG starts. "
                "Add its dependency (`>>`), or give it a DAG of its own",
            )


def _is_forgotten(alone: BuiltTask, module: DagModule) -> bool:
    """Whether something speaks for a forgotten dependency, and nothing against it."""
    shifts = [node for node in module.names.parents if isinstance(node, ast.BinOp) and isinstance(node.op, _SHIFTS)]
    if any(_is_foreign(operand, module) for shift in shifts for operand in (shift.left, shift.right)):
        return False
    if alone.operator_name in _EMPTY or _position().fullmatch((alone.own_id or "").lower()):
        return True
    task = next((task for task in module.tasks if task.call is alone.node), None)
    if task is None or task.taskflow:
        return False
    if "trigger_rule" in task.own or "xcom_pull" in module.span(task.call).text:
        return True
    # In a DAG that is started by hand each task may be there for itself, and so may one of several chains, or one that
    # is made behind the last dependency.
    by_clock = isinstance(task.dag, Dag) and recurs(task.dag, default=True)
    return by_clock and _hang_together(alone.dag) and any(shift.lineno > task.call.lineno for shift in shifts)


def _hang_together(dag: BuiltDag) -> bool:
    """Whether all tasks that depend on any others depend on each other."""
    connected = [task for task in dag.tasks if task.upstream or task.downstream]
    waiting, seen = connected[:1], set(connected[:1])
    for task in waiting:
        for other in (*task.upstream, *task.downstream):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return len(seen) == len(connected)


def _is_foreign(node: ast.expr, module: DagModule) -> bool:
    """Whether `>>` stands beside something that is no task but may hold one: a wrapper, or a DAG."""
    bindings = module.names.bindings(node.id, node) if isinstance(node, ast.Name) else []
    made = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
    return isinstance(made, ast.Call) and all(made is not task.call for task in module.tasks)


_SHIFTS = (ast.LShift, ast.RShift)
_EMPTY = ("DummyOperator", "EmptyOperator")


@cache
def _position() -> re.Pattern[str]:
    """Ids that say where in its DAG a task stands."""
    whole = r"(?:[_-]?(?:all|dag|flow|job|pipeline|point|process|task|tasks))?"
    ends = r"start|begin|init|first|last|end|finish|final|done|join|stop"
    return re.compile(rf"(?:{ends}){whole}|(?:before|after|notify|clean_?up)(?:[_-].*)?")


def _is_meant(task: BuiltTask, module: DagModule) -> bool:
    """Whether the task is a statement of its own: its name on a line by itself, or the call of its function."""
    parents = module.names.parents
    statement = parents.get(task.node) if task.node is not None else None
    if isinstance(statement, ast.Expr):
        return task.taskflow
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    named = [target.id for target in targets if isinstance(target, ast.Name)]
    return any(isinstance(parents.get(load), ast.Expr) for name in named for load in module.names.loads.get(name, ()))


def _alone(dag: BuiltDag) -> BuiltTask | None:
    """The only task without a dependency, where all others have one."""
    alone = [task for task in dag.tasks if not task.upstream and not task.downstream]
    connected = len(dag.tasks) - len(alone)
    if len(alone) != 1 or connected < MIN_CONNECTED or alone[0].loops:
        return None
    return alone[0]
