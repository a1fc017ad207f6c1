"""Rules on DAGs, their schedules and what runs while a file is read, on what strict readers of real findings said."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice
from dagdock.testing import marked

RULES = {rule.code: rule for kind in ("dag", "project") for rule in Rules().of_kind(kind)}

Files = str | Mapping[str, str]

IMPORTS = """\
from datetime import datetime, timedelta
from airflow import DAG
from airflow.hooks.base import BaseHook
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator

"""
ONE = "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators import BashOperator\n\n"
TWO = {"requirements.txt": "apache-airflow==2.9.1\n"}
BY_HAND = "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
TASK = "    BashOperator(task_id='a', bash_command='true')\n"
MINUTELY = "DAG('{}', start_date=datetime(2024, 1, 1), schedule='{}', catchup=False{})\n"


def daily(start: str, more: str = "") -> str:
    return IMPORTS + f"DAG('d', start_date={start}, schedule='@daily'{more})\n"


def findings(code: str, text: Files) -> list[Finding]:
    files = as_files(text, "dags/d.py")
    workspace = Workspace.in_memory(dict(files))
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    return list(linter.check(workspace, [Target("", path, path) for path in files if path.endswith(".py")]).findings)


# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, list[Files]] = {
    "AF102": [
        # Few runs: the range is over soon, or the start moves along.
        {"d.py": daily("datetime(2019, 1, 1)", ", end_date=datetime(2019, 1, 5)"), **TWO},
        {"d.py": IMPORTS + "DAG('d', start_date=datetime.now() - timedelta(days=2))\n", **TWO},
        {"d.py": IMPORTS + "import pendulum\nDAG('d', start_date=pendulum.now().subtract(days=4))\n", **TWO},
        # Airflow's own configuration says no.
        {
            "airflow/dags/d.py": daily("datetime(2019, 1, 1)"),
            "airflow/config/airflow.cfg": "[scheduler]\ncatchup_by_default = False\n",
            "airflow/requirements.txt": TWO["requirements.txt"],
        },
        {"dags/d.py": daily("datetime(2019, 1, 1)"), ".env": "AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT=false\n", **TWO},
        # Without a start there is nothing to make up for.
        {"d.py": IMPORTS + "DAG('d', schedule='@daily')\n", **TWO},
        {"d.py": daily("datetime(2019, 1, 1)").replace("\nDAG(", "\n«DAG»("), **TWO},
    ],
    "AF109": [
        IMPORTS
        + BY_HAND
        + "    for year in range(2016, datetime.now().year):\n"
        + "        BashOperator(task_id=f'a{year}', bash_command='x')\n",
    ],
    "AF122": [IMPORTS + "from airflow.decorators import task\n" + BY_HAND + "    @task\n    def f():\n        pass\n"],
    "AF123": [
        IMPORTS + MINUTELY.format("d", "* * * * *", ", max_active_runs=1"),
        IMPORTS + MINUTELY.format("ticks_by_minute", "*/1 * * * *", ""),
        IMPORTS + MINUTELY.format("clear_1m", "* * * * *", ""),
        IMPORTS + MINUTELY.format("d", "* * * * *", ", default_args={'depends_on_past': True}"),
        IMPORTS + MINUTELY.format("orders", "«*» * * * *", ""),
    ],
    "AF202": [
        # One answer that decides about several loops is told once.
        IMPORTS
        + "N = int(Variable.get('n'))\n"
        + BY_HAND
        + "    for i in «range(N)»:\n        BashOperator(task_id=f'a{i}', bash_command='true')\n"
        + "    for i in range(N):\n        BashOperator(task_id=f'b{i}', bash_command='true')\n",
        # What the environment says changes with the deployment only.
        {
            "dags/d.py": IMPORTS
            + "NAMES = Variable.get('names', deserialize_json=True)\n"
            + BY_HAND
            + "    for name in NAMES:\n        BashOperator(task_id=name, bash_command='true')\n",
            "compose.yaml": "services:\n  a:\n    image: apache/airflow:2.9.1\n    environment:\n"
            "      AIRFLOW_VAR_NAMES: '[\"a\"]'\n",
        },
        # How many words a command has is not the Connection's to decide.
        IMPORTS
        + "c = BaseHook.get_connection('c')\ncmd = f'list --key {c.password}'\n"
        + BY_HAND
        + "    for word in cmd.split():\n        BashOperator(task_id=word, bash_command='true')\n",
    ],
    "AF207": [
        # Loaded anyway, by a module that the file imports.
        {
            "dags/d.py": "import pandas as pd\n"
            + IMPORTS
            + "import own\n\n\ndef f():\n    pd.DataFrame()\n\n\n"
            + BY_HAND
            + "    PythonOperator(task_id='a', python_callable=f)\n",
            "dags/own.py": "import pandas as pd\n",
        },
        "«import pandas as pd»\n"
        + IMPORTS
        + "def f():\n    pd.DataFrame()\n\n\n"
        + BY_HAND
        + "    PythonOperator(task_id='a', python_callable=f)\n",
    ],
    "AF214": [
        IMPORTS
        + "from airflow.decorators import task\nfrom airflow.providers.postgres.hooks.postgres import PostgresHook\n"
        + "@task\ndef f(x):\n    PostgresHook('a').run(x)\n@task\ndef g():\n    return ask()\n"
        + BY_HAND.replace("schedule=None", "schedule=None, concurrency=4")
        + "    f.expand(x=g())\n",
    ],
    "AF217": [
        ONE
        + "with DAG('d', start_date=datetime(2024, 1, 1)) as dag:\n"
        + "    for i in range(80):\n        BashOperator(task_id=f'a{i}', bash_command='true')\n",
    ],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in CASES.items() for text in texts])
def test_case(code: str, text: Files) -> None:
    files = as_files(text, "dags/d.py")
    assert marked(RULES[code], files) == files


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("AF101", daily("datetime.now()", ", catchup=False"), "Write a fixed date such as `datetime(2024, 1, 1)`"),
        ("AF101", daily("datetime.now()"), "with `catchup=False` unless you want a run for every interval since then"),
        ("AF101", daily("datetime.now()", ", catchup=True"), "Write the fixed date from which on you want runs"),
        ("AF102", {"d.py": daily("datetime(2019, 1, 1)"), **TWO}, "every interval since start_date, 2019-01-01"),
        ("AF102", ONE + "DAG('d', start_date=datetime(2019, 1, 1))\n", "Airflow 1 starts a run"),
        ("AF106", IMPORTS + "DAG('d', default_args={'catchup': False})\n", "`DAG(…, catchup=False)`"),
        ("AF107", ONE + "DAG('d', start_date=datetime(2019, 1, 1))\n", "Airflow 1 then runs it once a day. Write `sch"),
        ("AF107", ONE + "DAG('d', start_date=datetime(2019, 1, 1))\n", "`schedule_interval=None`"),
        ("AF107", IMPORTS + "DAG('d', start_date=datetime(2019, 1, 1))\n", "`schedule=None`"),
        ("AF123", IMPORTS + MINUTELY.format("d", "0 */6 * * * *", ""), "`0 */6 * * *`, or `*/6 * * * *` if the first"),
        (
            "AF109",
            IMPORTS + BY_HAND + "    BashOperator(task_id='a', bash_command=f'{datetime.now():%Y%m%d}')\n",
            "Use a template such as `{{ data_interval_end | ds_nodash }}`",
        ),
        (
            "AF109",
            IMPORTS + BY_HAND + "    BashOperator(task_id='a', bash_command=str(datetime.now() - timedelta(days=3)))\n",
            "Use a template such as `{{ macros.ds_add(data_interval_end | ds, -3) }}`",
        ),
        (
            "AF109",
            IMPORTS + BY_HAND + "    BashOperator(task_id='a', bash_command=str(datetime.now().year))\n",
            "Use a template such as `{{ data_interval_end.year }}`",
        ),
        ("AF123", IMPORTS + MINUTELY.format("d", "0 2 8-14 * MON", ""), "write `0 2 * * MON#2`"),
        (
            "AF101",
            "from airflow.utils.dates import days_ago\n" + daily("days_ago(1)") .replace("DAG('d'", "dag = DAG('d'")
            + "dag.catchup = False\n",
            "`days_ago`. Write a fixed date such as `datetime(2024, 1, 1)`",
        ),
        (
            "AF109",
            IMPORTS + BY_HAND + "    PythonOperator(task_id='a', python_callable=f, op_kwargs={'x': datetime.now()})\n",
            "Work it out inside the function",
        ),
        ("AF202", IMPORTS + "for x in Variable.get('a'):\n    DAG(x, schedule=None)\n", "DAGs appear and vanish"),
        (
            "AF203",
            IMPORTS + BY_HAND + "    BashOperator(task_id='a', bash_command=Variable.get('cmd'))\n",
            "Write the template `{{ var.value.cmd }}`",
        ),
        (
            "AF203",
            IMPORTS + "A: dict = Variable.get('a', deserialize_json=True)\nb = A['b']\n" + BY_HAND
            + "    BashOperator(task_id='a', bash_command='x', env={'B': b})\n",
            "Write the template `{{ var.json.a",
        ),
        ("AF204", IMPORTS + "u = BaseHook.get_hook('x')\nu2 = u\nimport requests\nr = requests.get('https://e.com')\n"
         + BY_HAND + TASK, "Nothing reads what it gives: delete the line"),
        (
            "AF206",
            IMPORTS + "c = BaseHook.get_connection('a')\n\n\ndef f():\n    print(c.host)\n\n\n" + BY_HAND
            + "    PythonOperator(task_id='a', python_callable=f)\n",
            "Move this line into the function that a task runs",
        ),
        (
            "AF206",
            IMPORTS + "c = BaseHook.get_connection('my-shop')\n" + BY_HAND
            + "    BashOperator(task_id='a', bash_command='x', env={'P': c.password})\n",
            "Use a template such as `{{ conn.get('my-shop').password }}`",
        ),
        (
            "AF206",
            IMPORTS + "def engine():\n    return BaseHook.get_connection('a').host\n\n\nE = engine()\n"
            + BY_HAND + TASK,
            "Call `engine` inside the function that a task runs",
        ),
        (
            "AF216",
            IMPORTS + "from airflow.providers.ssh.hooks.ssh import SSHHook\n"
            "from airflow.providers.ssh.operators.ssh import SSHOperator\nh = SSHHook(ssh_conn_id='a')\n" + BY_HAND
            + "    SSHOperator(task_id='a', command='x', ssh_hook=h)\n",
            "`SSHHook` looks up its Connection each time Airflow reads the file, about every 30 seconds. Give the "
            "operator the id of the Connection in its place: `ssh_conn_id='a'`",
        ),
    ],
)  # fmt: skip
def test_what_is_said(code: str, text: Files, said: str) -> None:
    (finding,) = findings(code, text)
    assert said in finding.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SHARDS = int(Variable.get('shards'))\n", "Or set `AIRFLOW_VAR_SHARDS`"),
        ("PASSWORD = Variable.get('os_password')\n", "It is a secret: keep it in a Connection"),
    ],
)
def test_a_variable_of_a_module_that_dags_import(text: str, said: str) -> None:
    helper = "from airflow.models import Variable\n\n" + text
    (finding,) = findings("AF203", {"dags/d.py": IMPORTS + "import own\n" + BY_HAND + TASK, "dags/own.py": helper})
    assert said in finding.message


def test_hooks_that_do_little_are_told_once_a_file() -> None:
    text = IMPORTS + "from airflow.providers.postgres.hooks.postgres import PostgresHook\n"
    text += "HOOKS = {'a': PostgresHook('a'), 'b': PostgresHook('b')}\n" + BY_HAND + TASK
    (finding,) = findings("AF216", text)
    assert finding.severity == "info" and "and 1 more in this file" in finding.message


@pytest.mark.parametrize(
    ("path", "severity"),
    [("dags/b.py", "error"), ("dags/shop/b.py", "error"), ("dags/archive/b.py", "warning")],
)
def test_one_id_in_folders_that_may_be_apart(path: str, severity: str) -> None:
    text = IMPORTS + BY_HAND + TASK
    (finding,) = findings("PJ210", {"dags/a.py": text, path: text})
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("line", "is_old"),
    [
        ("from airflow.operators import BashOperator", True),
        ("from airflow.operators.sensors import ExternalTaskSensor", True),
        ("from airflow.contrib.operators import gcs_to_bq", False),
        ("from airflow.operators import bash", False),
        ("from airflow.operators.bash_operator import BashOperator", False),
        ("try:\n    from airflow.operators import BashOperator\nexcept ImportError:\n    pass", False),
    ],
)
def test_files_that_only_airflow_1_can_load(line: str, is_old: bool) -> None:
    text = (
        f"from datetime import datetime\nfrom airflow import DAG\n{line}\nDAG('d', start_date=datetime(2024, 1, 1))\n"
    )
    (finding,) = findings("AF107", text)
    assert ("schedule_interval=None" in finding.message) == is_old
