from __future__ import annotations

import ast

from dagdock.api import Bad, Dag, DagModule, Fix, Problem, Problems, rule

from ._arguments import add_keyword

# A dict that has one of these is meant for tasks.
_OF_TASKS = frozenset(
    (
        "depends_on_past", "email", "email_on_failure", "email_on_retry", "execution_timeout", "on_failure_callback",
        "owner", "retries", "retry_delay", "start_date",
    )
)  # fmt: skip
_SEEN_BY_NAME = frozenset(("eval", "exec", "globals", "locals", "vars"))


@rule(
    "AF132",
    severity="warning",
    since="0.1",
    fix="unsafe",
    words=["DEFAULT_ARGS", "default_args"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "«default_args» = {'owner': 'shop', 'retries': 2}\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n\n"
            "default_args = {'owner': 'shop', 'retries': 2}\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "default_args = {'owner': 'shop', 'retries': 2}\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n",
    ],
)
def default_args_unused(module: DagModule) -> Problems:
    """A dict of default_args is written down and handed to no DAG.

    Airflow takes only what `DAG(default_args=…)` is given. A dict that is merely called so has no effect: the owner,
    the retries and the e-mail address in it hold for no task.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#default-arguments
    """
    found = unused_default_args(module)
    if found is None:
        return
    without = [dag for dag in module.dags if "default_args" not in dag.arguments]
    only = without[0] if len(without) == 1 else None
    edits = add_keyword(module, only.call, f"default_args={found.id}") if only and only.call else []
    yield Problem(
        module.span(found),
        f"`{found.id}` is handed to no DAG, so nothing in it has an effect. Add `default_args={found.id}` to the DAG",
        fix=Fix(f"Add `default_args={found.id}`", edits, "unsafe") if edits else None,
    )


def unused_default_args(module: DagModule) -> ast.Name | None:
    """The name of a dict of default_args that nothing in the file reads, where a DAG has none."""
    if not module.dags or not any(_lacks(dag) for dag in module.dags):
        return None
    for name, bindings in module.names.root.bindings.items():
        if not name.lower().endswith("default_args") or name in module.names.loads or len(bindings) != 1:
            continue
        target, value = bindings[0].target, bindings[0].value
        if bindings[0].kind != "assign" or not isinstance(target, ast.Name) or value is None:
            continue
        if _OF_TASKS.isdisjoint(module.entries(value)) or any(
            isinstance(call.func, ast.Name) and call.func.id in _SEEN_BY_NAME for call in module.names.calls
        ):
            continue
        return target
    return None


def _lacks(dag: Dag) -> bool:
    return dag.known_signature and not dag.open and "default_args" not in dag.arguments
