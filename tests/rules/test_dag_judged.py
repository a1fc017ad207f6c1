"""Rules on DAGs, on what a look at real findings called wrong or harmful, as small as it still shows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice
from dagdock.testing import marked

RULES = {rule.code: rule for rule in Rules().of_kind("dag")}

Files = str | Mapping[str, str]

IMPORTS = """\
from datetime import datetime, timedelta
from airflow import DAG
from airflow.decorators import task
from airflow.models import Variable
from airflow.models.param import Param
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sensors.filesystem import FileSensor

"""
WITH = "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
EMAIL = IMPORTS + "MAIL = «Variable.get('mail')»\nDAG('d', default_args={'email': MAIL})\n"


UNUSED = (
    IMPORTS + "«default_args» = {'owner': 'me', 'retries': 1}\n"
    "with DAG('d', start_date=datetime(2024, 1, 1), schedule='@daily') as dag:\n"
    "    BashOperator(task_id='a', bash_command='a')\n"
)
PLAIN = UNUSED.replace("«", "").replace("»", "")
LONE = (
    WITH.replace("None", "'@daily'")
    + "    a = BashOperator(task_id='a', bash_command='a')\n    b = BashOperator(task_id='b', bash_command='b')\n"
    "    c = «BashOperator»(task_id='c', bash_command='c')\n    a >> b\n"
)
COUNTDOWN = (
    "import time\n@task\ndef f(left=900):\n    while left > 0:\n        time.sleep(300)\n        left -= 300\n"
    "        print(left)\n\n" + WITH + "    f()\n"
)
WRITES = (
    "with «DAG»('d', start_date=datetime(2024, 1, 1), schedule='0 * * * *', catchup=False):\n"
    "    SQLExecuteQueryOperator(task_id='a', sql='INSERT INTO t SELECT 1')\n"
)
KEYED = WRITES.replace("SELECT 1", "SELECT 1 ON CONFLICT (a) DO UPDATE SET b = 1")
MOVING = "from airflow.utils.dates import days_ago\n«DAG»('d', start_date=days_ago(900), schedule='@daily')\n"


def plain(text: str) -> str:
    return IMPORTS + text.replace("«", "").replace("»", "")


# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, list[Files]] = {
    "AF203": [
        {
            "dags/d.py": EMAIL.replace("«", "").replace("»", ""),
            "compose.yaml": "services:\n  a:\n    image: apache/airflow:2.9.1\n    environment:\n"
            "      AIRFLOW_VAR_MAIL: a@b.c\n",
        },
        {"dags/d.py": EMAIL, "compose.yaml": "services:\n  a:\n    environment:\n      AIRFLOW_VAR_MAIL_TWO: a\n"},
        {"dags/d.py": EMAIL.replace("«", "").replace("»", ""), ".env": "AIRFLOW_VAR_MAIL=a\n"},
        {"dags/d.py": EMAIL.replace("«", "").replace("»", ""), "Dockerfile": "FROM a:1\nENV AIRFLOW_VAR_MAIL=a\n"},
    ],
    "AF119": [PLAIN],
    "AF120": [PLAIN],
    "AF132": [
        UNUSED,
        UNUSED.replace("default_args", "MY_DEFAULT_ARGS"),
        PLAIN + "print(default_args)\n",
        PLAIN.replace("retries", "a").replace("owner", "b"),
        PLAIN.replace("schedule=", "default_args={'retries': 2}, schedule="),
        PLAIN.replace("schedule=", "**more, schedule="),
        PLAIN + "DAG('e', **{name: globals()[name] for name in ['default_args']})\n",
    ],
    "AF102": [
        IMPORTS + MOVING,
        plain(MOVING.replace("900", "3")),
        plain(MOVING.replace("days_ago(900)", "datetime.now() - timedelta(days=2)")),
        IMPORTS + MOVING.replace("days_ago(900)", "days_ago(3)").replace("@daily", "*/10 * * * *"),
    ],
    "AF304": [
        IMPORTS + LONE,
        plain(LONE + "    c\n"),
        plain(LONE.replace("c = «BashOperator»(task_id='c', bash_command='c')", "@task\n    def c(): ...\n    c()")),
    ],
    "AF605": [
        plain(COUNTDOWN),
        IMPORTS + COUNTDOWN.replace("print(left)", "ask(left)").replace("time.sleep(300)", "«time.sleep(300)»"),
    ],
    "AF711": [
        IMPORTS + WRITES,
        plain(WRITES.replace("0 * *", "0 */4 *")),
        plain(KEYED),
        IMPORTS + KEYED.replace("0 * *", "*/5 * *"),
    ],
    "AF701": [PLAIN],
}


@pytest.mark.parametrize(("code", "case"), [(code, case) for code, cases in CASES.items() for case in cases])
def test_what_is_flagged(code: str, case: Files) -> None:
    files = as_files(case, "dags/d.py")
    assert marked(RULES[code], files) == files


def _findings(code: str, case: Files, version: str | None = None) -> list[Finding]:
    files = {"dags/d.py": case} if isinstance(case, str) else dict(case)
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    workspace = Workspace.in_memory(files, airflow_version=version)
    return list(linter.check(workspace, [Target("", "dags/d.py", "dags/d.py")]).findings)


@pytest.mark.parametrize(
    ("text", "said", "unsaid"),
    [
        ("N = Variable.get('n', 4000)\nM = int(N) + 1\n" + WITH + "    pass\n", "AIRFLOW_VAR_N", "{{"),
        ("N = Variable.get('n', 'False').lower() in ['true']\n" + WITH + "    pass\n", "AIRFLOW_VAR_N", "{{"),
        ("N = Variable.get('n')\nif N:\n    X = 1\n" + WITH + "    pass\n", "AIRFLOW_VAR_N", "{{"),
        (
            WITH + "    BashOperator(task_id='a', bash_command='a', pool=Variable.get('n', 'p'))\n",
            "AIRFLOW_VAR_N",
            "{{",
        ),
        (
            WITH + "    SQLExecuteQueryOperator(task_id='a', sql='a', retries=Variable.get('n'))\n",
            "AIRFLOW_VAR_N",
            "{{",
        ),
        (
            "N = Variable.get('n', 4000)\n" + WITH + "    BashOperator(task_id='a', bash_command=N)\n",
            '{{ var.value.get("n", 4000) }}',
            "AIRFLOW_VAR",
        ),
        (
            "N = Variable.get('n')\n" + WITH + "    BashOperator(task_id='a', bash_command='a', env={'N': N})\n",
            "{{ var.value.n }}",
            "AIRFLOW_VAR",
        ),
        (
            "N = Variable.get('n')\n" + WITH + "    BashOperator(task_id='a', bash_command=f'echo {N}')\n",
            "{{ var.value.n }}",
            "AIRFLOW_VAR",
        ),
        (
            "N = Variable.get('n')\n\ndef f():\n    print(N)\n\n"
            + WITH
            + "    PythonOperator(task_id='a', python_callable=f)\n",
            "Read it inside the function that a task runs",
            "{{",
        ),
        (
            "@task\ndef f(n):\n    pass\n\n" + WITH + "    f(Variable.get('n'))\n",
            "Read it inside the function that a task runs",
            "{{",
        ),
    ],
)
def test_a_variable_is_told_where_else_it_can_be_read(text: str, said: str, unsaid: str) -> None:
    (finding,) = _findings("AF203", IMPORTS + text)
    assert said in finding.message and unsaid not in finding.message


SENSOR = WITH + "    FileSensor(task_id='a', filepath='a', poke_interval=300"


@pytest.mark.parametrize(
    ("code", "text", "said", "unsaid"),
    [
        (
            "AF403",
            WITH + "    SQLExecuteQueryOperator(task_id='q', sql='SELECT * FROM a')\n"
            "    BashOperator(task_id='p', bash_command=\"{{ ti.xcom_pull(task_ids='q') }}\")\n",
            "read it there",
            "do_xcom_push",
        ),
        ("AF601", SENSOR + ")\n", "7 days", "deferrable"),
        ("AF601", SENSOR + ", execution_timeout=timedelta(hours=3))\n", "up to 3 hours", "7 days"),
        (
            "AF601",
            (SENSOR + ")\n").replace("schedule", "dagrun_timeout=timedelta(hours=2), schedule"),
            "up to 2 hours",
            "7 days",
        ),
        (
            "AF109",
            "TODAY = str(datetime.today())\nDAG('d', schedule='@daily', params={'day': Param(TODAY, type='string')})\n",
            "Param(None, type=[",
            "fixed",
        ),
        (
            "AF212",
            "def f(ts, **kwargs):\n    print(i)\n\n"
            + WITH
            + "    for i in range(3):\n"
            + "        PythonOperator(task_id=f't_{i}', python_callable=f)\n",
            "Give the function a parameter `i`",
            "as `",
        ),
        (
            "AF212",
            "def f(ts, **kwargs):\n    print(i)\n\n"
            + WITH
            + "    for i in range(3):\n"
            + "        PythonOperator(task_id=f't_{i}', python_callable=f, op_kwargs={'number': i})\n",
            "as `number`",
            "op_kwargs={",
        ),
        (
            "AF204",
            "import requests\nNAMES = requests.get('https://a.b/c').json()\n" + WITH + "    for name in NAMES:\n"
            "        BashOperator(task_id=name, bash_command='a')\n",
            "deployed with the DAGs",
            "function",
        ),
        ("AF107", "DAG('d', start_date=datetime.now())\n", "never lets a run begin. Write", "once a day"),
        ("AF107", "DAG('d', start_date=datetime(2024, 1, 1))\n", "once a day", "never lets"),
    ],
)
def test_what_is_offered_works_in_the_file(code: str, text: str, said: str, unsaid: str) -> None:
    (finding,) = _findings(code, IMPORTS + text)
    assert said in finding.message and unsaid not in finding.message


@pytest.mark.parametrize(("version", "offered"), [("2.0", False), ("2.10", True), ("3.0", True), (None, False)])
def test_what_a_release_does_not_have_is_not_offered(version: str | None, offered: bool) -> None:
    (finding,) = _findings("AF601", IMPORTS + SENSOR + ")\n", version)
    assert ("deferrable" in finding.message) is offered


@pytest.mark.parametrize(
    ("more", "severity"),
    [("", "warning"), (", image_pull_policy='Always'", "info"), (", image_pull_policy=X", "warning")],
)
def test_the_newest_image_may_be_what_is_wanted(more: str, severity: str) -> None:
    pod = "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n"
    text = IMPORTS + pod + WITH + f"    KubernetesPodOperator(task_id='a', image='a/c:latest'{more})\n"
    (finding,) = _findings("AF720", text)
    assert finding.severity == severity
