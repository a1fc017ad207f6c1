"""Outline: the tree of a file's symbols, whole and half-typed."""

from __future__ import annotations

import ast
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.lsp.outline import Symbol, outline
from dagdock.lsp.unfinished import at_home, without_faults
from dagdock.project import DocumentKind, parse
from dagdock.text import Source

PATHS: dict[DocumentKind, str] = {"dockerfile": "Dockerfile", "compose": "compose.yaml", "dag": "dags/a.py"}


def tree(kind: DocumentKind, text: str) -> list[str]:
    """The outline in lines: what is inside another is indented."""
    return [line for symbol in symbols(kind, text) for line in _lines(symbol, 0)]


def symbols(kind: DocumentKind, text: str) -> list[Symbol]:
    source = Source(PATHS.get(kind, ".dockerignore"), text)
    found = outline(parse(source, kind))
    for symbol in found:
        _check(symbol, source)
    return found


def _lines(symbol: Symbol, depth: int) -> list[str]:
    detail = f" ({symbol.detail})" if symbol.detail else ""
    own = f"{'  ' * depth}{symbol.kind} {symbol.name}{detail}"
    return [own, *(line for child in symbol.children for line in _lines(child, depth + 1))]


def _check(symbol: Symbol, source: Source) -> None:
    """What every editor relies on: a name, and places that lie inside each other."""
    assert symbol.name.strip()
    assert symbol.span.source is symbol.name_span.source is source
    assert 0 <= symbol.span.start <= symbol.name_span.start <= symbol.name_span.end <= symbol.span.end
    assert symbol.span.end <= len(source.text)
    for child in symbol.children:
        assert symbol.span.holds(child.span)
        _check(child, source)


DOCKERFILE = """\
ARG TAG=3.12
FROM python:${TAG} AS build
RUN apt-get update \\
    && apt-get install -y curl
FROM scratch
COPY --from=build /app /app
CMD ["/app"]
"""


def test_stages_hold_their_instructions() -> None:
    assert tree("dockerfile", DOCKERFILE) == [
        "variable ARG TAG=3.12",
        "stage build (FROM python:${TAG})",
        "  instruction RUN apt-get update && apt-get install -y curl",
        "stage scratch (stage 1)",
        "  instruction COPY /app /app",
        '  instruction CMD ["/app"]',
    ]


def test_places_of_a_stage() -> None:
    _, build, last = symbols("dockerfile", DOCKERFILE)
    assert (build.span.line, build.span.finish.line, build.name_span.text) == (2, 4, "build")
    assert last.name_span.text == "scratch"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("# nothing\n", []),
        ("FROM", ["stage stage 0"]),
        ("FROM a AS", ["stage a (stage 0)"]),
        ("RUN x", ["stage stage 0", "  instruction RUN x"]),
        ("FROM a\nCO", ["stage a (stage 0)", "  instruction CO"]),
        ("FROM a\nONBUILD", ["stage a (stage 0)", "  instruction ONBUILD"]),
    ],
)
def test_half_a_dockerfile(text: str, lines: list[str]) -> None:
    assert tree("dockerfile", text) == lines


def test_long_instructions_are_cut() -> None:
    [_, line] = tree("dockerfile", f"FROM a\nRUN {'x' * 200}\n")
    assert line.endswith("…") and len(line) < 80


COMPOSE = """\
name: shop
x-base: &base
  image: postgres:16
services:
  db:
    <<: *base
    ports: ["5432:5432", '1:1']
  web:
    build:
      context: ./web
    environment:
      A: b
networks:
  inner: {}
volumes:
  data:
secrets:
  key: {file: key.txt}
configs:
  conf: {external: true}
"""


def test_sections_hold_services_and_resources() -> None:
    assert tree("compose", COMPOSE) == [
        "key name (shop)",
        "key x-base",
        "section services",
        "  service db (postgres:16)",
        "    key ports (5432:5432, 1:1)",
        "  service web (build ./web)",
        "    key build",
        "    key environment",
        "section networks",
        "  network inner",
        "section volumes",
        "  volume data",
        "section secrets",
        "  secret key",
        "    key file (key.txt)",
        "section configs",
        "  config conf",
        "    key external (true)",
    ]


def test_all_documents_of_a_compose_file_are_in_it() -> None:
    assert tree("compose", "services: {a: {image: x}}\n---\nservices: {b: {build: .}}\n") == [
        "section services",
        "  service a (x)",
        "    key image (x)",
        "section services",
        "  service b (build .)",
        "    key build (.)",
    ]


@pytest.mark.parametrize(
    "typed", ["  web:\n    ima", "  web", "  web:\n    ports: [", '  web:\n    image: "x', "  :", "  ? "]
)
def test_half_a_compose_file(typed: str) -> None:
    found = tree("compose", f"services:\n  db:\n    image: postgres:16\n{typed}\n")
    assert "  service db (postgres:16)" in found


