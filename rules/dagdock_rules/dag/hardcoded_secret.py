from __future__ import annotations

import ast
import re

from dagdock.api import Bad, DagModule, Problem, Problems, rule

from ..secrets import (
    is_common_password,
    is_likely_secret,
    is_placeholder,
    is_secret_name,
    known_secret,
    password_in_url,
)
from ._secrets import Named, inside, named, texts

# Where a command, a header or an address hands over a password; `secret` is the password, `name` what it is called.
QUOTED = r"['\"]?(?P<secret>[^\s'\"$;|&<>()]+)"
IN_TEXTS = (
    (("--pass",), r"--pass(?:word|wd)?[= ]" + QUOTED),
    (("=",), r"(?:^|[\s;&])(?:export\s+|set\s+|-e\s+|--env[= ])?(?P<name>[A-Z][A-Z0-9_]{2,})=" + QUOTED),
    (("curl",), r"\bcurl\b[^\n|;&]*?\s(?:-u|--user)[= ]?['\"]?[^\s:'\"$]+:(?P<secret>[^\s'\"$]+)"),
    (("sshpass",), r"\bsshpass\s+-p\s*" + QUOTED),
    (("docker",), r"\bdocker\s+login\b[^\n|;&]*?\s-p[= ]?" + QUOTED),
    (("mysql",), r"\bmysql(?:dump|admin)?\s[^\n|;&]*?(?<=\s)-p(?P<secret>[^\s'\"$-][^\s'\"$]*)"),
    (
        ("uthorization",),
        r"\b[Aa]uthorization['\"]?\s*:\s*['\"]?(?:Bearer|Basic|Token)\s+(?P<secret>[A-Za-z0-9._~+/=-]{12,})",
    ),
    # Connection strings: `host=db user=etl password=…`, `jdbc:…?user=etl&password=…`, `SERVER=db;UID=etl;PWD=…`
    (
        ("assword=", "pwd=", "PWD=", "PASSWORD="),
        r"(?i)(?:user|uid|login|host|server)\s*=[^\n]*?[?&;\s](?:password|pwd)\s*=\s*(?P<secret>[^\s;&'\"]+)",
    ),
    (
        ("assword=", "pwd=", "PWD=", "PASSWORD="),
        r"(?i)[?&;\s](?:password|pwd)\s*=\s*(?P<secret>[^\s;&'\"]+)[^\n]*?[?&;\s](?:user|uid|login|host|server)\s*=",
    ),
    (
        ("://",),
        r"(?i)://[^\s'\"]*[?&](?P<name>[a-z_-]*(?:api_?-?key|token|secret|password))=(?P<secret>[^&#\s'\"]{8,})",
    ),
)
HEADERS = ("authorization", "proxy-authorization")
HEADER = r"(?:Bearer|Basic|Token)\s+(?P<secret>[A-Za-z0-9._~+/=-]{12,})"
# Calls whose `secret` or `key` names a secret that is kept elsewhere.
REFERENCES = ("Secret", "V1SecretKeySelector", "V1EnvVarSource", "V1SecretVolumeSource", "V1SecretEnvSource")
# Calls that other rules look at.
OTHERS = ("Connection", "Param")
LOGINS = frozenset(("login", "user", "username", "user_name", "usr"))


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
    told: set[ast.AST] = set()
    for text in named(module, _may_be_secret):
        if text.node in told:
            continue
        if text.name.lower() in HEADERS:
            found = re.fullmatch(HEADER, text.value)
            hit = found is not None and not is_placeholder(found["secret"])
        else:
            hit = _is_secret(module, text)
        if hit:
            told.add(text.node)
            repeats = _repeats_login(module, text)
            yield Problem(
                module.span(text.node),
                f"`{text.name}` is the login over again, for everyone who reads the DAG. Where more than a demo "
                "answers to it, change it, and keep it in the environment or a secrets backend"
                if repeats
                else f"`{text.name}` holds a secret that everyone who can read the DAG can use. Keep it in an Airflow "
                "Connection or the environment, and change it",
                severity="info" if repeats else None,
            )
    patterns = [(signs, pattern) for signs, pattern in IN_TEXTS if any(sign in module.source.text for sign in signs)]
    for value, node in texts(module):
        if node in told or len(value) < 12:
            continue
        places: set[tuple[int, int]] = set()
        for signs, pattern in patterns:
            if not any(sign in value for sign in signs):
                continue
            for match in re.finditer(pattern, value):
                if match.span("secret") not in places and _is_handed_over(match):
                    places.add(match.span("secret"))
                    yield Problem(
                        inside(module, node, value, *match.span("secret")),
                        "this secret stands in the text for everyone who can read the DAG or its logs. Keep it in an "
                        "Airflow Connection or the environment, hand it over from there, and change it",
                    )


def _may_be_secret(name: str) -> bool:
    return is_secret_name(name) or name.lower() in HEADERS


def _is_handed_over(match: re.Match[str]) -> bool:
    """Whether what a command, header or address hands over is a secret, not the place of one."""
    secret = match["secret"]
    if len(secret) < 4 or is_placeholder(secret) or is_common_password(secret) or known_secret(secret):
        return False
    name = match.groupdict().get("name")
    return name is None or (is_secret_name(name) and is_likely_secret(secret, name))


def _is_secret(module: DagModule, text: Named) -> bool:
    if known_secret(text.value) or password_in_url(text.value):
        return False  # other rules say more about these
    if text.call is not None:
        name = (module.qualified(text.call.func) or "").rpartition(".")[2]
        if name in REFERENCES or name in OTHERS:
            return False
    value = text.value.removeprefix("Bearer ").removeprefix("Basic ").removeprefix("Token ")
    return is_likely_secret(value, text.name) and not is_common_password(value)


def _repeats_login(module: DagModule, text: Named) -> bool:
    """Whether the password is the user's name over again, as the defaults of images and demos are."""
    above = module.names.parents.get(text.node)
    above = module.names.parents.get(above) if isinstance(above, ast.keyword) else above
    given: list[tuple[object, ast.expr]] = []
    if isinstance(above, ast.Dict):
        given = [(getattr(key, "value", None), value) for key, value in zip(above.keys, above.values, strict=True)]
    elif isinstance(above, ast.Call):
        given = [(keyword.arg, keyword.value) for keyword in above.keywords]
    return any(name in LOGINS and getattr(value, "value", None) == text.value for name, value in given)
