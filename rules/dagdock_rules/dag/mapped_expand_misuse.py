from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Problem, Problems, Task, rule

# Arguments that are the same for all mapped tasks, in Airflow 2.10.5 and 3.3.2 (tried, 2026-11).
UNMAPPABLE = frozenset(
    (
        "task_id", "trigger_rule", "retries", "queue", "owner", "executor_config", "task_group", "dag",
        "priority_weight", "depends_on_past", "execution_timeout", "retry_delay", "on_execute_callback",
        "on_failure_callback", "on_success_callback", "on_retry_callback", "inlets", "outlets", "wait_for_downstream",
        "map_index_template", "weight_rule", "max_retry_delay", "retry_exponential_backoff", "pool_slots",
    )
)  # fmt: skip
# What hands out items one by one and has no length, which Airflow has to know.
ITERATORS = {
    "builtins.map": "map()", "builtins.filter": "filter()", "builtins.zip": "zip()",
    "builtins.enumerate": "enumerate()",
    "builtins.reversed": "reversed()", "builtins.iter": "iter()", "builtins.set": "a set",
    "builtins.frozenset": "a frozenset", "itertools.chain": "chain()", "itertools.product": "product()",
}  # fmt: skip


@rule(
    "AF215",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L43"],
    words=["expand"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
            "@task\ndef load(file):\n    print(file)\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n"
            "    load.expand(«['a', 'b']»)\n\n\nsales()\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import "
            "BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    BashOperator.partial(task_id='load').expand(bash_command=['a', 'b'], «retries=[1, 2]»)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    BashOperator.partial(task_id='load', retries=2).expand(bash_command=['a', 'b'])\n",
    ],
)
def mapped_expand_misuse(module: DagModule) -> Problems:
    """A task is mapped in a way that Airflow refuses while it reads the file.

    `expand` takes keyword arguments alone, each a list, a tuple, a dict or what another task returns. What is the same
    for all tasks (the id, retries, trigger rule …) goes to `partial`, and an argument to one of the two only. An
    operator is mapped by its class, `BashOperator.partial(task_id=…).expand(…)`, not once it is made.

    https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html
    """
    for attribute in module.names.attributes.get("expand", ()):
        call = module.parent(attribute)
        if not isinstance(call, ast.Call) or call.func is not attribute:
            continue
        receiver = attribute.value
        if module.classes.of(receiver) == "operator" and isinstance(receiver, (ast.Name, ast.Attribute)):
            name = module.span(receiver).text
            yield Problem(
                module.span(attribute), f"`{name}` has no `expand`. Write `{name}.partial(task_id='…').expand(…)`"
            )
        elif isinstance(receiver, ast.Call) and module.classes.of(receiver.func) == "operator":
            name = module.span(receiver.func).text
            yield Problem(
                module.span(attribute), f"this `{name}` is made already. Write `{name}.partial(…).expand(…)` to map it"
            )
    for task in module.tasks:
        if task.mapped and isinstance(task.call.func, ast.Attribute):
            if task.call.func.attr == "expand":
                yield from _expand(task, task.call)
            elif task.call.args and (what := _no_list(module, task.call.args[0])):
                yield Problem(module.span(task.call.args[0]), f"`expand_kwargs` takes a list of dicts, not {what}")


def _expand(task: Task, call: ast.Call) -> Problems:
    module = task.module
    if call.args:
        yield Problem(module.span(call.args[0]), "`expand` takes keyword arguments alone. Name it: `expand(name=…)`")
        return
    if not call.keywords:
        yield Problem(
            module.span(call.func), "there is nothing to map over here. Give `expand` an argument with a list"
        )
    fixed = _partial(task)
    for keyword in call.keywords:
        name = keyword.arg
        if name is None:
            continue
        where = module.span(keyword)
        if not task.taskflow and name in UNMAPPABLE:
            yield Problem(where, f"`{name}` is one for all mapped tasks: give it to `partial`")
        elif name in fixed:
            yield Problem(where, f"`{name}` is given to `partial` already. Keep one of the two")
        elif task.taskflow and not _accepts(task, name):
            yield Problem(where, f"the function has no parameter `{name}`. Use one that it has")
        elif what := _unmappable(module, keyword.value):
            yield Problem(
                module.span(keyword.value), f"`expand` maps over a list, a tuple or a dict, not {what}. Give it a list"
            )


def _partial(task: Task) -> set[str]:
    """What is given before `expand`; of a TaskFlow function only what goes to the function."""
    if task.taskflow:
        made = _behind(task.module, task.call.func.value) if isinstance(task.call.func, ast.Attribute) else None
        is_partial = isinstance(made, ast.Call) and isinstance(made.func, ast.Attribute) and made.func.attr == "partial"
        return (
            {keyword.arg for keyword in made.keywords if keyword.arg}
            if isinstance(made, ast.Call) and is_partial
            else set()
        )
    return {keyword.arg for one in task.given for keyword in one.keywords if keyword.arg and one is not task.call}


def _accepts(task: Task, name: str) -> bool:
    """Whether the TaskFlow function may be called with an argument of this name."""
    function = task.function
    return function is None or function.node.args.kwarg is not None or function.parameter(name) is not None


def _unmappable(module: DagModule, node: ast.expr) -> str | None:
    """What a value is that Airflow cannot map over; None where it can, or nobody knows."""
    made = _behind(module, node)
    if isinstance(made, ast.GeneratorExp):
        return "a generator"
    if isinstance(made, (ast.Set, ast.SetComp)):
        return "a set"
    if isinstance(made, ast.Call):
        path = module.qualified(made.func) or ""
        return ITERATORS.get(path)
    value = module.value(node)
    if value.known and (value.value is None or isinstance(value.value, (str, bytes, int, float, bool))):
        return (
            "None" if value.value is None else f"`{module.span(made).text}`" if len(str(value.value)) < 40 else "a text"
        )
    return None


def _no_list(module: DagModule, node: ast.expr) -> str | None:
    if isinstance(_behind(module, node), (ast.Dict, ast.DictComp)):
        return "a dict"
    return _unmappable(module, node)


def _behind(module: DagModule, node: ast.expr) -> ast.expr:
    for _ in range(10):
        bindings = module.names.bindings(node.id, node) if isinstance(node, ast.Name) else []
        if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None:
            break
        node = bindings[0].value
    return node
