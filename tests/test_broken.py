"""No input brings dagdock down: hostile, half-written and oversized files of every kind, through the real command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagdock import cli

ROOT = Path(__file__).resolve().parent.parent
BROKEN = ROOT / "fixtures" / "broken"

DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG TAG=3.12
FROM --platform=$BUILDPLATFORM python:${TAG:-3} AS build # é🐳
ENV PATH="/app bin:$PATH" NAME='Jürgen'
COPY --from=build --chown=1:1 ["a b", "/x/"]
RUN --mount=type=cache,target=/root/.cache \\
    # why
    pip install -r requirements.txt && cd /x; echo "$(id)"
RUN <<-"EOF"
\tapt-get update
\tEOF
HEALTHCHECK --interval=5s CMD curl -f http://localhost || exit 1
CMD ["python", "-m", "app"]
"""
COMPOSE = """\
version: "3"
x-base: &base
  environment: {POSTGRES_PASSWORD: "${PW:-pässword}", <<: {A: é}}
  depends_on: [db]
services:
  db: &db
    image: postgres:16
    ports: ["5432:5432", {target: 80, published: "80-90"}]
    healthcheck: {test: ["CMD", "true"]}
  web:
    <<: [*base, *db]
    build: {context: ., target: x, args: [A=1]}
    command: |
      run "$$HOME" 🐳
    volumes:
      - data:/var/lib
"""
DAG = '''\
"""Ein DAG für é🐳."""
from datetime import datetime as dt
from airflow.decorators import dag, task
from airflow.models import Variable

@dag(schedule="*/5 0 31 2 *", start_date=dt.now(), default_args={"catchup": False, "password": "Gehe1m-4711"})
def f(x=Variable.get("é")):
    @task(task_id=f"a_{x!r:>{3}}")
    def load(n: int):
        import pandas as pd
        return pd.read_csv(r"\\d")
    for i in range(10):
        for j in [1, *"ab"]:
            load.override(task_id=f"t{i}").partial(a=1).expand(n=[{"k": (yield)}])
f()
'''
UNREADABLE = {
    "dockerfile": {"nul/Dockerfile", "utf-16/Dockerfile", "utf-16-be-without-bom/Dockerfile"},
    "compose": {"nul/compose.yaml", "utf-16/compose.yaml", "utf-16-be-without-bom/compose.yaml"},
    "dags": {"nul.py", "rot13.py", "unknown_coding.py"},
}
NO_DAGS = {"bom_only.py", "empty.py", "half_import.py", "not_a_dag.py", "utf_16.py"}
SAMPLES = {"Dockerfile": DOCKERFILE, "compose.yaml": COMPOSE, "dag.py": DAG}


