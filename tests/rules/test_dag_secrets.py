"""Secrets in DAG files on the edge cases that are too many for the rules' pages: bad cases mark what is flagged."""

from __future__ import annotations

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import mark, unmark
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice

RULES = {rule.code: rule for rule in Rules(third_party=False).of_kind("dag")}
SECRETS = ("AF501", "AF502", "AF503", "AF504", "AF505", "AF508")

IMPORTS = """\
import json
import os
from datetime import datetime
from airflow import DAG
from airflow.decorators import task
from airflow.hooks.base import BaseHook
from airflow.models import Connection, Variable
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.http.operators.http import HttpOperator
from sqlalchemy import create_engine

DAG("d")

"""


def check(code: str, text: str) -> list[Finding]:
    """What a rule finds in a file, without marks."""
    workspace = Workspace.in_memory({"d.py": text})
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    result = linter.check(workspace, [Target("", "d.py", "d.py")])
    assert not result.errors
    assert result.files
    return result.findings


def run(command: str) -> str:
    """A DAG whose one task runs a command."""
    return f"with DAG('d') as dag:\n    BashOperator(task_id='a', bash_command={command!r})\n"


WRITTEN_OUT: list[str] = [
    # Passwords that are short or that everybody tries, and real all the same.
    "DB_PASSWORD = «'hunter2'»\n",
    "DB_PASSWORD = «'Pr0d!'»\n",
    "db_pass = «'admin123'»\n",
    "ADMIN_PASSWORD = «'admin'»\n",
    "CONFIG = {'connections': [{'login': 'x', 'password': «'airflow'»}]}\n",
    # Given by their place.
    "import pymysql\npymysql.connect('db.host', 'root', «'k3Jd92-prod'», 'sales')\n",
    "import smtplib\nserver = smtplib.SMTP('x')\nserver.login('me@x.com', «'k3Jd92-prod'»)\n",
    "import smtplib\nwith smtplib.SMTP_SSL('x') as server:\n    server.login('me@x.com', «'k3Jd92-prod'»)\n",
    "import paramiko\nssh = paramiko.SSHClient()\nssh.connect('h', 22, 'etl', «'k3Jd92-prod'»)\n",
    # Put into an address.
    "create_engine('postgresql://%s:%s@%s/db' % ('etl', «'k3Jd92-prod'», 'host'))\n",
    "create_engine('postgresql://{}:{}@{}/db'.format('etl', «'k3Jd92-prod'», 'host'))\n",
    "create_engine('postgresql://etl:{}@host/db'.format(«'k3Jd92-prod'»))\n",
    # Compared.
    "if password == «'k3Jd92-prod'»:\n    pass\n",
    "if os.environ.get('ADMIN_PASSWORD') != «'k3Jd92-prod'»:\n    pass\n",
    # What holds where nothing is set.
    "pw = os.environ.get('DB_PASSWORD') or «'k3Jd92-prod'»\n",
    "connect(BaseHook.get_connection('x').password or «'k3Jd92-prod'»)\n",
    "password = given if given else «'k3Jd92-prod'»\n",
    # Bytes.
    "FERNET_KEY = «b'81HqDtbqAywKSOumSha3BhWNOdQ26slT6K0YaZeZyPs='»\n",
    "SECRET_KEY = «'k3Jd92-prod'».encode()\n",
    # Options of programs.
    "KubernetesPodOperator(task_id='r', arguments=['--user', 'etl', '--password', «'k3Jd92-prod'»])\n",
    run("python load.py --token=«9f8e7d6c5b4a3210fedc»"),
    run("python load.py --api-key «9f8e7d6c5b4a3210fedc» --day {{ ds }}"),
    run("python load.py --db-password «k3Jd92prod»"),
    run("airflow users create --username admin --password «admin» --role Admin"),
    run("curl -H 'X-API-Key: «9f8e7d6c5b4a3210fedc9f8e»' https://x.com/y"),
    run("redis-cli -h cache -a «k3Jd92prod» ping"),
    run("mongosh -u root -p «k3Jd92prod» --eval x"),
    run("sqlplus etl/«k3Jd92prod»@warehouse @load.sql"),
    run("sqlcmd -S host -U sa -P «k3Jd92prod» -i x.sql"),
    run("ldapsearch -D cn=admin -w «k3Jd92prod» -b dc=x"),
    run("openssl enc -d -aes-256-cbc -in a -out b -pass pass:«k3Jd92prod»"),
    run("echo «k3Jd92prod» | sudo -S systemctl restart x"),
    run("aws configure set aws_secret_access_key «7dGqZtB0xPz1vNcYkQwErTyUiOpAsDfGhJkLzXcV»"),
    # Objects as JSON, connection strings, SQL.
    'HttpOperator(task_id=\'v\', endpoint=\'x\', data=\'{"user": "etl", "password": "«k3Jd92-prod»"}\')\n',
    "DSN = 'Server=tcp:x.database.windows.net;Database=d;Uid=etl;Pwd=«k3Jd92-prod»;'\n",
    "SQL = \"CREATE USER etl WITH PASSWORD '«k3Jd92-prod»'\"\n",
    "SQL = \"create user etl identified by '«k3Jd92-prod»'\"\n",
    "COPY = \"COPY x FROM 's3://b/x' CREDENTIALS 'aws_access_key_id=x;\"\\\n"
    '    "aws_secret_access_key=«7dGqZtB0xPz1vNcYkQwErTyUiOpAsDfGhJkLzXcV»\'"\n',
]
NO_SECRETS: list[str] = [
    "DB_PASSWORD = 'test'\n",
    "password = 'Passwd'\n",
    "columns = {'password': 'password', 'token': 'token'}\n",
    "pwd = 'prod'\n",
    "first_pass = 'first'\n",
    "if token == 'end_of_line':\n    pass\n",
    "if secret_name == 'prod-2024-x':\n    pass\n",
    "if password == os.environ['DB_PASSWORD']:\n    pass\n",
    "pw = os.environ.get('DB_PASSWORD') or ''\n",
    "pw = os.environ.get('DB_PASSWORD') or get_password()\n",
    "create_engine('postgresql://%s:%s@%s/db' % (user, password, 'host-name-1'))\n",
    "create_engine('postgresql://{}:{}@{}/db'.format('etl', pw, 'host-name-1'))\n",
    "create_engine('postgresql://%(user)s:%(pw)s@h/db' % {'user': 'etl-user-1'})\n",
    "print('done in %s of %s' % ('a-long-text-1', 'another-text-2'))\n",
    "KubernetesPodOperator(task_id='r', arguments=['--password', '{{ conn.db.password }}'])\n",
    "KubernetesPodOperator(task_id='r', arguments=['--password-file', '/run/secrets/pw'])\n",
    "KubernetesPodOperator(task_id='r', arguments=['--dbPassword', '@/home/hadoop/params/DB_PASSWORD'])\n",
    run("python load.py --token $TOKEN --api-key ${API_KEY} --password $(cat pw)"),
    run("python load.py --token-path /run/x --max-tokens 4096 --secret-name prod-db-2024"),
    run("gcloud secrets versions access latest --secret=prod-db-password"),
    run("spark-submit --conf spark.x=y --keytab /opt/keys/etl.keytab --principal etl@X"),
    run("redis-cli -h cache -a $REDIS_PASSWORD ping"),
    run("mongodump -u root --port 27017"),
    run("echo done | tee log"),
    run("sqlplus /nolog @load.sql"),
    run("curl -H 'X-Request-Id: 9f8e7d6c5b4a3210fedc9f8e' https://x.com/y"),
    run("curl -H 'X-API-Key: {{ var.value.key }}' https://x.com/y"),
    'DATA = \'{"password": "{{ conn.x.password }}", "token_type": "bearer-2024-x"}\'\n',
    "SQL = \"create user etl identified by '{pw}'\"\n",
    "SQL = 'ALTER TABLE users ADD COLUMN password varchar(20)'\n",
    "SQL = \"select * from users where password = '' or token is null\"\n",
    "import smtplib\nserver = smtplib.SMTP('x')\nserver.login('me@x.com', password)\n",
    "FERNET_KEY = b''\n",
]
KEPT_AS_VARIABLES: list[str] = [
    "pw = Variable.get(«'db_password'»)\n",
    "def f():\n    return Variable.get(key=«'SLACK_API_TOKEN'», default_var=None)\n",
    "def f():\n    a = Variable.get(«'api_key'»)\n    b = Variable.get('api_key')\n",
]
SETTINGS: list[str] = [
    "x = Variable.get('bucket')\n",
    "x = Variable.get('secret_name')\n",
    "x = Variable.get('max_tokens')\n",
    "x = Variable.get('token_url')\n",
    "x = Variable.get(name)\n",
    "x = {'password': 1}.get('password')\n",
]


