from __future__ import annotations

import ast
from collections.abc import Iterator
from posixpath import dirname

from dagdock.api import Bad, DagModule, Problem, Problems, Project, Related, Span, rule

# What is left of these packages in Airflow 3, the stand-ins for classes that moved to providers included (3.0 and 3.3).
LEFT = {
    "airflow.operators": frozenset(
        (
            "bash", "branch", "datetime", "email", "empty", "generic_transfer", "latest_only", "python", "smooth",
            "trigger_dagrun", "weekday",
        )
    ),
    "airflow.sensors": frozenset(
        (
            "base", "bash", "date_time", "external_task", "filesystem", "python", "time_delta", "time_sensor",
            "weekday",
        )
    ),
    "airflow.hooks": frozenset(("base", "filesystem", "package_index", "subprocess")),
    "airflow.contrib": frozenset(),
}  # fmt: skip
NAMES_GONE = frozenset(
    (
        "airflow.utils.dates.days_ago", "airflow.utils.dates.date_range", "airflow.utils.dates.round_time",
        "airflow.utils.helpers.chain", "airflow.utils.helpers.cross_downstream",
        "airflow.utils.decorators.apply_defaults",
    )
)  # fmt: skip
# What to import now, by the start of what is gone.
NOW = {
    "airflow.operators.bash_operator": "airflow.providers.standard.operators.bash",
    "airflow.operators.python_operator": "airflow.providers.standard.operators.python",
    "airflow.operators.dummy": "EmptyOperator from airflow.providers.standard.operators.empty",
    "airflow.operators.dagrun_operator": "airflow.providers.standard.operators.trigger_dagrun",
    "airflow.operators.latest_only_operator": "airflow.providers.standard.operators.latest_only",
    "airflow.operators.email_operator": "airflow.providers.smtp.operators.smtp",
    "airflow.operators.sql": "airflow.providers.common.sql.operators.sql",
    "airflow.operators.subdag": "TaskGroup from airflow.sdk",
    "airflow.hooks.base_hook": "BaseHook from airflow.sdk",
    "airflow.hooks.dbapi": "airflow.providers.common.sql.hooks.sql",
    "airflow.sensors.base_sensor_operator": "BaseSensorOperator from airflow.sdk",
    "airflow.sensors.external_task_sensor": "airflow.providers.standard.sensors.external_task",
    "airflow.sensors.filesystem_sensor": "airflow.providers.standard.sensors.filesystem",
    "airflow.sensors.sql": "airflow.providers.common.sql.sensors.sql",
    "airflow.utils.helpers": "chain and cross_downstream from airflow.sdk",
}


