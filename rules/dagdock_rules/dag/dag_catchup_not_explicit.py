from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from posixpath import dirname, join

from dagdock.api import Bad, Dag, Fix, Problem, Problems, Project, rule

from ._arguments import add_keyword
from ._dates import moment
from ._releases import is_before
from ._schedule import is_part, is_set_later, recurs
from .dag_catchup_true import days_between, intervals
from .dag_dynamic_start_date import CLOCKS, starts_now, varying

MAX_FOLDERS = 60
_CONFIGS = ("config", "conf", "configuration")
# So few runs at once are harmless.
FEW = 30
# With this in its environment Airflow 2 makes up for nothing unasked either.
DEFAULT = "AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT"


@rule(
    "AF102",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L46"],
    aliases=["dagruff:AIR003", "daglint:catchup_validation"],
    bad=[
        Bad(
            {
                "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
                "with «DAG»('sales', start_date=datetime(2023, 1, 1), schedule='@daily') as dag:\n    pass\n",
                "requirements.txt": "apache-airflow==2.9.1\n",
            },
            fixed={
                "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
                "with DAG('sales', start_date=datetime(2023, 1, 1), schedule='@daily', catchup=False) as dag:\n"
                "    pass\n"
            },
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "with DAG('sales', start_date=datetime(2023, 1, 1), schedule='@daily', catchup=False) as dag:\n    pass\n",
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "with DAG('sales', start_date=datetime(2023, 1, 1), schedule=None) as dag:\n    pass\n",
        "from datetime import datetime\nfrom airflow.sdk import DAG\n\n"
        "with DAG('sales', start_date=datetime(2023, 1, 1), schedule='@daily') as dag:\n    pass\n",
        {
            "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n\n"
            "with DAG('sales', start_date=datetime(2023, 1, 1), schedule='@daily') as dag:\n    pass\n",
            "compose.yaml": "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    environment:\n"
            "      AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT: 'false'\n    volumes:\n      - ./dags:/opt/airflow/dags\n",
        },
    ],
)
def dag_catchup_not_explicit(dag: Dag, project: Project) -> Problems:
    """A scheduled DAG does not say whether it makes up for the past.

    With catchup on, Airflow starts a run for every interval since start_date as soon as the DAG is unpaused: a
    start date three years back and a daily schedule give a thousand runs at once. In Airflow 2 it is on unless you
    say otherwise, in Airflow 3 it is off. Write `catchup=False`, or `True` when the past is wanted.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html#catchup
    """
    is_old = is_before(dag, project, 2)
    version = project.airflow_version(dag)
    since3 = False if is_old else version.at_least(3) if version else None
    if since3 or dag.open or dag.catchup or not recurs(dag, default=since3 is False):
        return
    if is_set_later(dag, "catchup") or "catchup" in dag.default_args or starts_now(dag):
        return
    number = intervals(dag, project)
    if dag.start_date is None or (number is not None and number < FEW) or _has_little_past(dag) or is_part(dag):
        return
    if (project.variable_for(dag.module, DEFAULT) or "").strip().lower() in ("false", "f", "0"):
        return
    folder = dirname(project.path_of(dag) or "")
    if project.once(("catchup by default", folder), lambda: _is_off(project, folder)):
        return
    edits = add_keyword(dag.module, dag.call, "catchup=False") if dag.call else []
    start = moment(dag.start_date)
    since = f"start_date, {start:%Y-%m-%d}" if start else "start_date"
    end = moment(dag.arguments.get("end_date") or dag.default_args.get("end_date"))
    if start and end and end < datetime.fromisoformat(project.today):
        # Nothing is left but the past: without catchup no run ever starts (tried on 2.10.5).
        yield Problem(
            dag,
            f"the last interval ended on {end:%Y-%m-%d}, so all runs of this DAG lie in the past. Airflow "
            f"{1 if is_old else 2} starts them when the DAG is unpaused for the first time, Airflow 3 starts none "
            "unless told. If you want them, write `catchup=True`; else delete the DAG",
            severity="info",
        )
        return
    yield Problem(
        dag,
        f"without `catchup` Airflow {1 if is_old else 2} starts a run for every interval since {since}, when the DAG "
        "is unpaused for the first time. Write `catchup=False`, or `catchup=True` if you want them",
        severity="warning" if since3 is False and _is_past(dag, start) else "info",
        fix=Fix("Add `catchup=False`", edits, "unsafe") if edits else None,
    )


def _is_off(project: Project, folder: str) -> bool:
    """Whether a configuration near a folder makes up for nothing unasked: `airflow.cfg`, `.env`, charts, Terraform."""
    inventory = project.inventory
    known = [*inventory.compose, *inventory.other_yaml, *inventory.dockerfiles]
    near = [folder, *map(dirname, (*inventory.compose, *inventory.dockerfiles, *inventory.requirements))]
    folders = dict.fromkeys(above for one in near for above in _with_those_above(one))
    for one in list(folders)[:MAX_FOLDERS]:
        for place in (one, *(join(one, name) for name in project.facts.folders(one) if name in _CONFIGS)):
            known += [join(place, name) for name in project.facts.names(place) if _may_configure(name)]
    return any(_says_off(project.facts.read(path) or b"") for path in dict.fromkeys(known))


def _says_off(content: bytes) -> bool:
    is_named = b"catchup_by_default" in content or b"CATCHUP_BY_DEFAULT" in content
    return is_named and bool(_off().search(content))


def _with_those_above(folder: str) -> Iterator[str]:
    """A folder and those around it, up to the project's own."""
    while folder.strip("./"):
        yield folder
        folder = dirname(folder)
    yield "."


def _may_configure(name: str) -> bool:
    return name == "airflow.cfg" or name.startswith(".env") or name.endswith((".env", ".tf", "airflow.cfg"))


@cache
def _off() -> re.Pattern[bytes]:
    return re.compile(rb"catchup_by_default[\"']?\s*[:=]\s*[\"']?(?:false|f|0)\b", re.I)


def _is_past(dag: Dag, start: datetime | None) -> bool:
    """Whether start_date is a known one, or one that moves with a clock and leaves many intervals."""
    return start is not None or (
        dag.start_date is not None and varying(dag.module.origin(dag.start_date.node), CLOCKS) is not None
    )


def _has_little_past(dag: Dag) -> bool:
    """Whether start_date is always the same few intervals ago: `days_ago(1)`, `datetime.now() - timedelta(days=1)`."""
    days = days_between(dag) if dag.schedule else 1.0  # daily, where none is given
    if dag.start_date is None or days is None:
        return False
    node = dag.module.origin(dag.start_date.node).node
    ago: float | None = None
    if isinstance(node, ast.Call) and (dag.module.qualified(node.func) or "").endswith("days_ago") and node.args:
        ago = dag.module.value(node.args[0]).get(int)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        back = dag.module.value(node.right).get(timedelta)
        ago = back.total_seconds() / 86400 if back else None
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "subtract":
        given = {keyword.arg: dag.module.value(keyword.value).get(int) for keyword in node.keywords}
        ago = given.get("days") if set(given) == {"days"} else None
    return ago is not None and ago / days < FEW