def assert_marked(code: str, text: str) -> None:
    marked = IMPORTS + text
    plain = unmark(marked)[0]
    found = sorted((finding.span.start, finding.span.end) for finding in check(code, plain))
    assert mark(plain, found) == marked


@pytest.mark.parametrize("text", WRITTEN_OUT)
def test_written_out(text: str) -> None:
    assert_marked("AF504", text)


@pytest.mark.parametrize("text", NO_SECRETS)
def test_no_secrets(text: str) -> None:
    assert not [(code, finding.message) for code in SECRETS for finding in check(code, IMPORTS + text)]


@pytest.mark.parametrize("text", KEPT_AS_VARIABLES)
def test_kept_as_variables(text: str) -> None:
    assert_marked("AF509", text)


@pytest.mark.parametrize("text", SETTINGS)
def test_settings(text: str) -> None:
    assert not check("AF509", IMPORTS + text)


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("DB = {'login': 'etl', 'password': 'k3Jd92-prod'}\n", "error"),
        ("DB = {'login': 'etl', 'password': 'postgres'}\n", "warning"),
        ("DB = {'login': 'airflow', 'password': 'airflow'}\n", "info"),
    ],
)
def test_how_bad_it_is(text: str, severity: str) -> None:
    assert [finding.severity for finding in check("AF504", IMPORTS + text)] == [severity]