@rule(
    "AF804",
    severity="error",
    since="0.1",
    precision="very-high",
    lessons=["L58"],
    tags=["airflow-3"],
    words=["airflow"],
    bad=[
        Bad(
            {
                "Dockerfile": "FROM apache/airflow:3.0.4\nCOPY dags /opt/airflow/dags\n",
                "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n"
                "from «airflow.operators.bash_operator» import BashOperator\n\n"
                "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None):\n"
                "    BashOperator(task_id='load', bash_command='load.sh ')\n",
            }
        ),
        Bad(
            {
                "compose.yaml": "services:\n  scheduler:\n    image: apache/airflow:2.10.5\n    command: scheduler\n"
                "    volumes: ['./dags:/opt/airflow/dags']\n",
                "dags/sales.py": "from datetime import datetime\nfrom «airflow.sdk» import DAG\n\n"
                "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None)\n",
            }
        ),
    ],
    good=[
        {
            "Dockerfile": "FROM apache/airflow:3.0.4\nCOPY dags /opt/airflow/dags\n",
            "dags/sales.py": "from datetime import datetime\nfrom airflow.sdk import DAG\n"
            "from airflow.providers.standard.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None):\n"
            "    BashOperator(task_id='load', bash_command='load.sh ')\n",
        },
        {
            "Dockerfile": "FROM apache/airflow:2.10.5\nCOPY dags /opt/airflow/dags\n",
            "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash_operator import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None):\n"
            "    BashOperator(task_id='load', bash_command='load.sh ')\n",
        },
    ],
)
def import_gone(module: DagModule, project: Project) -> Problems:
    """A DAG imports what the Airflow that it runs on does not have.

    Airflow 3 has given up the names that were old in Airflow 2 (`bash_operator`, `days_ago`, `airflow.contrib`), and
    `airflow.sdk` is new in it. Tutorials for one do not run on the other: the file does not load. Only what is gone for
    sure is told, where an image or the requirements say which Airflow there is; ruff's rules AIR301 and AIR302 know all
    that moved and can rewrite it.

    https://airflow.apache.org/docs/apache-airflow/stable/installation/upgrading_to_airflow3.html
    https://docs.astral.sh/ruff/rules/#airflow-air
    """
    imported = list(_imported(module))
    if imported and (said := _said(module, project, at_least_3=True)):
        for gone, place in imported:
            yield Problem(place, f"Airflow 3 has no `{gone}`, so this file does not load. {_now(gone)}", related=[said])
    elif "airflow.sdk" in module.source.text and (said := _said(module, project, at_least_3=False)):
        for node in module.tree.body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[:2] == ["airflow", "sdk"]:
                yield Problem(
                    _within(module, node, node.module or ""),
                    "Airflow 2 has no `airflow.sdk`, so this file does not load. Import from `airflow` and "
                    "`airflow.decorators`, or run it on Airflow 3",
                    related=[said],
                )
                return


def _said(module: DagModule, project: Project, *, at_least_3: bool) -> Related | None:
    """Where it is said which Airflow the file runs on: in the nearest folder above it, if nothing below says else."""
    path = project.path_of(module.source.whole) or ""
    found = project.airflow_versions()
    above = [_folder(one.path) for one in found if path.startswith(_folder(one.path))]
    if not above:
        return None
    near = [one for one in found if one.path.startswith(max(above, key=len))]
    if not all(one.version.at_least(3) is at_least_3 for one in near):
        return None
    place = min(near, key=lambda one: one.path.count("/")).place
    return Related(place, "this says which Airflow there is")


def _folder(path: str) -> str:
    """With a slash at its end; empty for the project's own."""
    return f"{dirname(path)}/" if "/" in path else ""


def _imported(module: DagModule) -> Iterator[tuple[str, Span]]:
    """What Airflow 3 does not have, of the imports that run in any case."""
    for node in module.tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if gone := _gone(alias.name):
                    yield gone, _within(module, node, alias.name)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if gone := _gone(node.module):
                yield gone, _within(module, node, node.module)
                continue
            for alias in node.names:
                path = f"{node.module}.{alias.name}"
                if alias.name != "*" and (gone := path if path in NAMES_GONE else _gone(path)):
                    yield gone, _within(module, node, alias.name)


def _gone(path: str) -> str | None:
    """The module of a closed package that is not among what is left of it."""
    parts = path.split(".")
    package = ".".join(parts[:2])
    if len(parts) < 3 or package not in LEFT or parts[2] in LEFT[package]:
        return None
    return ".".join(parts[:3]) if package != "airflow.contrib" else package


def _within(module: DagModule, node: ast.stmt, name: str) -> Span:
    """A name in an import; the whole statement where it is not plainly there."""
    span = module.span(node)
    start = span.text.rfind(name) if isinstance(node, ast.ImportFrom) and node.module != name else span.text.find(name)
    return Span(span.source, span.start + start, span.start + start + len(name)) if start >= 0 else span


def _now(gone: str) -> str:
    if gone == "airflow.utils.dates.days_ago":
        return "Write a fixed date for start_date: `datetime(2024, 1, 1)`"
    for old, new in NOW.items():
        if gone.startswith(old):
            name, _, source = new.rpartition(" from ")
            return f"Import {name} from `{source}`" if name else f"It is in `{new}` now"
    return "It is in a provider now, or in `airflow.sdk`: `ruff check --select AIR301,AIR302` tells where"
