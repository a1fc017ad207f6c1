"""Rules on DAGs, on what strict readers of findings in fresh repositories called wrong or arguable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice
from dagdock.testing import marked

from .cases import each

RULES = {rule.code: rule for rule in Rules().of_kind("dag")}

Files = str | Mapping[str, str]

IMPORTS = """\
from datetime import datetime, timedelta
from airflow import DAG
from airflow.decorators import task
from airflow.models import Connection, Variable
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.ssh.operators.ssh import SSHOperator

"""
DAILY = "with DAG('d', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
QUICK = DAILY.replace("@daily", "*/5 * * * *")
PAST = "DAG('d', start_date=datetime(2015, 1, 1), end_date=datetime(2019, 1, 1), schedule='@monthly')\n"
PULLS = (
    IMPORTS
    + DAILY
    + "    a = BashOperator(task_id='a', bash_command=\"{{ ti.xcom_pull(task_ids='b') }}\")\n"
    + "    b = BashOperator(task_id='b', bash_command='b')\n"
)
SSH = "    SSHOperator(task_id='a', ssh_conn_id='a', command='wget {{ dag_run.conf[\"url\"] }}')\n"
SQL = "    SQLExecuteQueryOperator(task_id='a', conn_id='a', sql='{}')\n"
HOOK = "hook = PostgresHook('a')\n"
MAKES = "def make(password):\n    return Connection(conn_id='a', password=password)\n\n"


# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, dict[str, Files]] = {
    "AF216": {
        "in params": IMPORTS
        + HOOK
        + DAILY
        + "    BashOperator(task_id='a', bash_command='a', params={'hook': hook})\n",
        "in params at once": IMPORTS
        + DAILY
        + "    BashOperator(task_id='a', bash_command='a', params={'hook': PostgresHook('a')})\n",
        "in a task": IMPORTS + HOOK.replace("PostgresHook('a')", "«PostgresHook('a')»") + DAILY + "    pass\n",
    },
}


def findings(code: str, case: Files) -> list[Finding]:
    files = {"dags/d.py": case} if isinstance(case, str) else dict(case)
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    return linter.check(Workspace.in_memory(files), [Target("", "dags/d.py", "dags/d.py")]).findings


@pytest.mark.parametrize(("code", "case"), each(CASES))
def test_case(code: str, case: Any) -> None:
    files = as_files(case, "dags/d.py")
    assert marked(RULES[code], files) == files


SAID: list[tuple[str, Files, str, str]] = [
    ("AF102", IMPORTS + PAST, "info", "write `catchup=True`; else delete the DAG"),
    ("AF102", IMPORTS + PAST.replace("2019", "2119"), "info", "Write `catchup=False`, or"),
    ("AF216", IMPORTS + HOOK + "@task\ndef f():\n    hook.run('a')\n" + DAILY + "    f()\n", "info", "though only a"),
    ("AF423", PULLS + "    a >> b\n", "warning", "`b` runs only after `a`, so this pull finds no result"),
    ("AF423", PULLS + "    BashOperator(task_id='c', bash_command='') >> [a, b]\n", "warning", "Add the dependency"),
    (
        "AF504",
        IMPORTS + MAKES + "make(password='k3Jd92-prod')\n" + DAILY + "    pass\n",
        "error",
        "Keep it in the environment (`os.environ`)",
    ),
    (
        "AF504",
        IMPORTS + "DB_PASSWORD = 'k3Jd92-prod'\n" + DAILY + "    pass\n",
        "error",
        "Keep it in an Airflow Connection or the environment",
    ),
    ("AF520", IMPORTS + DAILY + SSH, "warning", "pattern="),
    ("AF520", IMPORTS + DAILY + SSH.replace("wget ", ""), "warning", "Write the commands here"),
    ("AF711", IMPORTS + QUICK + SQL.format("INSERT INTO a SELECT 1"), "info", "rows may come twice or get lost"),
    (
        "AF711",
        IMPORTS + QUICK + SQL.format("INSERT INTO a SELECT 1 ON CONFLICT (b) DO UPDATE"),
        "info",
        "older may end",
    ),
    (
        "AF711",
        IMPORTS + QUICK + SQL.format("MERGE INTO a USING b ON a.c = b.c"),
        "info",
        "what is older may end on top",
    ),
]


@pytest.mark.parametrize(("code", "case", "severity", "said"), SAID)
def test_what_is_said(code: str, case: Files, severity: str, said: str) -> None:
    (finding,) = findings(code, case)
    assert (finding.severity, said in finding.message) == (severity, True), finding.message
