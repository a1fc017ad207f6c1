from __future__ import annotations

import re

from dagdock.api import Bad, DagModule, Problem, Problems, rule

from ..secrets import (
    is_common_password,
    is_filled_in,
    is_likely_secret,
    is_placeholder,
    is_secret_name,
    known_secret,
    password_in_url,
)
from ._secrets import Named, inside, named, texts

# Where a command or a header hands over a password; the group is the password.
IN_COMMANDS = (
    r"--password[= ](?P<secret>[^\s'\"$;|&]+)",
    r"\b(?:PGPASSWORD|MYSQL_PWD|SSHPASS|AWS_SECRET_ACCESS_KEY)=(?P<secret>[^\s'\"$;|&]+)",
    r"\bcurl\b[^\n|;&]*?\s(?:-u|--user)[= ]?['\"]?[^\s:'\"$]+:(?P<secret>[^\s'\"$]+)",
    r"\bsshpass\s+-p\s*['\"]?(?P<secret>[^\s'\"$]+)",
    r"\bmysql\b[^\n|;&]*?\s-p(?P<secret>[^\s'\"$-][^\s'\"$]*)",
    r"\bAuthorization['\"]?\s*:\s*['\"]?(?:Bearer|Basic|Token)\s+(?P<secret>[A-Za-z0-9._~+/=-]{12,})",
)
# Calls whose `secret` or `key` names a secret that is kept elsewhere.
REFERENCES = ("Secret", "V1SecretKeySelector", "V1EnvVarSource", "V1SecretVolumeSource", "V1SecretEnvSource")


@rule(
    "AF504",
    severity="error",
    since="0.1",
    security=8.0,
    lessons=["L40"],
    aliases=[
        "bandit:B105",
        "bandit:B106",
        "bandit:B107",
        "data-pipeline-doctor:SEC001",
        "detect-secrets:Secret Keyword",
    ],
    tags=["security"],
    bad=[
        Bad("from airflow import DAG\n\nDB_PASSWORD = «'k3Jd92-prod'»\ndag = DAG('sales')\n"),
        Bad(
            "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales') as dag:\n"
            "    BashOperator(task_id='load', bash_command='load.sh', env={'SHOP_API_TOKEN': «'t0k-9f3Kz81mQ'»})\n"
            "    BashOperator(task_id='dump', bash_command='PGPASSWORD=«k3Jd92-prod» pg_dump shop')\n"
        ),
    ],
    good=[
        "import os\nfrom airflow import DAG\n\nDB_PASSWORD = os.environ['DB_PASSWORD']\nTOKEN_URL = 'https://auth.example.org/x'\n"
        "password_key = 'shop_db_password'\ndag = DAG('sales')\n",
        "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "with DAG('sales') as dag:\n"
        "    BashOperator(task_id='load', bash_command='load.sh', env={'TOKEN': '{{ conn.shop.password }}'})\n"
        "    BashOperator(task_id='dump', bash_command='PGPASSWORD=$PG_PASSWORD pg_dump shop')\n",
        "from airflow import DAG\nfrom airflow.providers.cncf.kubernetes.secret import Secret\n\n"
        "key = Secret('env', 'TOKEN', secret='shop-api-credentials', key='token')\ndag = DAG('sales')\n",
    ],
)
def hardcoded_secret(module: DagModule) -> Problems:
    """A password, token or key is written in the DAG file.

    The file is in the repository, in its history, and on Airflow's pages for everyone who may look at the code. Keep
    secrets in Airflow Connections, in a secrets backend or in the environment, and ask for them when the task runs.
    Change the one that stands here: it is known now.

    https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/index.html
    """
    if not module.imports_airflow:
        return
    for text in named(module):
        if is_secret_name(text.name) and _is_secret(module, text):
            yield Problem(
                module.span(text.node),
                f"`{text.name}` holds a secret that everyone who can read the DAG can use. Keep it in an Airflow "
                "Connection "
                "or the environment, and change it",
            )
    for value, node in texts(module):
        if len(value) < 12 or not any(
            sign in value for sign in ("PWD", "PASS", "pass", " -u", "--user", "Authorization", "SECRET", " -p")
        ):
            continue
        for pattern in IN_COMMANDS:
            for match in re.finditer(pattern, value):
                secret = match["secret"]
                if not is_placeholder(secret) and not is_filled_in(secret) and len(secret) > 3:
                    yield Problem(
                        inside(module, node, match.start("secret"), match.end("secret")),
                        "this secret stands in the command for everyone who can read the DAG or its logs. Hand "
                        "it over with "
                        "`env` from a Connection, and change it",
                    )


def _is_secret(module: DagModule, text: Named) -> bool:
    if known_secret(text.value) or password_in_url(text.value):
        return False  # other rules say more about these
    if text.call is not None:
        name = (module.qualified(text.call.func) or "").rpartition(".")[2]
        if name in REFERENCES or name in ("Connection", "Param", "get", "getenv", "pop"):
            return False
    return is_likely_secret(text.value, text.name) and not is_common_password(text.value)
