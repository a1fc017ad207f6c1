"""Document links: what leads where, and what leads nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dagdock.image import parse as parse_image
from dagdock.lsp import hub
from dagdock.lsp.links import Link, links
from dagdock.project import Project


def of(path: str, files: dict[str, str]) -> list[Link]:
    project = Project.in_memory(files)
    document: Any = project.document(path)
    assert document is not None
    return links(document, project)


def plain(path: str, files: dict[str, str]) -> list[str]:
    """The links as `text -> target`, with the line where one is named."""
    return [f"{link.span.text} -> {link.target}{f'#{link.line}' if link.line else ''}" for link in of(path, files)]


# Compose


def test_a_build_leads_to_its_dockerfile_and_stage() -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    build: ./web\n  b:\n    image: mine\n    build:\n      context: web\n"
        "      dockerfile: Dockerfile.prod\n      target: last\n",
        "web/Dockerfile": "FROM a\n",
        "web/Dockerfile.prod": "FROM a AS first\nRUN x\nFROM b AS last\n",
    }
    assert plain("compose.yaml", files) == [
        "./web -> web/Dockerfile",
        "web -> web",
        "Dockerfile.prod -> web/Dockerfile.prod",
        "last -> web/Dockerfile.prod#3",
    ]


def test_files_that_a_compose_file_names() -> None:
    files = {
        "compose.yaml": "include: [other.yaml]\nservices:\n  a:\n    image: postgres:16\n    env_file:\n"
        "      - .env.web\n      - path: gone.env\n        required: false\n"
        "    extends: {file: base.yaml, service: root}\n"
        "secrets:\n  key: {file: ./key.txt}\nconfigs:\n  conf: {file: conf}\n  out: {external: true}\n",
        "other.yaml": "services: {}\n",
        "base.yaml": "services:\n  x: {image: a}\n  root: {image: b}\n",
        ".env.web": "",
        "key.txt": "",
        "conf/a": "",
    }
    assert plain("compose.yaml", files) == [
        "other.yaml -> other.yaml",
        "postgres:16 -> https://hub.docker.com/_/postgres",
        ".env.web -> .env.web",
        "base.yaml -> base.yaml#3",
        "./key.txt -> key.txt",
        "conf -> conf",
    ]


def test_what_is_mounted_and_the_dag_folder() -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    volumes:\n      - ./dags:/opt/airflow/dags\n      - ./conf.ini:/c:ro\n"
        "      - data:/data\n      - ./gone:/gone\n      - ~/x:/x\n      - /etc/passwd:/p\n      - ${WHERE}/x:/y\n"
        "      - {type: bind, source: sql, target: /sql}\nvolumes: {data: {}}\n",
        "dags/a.py": "",
        "conf.ini": "",
        "sql/a.sql": "",
        "data/x": "",
    }
    found = of("compose.yaml", files)
    assert [(link.span.text, link.target, link.tip) for link in found] == [
        ("./dags", "dags", "the DAG folder"),
        ("./conf.ini", "conf.ini", "what is mounted here"),
        ("sql", "sql", "what is mounted here"),
    ]


def test_values_of_the_env_file_lead_there_too() -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    env_file: ${NAME}.env\n  b:\n    env_file: ${OTHER}.env\n",
        ".env": "NAME=web\n",
        "web.env": "",
        ".env.env": "",
    }
    assert plain("compose.yaml", files) == ["${NAME}.env -> web.env"]


def test_a_place_that_services_share_has_one_link() -> None:
    files = {
        "compose.yaml": "x-a: &a\n  env_file: web.env\nservices:\n  a: {<<: *a}\n  b: {<<: *a}\n",
        "web.env": "",
    }
    assert plain("compose.yaml", files) == ["web.env -> web.env"]


def test_links_of_another_file_stay_there() -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    extends: {file: sub/compose.yaml, service: root}\n",
        "sub/compose.yaml": "services:\n  root: {image: redis, env_file: web.env}\n",
        "sub/web.env": "",
        "web.env": "",
    }
    assert plain("compose.yaml", files) == ["sub/compose.yaml -> sub/compose.yaml#2"]
    assert plain("sub/compose.yaml", files) == ["redis -> https://hub.docker.com/_/redis", "web.env -> sub/web.env"]


@pytest.mark.parametrize(
    "service",
    [
        "build: ./gone",
        "build: https://github.com/a/b.git",
        "build: ${WHERE}",
        "env_file: gone.env",
        "env_file: ../../outside.env",
        "image: mine",
        "image: ghcr.io/a/b:1",
        "image: ${IMAGE}",
        "build: {dockerfile_inline: FROM a}",
    ],
)
def test_what_is_not_there_or_not_known_leads_nowhere(service: str) -> None:
    assert plain("compose.yaml", {"compose.yaml": f"services:\n  a:\n    {service}\n"}) == []


# Dockerfile


def test_what_a_dockerfile_copies() -> None:
    files = {
        "Dockerfile": "FROM scratch\nCOPY app.py gone.py src/ /app/\nADD https://x.org/a.tgz conf*.ini /app/\n"
        "COPY . /all\nARG NAME=app\nCOPY ${NAME}.py ${OTHER}.py /b/\nCOPY many*.txt /c/\n"
        'COPY ["with blank.txt", "/d/"]\nRUN --mount=type=bind,source=lock.txt,target=/x true\n',
        "app.py": "",
        "src/a.py": "",
        "config.ini": "",
        "many1.txt": "",
        "many2.txt": "",
        "with blank.txt": "",
        "lock.txt": "",
    }
    assert plain("Dockerfile", files)[1:] == [
        "app.py -> app.py",
        "src/ -> src",
        "conf*.ini -> config.ini",
        "${NAME}.py -> app.py",
        '"with blank.txt" -> with blank.txt',
        "lock.txt -> lock.txt",
    ]


def test_the_context_that_a_service_states_counts() -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    build: {context: ., dockerfile: docker/Dockerfile}\n",
        "docker/Dockerfile": "FROM scratch\nCOPY app.py /\nCOPY Dockerfile /\n",
        "app.py": "",
        "docker/app.py": "",
    }
    assert plain("docker/Dockerfile", files)[1:] == ["app.py -> app.py"]


def test_contexts_that_do_not_agree_lead_nowhere() -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    build: {context: ., dockerfile: docker/Dockerfile}\n"
        "  b:\n    build: {context: docker}\n",
        "docker/Dockerfile": "FROM scratch\nCOPY app.py /\n",
        "app.py": "",
        "docker/app.py": "",
    }
    assert plain("docker/Dockerfile", files)[1:] == []


def test_stages_lead_to_their_from() -> None:
    text = (
        "# syntax=docker/dockerfile:1\nARG V=3.12\nFROM python:$V AS build\nFROM build AS two\n"
        "COPY --from=build /a /a\nCOPY --from=0 /b /b\nCOPY --from=nginx:1.27 /c /c\nCOPY --from=gone /d /d\n"
        "RUN --mount=from=two,target=/x true\nRUN --mount=from=build,target=/x true\nFROM ghcr.io/a/b\nFROM ${WHICH}\n"
    )
    assert plain("Dockerfile", {"Dockerfile": text}) == [
        "docker/dockerfile:1 -> https://hub.docker.com/r/docker/dockerfile",
        "python:$V -> https://hub.docker.com/_/python",
        "build -> Dockerfile#3",
        "build -> Dockerfile#3",
        "0 -> Dockerfile#3",
        "nginx:1.27 -> https://hub.docker.com/_/nginx",
        "build -> Dockerfile#3",
    ]


def test_requirements_that_are_installed() -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nCOPY requirements /r\nRUN pip install -r /r/base.txt -r /gone.txt\n",
        "requirements/base.txt": "flask\n",
    }
    assert plain("Dockerfile", files)[1:] == ["requirements -> requirements", "/r/base.txt -> requirements/base.txt"]


def test_scripts_that_were_copied() -> None:
    files = {
        "Dockerfile": "FROM scratch\nWORKDIR /app\nCOPY start.sh /usr/local/bin/\nCOPY src .\nCOPY run.sh /run\n"
        "RUN chmod +x /run && ./setup.py --all gone.py\nRUN cd /else && ./setup.py && python /app/main.py\n"
        'ENTRYPOINT ["start.sh", "main.py"]\nCMD /run\n',
        "start.sh": "",
        "src/main.py": "",
        "src/setup.py": "",
        "run.sh": "",
    }
    assert plain("Dockerfile", files)[1:] == [
        "start.sh -> start.sh",
        "src -> src",
        "run.sh -> run.sh",
        "/run -> run.sh",
        "./setup.py -> src/setup.py",
        "/app/main.py -> src/main.py",
        "start.sh -> start.sh",
        "main.py -> src/main.py",
        "/run -> run.sh",
    ]


def test_a_folder_that_files_are_copied_to_is_no_file() -> None:
    files = {
        "Dockerfile": "FROM scratch\nCOPY a.py /one/\nCOPY a.py b.py /two\nRUN ls /one /two /two/b.py\n",
        "a.py": "",
        "b.py": "",
    }
    assert plain("Dockerfile", files)[1:] == ["a.py -> a.py", "a.py -> a.py", "b.py -> b.py", "/two/b.py -> b.py"]


def test_other_files_have_no_links() -> None:
    files = {".dockerignore": "a\n", "a": "", "dags/a.py": "from airflow import DAG\nDAG('a')\n"}
    assert plain(".dockerignore", files) == plain("dags/a.py", files) == []


@pytest.mark.parametrize(
    ("image", "page"),
    [
        ("python:3.12", "https://hub.docker.com/_/python"),
        ("docker.io/library/python", "https://hub.docker.com/_/python"),
        ("apache/airflow@sha256:" + "a" * 64, "https://hub.docker.com/r/apache/airflow"),
        ("docker.io/apache/airflow", "https://hub.docker.com/r/apache/airflow"),
        ("mine", None),
        ("quay.io/a/b", None),
        ("localhost/a", None),
        ("a/b/c", None),
    ],
)
def test_pages_of_images(image: str, page: str | None) -> None:
    parsed = parse_image(image)
    assert parsed and hub.page_of(parsed) == page


def test_targets_are_absolute_where_there_is_a_disk(tmp_path: Path) -> None:
    from dagdock.workspace import Workspace

    (tmp_path / ".git").mkdir()
    (tmp_path / "web").mkdir()
    (tmp_path / "web/Dockerfile").write_text("FROM a\n")
    (tmp_path / "compose.yaml").write_text("services:\n  a:\n    build: web\n")
    workspace = Workspace()
    target = workspace.target(str(tmp_path / "compose.yaml"))
    project = workspace.project(target.root)
    document: Any = project.document(target.path)
    assert [link.target for link in links(document, project)] == [str(tmp_path / "web/Dockerfile")]