DAG = """\
from airflow import DAG
from airflow.decorators import dag, task, task_group
from airflow.operators.bash import BashOperator
from airflow.utils.task_group import TaskGroup

with DAG("first", schedule="@daily") as one:
    start = BashOperator(task_id="start", bash_command="true")
    with TaskGroup("inside") as group:
        BashOperator(task_id="deep", bash_command="true")
        for name in find_names():
            BashOperator(task_id=f"run_{name}", bash_command="true")
    start >> group

two = DAG(dag_id="second")
BashOperator(task_id="of_second", bash_command="true", dag=two)


@dag(schedule=None)
def third():
    @task
    def get():
        return 1

    @task.branch(task_id="choose")
    def choice(x):
        return "a"

    @task_group
    def together():
        get()

    choice(get())
    together()


third()
"""


def test_dags_hold_groups_and_tasks() -> None:
    assert tree("dag", DAG) == [
        'dag first (schedule="@daily")',
        "  task start (BashOperator)",
        "  group inside",
        "    task deep (BashOperator)",
        '    task f"run_{name}" (BashOperator)',
        "dag second",
        "  task of_second (BashOperator)",
        "dag third (schedule=None)",
        "  group together",
        "    task get (@task)",
        "  task choose (@task.branch)",
        "  task get (@task)",
    ]


def test_places_of_a_dag() -> None:
    first, second, third = symbols("dag", DAG)
    assert (first.span.line, first.span.finish.line, first.name_span.text) == (6, 12, '"first"')
    assert second.span.text.startswith('two = DAG(dag_id="second")\nBashOperator'), "its tasks are in it"
    assert third.span.text.startswith("@dag(schedule=None)\ndef third") and third.name_span.text == "third"
    assert first.children[0].span.text.startswith("start = BashOperator(")


def test_task_functions_that_nobody_calls_here_are_tasks() -> None:
    text = "from airflow.decorators import task\n\n@task\ndef clean():\n    pass\n"
    [found] = symbols("dag", text)
    assert (found.name, found.detail, found.name_span.text) == ("clean", "@task", "clean")
    assert found.span.text.startswith("@task\ndef clean")


HALF_TYPED = [
    "    x = ",
    "    BashOperator(",
    "    BashOperator(task_id=",
    '    BashOperator(task_id="half',
    "    for x in y:",
    "    for x in y:\n\n",
    "    @task",
    "    def f(",
    "    with TaskGroup(",
    "    try:\n        pass",
    '    """half a text',
    "  wrong",
    "    if x:  # why",
    "    a = {",
    "    a = [  # the list",
    "]",
]


@pytest.mark.parametrize("typed", HALF_TYPED)
@pytest.mark.parametrize("rest", ["", '    BashOperator(task_id="last", bash_command="")\n', "other()\n"])
def test_half_a_dag_file(typed: str, rest: str) -> None:
    head = 'from airflow import DAG\nfrom airflow.operators.bash import BashOperator\nwith DAG("etl"):\n'
    found = tree("dag", f'{head}    BashOperator(task_id="first", bash_command="")\n{typed}\n{rest}')
    assert found[:2] == ["dag etl", "  task first (BashOperator)"]
    if rest.startswith("    Bash") and '"""' not in typed:
        assert "  task last (BashOperator)" in found or "with TaskGroup(" in typed


def test_a_call_that_is_being_typed_is_there_already() -> None:
    found = tree("dag", 'from airflow import DAG\nwith DAG(\n    "etl",\n    schedule="@daily",  # every night\n')
    assert found == ['dag etl (schedule="@daily")']


def test_without_faults_keeps_every_other_line_in_its_place() -> None:
    source = Source("a.py", "é = 1\r\nx = (\r\ny = '😀'\r\nif y:\r\n")
    mended = without_faults(source)
    assert mended
    ast.parse(mended.text)
    assert [mended.line_span(number).text for number in (1, 3)] == ["é = 1", "y = '😀'"]
    start = mended.text.index("'😀'")
    assert at_home(mended.span(start, start + 3), source).text == "'😀'"


def test_an_ignore_file_has_no_outline() -> None:
    assert symbols("ignorefile", "*.log\n!a\n") == []


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([("dockerfile", DOCKERFILE), ("compose", COMPOSE), ("dag", DAG)]), st.randoms(use_true_random=False)
)
def test_damaged_files_have_an_outline_whose_places_are_right(
    of: tuple[DocumentKind, str], chance: random.Random
) -> None:
    kind, text = of
    start, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    other = chance.choice(["", "(", '"""', "\t", "\x00", "\r", "😀", "\ud800", ":\n"])
    symbols(kind, text[:start] + other + text[chance.choice([start, end, len(text)]) :])
