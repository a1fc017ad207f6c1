from __future__ import annotations

from dagdock.api import Argument, Bad, Dag, Problem, Problems, Project, rule

from ._releases import is_before
from .dag_removed_argument import NEW_NAMES

# Parameters of DAG that no operator has under the same name.
DAG_ONLY = frozenset(
    (
        "catchup", "schedule", "schedule_interval", "timetable", "max_active_runs", "max_active_tasks",
        "concurrency", "dagrun_timeout",
        "dag_id", "template_searchpath", "is_paused_upon_creation", "user_defined_macros", "user_defined_filters",
        "default_view", "orientation", "access_control", "render_template_as_native_obj", "fail_stop", "fail_fast",
    )
)  # fmt: skip
LONG = 40  # characters


@rule(
    "AF106",
    severity="warning",
    since="0.1",
    lessons=["L46", "L49"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "default_args = {'owner': 'data', «'catchup': False»}\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', default_args=default_args)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "default_args = {'owner': 'data', 'retries': 2}\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False, "
        "default_args=default_args)\n",
    ],
)
def dag_argument_in_default_args(dag: Dag, project: Project) -> Problems:
    """default_args holds an argument of the DAG, which is ignored there.

    default_args are handed to the tasks, not to the DAG. `catchup`, the schedule or `max_active_runs` in it have no
    effect, without any message, so a DAG may make up for years of runs although `catchup: False` seems to stand
    there. Give it to the DAG itself.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#default-arguments
    """
    if dag.open:
        return
    for name, argument in dag.default_args.items():
        if (name in DAG_ONLY or _are_tags(argument)) and name not in dag.arguments:
            yield Problem(
                argument.whole,
                f"`{name}` has no effect in default_args, which only tasks get. "
                + (
                    "Delete it"
                    if name == "catchup" and _never_recurs(dag)
                    else f"Give it to the DAG: `DAG(…, {_name_today(name, dag, project)}={_short(argument)})`"
                ),
            )


def _are_tags(argument: Argument) -> bool:
    """Whether it is a list of texts called `tags`: operators that take tags, such as those of AWS, want more."""
    tags = argument.value.get(list) if argument.name == "tags" else None
    return bool(tags) and all(isinstance(one, str) for one in tags or ())


def _short(argument: Argument) -> str:
    """The value as it is written, where that is short."""
    text = argument.span.text
    return text if len(text) <= LONG and "\n" not in text and "`" not in text else "…"


def _name_today(name: str, dag: Dag, project: Project) -> str:
    """What a DAG calls the argument, unless its Airflow is too old for the new name."""
    new, since = NEW_NAMES.get(name, ("", (0, 0)))
    if new and is_before(dag, project, *since):
        return name
    version = project.airflow_version(dag)
    known = version.at_least(*since) if version else since < (3, 0)
    return name if not new or known is False else new


def _never_recurs(dag: Dag) -> bool:
    """Whether the DAG surely runs by hand only, so that there is nothing to catch up with."""
    return dag.schedule is not None and dag.schedule.value.known and dag.schedule.value.value is None
