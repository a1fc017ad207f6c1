"""What a file is, by its name and content, and how its bytes become text."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.project import Unreadable, classify, read_source

DOCKERFILE = b"FROM python:3.12\n"
COMPOSE = b"services:\n  web:\n    image: nginx\n"
DAG = b"from airflow import DAG\n\nwith DAG('x'):\n    pass\n"


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile",
        "dockerfile",
        "DOCKERFILE",
        "Containerfile",
        "Dockerfile.prod",
        "Dockerfile-alpine",
        "Dockerfile_x",
        "Dockerfile.3.12",
        "prod.Dockerfile",
        "app.dockerfile",
        "my-dockerfile",
        "x.Containerfile",
        "Containerfile.dev",
        "a/b/Dockerfile",
    ],
)
def test_names_of_dockerfiles(name: str) -> None:
    assert classify(name, DOCKERFILE) == "dockerfile"


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile.md",
        "dockerfile.py",
        "Dockerfile.j2",
        "Dockerfile.tmpl",
        "Dockerfile.template",
        "Dockerfile.in",
        "Dockerfile.erb",
        "dockerfile_test.go",
        "dockerfiles",
        "mydockerfile",
        "dockerfile2llb",
        "readme.txt",
        "Dockerfile/app.txt",
    ],
)
def test_names_that_only_look_like_it(name: str) -> None:
    assert classify(name, DOCKERFILE) is None


def test_a_template_of_a_project_holds_no_compose_files() -> None:
    path = "{{cookiecutter.slug}}/compose.yaml"
    assert classify(path, COMPOSE.replace(b"nginx", b"{{ cookiecutter.slug }}_web")) is None
    assert classify(path, COMPOSE) == "compose"


def test_a_loose_name_needs_a_from_line() -> None:
    assert classify("Dockerfile", b"") == "dockerfile"
    assert classify("Dockerfile.prod", b"# syntax=docker/dockerfile:1\r\n\r\n  from alpine\r\n") == "dockerfile"
    assert classify("make-dockerfile", b"#!/bin/sh\necho FROM\n") is None


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "docker-compose.yml"])
def test_templates_are_left_alone(name: str) -> None:
    assert classify(name, DOCKERFILE + COMPOSE + b"{% if gpu %}\nRUN x\n{% endif %}\n") is None
    assert classify(name, DOCKERFILE + COMPOSE + b"<% if gpu -%>\nRUN x\n<% end -%>\n") is None
    assert classify(name, b"<%= from_image('tini') %> AS tini\n" + DOCKERFILE + COMPOSE) is None
    assert classify(name, DOCKERFILE + COMPOSE + b"{{- if .Gpu }}\nRUN x\n{{- end }}\n") is None
    assert classify(name, DOCKERFILE + COMPOSE + b"# docker ps --format '{{.Names}}' %}\n") is not None
    assert classify(name, DOCKERFILE + COMPOSE + b"# docker ps --format '{{if .Names}}x{{end}}' <%s>\n") is not None


def test_tags_where_a_dockerfile_can_have_none_make_it_a_template() -> None:
    assert classify("Dockerfile", b"# makes all images\r\n\r\n{{ set base to\n  'x' ^\n}}\n" + DOCKERFILE) is None
    assert classify("Dockerfile.linux", b"FROM {{ .Base }}:{{ .Tag }}\nRUN x\n") is None
    assert classify("Dockerfile.linux", b"FROM base AS made{{if extra: -extra}}\nRUN x\n") is None
    assert classify("Dockerfile", DOCKERFILE + b"{{if arm:\n}}RUN x\n") is None
    kept = DOCKERFILE + b"RUN docker ps --format \\\n  '{{.Names}}'\nRUN <<EOF\n{{ no }}\nEOF\n"
    assert classify("Dockerfile", kept) == "dockerfile"


def test_tags_that_are_no_yaml_make_a_compose_file_a_template() -> None:
    assert classify("compose.yaml", b'services:\n  web:\n    image: "{{ image }}"\n') is None
    assert classify("compose.yaml", COMPOSE + b"    ports:\n      - {{ port }}:80\n") is None
    assert classify("compose.yaml", COMPOSE + b"    restart: {{restart}}\n") is None
    kept = COMPOSE + b"    hostname: \"{{.Node.Hostname}}\"\n    logging: {options: {tag: '{{.Name}}'}}\n"
    assert classify("compose.yaml", kept) == "compose"


def test_a_file_of_another_tool_may_have_compose_in_its_name() -> None:
    other = b"version: 1\nvmid: 109\nhostname: tunnel\nnetwork:\n  bridge: vmbr0\n"
    assert classify("lxc-compose.yml", other) is None
    assert classify("compose.yml", other) == "compose"
    misspelt = b"version: '3'\nservces:\n  web:\n    imge: nginx\nnetworks:\n  net:\n"
    assert classify("docker-compose.prod.yml", misspelt) == "compose"
    assert classify("docker-compose.prod.yml", b"x-log: &log {}\nvolumes:\n  data:\n") == "compose"


def test_what_the_c_preprocessor_reads_is_a_template() -> None:
    assert classify("Dockerfile", b'#include "base.Dockerfile"\n' + DOCKERFILE) is None
    assert classify("a.Dockerfile", b"#if defined(ARCH)\n" + DOCKERFILE + b"#endif\n") is None
    assert classify("a.Dockerfile", b"#ifdef ARCH\n" + DOCKERFILE + b"#endif\n") is None
    assert classify("Dockerfile", b"#include the tools\n#if you need them\n" + DOCKERFILE) == "dockerfile"


def test_the_file_that_goes_beside_compose_in_rancher_is_another_language() -> None:
    assert classify("rancher-compose.yml", COMPOSE) is None


@pytest.mark.parametrize(
    "name",
    [
        "compose.yaml",
        "compose.yml",
        "docker-compose.yml",
        "docker-compose.prod.yaml",
        "docker-compose-dev.yml",
        "compose.override.yaml",
        "app.compose.yml",
        "prod-compose.yml",
        "docker_compose.yml",
        "Docker-Compose.YML",
        "stack.yml",
        "deploy/base.yaml",
    ],
)
def test_compose_files(name: str) -> None:
    assert classify(name, COMPOSE) == "compose"


@pytest.mark.parametrize(
    "content",
    [
        b"stages: [test]\nservices:\n  - postgres:16\ntest:\n  image: python\n",
        b"services:\n  - docker\nlanguage: python\n",
        b"services:\n  _defaults:\n    autowire: true\n",
        b"apiVersion: v1\nkind: List\nservices:\n  web:\n    image: x\n",
        b"on: push\njobs:\n  test:\n    services:\n      db:\n        image: postgres\n",
        b"steps:\n  a:\n    image: b\nservices:\n  db:\n    image: c\n",
        b"",
        b"just: text\n",
    ],
)
def test_other_yaml(content: bytes) -> None:
    assert classify("some.yml", content) is None
    if b"apiVersion" in content or b"jobs" in content:
        assert classify("docker-compose.yml", content) is None


def test_the_default_names_are_taken_on_trust() -> None:
    assert classify("compose.yaml", b"") == "compose"
    assert classify("docker-compose.yml", b"\tbroken: [") == "compose"
    assert classify("docker-compose-docs.yaml", b"command: docker compose\nlong: |\n  services:\n    web:\n") is None
    assert classify("docker-compose-v1.yml", b"web:\n  restart: always\n  image: nginx\n") == "compose"
    assert classify("compose.volumes.yml", b"volumes:\n  data:\n") == "compose"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dags/a.py", DAG),
        ("dags/test_a.py", DAG),
        ("a.py", b"from airflow.decorators import dag\n@dag()\ndef x(): ...\n"),
        ("a.py", b"import airflow\nairflow.DAG('x')\n"),
        ("a.py", b"from airflow.sdk import task\n@task\ndef x(): ...\n"),
        (
            "a.py",
            b"try:\n    from airflow.operators.bash import BashOperator\nexcept ImportError:\n    BashOperator('x'",
        ),
        ("a.py", b"from airflow import DAG\nfrom ttd import TtdDag\nTtdDag(\n"),
    ],
)
def test_dag_files(name: str, content: bytes) -> None:
    assert classify(name, content) == "dag"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.py", b"import os\n"),
        ("a.py", b"# how to use DAG( with airflow\nimport os\n"),
        ("helper.py", b"from airflow.models import Variable\nX = Variable.get('x')\n"),
        ("tests/test_a.py", b"import pytest\n" + DAG),
        ("conftest.py", b"import pytest\n" + DAG),
        ("a.txt", DAG),
    ],
)
def test_other_python(name: str, content: bytes) -> None:
    assert classify(name, content) is None


def test_ignore_files() -> None:
    assert classify(".dockerignore", b"") == "ignorefile"
    assert classify("app/prod.Dockerfile.dockerignore", b"") == "ignorefile"
    assert classify(".gitignore", b"") is None


def test_text_is_read_without_losing_a_byte() -> None:
    for content in (b"", b"\xef\xbb\xbfFROM x\r\n", "FROM é\n".encode(), b"FROM \xff\xfe x\n", b"\r\r\n"):
        assert read_source("Dockerfile", content).encode() == content


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "latin-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n", "cp1252"),
        (b"# coding=utf8\n", "utf-8"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "utf-8"),
        (b"x = 1\n# coding: latin-1\n", "utf-8"),
        (b"\n\n# coding: latin-1\n", "utf-8"),
    ],
)
def test_the_coding_line_of_python(content: bytes, encoding: str) -> None:
    source = read_source("a.py", content)
    assert source.encoding == encoding
    assert source.encode() == content
    assert read_source("Dockerfile", content).encoding == "utf-8"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("Dockerfile", "FROM x\n".encode("utf-16"), "UTF-8"),
        ("compose.yaml", "a: b\n".encode("utf-32"), "UTF-8"),
        ("Dockerfile", b"FROM x\0\n", "NUL"),
        ("a.py", b"# coding: martian\n", "martian"),
        ("a.py", b"# coding: hex\n", "hex"),
        ("a.py", b"# coding: utf-7\n\xff+AGE-", "utf-7"),
        ("a.py", b"# coding: idna\n\xff", "idna"),
    ],
)
def test_what_is_no_text_is_said_so(name: str, content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_source(name, content)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["Dockerfile", "x.dockerfile", "compose.yaml", "x-compose.yml", "a.yml", "a.py", ".dockerignore"]),
    st.binary(),
)
def test_any_bytes(name: str, content: bytes) -> None:
    classify(name, content)
    with contextlib.suppress(Unreadable):
        assert read_source(name, content).encode() == content


@pytest.mark.parametrize("name", ["x.dockerfile", "x-compose.yml", "a.yml", "a.py"])
@pytest.mark.parametrize(
    "content",
    [
        b" " * 2_000_000,
        b"{% if " * 300_000,
        b"<% " * 600_000,
        b"a:\n " * 500_000,
        b"services:\n" * 200_000,
        b"airflow " * 200_000,
    ],
)
def test_long_files_take_no_long_time(name: str, content: bytes) -> None:
    from time import process_time

    begin = process_time()
    classify(name, content)
    assert process_time() - begin < 2