def check(folder: Path, *arguments: str, seconds: int = 120) -> subprocess.CompletedProcess[str]:
    """Run the real command, with every Python warning shown, and see that nothing of Python reaches the terminal."""
    run = subprocess.run(
        [sys.executable, "-W", "always", "-m", "dagdock", "check", "--select", "ALL", "--color", "never", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    assert run.returncode in (0, 1, 2), (run.returncode, run.stderr)
    for sign in ("internal error", "Traceback (most recent call last)", "Warning:", "Error:"):
        assert sign not in run.stderr, run.stderr
    return run


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    """The JSON report of a run in which no part of dagdock failed."""
    run = check(folder, "--format", "json", *arguments)
    read: dict[str, Any] = json.loads(run.stdout)
    assert [error for error in read["errors"] if "internal" in error["message"] or error["rule"]] == []
    assert (run.returncode == 2) == bool(read["errors"]), run.stderr
    return read


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def hostile_files() -> Iterator[tuple[str, str]]:
    """Files too long or too deep to keep in the repository: name, content."""
    yield "Dockerfile.long-line", "FROM alpine:3.20\nRUN echo " + "a" * 3_000_000 + "\n"
    yield "Dockerfile.many-lines", "FROM alpine:3.20\n" + "RUN echo a && echo b\n" * 3000
    yield "Dockerfile.many-stages", "".join(f"FROM s{n - 1} AS s{n}\nENV A{n}=$A{n - 1}\n" for n in range(1500))
    yield "Dockerfile.many-flags", "FROM alpine:3.20\nRUN " + "--mount=type=cache,target=/x " * 5000 + "true\n"
    yield (
        "Dockerfile.many-quotes",
        "FROM alpine:3.20\nRUN echo " + "'\"" * 20_000 + "\nENV " + "a='\\\"" * 20_000 + "\n",
    )
    yield "Dockerfile.many-heredocs", "FROM alpine:3.20\nRUN cat " + "<<A " * 3000 + "\n" + "A\n" * 2000
    yield "Dockerfile.deep-shell", "FROM alpine:3.20\nRUN " + "$(" * 30_000 + "\nRUN " + "( " * 30_000 + "\n"
    yield (
        "Dockerfile.deep-variable",
        "FROM alpine:3.20\nENV A=" + "${A:-" * 30_000 + "\nFROM " + "${A:+" * 30_000 + "\n",
    )
    yield "Dockerfile.deep-json", "FROM alpine:3.20\nCMD " + "[" * 100_000 + "\nCMD " + '[{"a":' * 50_000 + "\n"
    yield "docker-compose.long-line.yml", "services: {web: {image: nginx:1.27, command: " + "a" * 3_000_000 + "}}\n"
    yield "docker-compose.many.yml", "services:\n" + "".join(f"  s{n}: {{image: 'a:1'}}\n" for n in range(3000))
    yield (
        "docker-compose.chain.yml",
        "services:\n" + "".join(f"  s{n}: {{depends_on: [s{n + 1}]}}\n" for n in range(2000)),
    )
    yield "docker-compose.deep-flow.yml", "services: " + "[" * 20_000
    yield "docker-compose.deep-map.yml", "services: " + "{a: " * 20_000
    yield "docker-compose.deep-list.yml", "services:\n" + "- " * 20_000 + "a\n"
    yield "docker-compose.deep-variable.yml", "services: {a: {image: '" + "${A:-" * 20_000 + "'}}\n"
    header = "from airflow import DAG\n\nDAG('a')\n"
    for name, body in {
        "parentheses": "(" * 100_000,
        "brackets": "x = " + "[" * 5000 + "]" * 5000,
        "calls": "x = " + "DAG(" * 90 + ")" * 90,
        "signs": "x = " + "-" * 100_000 + "1",
        "nots": "x = " + "not " * 20_000 + "y",
        "sum": "x = " + "1 + " * 50_000 + "1",
        "shift": "a" + " >> a" * 20_000,
        "attributes": "x = a" + ".b" * 50_000,
        "subscripts": "x = a" + "[0]" * 20_000,
        "lambdas": "x = " + "lambda: " * 10_000 + "1",
        "ternaries": "x = " + "a if b else " * 10_000 + "c",
        "power": "x = " + "2 ** " * 20_000 + "2",
        "elifs": "if a:\n    pass\n" + "elif a:\n    pass\n" * 5000,
        "with": "with " + ", ".join(["DAG('a')"] * 5000) + ":\n    pass\n",
        "loops": "".join(" " * n + f"for i{n} in range(10 ** 9):\n" for n in range(19)) + " " * 19 + "DAG(f'{i0}')",
        "deep_blocks": "".join(" " * n + "if x:\n" for n in range(1000)),
        "f_strings": "x = " + "f'{" * 200 + "x" + "}'" * 200,
        "long_line": "x = '" + "a" * 3_000_000 + "'",
        "many_tasks": "with DAG('a'):\n    pass\n" * 10_000,
    }.items():
        yield f"{name}.py", header + body + "\n"


@pytest.mark.parametrize("folder", ["dockerfile", "compose", "dags"])
def test_every_broken_file_is_checked_or_named(folder: str) -> None:
    read = report(BROKEN / folder, ".")
    assert {error["path"] for error in read["errors"]} == UNREADABLE[folder]
    names = {"dockerfile": "Dockerfile", "compose": "compose.yaml", "dags": "*.py"}
    files = {path.relative_to(BROKEN / folder).as_posix() for path in (BROKEN / folder).rglob(names[folder])}
    assert read["files"]["checked"] == len(files - UNREADABLE[folder] - NO_DAGS)


@pytest.mark.parametrize("folder", ["dockerfile", "compose", "dags"])
@pytest.mark.parametrize("style", ["text", "concise", "sarif"])
def test_every_reporter_can_show_broken_files(folder: str, style: str) -> None:
    run = check(BROKEN / folder, "--format", style)
    if style == "sarif":
        assert json.loads(run.stdout)["version"] == "2.1.0"
    else:
        control = {sign for sign in run.stdout if sign < " " or sign == "\x7f"} - {"\n"}
        assert control == set(), "a file could steer the terminal"


@pytest.mark.parametrize("folder", ["dockerfile", "compose", "dags"])
def test_fixing_broken_files_comes_to_rest(folder: str, tmp_path: Path) -> None:
    copy = tmp_path / folder
    shutil.copytree(BROKEN / folder, copy)
    check(copy, "--fix", "--unsafe-fixes")
    once = contents(copy)
    check(copy, "--fix", "--unsafe-fixes")
    assert contents(copy) == once


@pytest.mark.parametrize(("name", "text"), list(hostile_files()), ids=[name for name, _ in hostile_files()])
def test_files_beyond_all_measure(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    assert report(tmp_path, name)["files"]["checked"] == 1


def test_a_file_too_large_to_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM alpine:3.20\n" + "# " + "a" * 10_000_000)
    read = report(tmp_path, "Dockerfile")
    assert [error["path"] for error in read["errors"]] == ["Dockerfile"]
    assert "too large" in read["errors"][0]["message"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_cut_off_at_any_byte(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = SAMPLES[name].encode()
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for length in range(len(whole) + 1):
            Path(name).write_bytes(whole[:length])
            status = cli.main(["check", "--select", "ALL", "--format", "json", name])
            written = capsys.readouterr()
            assert status in (0, 1), (whole[:length], written)
            assert json.loads(written.out)["errors"] == [], whole[:length]


def test_things_with_the_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").mkdir()
    (tmp_path / "compose.yaml").mkdir()
    (tmp_path / "dag.py").mkdir()
    (tmp_path / "Dockerfile" / "Dockerfile").write_text("FROM alpine:3.20\nCMD sh -c true\n")
    (tmp_path / "broken.dockerfile").symlink_to(tmp_path / "nowhere")
    (tmp_path / "ring").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "me.dockerfile").symlink_to(tmp_path / "me.dockerfile")
    os.mkfifo(tmp_path / "pipe.dockerfile")
    read = report(tmp_path)
    assert [finding["path"] for finding in read["findings"] if finding["name"] == "shell-form-cmd"] == [
        "Dockerfile/Dockerfile"
    ]
    assert read["files"]["by_kind"]["dockerfile"] == 1


@pytest.mark.parametrize("name", ["nowhere", "broken.dockerfile", "pipe.dockerfile", "Dockerfile"])
def test_a_path_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "broken.dockerfile").symlink_to(tmp_path / "nowhere-else")
    os.mkfifo(tmp_path / "pipe.dockerfile")
    (tmp_path / "Dockerfile").write_text("FROM alpine:3.20\n")
    (tmp_path / "Dockerfile").chmod(0)
    if os.geteuid() == 0 and name == "Dockerfile":
        pytest.skip("root reads everything")
    run = check(tmp_path, name)
    assert run.returncode == 2
    assert name in run.stdout + run.stderr


def test_names_of_files_are_hostile_too(tmp_path: Path) -> None:
    for name in ["\n", "\x1b[31m", "é🐳", "-rf", "a b'\"", "«»", "%2F"]:
        folder = tmp_path / f"x{name}"
        folder.mkdir()
        (folder / "Dockerfile").write_text("FROM alpine\nCMD sh -c true\n")
    try:
        os.mkdir(os.fsencode(tmp_path) + b"/\xff")
        (tmp_path / os.fsdecode(b"\xff") / "Dockerfile").write_text("FROM alpine\n")
    except OSError:
        pass  # a file system that takes UTF-8 names only
    assert len({finding["path"] for finding in report(tmp_path)["findings"]}) >= 7
    for style in ("text", "concise", "sarif"):
        run = check(tmp_path, "--format", style)
        assert "\x1b" not in run.stdout + run.stderr
