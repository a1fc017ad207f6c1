from __future__ import annotations

from dagdock.api import Argument, Bad, Dag, DagModule, Fix, Problem, Problems, nearest, rule

# What every operator takes (BaseOperator of Airflow 2.10.5 and 3.3.2, 2026-11), and older names for the same.
BASE = frozenset(
    (
        "task_id", "owner", "email", "email_on_retry", "email_on_failure", "retries", "retry_delay",
        "retry_exponential_backoff", "max_retry_delay", "retry_policy", "start_date", "end_date", "depends_on_past",
        "ignore_first_depends_on_past", "wait_for_past_depends_before_skipping", "wait_for_downstream", "dag", "params",
        "default_args", "priority_weight", "weight_rule", "queue", "pool", "pool_slots", "sla", "execution_timeout",
        "on_execute_callback", "on_failure_callback", "on_success_callback", "on_retry_callback", "on_skipped_callback",
        "pre_execute", "post_execute", "trigger_rule", "resources", "run_as_user", "task_concurrency",
        "map_index_template", "max_active_tis_per_dag", "max_active_tis_per_dagrun", "executor", "executor_config",
        "do_xcom_push", "multiple_outputs", "inlets", "outlets", "task_group", "doc", "doc_md", "doc_json", "doc_yaml",
        "doc_rst", "task_display_name", "logger_name", "allow_nested_operators", "render_template_as_native_obj",
        "subdag", "provide_context", "adhoc", "sla_miss_callback",
    )
)  # fmt: skip


@rule(
    "AF125",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L50"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "default_args = {'owner': 'data', «'retires'»: 3}\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n\n"
            "default_args = {'owner': 'data', 'retries': 3}\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "default_args = {'owner': 'data', 'retries': 3, 'postgres_conn_id': 'shop'}\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args)\n",
    ],
)
def default_args_unknown_key(module: DagModule) -> Problems:
    """A key of default_args is a slip of the pen, so it has no effect.

    Operators take from default_args what they know and ignore the rest without a word: with `retires` there are no
    retries. At an operator itself the same slip is an error.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#default-arguments
    """
    known = {name for task in module.tasks for name in task.own} if module.dags else set()
    told: set[int] = set()
    for name, argument in _entries(module):
        if name in BASE or name in known or argument.key is None or id(argument.key) in told:
            continue
        meant = _meant(name, argument)
        if meant is None or len(name) < 4 or name.rstrip("s") == meant.rstrip("s") == "param":
            continue
        told.add(id(argument.key))
        key = module.span(argument.key)
        written = key.text
        plain = written[1:-1] == name and written[0] in "'\""
        yield Problem(
            key if plain else argument.whole,
            f"no operator knows `{name}`, so it has no effect. Did you mean `{meant}`?",
            fix=Fix.replace(f"Write `{meant}`", key, f"{written[0]}{meant}{written[0]}", "unsafe") if plain else None,
        )


def _meant(name: str, argument: Argument) -> str | None:
    """The argument that a key is a slip of; `retry` with a number, for some operators have one of another kind."""
    if name == "retry":
        return "retries" if argument.value.get(int) is not None else None
    singular = name.replace("retries", "retry") if name != "retries" else name
    return singular if singular in BASE else nearest(name, BASE)


def means_retries(dag: Dag) -> bool:
    """Whether a key of a DAG's default_args is a slip of `retries`, which this rule tells."""
    return any(name not in BASE and _meant(name, one) == "retries" for name, one in dag.default_args.items())


def _entries(module: DagModule) -> list[tuple[str, Argument]]:
    dags: list[Dag] = module.dags
    found = [entry for dag in dags if dag.known_signature for entry in dag.default_args.items()]
    return [entry for entry in found if entry[1].given == "default_args"]
