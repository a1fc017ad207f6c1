"""Rules on tasks, secrets and Airflow's releases, on what strict readers of real findings called wrong or arguable."""

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
import time
from datetime import datetime, timedelta
from airflow import DAG
from airflow.decorators import task
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.operators.email import EmailOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import PythonOperator
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.sensors.filesystem import FileSensor

"""
DAILY = "with DAG('d', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
LIMITED = DAILY.replace(")", "), dagrun_timeout=timedelta(hours=2)", 1)
TODAY = "@task\ndef f():\n    open(f'/data/{{{}.strftime(\"%Y-%m-%d\")}}.csv')\n\n"
AIRFLOW_1 = "from airflow.operators import BashOperator\n"
OLD = "from airflow import DAG\nDAG('d', schedule_interval=None)\n"
LATE = "    a = BashOperator(task_id='a', bash_command='a')\n    a >> {}(task_id='b', {}trigger_rule='all_done')\n"


def today(schedule: str, clock: str, more: str = "") -> str:
    return (
        IMPORTS + TODAY.format(clock) + DAILY.replace("'@daily'", schedule).replace(") as", f"{more}) as") + "    f()\n"
    )


# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, list[Files]] = {
    "AF335": [
        IMPORTS + "@task\ndef f():\n    EmptyOperator(task_id='a').execute({})\n",
        IMPORTS + "@task\ndef f():\n    «BashOperator»(task_id='a', bash_command='a').execute({})\n",
    ],
    "AF509": [
        # The rule on Variables that are read with the file says the same of it.
        IMPORTS + DAILY + "    DockerOperator(task_id='a', image='a:1', mem_limit=Variable.get('api_token'))\n",
        IMPORTS + "@task\ndef f():\n    print(Variable.get(«'api_token'»))\n",
    ],
    "AF602": [
        IMPORTS + LIMITED + "    FileSensor(task_id='a', filepath='a', mode='reschedule')\n",
        IMPORTS + DAILY + "    «FileSensor»(task_id='a', filepath='a', mode='reschedule')\n",
    ],
    "AF605": [
        IMPORTS + "@task\ndef f(x):\n    while x.next():\n        x.submit(1)\n        time.sleep(30)\n",
        IMPORTS + "@task\ndef f(x):\n    while x.next():\n        «time.sleep(30)»\n",
    ],
    "AF626": [
        today("'@hourly'", "datetime.now()"),
        today("'*/5 * * * *'", "datetime.now()"),
        today("'0 8-18 * * *'", "datetime.now()"),
        today("timedelta(minutes=5)", "datetime.now()"),
        today("'0 */12 * * *'", "«datetime.now()»"),
        today("'0 3 * * *'", "«datetime.now()»"),
        today("'@daily'", "«datetime.now()»"),
        today("'@hourly'", "«datetime.now()»").replace("catchup=False", "catchup=True"),
        IMPORTS
        + DAILY.replace("@daily", "@hourly")
        + "    BashOperator(task_id='a', bash_command='a $(date +%Y-%m-%d)')\n",
    ],
    "AF701": [
        {"dags/examples/d.py": IMPORTS + DAILY + "    BashOperator(task_id='a', bash_command='curl x')\n"},
        {"dags/example_d.py": IMPORTS + DAILY + "    BashOperator(task_id='a', bash_command='curl x')\n"},
        {
            "dags/samplers.py": IMPORTS
            + f"{DAILY.replace('DAG', '«DAG»')}    DockerOperator(task_id='a', image='a:1')\n"
        },
    ],
    "AF710": [
        f"{AIRFLOW_1}from datetime import timedelta\nfrom airflow import DAG\n"
        "dag = DAG('d', dagrun_timeout=timedelta(seconds=30), default_args={'retries': 1, "
        "'retry_delay': timedelta(minutes=5)})\nBashOperator(task_id='a', bash_command='a', dag=dag)\n",
    ],
    "AF802": [f"{AIRFLOW_1}{OLD}", OLD.replace("schedule_interval", "«schedule_interval»")],
}


def _findings(code: str, case: Files) -> list[Finding]:
    files = {"dags/d.py": case} if isinstance(case, str) else dict(case)
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    return linter.check(Workspace.in_memory(files), [Target("", "dags/d.py", "dags/d.py")]).findings


@pytest.mark.parametrize(("code", "case"), [(code, case) for code, cases in CASES.items() for case in cases])
def test_case(code: str, case: Files) -> None:
    files = as_files(case, "dags/d.py")
    assert marked(RULES[code], files) == files


@pytest.mark.parametrize(
    ("code", "text", "severity", "said"),
    [
        (
            "AF330",
            DAILY + "    BashOperator(task_id='a', python_callable=f)\n",
            "error",
            "an argument of `PythonOperator`",
        ),
        (
            "AF335",
            "@task\ndef f():\n    for x in 'ab':\n        EmailOperator(to=x).execute({})\n",
            "info",
            ".expand(…)",
        ),
        ("AF335", "@task\ndef f():\n    EmailOperator(to='a').execute({})\n", "info", "call `send_email`"),
        (
            "AF337",
            DAILY + "    EmptyOperator(task_id='a', trigger_rule='none_failed_or_skipped')\n",
            "info",
            "Write `none_failed_min_one_success`",
        ),
        (
            "AF401",
            "import requests\n@task\ndef f():\n    return requests.get('http://a/b').json()\n",
            "info",
            "If it can grow large",
        ),
        (
            "AF401",
            "import pandas as pd\n@task\ndef f():\n    return pd.read_csv('a').to_dict(orient='records')\n",
            "warning",
            "the rows of a DataFrame",
        ),
        (
            "AF603",
            DAILY + "    FileSensor(task_id='a', filepath='a', mode='reschedule', poke_interval=9, timeout=60)\n",
            "info",
            'It waits no longer than 1 minute: use `mode="poke"`',
        ),
        (
            "AF603",
            DAILY + "    FileSensor(task_id='a', filepath='a', mode='reschedule', poke_interval=9, timeout=7200)\n",
            "info",
            "less often: `poke_interval=60`",
        ),
        ("AF644", DAILY + LATE.format("EmptyOperator", ""), "warning", "`trigger_rule='none_failed'`"),
        ("AF644", DAILY + LATE.format("BashOperator", "bash_command='rm a', "), "warning", "If it cleans up"),
        (
            "AF710",
            LIMITED + "    BashOperator(task_id='a', bash_command='a', retries=1, retry_delay=timedelta(hours=3))\n",
            "warning",
            "Raise `dagrun_timeout`, or shorten `retry_delay`",
        ),
        (
            "AF720",
            DAILY + "    DockerOperator(task_id='a', image='a/b:latest')\n",
            "warning",
            "when the machine fetched it",
        ),
        (
            "AF720",
            DAILY + "    KubernetesPodOperator(task_id='a', image='a/b:latest', image_pull_policy='Never')\n",
            "info",
            "what was built last",
        ),
    ],
)
def test_what_is_said(code: str, text: str, severity: str, said: str) -> None:
    (finding,) = _findings(code, IMPORTS + text)
    assert (finding.severity, said in finding.message) == (severity, True), finding.message


def test_airflow_3_has_a_notifier_for_mails() -> None:
    dag = IMPORTS + DAILY + "    BashOperator(task_id='a', bash_command='a', email_on_retry=True)\n"
    pinned: Files = {"dags/d.py": dag, "dags/requirements.txt": "apache-airflow==3.0.2\n"}
    messages = [_findings("AF723", case)[0].message for case in (pinned, dag)]
    assert ["`on_retry_callback=SmtpNotifier(…)`" in message for message in messages] == [True, False]
    assert "Add `email`" in messages[1]


@pytest.mark.parametrize(("version", "said"), [("2.1.4", "'none_failed_or_skipped'"), ("2.9.3", "min_one_success'")])
def test_joins_get_the_rule_that_the_release_knows(version: str, said: str) -> None:
    dag = (
        IMPORTS
        + "from airflow.operators.python import BranchPythonOperator\n"
        + DAILY
        + "    a = BranchPythonOperator(task_id='a', python_callable=lambda: 'b')\n"
        + "".join(f"    {one} = EmptyOperator(task_id='{one}')\n" for one in "bcd")
        + "    a >> [b, c] >> d\n"
    )
    files = {"dags/d.py": dag, "dags/requirements.txt": f"apache-airflow=={version}\n"}
    (finding,) = _findings("AF642", files)
    assert said in finding.message and finding.fix is not None and said in finding.fix.title


def test_a_sensor_that_defers_has_another_limit() -> None:
    text = IMPORTS + DAILY + "    FileSensor(task_id='a', filepath='a', {})\n"
    said = [_findings("AF602", text.format(one))[0].message for one in ("deferrable=True", "mode='reschedule'")]
    assert ["`execution_timeout=" in one for one in said] == [True, False]


def test_an_image_of_the_project_is_what_was_built_last() -> None:
    dag = IMPORTS + DAILY + "    DockerOperator(task_id='a', image='a/load')\n"
    found = _findings("AF720", {"dags/d.py": dag, "images/load/Dockerfile": "FROM a:1\n"})
    assert [(one.severity, "what was built last" in one.message) for one in found] == [("info", True)]
