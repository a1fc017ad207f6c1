from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, Span, load_data, rule

if TYPE_CHECKING:
    from dagdock.api import DagModule, Project, Stage

# Providers of these names have a second part: airflow.providers.apache.spark.
FAMILIES = frozenset(("apache", "atlassian", "cncf", "common", "dbt", "microsoft"))
# Providers that some release of Airflow itself asks for, or another provider that is often installed (sftp: ssh).
WITH_AIRFLOW = frozenset(
    (
        "common-compat", "common-io", "common-messaging", "common-sql", "fab", "ftp", "http", "imap", "openlineage",
        "smtp", "sqlite", "ssh", "standard",
    )
)  # fmt: skip


@rule(
    "PJ006",
    severity="error",
    since="0.1",
    kind="project",
    lessons=["L58"],
    tags=["airflow"],
    bad=[
        Bad(
            {
                "Dockerfile": "FROM apache/airflow:2.9.1\nCOPY dags /opt/airflow/dags\n",
                "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n"
                "from «airflow.providers.mongo.hooks.mongo» import MongoHook\n\n"
                "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, catchup=False)\n",
            }
        ),
        Bad(
            {
                "Dockerfile": "FROM python:3.12-slim\nWORKDIR /opt/airflow\nENV AIRFLOW_HOME=/opt/airflow\n"
                "RUN pip install apache-airflow==2.10.5 apache-airflow-providers-postgres\n"
                "COPY dags ./dags\n",
                "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n"
                "from «airflow.providers.snowflake.hooks.snowflake» import SnowflakeHook\n\n"
                "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, catchup=False)\n",
            }
        ),
    ],
    good=[
        {
            "Dockerfile": "FROM apache/airflow:2.9.1\n"
            "RUN pip install apache-airflow==2.9.1 apache-airflow-providers-mongo\n"
            "COPY dags /opt/airflow/dags\n",
            "dags/sales.py": "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.mongo.hooks.mongo import MongoHook\n"
            "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n"
            "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, catchup=False)\n",
        },
    ],
)
def provider_not_installed(module: DagModule, project: Project) -> Problems:
    """A DAG imports a provider that the image it runs in does not install.

    Operators for other systems come in packages of their own, the providers. The official image brings some two dozen
    of them, `pip install apache-airflow` a handful; any other has to be installed, or the DAG does not load (where a
    task imports it, the task fails). Add the package to the requirements of the image.

    https://airflow.apache.org/docs/apache-airflow-providers/packages-ref.html
    """
    imported = _providers(module)
    stages = project.stages_running(module) if imported else []
    if not stages:
        return
    told: set[str] = set()
    for package, place in imported:
        lacking = [stage for stage in stages if _lacks(stage, package, project)]
        if len(lacking) == len(stages) and package not in told:
            told.add(package)
            stage = lacking[0]
            image = stage.image_word.value if stage.image_word else "the image"
            effect = "this DAG does not load" if place in module.tree.body else "the task fails when it runs"
            yield Problem(
                _module_name(module, place),
                f"`{package}` is neither part of `{image}` nor installed in its Dockerfile, so {effect}. "
                "Add it to the requirements of the image",
                related=[Related(stage.image_word, "the image that runs this DAG")] if stage.image_word else (),
            )


def _providers(module: DagModule) -> list[tuple[str, ast.stmt]]:
    """The provider packages that the file surely needs to be loaded or its tasks to run, each with the import."""
    found: list[tuple[str, ast.stmt]] = []
    tasks = [one.node for one in module.functions if not isinstance(one.node, ast.Lambda) and one.runs_at == "task"]
    for node in (*module.tree.body, *(statement for task in tasks for statement in task.body)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            parts = name.split(".")
            if parts[:2] == ["airflow", "providers"] and len(parts) > 3:
                length = 4 if parts[2] in FAMILIES else 3
                found.append(("apache-airflow-providers-" + "-".join(parts[2:length]), node))
    return found


def _module_name(module: DagModule, node: ast.stmt) -> Span:
    """The dotted name in `from … import`; the whole statement where it is not plainly there."""
    span = module.span(node)
    name = node.module if isinstance(node, ast.ImportFrom) else None
    start = span.text.find(name) if name else -1
    return Span(span.source, span.start + start, span.start + start + len(name)) if name and start >= 0 else span


def _lacks(stage: Stage, package: str, project: Project) -> bool:
    """Whether it is certain that the image does not hold a provider."""
    first = list(stage.chain())[-1]
    installed = project.requirements_of(stage)
    image = first.image
    if not installed.complete or image is None or any(found.name == package for found in installed.requirements):
        return False
    if any(found.extras for found in installed.requirements if found.name.startswith("apache-airflow")):
        return False
    provider = package.removeprefix("apache-airflow-providers-")
    if image.repository == "apache/airflow" and not (image.tag or "").startswith("slim"):
        return provider not in load_data("dagdock_rules", "airflow-image")["providers"]
    return (
        image.familiar == "python"
        and provider not in WITH_AIRFLOW
        and _is_plain_airflow([found.name for found in installed.requirements])
    )


def _is_plain_airflow(names: list[str]) -> bool:
    """Whether packages hold Airflow, and nothing that may bring providers along."""
    return "apache-airflow" in names and not any(
        ("airflow" in name or "astro" in name) and not name.startswith("apache-airflow") for name in names
    )
