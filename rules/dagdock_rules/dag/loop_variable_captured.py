from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from dagdock.api import Bad, DagModule, Function, Problem, Problems, Related, Task, rule

from ._operators import terms

MAX_STEPS = 200


@rule(
    "AF212",
    severity="error",
    since="0.1",
    aliases=["ruff:B023"],
    lessons=["L43"],
    words=["for "],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.python import "
            "PythonOperator\n\n"
            "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for shop in ['berlin', 'paris']:\n"
            "        PythonOperator(task_id=f'export_{shop}', python_callable=lambda: print(«shop»))\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.decorators import task\n\n"
            "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    for shop in ['berlin', 'paris']:\n\n"
            "        @task(task_id=f'export_{shop}')\n        def export():\n            print(«shop»)\n\n"
            "        export()\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.python import "
        "PythonOperator\n\n"
        "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    for shop in ['berlin', 'paris']:\n"
        "        PythonOperator(task_id=f'export_{shop}', python_callable=print, op_args=[shop])\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.python import "
        "PythonOperator\n\n"
        "with DAG('export', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    for shop in ['berlin', 'paris']:\n"
        "        PythonOperator(task_id=f'export_{shop}', python_callable=lambda shop=shop: print(shop))\n",
    ],
)
def loop_variable_captured(task: Task) -> Problems:
    """The function of a task that is made in a loop reads the loop's variable.

    The function runs long after the loop is over: Airflow reads the whole file first, and then the variable holds the
    last item, for every task. Hand the value to the task: with `op_kwargs`, as an argument of the TaskFlow function, or
    as a default of the lambda (`lambda shop=shop: …`).

    https://docs.python.org/3/faq/programming.html#why-do-lambdas-defined-in-a-loop-with-different-values-all-return-the-same-result
    """
    around = set(task.module.names.ancestors(task.call))
    loops = [node for node in around if isinstance(node, _LOOPS)]
    functions = list(_functions(task)) if loops else []
    if not functions:
        return
    bound = frozenset[str]().union(*map(_bound, loops))
    told: set[str] = set()
    for function in functions:
        captured = bound - _parameters(function.node)
        for load in _loads(function.node) if _may_read(task.module, function.node, captured) else ():
            if load.id not in captured:
                continue
            loop = _loop_of(task, load, around, MAX_STEPS)
            if loop is None or load.id in told:
                continue
            told.add(load.id)
            yield Problem(
                task.module.span(load),
                f"when the task runs, the loop is over and `{load.id}` holds its last value, in every task. "
                f"{_remedy(task, function, load.id)}",
                related=[Related(task.module.span(loop), "the loop's variable")],
            )


def _remedy(task: Task, function: Function, name: str) -> str:
    """How the function gets the value of its own round."""
    if isinstance(function.node, ast.Lambda):
        return f"Hand it over as a default, `lambda {name}={name}: …`"
    if task.taskflow:
        return f"Give the function a parameter `{name}`, and hand it over when you call it"
    given = task.own.get("op_kwargs")
    for key, value in (task.module.entries(given.node) if given else {}).items():
        if isinstance(value, ast.Name) and value.id == name:
            if (missing := _never_given(task, function)) and key not in _parameters(function.node):
                return f"`op_kwargs` hands it over as `{key}`: call the parameter `{missing}` that, and read it there"
            if not key.isidentifier():
                return f"Give the function a parameter `{name}`, and call it that in `op_kwargs`, too, not `{key}`"
            return f"`op_kwargs` hands it over as `{key}`: use that in the function, as a parameter of its own"
    return f"Give the function a parameter `{name}`, and hand it over with `op_kwargs={{'{name}': {name}}}`"


def _never_given(task: Task, function: Function) -> str | None:
    """The one parameter that a task's function needs and that neither the task nor Airflow gives it."""
    if isinstance(function.node, ast.Lambda) or "op_args" in task.own or task.open:
        return None
    given, needed = task.module.entries(task.own["op_kwargs"].node), function.node.args
    plain = needed.args[: len(needed.args) - len(needed.defaults)]
    missing = [one.arg for one in plain if one.arg not in given and one.arg not in terms("context")]
    return missing[0] if len(missing) == 1 and not given.open else None


_LOOPS = (ast.For, ast.AsyncFor, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _functions(task: Task) -> Iterator[Function]:
    """What the task runs later: its function, callbacks, other callables given to it."""
    module = task.module
    if task.taskflow and task.function:
        yield task.function
    for argument in task.own.values():
        if isinstance(argument.node, (ast.Lambda, ast.Name)) and (function := module.function(argument.node)):
            yield function


def _may_read(module: DagModule, function: ast.AST, names: frozenset[str]) -> bool:
    """Whether one of these names is read somewhere on the lines of a function: a look from afar."""
    first, last = getattr(function, "lineno", 0), getattr(function, "end_lineno", None) or 0
    return any(first <= load.lineno <= last for name in names for load in module.names.loads.get(name, ()))


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> frozenset[str]:
    given = function.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    return frozenset([parameter.arg for parameter in every if parameter])


@lru_cache(maxsize=64)  # the tasks of a loop run the same function
def _loads(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.Name]:
    """The names that the body reads when it runs: defaults and decorators are read before."""
    body = [function.body] if isinstance(function, ast.Lambda) else function.body
    return [name for statement in body for name in _names(statement) if _is_load(name)]


@lru_cache(maxsize=64)
def _bound(loop: ast.AST) -> frozenset[str]:
    """The names that a loop sets, in its head and below."""
    return frozenset(name.id for name in _names(loop) if not _is_load(name))


def _names(node: ast.AST) -> Iterator[ast.Name]:
    """The names in a piece of code, by depth; nothing is looked for in those and in constants, which most nodes are."""
    waiting: list[ast.AST] = [node]
    for each in waiting:  # grows while it runs
        if isinstance(each, ast.Name):
            yield each
        elif not isinstance(each, ast.Constant):
            waiting += ast.iter_child_nodes(each)


def _is_load(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _loop_of(task: Task, load: ast.Name, around: set[ast.AST], steps: int) -> ast.AST | None:
    """The target of the loop around the task that a name gets its value from, also through assignments in the loop."""
    module = task.module
    waiting, seen = [load], {load}
    while waiting and len(seen) < steps:
        name = waiting.pop()
        for binding in module.names.bindings(name.id, name):
            holder = module.parent(binding.node) if isinstance(binding.node, ast.comprehension) else binding.node
            if binding.kind == "for" and holder in around:
                return binding.target if _runs_again(task, binding.node) else None
            in_loop = any(
                isinstance(above, ast.For) and above in around for above in module.names.ancestors(binding.node)
            )
            if binding.kind not in ("assign", "unpack") or binding.value is None or not in_loop:
                continue
            if module.function_at(binding.node) not in (module.function_at(task.call), None):
                continue
            for node in ast.walk(binding.value):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in seen:
                    seen.add(node)
                    waiting.append(node)
    return None


def _runs_again(task: Task, loop: ast.AST) -> bool:
    """Whether a loop may have more than one round."""
    assert isinstance(loop, (ast.For, ast.AsyncFor, ast.comprehension))
    size = task.module.size(loop.iter).get(int)
    return size is None or size > 1
