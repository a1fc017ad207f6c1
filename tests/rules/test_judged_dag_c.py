"""Rules on DAGs, on what strict readers of findings in fresh repositories called wrong or arguable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice
from dagdock.testing import marked

from .cases import each

RULES = {rule.code: rule for kind in ("dag", "project") for rule in Rules().of_kind(kind)}

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
LOOP = DAILY + "    for x in {}:\n        BashOperator(task_id=f't_{{x}}', bash_command='x')\n"
CONTEXT = "    PythonOperator(task_id='a', python_callable=print, provide_context=True)\n"
KEY = "KEY = Variable.get('api_token')\n"
SHOWN = "    BashOperator(task_id='a', bash_command='a', env={})\n"
FRAME = "@task\ndef f():\n    print(pandas.DataFrame())\n\n"
TURNS = "    for i in range(3):\n        PythonOperator(task_id=f'{i}', python_callable=f, op_kwargs={'number': i})\n"
CURL = "    BashOperator(task_id='a', bash_command='curl x')\n"
OLD = "from airflow import DAG\nDAG('d', schedule_interval=None)\n"
LATE = "DAG('d', {}default_args={{'sla': timedelta(1)}}, schedule=None)\n"
PARTS = (
    "@task\ndef f(c):\n    PostgresHook('a').run('INSERT INTO a (' + c + ') SELECT 1 ' + 'ON CONFLICT DO NOTHING')\n\n"
)


def on_3(text: str) -> Files:
    return {"dags/d.py": IMPORTS + text, "dags/requirements.txt": "apache-airflow==3.0.2\n"}


def rows(query: str) -> str:
    return f"@task\ndef f():\n    return PostgresHook('a').get_records('{query}')\n\n"


def today(use: str) -> str:
    task = f"@task\ndef f():\n    day = datetime.now().strftime('%Y-%m-%d')\n    {use}\n\n"
    return IMPORTS + task + DAILY + "    f()\n"


def window(days: int) -> str:
    start = f"datetime.now() - timedelta(days={days})"
    query = "PostgresHook('a').get_records('SELECT * FROM b WHERE c >= %s', parameters=[{}])"
    return IMPORTS + f"@task\ndef f():\n    start = {start}\n    {query.format('start')}\n\n" + DAILY + "    f()\n"


# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, dict[str, Files]] = {
    "AF202": {
        "to a constructor": IMPORTS
        + "from own import Reader\nread = Reader(__file__, env=Variable.get('env'))\n"
        + LOOP.format("read.tables()['a']"),
        "to a function": IMPORTS + "from own import read\nenv = Variable.get('env')\n" + LOOP.format("read(env)"),
        "in a text": IMPORTS + LOOP.format("[f\"{Variable.get('env')}_a\", 'b']"),
        "a number": IMPORTS + "n = int(Variable.get('n'))\n" + LOOP.format("«range(n)»"),
        "parts": IMPORTS + LOOP.format("«sorted(x.strip() for x in Variable.get('n').split(','))»"),
        "evaluated": IMPORTS + "import ast\n" + LOOP.format("«ast.literal_eval(Variable.get('n'))['a']»"),
        "a key of it": IMPORTS + "shops = Variable.get('n', deserialize_json=True)\n" + LOOP.format("«shops.get('a')»"),
    },
    "AF203": {
        "the same, again": IMPORTS
        + DAILY
        + "    if «Variable.get('n')» == 'a':\n        pass\n"
        + "    if Variable.get('n') == 'b' or «Variable.get('m')» == 'c':\n        pass\n",
    },
    "AF332": {
        "of Airflow 1, pinned to 3": {
            "dags/d.py": "from airflow.contrib.hooks.ssh_hook import SSHHook\n" + IMPORTS + DAILY + CONTEXT,
            "dags/requirements.txt": "apache-airflow==3.0.2\n",
        },
        "pinned to 3": {
            "dags/d.py": IMPORTS + DAILY + CONTEXT.replace("provide_context=True", "«provide_context=True»"),
            "dags/requirements.txt": "apache-airflow==3.0.2\n",
        },
    },
    "AF510": {
        "one account": IMPORTS + "ROLE = «'arn:aws:iam::123456789012:role/load'»\n" + DAILY + "    pass\n",
        "several accounts": IMPORTS
        + "A = 'arn:aws:iam::123456789012:role/load'\nB = 'arn:aws:iam::210987654321:role/load'\n"
        + DAILY
        + "    pass\n",
        "a file that asks": IMPORTS
        + "from own import Env, now\nROLE = 'arn:aws:iam::123456789012:role/load'\nlive = now() == Env.prod\n"
        + DAILY
        + "    pass\n",
        "for show": {
            "dags/demo/d.py": IMPORTS + "ROLE = 'arn:aws:iam::123456789012:role/load'\n" + DAILY + "    pass\n"
        },
    },
    "AF401": {"keys": IMPORTS + rows("SELECT * FROM shops WHERE shop_id IN (1, 2)") + DAILY + "    f()\n"},
    "AF626": {
        "one day": window(1).replace("datetime.now()", "«datetime.now()»"),
        "a week, day by day": window(7),
    },
    "AF701": {
        "a template by its name": {"dags/templates/source.py": IMPORTS + DAILY + CURL},
        "a template by what is missing": IMPORTS + "imports(here)\n" + DAILY + CURL,
        "none": IMPORTS + DAILY.replace("DAG(", "«DAG»(") + CURL,
    },
    "AF711": {
        "upserts by the hour": IMPORTS + PARTS + QUICK.replace("*/5", "0") + "    f('b')\n",
        "a table that is put in": IMPORTS + PARTS.replace("INTO a ", "INTO a.") + QUICK + "    f('b')\n",
    },
    "AF802": {
        "pinned to 3, but not for it": {
            "dags/d.py": "from airflow.contrib.hooks.ssh_hook import SSHHook\n" + OLD,
            "dags/requirements.txt": "apache-airflow==3.0.2\n",
        },
        "contrib, perhaps": {
            "dags/d.py": "try:\n    from airflow.contrib.hooks.ssh_hook import SSHHook\nexcept ImportError:\n"
            "    pass\n" + OLD.replace("schedule_interval", "«schedule_interval»"),
            "dags/requirements.txt": "apache-airflow==3.0.2\n",
        },
    },
    "AF207": {
        "loaded by another": IMPORTS + "import yfinance\nimport pandas\n" + FRAME + DAILY + "    f()\n",
        "by itself": IMPORTS + "import own\n«import pandas»\n" + FRAME + DAILY + "    f()\n",
    },
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
    targets = [Target("", path, path) for path in files if path.endswith(".py")]
    return linter.check(Workspace.in_memory(files), targets).findings


@pytest.mark.parametrize(("code", "case"), each(CASES))
def test_case(code: str, case: Any) -> None:
    files = as_files(case, "dags/d.py")
    assert marked(RULES[code], files) == files


SAID: list[tuple[str, Files, str, str]] = [
    ("AF711", IMPORTS + PARTS + QUICK + "    f('b')\n", "info", "the older may overwrite the newer"),
    ("AF803", on_3(LATE.format("")), "warning", "`execution_timeout` or `dagrun_timeout` or a deadline alert"),
    ("AF803", on_3(LATE.format("dagrun_timeout=timedelta(1), ")), "warning", "Use `execution_timeout` or a deadline"),
    (
        "AF212",
        IMPORTS + "def f(which, ts):\n    print(i)\n\n" + DAILY + TURNS,
        "error",
        "call the parameter `which` that",
    ),
    ("AF212", IMPORTS + "def f(ts):\n    print(i)\n\n" + DAILY + TURNS, "error", "as a parameter of its own"),
    ("AF401", IMPORTS + rows("SELECT id, name AS n FROM shops") + DAILY + "    f()\n", "info", "If it can grow large"),
    (
        "AF401",
        IMPORTS + rows("SELECT a, b FROM c JOIN d ON e = f") + DAILY + "    f()\n",
        "warning",
        "Save it to a file",
    ),
    ("AF401", IMPORTS + rows("SELECT * FROM shops") + DAILY + "    f()\n", "warning", "Save it to a file"),
    ("AF626", today("open(f'/data/{day}.csv')"), "info", "decides which data it takes"),
    ("AF626", today("open(f'/data/{day}.csv', 'w')"), "info", "names what it writes"),
    ("AF626", today("print(f's3://data/{day}')"), "info", "is a part of this path"),
    (
        "AF203",
        IMPORTS + "n = Variable.get('n')\nBODY = {'a': [n, f'{n}/b']}\n" + DAILY + SHOWN.format("{'x': BODY}"),
        "warning",
        "Write the template `{{ var.value.n }}` in place of this call",
    ),
    (
        "AF203",
        IMPORTS + "n = Variable.get('n')\nBODY = [n]\nprint(BODY[0].lower())\n" + DAILY + SHOWN.format("{'x': BODY}"),
        "warning",
        "Or set `AIRFLOW_VAR_N`",
    ),
    (
        "AF203",
        IMPORTS + DAILY + "    if Variable.get('n') == Variable.get('n'):\n        pass\n",
        "warning",
        "(1 more time",
    ),
    ("AF102", IMPORTS + PAST, "info", "write `catchup=True`; else delete the DAG"),
    ("AF102", IMPORTS + PAST.replace("2019", "2119"), "info", "Write `catchup=False`, or"),
    ("AF216", IMPORTS + HOOK + "@task\ndef f():\n    hook.run('a')\n" + DAILY + "    f()\n", "info", "though only a"),
    (
        "AF332",
        {"dags/d.py": IMPORTS + DAILY + CONTEXT, "dags/requirements.txt": "apache-airflow==2.10.5\n"},
        "info",
        "gets the context anyway, and Airflow 3 refuses it. Take it out",
    ),
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
    (
        "AF509",
        IMPORTS + KEY + "@task\ndef f():\n    print(KEY)\n" + DAILY + "    f()\n",
        "info",
        "`BaseHook.get_connection",
    ),
    (
        "AF509",
        IMPORTS + KEY + "@task\ndef f():\n    import json\n    json.loads(KEY)\n" + DAILY + "    f()\n",
        "info",
        '").extra_dejson` inside the function',
    ),
    (
        "AF509",
        IMPORTS + KEY + DAILY + SHOWN.format("{'x': KEY}"),
        "info",
        "`{{ conn.NAME.password }}` in place of this",
    ),
    ("AF520", IMPORTS + DAILY + SSH, "warning", "pattern="),
    ("AF520", IMPORTS + DAILY + SSH.replace("wget ", ""), "warning", "Write the commands here"),
    ("AF711", IMPORTS + QUICK + SQL.format("INSERT INTO a SELECT 1"), "info", "rows may come twice or get lost"),
    (
        "AF711",
        IMPORTS + QUICK + SQL.format("INSERT INTO a SELECT 1 ON CONFLICT (b) DO UPDATE"),
        "info",
        "older may overwrite",
    ),
    (
        "AF711",
        IMPORTS + QUICK + SQL.format("MERGE INTO a USING b ON a.c = b.c"),
        "info",
        "the older may overwrite the newer",
    ),
]


@pytest.mark.parametrize(("code", "case", "severity", "said"), SAID)
def test_what_is_said(code: str, case: Files, severity: str, said: str) -> None:
    (finding,) = findings(code, case)
    assert (finding.severity, said in finding.message) == (severity, True), finding.message


def test_old_names_in_a_project_of_airflow_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dagdock.toml").touch()
    counts = []
    for first_line in ("", "from airflow.operators import BashOperator\n"):
        workspace = Workspace()
        for name, text in {"d.py": OLD, "e.py": first_line + OLD}.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        linter = Linter(rules=Rules.only([RULES["AF802"]]), choice=Choice(select=["AF802"]))
        targets = [workspace.target(str(tmp_path / name)) for name in ("d.py", "e.py")]
        counts.append(len(linter.check(workspace, targets).findings))
    assert counts == [1, 0]


def test_an_id_of_several_files() -> None:
    dag = IMPORTS + DAILY + "    pass\n"
    (finding,) = findings("PJ210", {"dags/b.py": dag, "dags/a.py": dag})
    assert "`dags/a.py` makes a DAG `d` too, and" in finding.message
    *_, finding = findings("PJ210", {f"dags/{name}.py": dag for name in "abcd"})
    assert "`dags/a.py` makes a DAG `d` too (so do 2 more files), and" in finding.message
