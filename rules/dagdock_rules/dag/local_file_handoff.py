from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from dagdock.api import Bad, Dag, DagModule, Problem, Problems, Project, Related, Span, Task, remembered, rule

from ._secrets import inside

FOLDERS = ("/tmp/", "/var/tmp/")
WRITERS = frozenset(
    (
        "dump", "save", "savefig", "savetxt", "to_csv", "to_excel", "to_feather", "to_json", "to_parquet", "to_pickle",
        "urlretrieve", "write_bytes", "write_csv", "write_json", "write_parquet", "write_text",
    )
)  # fmt: skip
READERS = frozenset(
    (
        "load_file", "loadtxt", "read_csv", "read_excel", "read_feather", "read_json", "read_parquet", "read_pickle",
        "read_table", "scan_csv", "scan_parquet",
    )
)  # fmt: skip
# Executors whose tasks all run on one machine.
ONE_MACHINE = ("LocalExecutor", "SequentialExecutor")


class Use:
    """A file for the moment that a task writes or reads."""

    __slots__ = ("path", "place", "task", "writes")

    def __init__(self, task: Task, path: str, place: Span, *, writes: bool) -> None:
        self.task = task
        self.path = path
        self.place = place
        self.writes = writes


@rule(
    "AF339",
    severity="info",
    since="0.1",
    words=FOLDERS,
    bad=[
        Bad(
            "from datetime import datetime\nimport pandas as pd\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\nfrom airflow.operators.python import PythonOperator\n\n\n"
            "def load():\n    print(len(pd.read_csv(«'/tmp/sales.csv'»)))\n\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    fetch = BashOperator(task_id='fetch', bash_command='curl -o /tmp/sales.csv https://example.com/a')\n"
            "    fetch >> PythonOperator(task_id='load', python_callable=load)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command='curl -o /tmp/s.csv https://example.com/a; load /tmp/s.csv')\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    fetch = BashOperator(task_id='fetch', bash_command='curl -o /mnt/share/s.csv https://example.com/s.csv')\n"
        "    fetch >> BashOperator(task_id='load', bash_command='load /mnt/share/s.csv')\n",
    ],
)
def local_file_handoff(dag: Dag, project: Project) -> Problems:
    """A task reads a temporary file that another task has written.

    Tasks of a DAG may run on different machines: with the Celery or Kubernetes executor the file is not there. Write
    it to shared storage (a bucket, a database, a mounted volume), or do both in one task. Silent where Compose or the
    image says that the LocalExecutor or the SequentialExecutor is used.

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#communication
    """
    uses = [use for task in dag.tasks for use in _uses(task)]
    written = {use.path: use for use in reversed(uses) if use.writes}
    told: set[str] = set()
    for use in uses:
        writer = written.get(use.path)
        if use.writes or writer is None or writer.task is use.task or use.path in told:
            continue
        if any(other.writes and other.task is use.task for other in uses if other.path == use.path):
            continue
        executor = project.variable_for(dag.module, "AIRFLOW__CORE__EXECUTOR")
        if executor in ONE_MACHINE:
            return
        told.add(use.path)
        yield Problem(
            use.place,
            f"another task writes `{use.path}`, on the machine where that one runs: with the Celery or Kubernetes "
            "executor it is not here. Hand it over in a bucket, a database or a shared volume",
            severity="warning" if executor and executor.startswith(("Celery", "Kubernetes")) else None,
            related=[Related(writer.place, "written here")],
        )


def _uses(task: Task) -> Iterator[Use]:
    module = task.module
    if task.function is not None:
        for call in _calls(module).get(task.function.node, ()):
            yield from _of_call(module, task, call)
    command = task.own.get("bash_command") if task.name == "BashOperator" else None
    text = command.value.get(str) if command else None
    if command is not None and text is not None and isinstance(node := command.value.node, ast.expr):
        for match in _paths().finditer(text):
            place = inside(module, node, text, match.start("path"), match.end("path"))
            yield Use(task, match["path"], place, writes=match["writes"] is not None)


@remembered
def _calls(module: DagModule) -> dict[ast.AST, list[ast.Call]]:
    """The calls that may read or write files, by the function that they stand in."""
    found: dict[ast.AST, list[ast.Call]] = {}
    for call in module.calls():
        if call.function is not None:
            found.setdefault(call.function.node, []).append(call.node)
    return found


@cache
def _paths() -> re.Pattern[str]:
    return re.compile(
        r"(?P<writes>>>?\s*|\btee\s+(?:-a\s+)?|(?:\s-[oO]\s*|--output[= ]|--output-document[= ])['\"]?)?"
        r"(?P<path>/(?:var/)?tmp/[\w./-]*\w\.\w+)(?![\w{])"
    )


def _of_call(module: DagModule, task: Task, node: ast.Call) -> Iterator[Use]:
    method = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if method == "open" and node.args:
        mode = (
            node.args[1]
            if len(node.args) > 1
            else next((one.value for one in node.keywords if one.arg == "mode"), None)
        )
        how = module.value(mode).get(str) if mode is not None else "r"
        if how is None:
            return
        writes = any(sign in how for sign in "wax")
    elif method in WRITERS or method in READERS:
        writes = method in WRITERS
    else:
        return
    # `urlretrieve(url, path)` and `dump(model, path)` name the path second.
    for argument in node.args[:2] if method in ("urlretrieve", "dump") else node.args[:1]:
        path = module.value(argument).get(str)
        if path is not None and path.startswith(FOLDERS):
            yield Use(task, path, module.span(argument), writes=writes)
