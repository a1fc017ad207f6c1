"""Rules on DAGs and what stands in other files: modules that are read with a DAG, remarks made once for a project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dagdock.engine import Linter, Workspace
from dagdock.examples import unmark
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice

RULES = Rules(third_party=False)

DAG = "from datetime import datetime\nfrom airflow import DAG\n"
WITH = "with DAG('{}', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n"


Check = Callable[..., list[Finding]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Checks those of some files that are called `*_dag.py`, in a project of their own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dagdock.toml").touch()

    def run(code: str, files: dict[str, str], version: str | None = None) -> list[Finding]:
        workspace = Workspace(airflow_version=version)
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        targets = [workspace.target(str(tmp_path / name)) for name in files if name.endswith("_dag.py")]
        return Linter(rules=RULES, choice=Choice(select=[code])).check(workspace, targets).findings

    return run


IN_HELPERS = {
    "AF203": "from airflow.models import Variable\nSTAGE = «Variable.get('stage')»\n",
    "AF204": "import requests\nSHOPS = «requests.get('https://example.org/shops')».json()\n",
    "AF206": "from airflow.hooks.base import BaseHook\nclass A:\n    host = «BaseHook.get_connection('shop')».host\n",
    "AF216": "import boto3\ns3 = «boto3.client('s3')»\n",
}


@pytest.mark.parametrize("code", IN_HELPERS)
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("dags/common/clients.py", "from common.clients import x"),
        ("dags/common/__init__.py", "from common.clients import x"),
        ("dags/clients.py", "import clients"),
        ("plugins/clients.py", "try:\n    import clients as c\nexcept ImportError:\n    c = None"),
    ],
)
def test_a_module_that_dags_import_is_read_with_them_and_told_once(
    check: Check, code: str, name: str, line: str
) -> None:
    text, marks = unmark(IN_HELPERS[code])
    dag = f"{DAG}{line}\n"
    files = {name: text, "dags/common/clients.py": "x = 1\n"} | {name: text}
    files |= {"dags/a_dag.py": dag + WITH.format("a"), "dags/b_dag.py": dag + WITH.format("b")}
    (finding,) = check(code, files)
    assert (finding.path, (finding.span.start, finding.span.end)) == (name, marks[0])
    assert finding.related and finding.related[0].span.source.path == "dags/a_dag.py"


def test_a_module_is_read_by_way_of_another_one(check: Check) -> None:
    files = {"dags/deep.py": unmark(IN_HELPERS["AF203"])[0], "dags/near.py": "import deep\n"}
    files["dags/a_dag.py"] = f"{DAG}import near\n{WITH.format('a')}"
    assert [finding.path for finding in check("AF203", files)] == ["dags/deep.py"]


@pytest.mark.parametrize(
    ("helper", "line"),
    [
        ("x = 1\n", "import clients"),
        (IN_HELPERS["AF203"], "def f():\n    import clients"),
        (IN_HELPERS["AF203"], "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import clients"),
        ("from airflow.models import Variable\ndef stage():\n    return Variable.get('stage')\n", "import clients"),
        (
            "from airflow.models import Variable\nif __name__ == '__main__':\n    print(Variable.get('stage'))\n",
            "import clients",
        ),
        (
            "from airflow.models import Variable\nSTAGE = Variable.get('stage')  # dagdock: ignore[AF203] -- in env\n",
            "import clients",
        ),
    ],
)
def test_what_does_not_run_with_a_dag_is_left_alone(check: Check, helper: str, line: str) -> None:
    files = {"dags/clients.py": unmark(helper)[0], "dags/a_dag.py": f"{DAG}{line}\n{WITH.format('a')}"}
    assert check("AF203", files) == []


OLD = DAG + "DAG('a', schedule_interval='@daily')\nDAG('b', schedule_interval='@daily')\n"


@pytest.mark.parametrize(
    ("version", "places"),
    [
        (None, [("dags/b_dag.py", 3)]),
        ("2.10", [("dags/b_dag.py", 3)]),
        ("2.3", []),
        ("3.0", [("dags/b_dag.py", 3), ("dags/b_dag.py", 4), ("dags/c_dag.py", 3), ("dags/c_dag.py", 4)]),
    ],
)
def test_schedule_interval_is_told_once_unless_it_breaks(
    check: Check, version: str | None, places: list[tuple[str, int]]
) -> None:
    files = {
        "dags/a_dag.py": DAG + "# schedule_interval\n" + WITH.format("a"),
        "dags/b_dag.py": OLD,
        "dags/c_dag.py": OLD,
    }
    found = check("AF802", files, version)
    assert [(finding.path, finding.span.line) for finding in found] == places
    if len(places) == 1:
        assert "in 2 more files" in found[0].message
        assert found[0].fix and len(found[0].fix.edits) == 2


def test_the_old_name_is_told_where_the_first_file_is_not_checked(check: Check) -> None:
    assert len(check("AF802", {"dags/a.py": OLD, "dags/c_dag.py": OLD})) == 1


SLA = (
    "from datetime import datetime, timedelta\nfrom airflow import DAG\n"
    "DAG('a', schedule='@daily', default_args={'sla': timedelta(hours=1)})\n"
)


@pytest.mark.parametrize(("version", "count"), [(None, 1), ("2.10", 0), ("3.0", 2)])
def test_an_sla_is_told_once_unless_it_is_ignored(check: Check, version: str | None, count: int) -> None:
    assert len(check("AF803", {"dags/a_dag.py": SLA, "dags/b_dag.py": SLA}, version)) == count
