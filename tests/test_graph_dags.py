"""`dagdock graph` of DAG files: what is drawn, what is drawn as one, and what is said not to be known."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path

import pytest

from dagdock.cli import main
from dagdock.dag import DagModule
from dagdock.project import Project
from dagdock.report.terminal import Terminal
from dagdock.views.graph_dag_picture import MANY, as_pictures
from dagdock.views.graph_picture import Picture
from dagdock.views.graph_text import show

ROOT = Path(__file__).parent.parent
HEAD = """
from datetime import datetime
from airflow import DAG
from airflow.decorators import task
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator
from airflow.sensors.filesystem import FileSensor
from airflow.utils.task_group import TaskGroup

with DAG("etl", start_date=datetime(2024, 1, 1), schedule="@daily"):
"""


def pictures_of(text: str) -> list[Picture]:
    project = Project.in_memory({"dags/etl.py": text})
    module = project.document("dags/etl.py")
    assert isinstance(module, DagModule)
    return as_pictures(module, project)


def body(text: str) -> str:
    return HEAD + textwrap.indent(textwrap.dedent(text), "    ")


def text_of(picture: Picture) -> str:
    stream = io.StringIO()
    show([picture], Terminal(stream, width=100))
    return stream.getvalue()


def test_text() -> None:
    (picture,) = pictures_of(
        body(
            """
            wait = FileSensor(task_id="wait", filepath="/x")
            decide = BranchPythonOperator(task_id="decide", python_callable=print)
            end = EmptyOperator(task_id="end", trigger_rule="none_failed")
            with TaskGroup("load") as load:
                with TaskGroup("inner"):
                    a = BashOperator(task_id="a", bash_command="x")
                a >> BashOperator(task_id="b", bash_command="x")
            wait >> decide >> [load, end]
            load >> end
            @task
            def each(x): ...
            each.expand(x=[1, 2])
            """
        )
    )
    assert text_of(picture) == textwrap.dedent(
        """\
        etl  dags/etl.py:11  6 tasks, 5 dependencies, schedule @daily
          wait    FileSensor [sensor]  → decide
          decide  BranchPythonOperator [branch]  → a, end
          [load]
            [inner]
              a       BashOperator  → b
            b       BashOperator  → end
          end     EmptyOperator
            runs when   none_failed
          each    @task [n]
        """
    )


def test_few_tasks_of_a_loop_stay_apart() -> None:
    (picture,) = pictures_of(body('for i in range(10):\n    BashOperator(task_id=f"t_{i}", bash_command="x")\n'))
    assert len(picture.nodes) == 10


def test_many_tasks_of_a_loop_are_one() -> None:
    (picture,) = pictures_of(
        body(
            """
            done = EmptyOperator(task_id="done")
            for i in range(150):
                extract = BashOperator(task_id=f"extract_{i}_daily", bash_command="x")
                extract >> BashOperator(task_id=f"load_{i}", bash_command="x") >> done
            """
        )
    )
    assert [(node.title, node.badges) for node in picture.nodes] == [
        ("done", []),
        ("extract_…_daily", ["× 150"]),
        ("load_…", ["× 150"]),
    ]
    assert len(picture.edges) == 2
    assert picture.about == "301 tasks, 300 dependencies, schedule @daily"


def test_groups_of_a_loop_are_one() -> None:
    (picture,) = pictures_of(
        body(
            """
            for name in [f"table_{n}" for n in range(12)]:
                with TaskGroup(name):
                    BashOperator(task_id="a", bash_command="x") >> BashOperator(task_id="b", bash_command="x")
            """
        )
    )
    assert [group.title for group in picture.groups] == ["table_… × 12"]
    assert [(node.title, node.badges, node.group) for node in picture.nodes] == [
        ("a", ["× 12"], "table_0"),
        ("b", ["× 12"], "table_0"),
    ]


def test_what_is_left_of_a_large_dag_is_closed_or_drawn_as_one() -> None:
    lines = ["start = EmptyOperator(task_id='start')"]
    for number in range(5):
        lines.append(f"with TaskGroup('g{number}') as g{number}:")
        lines += [f"    t{n} = BashOperator(task_id='t{n}', bash_command='x')" for n in range(12)]
        lines.append("    t0 >> t1 >> t2 >> t3")
    lines += [f"start >> EmptyOperator(task_id='leaf_{name}')" for name in "abcdefghijkl"]
    (picture,) = pictures_of(body("\n".join(lines)))
    assert len(picture.nodes) <= MANY
    closed = [node for node in picture.nodes if node.about == "group of 12 tasks"]
    assert closed and all(node.title.startswith("g") for node in closed)
    assert "73 tasks" in picture.about


def test_what_is_not_known_is_dashed_and_said() -> None:
    (picture,) = pictures_of(
        body(
            """
            import os
            a = EmptyOperator(task_id="a")
            if os.path.exists("/flag"):
                a >> EmptyOperator(task_id="b")
            for table in load_tables():
                EmptyOperator(task_id=table)
            """
        )
    )
    assert {node.title: node.uncertain for node in picture.nodes}["b"]
    assert not picture.nodes[0].uncertain
    assert any(edge.uncertain for edge in picture.edges)
    assert picture.about.startswith("at least 1 task")
    assert any(note.startswith("not known, line 1") for note in picture.notes)


def test_dags_of_a_loop_are_drawn_once() -> None:
    text = HEAD.replace('\nwith DAG("etl"', '\nfor n in range(5):\n  with DAG(f"etl_{n}"').rstrip() + "\n"
    pictures = pictures_of(f"{text}    EmptyOperator(task_id='a')\n")
    assert [picture.title for picture in pictures] == ["etl_0"]
    assert pictures[0].notes == ["the same loop makes 4 DAGs more: etl_1, etl_2, etl_3, etl_4"]


@pytest.mark.parametrize(("source", "picture"), [("compose.yaml", "graph-compose"), ("warehouse.py", "graph-dag")])
def test_the_pictures_in_the_docs(
    source: str, picture: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`dagdock graph fixtures/graph/… --format svg > docs/….svg` draws them anew."""
    monkeypatch.chdir(ROOT)
    assert main(["graph", f"fixtures/graph/{source}", "--format", "svg"]) == 0
    assert capsys.readouterr().out == (ROOT / f"docs/{picture}.svg").read_text(encoding="utf-8")


def test_a_file_that_airflow_refuses() -> None:
    pictures = pictures_of("from airflow import DAG\nraise SystemExit\n")
    assert all(picture.notes or not picture.nodes for picture in pictures)
