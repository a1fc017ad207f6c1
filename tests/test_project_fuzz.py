"""No text, however broken, makes a link raise."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.api import ComposeFile, DagModule, Dockerfile, IgnoreFile, Project, Service
from dagdock.facts import Disk
from dagdock.project import Broken

FILES = {
    "compose.yaml": """include:
  - path: more/compose.yaml
    project_directory: .
services:
  web: &web
    image: ${IMAGE:-apache/airflow:2.9.1}
    build:
      context: ./app
      dockerfile: Dockerfile
      target: base
    environment:
      AIRFLOW__CORE__DAGS_FOLDER: /opt/airflow/dags
    volumes:
      - ./dags:/opt/airflow/dags
  other:
    extends: {file: more/compose.yaml, service: far}
""",
    "compose.override.yaml": "services:\n  web:\n    build: app\n",
    "more/compose.yaml": "include: [../compose.yaml]\nservices:\n  far:\n    build: ${DIR}/x\n",
    "app/Dockerfile": """ARG V=2.9.1
FROM apache/airflow:${V} AS base
COPY --from=0 a src/*.py dags/ /x/
COPY requirements.txt .
RUN --mount=type=bind,source=more,target=/m pip install -r requirements.txt apache-airflow==${V:-1} -c https://x/constraints-$V/c.txt
FROM base
""",
    "app/requirements.txt": "apache-airflow[x]>=2.3,<3 # y\n-r other.txt\n-c c.txt\n",
    "app/.dockerignore": "*\n!src/**\n[a-z]?\n",
    ".env": "DIR=app\nIMAGE=$DIR\nCOMPOSE_FILE=compose.yaml:more/compose.yaml\n",
    ".gitignore": "*.pyc\n/dist/\n!x\n",
    "dags/a.py": "from airflow.sdk import DAG\nwith DAG('x'):\n    pass\n",
    "pyproject.toml": 'dependencies = ["apache-airflow>=2.3"]\n',
}
PIECES = [
    "",
    "\n",
    "\t",
    ":",
    "- ",
    "*",
    "**/",
    "[",
    "\\",
    "../../..",
    "/",
    "${",
    "}",
    "$",
    "&a",
    "*web",
    "\0",
    "é",
    "\ud800",
    "\ufeff",
]


def follow_every_link(project: Project, path: str) -> None:
    document = project.document(path)
    if document is None or isinstance(document, Broken):
        return
    where = document.source.whole
    assert project.path_of(where) == path
    project.airflow_version(where)
    if isinstance(document, ComposeFile):
        project.siblings_of(document)
        for node in project.merged(document).walk():
            if isinstance(node, Service):
                project.context_path(node)
                project.dockerfile_of(node)
                project.stage_of(node)
                project.context_of_service(node)
                project.dag_folder_of(node)
    elif isinstance(document, Dockerfile):
        project.services_building(document)
        for stage in document.stages:
            project.requirements_of(stage)
        for context in project.contexts_of(document):
            for source in ("a", "src/*.py", "../[", "*/*/*", "\0", "\ud800", ""):
                context.exists(source)
                context.ignored(source)
            assert len(context.files()) == len(set(context.files()))
    elif isinstance(document, DagModule):
        project.stages_running(document)
    else:
        assert isinstance(document, IgnoreFile)
        document.ignored("a/b")


changes = st.lists(
    st.tuples(st.sampled_from(sorted(FILES)), st.integers(0, 600), st.integers(0, 40), st.sampled_from(PIECES)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=100, deadline=None)
@given(changes)
def test_links_of_broken_files(changes: list[tuple[str, int, int, str]]) -> None:
    files = dict(FILES)
    for path, start, length, piece in changes:
        text = files[path]
        files[path] = text[: start % (len(text) + 1)] + piece + text[start % (len(text) + 1) + length :]
    in_bytes = {path: text.encode("utf-8", "surrogatepass") for path, text in files.items()}
    project = Project.in_memory(in_bytes)
    for path in files:
        follow_every_link(project, path)


@pytest.mark.parametrize("path", sorted(FILES))
def test_links_of_half_written_files(path: str) -> None:
    for end in range(0, len(FILES[path]), 7):
        project = Project.in_memory({**FILES, path: FILES[path][:end]})
        follow_every_link(project, path)


def test_rings_of_links(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\nCOPY " + "*/" * 40 + "* /x/\nCOPY . .\n")
    for name in "abc":
        (tmp_path / name).symlink_to(tmp_path)
    (tmp_path / "gone").symlink_to(tmp_path / "missing")
    (tmp_path / "requirements.txt").mkdir()
    project = Project(Disk(str(tmp_path)))
    dockerfile = project.document("Dockerfile")
    assert isinstance(dockerfile, Dockerfile)
    (context,) = project.contexts_of(dockerfile)
    assert context.files() == ["Dockerfile", "a", "b", "c", "gone"]
    assert context.exists("gone"), "a link without a target is in the context all the same"
    assert len(context.matches("*/" * 40 + "*")) <= 2_000
    follow_every_link(project, "Dockerfile")


def test_a_path_of_a_million_characters() -> None:
    long = "a/" * 300_000
    project = Project.in_memory(
        {
            "Dockerfile": f"FROM x\nCOPY {long} .\nCOPY {'*' * 100_000} .\n",
            ".dockerignore": f"**/x*\n{long}\n{'*a' * 100_000}\n",
            "compose.yaml": f"services:\n  web:\n    build: {'b' * 500_000}\n",
        }
    )
    for path in ("Dockerfile", "compose.yaml", ".dockerignore"):
        follow_every_link(project, path)
