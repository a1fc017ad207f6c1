from __future__ import annotations

import ast
import re
from functools import cache
from itertools import chain

from dagdock.api import Bad, DagModule, Problem, Problems, Severity, rule

from ..credentials import forms_in, handed_over
from ..secrets import (
    is_common_password,
    is_likely_secret,
    is_password_name,
    is_placeholder,
    is_secret_name,
    is_weak_password,
    known_secret,
    password_in_url,
    words_of,
)
from ._secrets import Named, all_text, compared, inside, may_hold_secret, named, texts

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
    written = chain(named(module, _may_be_secret), filter(_is_compared_secret, compared(module)))
    for text in written if may_hold_secret(module) else ():
        severity = _severity(module, text) if text.node not in told else None
        if severity is not None:
            told.add(text.node)
            message = _message(text, severity)
            if _makes_connection(module, text.node):  # what is written here becomes one
                message = message.replace("an Airflow Connection or the environment", "the environment (`os.environ`)")
            yield Problem(module.span(text.node), message, severity=severity)
    forms = forms_in(all_text(module))
    for value, node in texts(module) if forms else ():
        if node in told or len(value) < 12:
            continue
        for found in handed_over(value, forms):
            if found.is_secret and found.repeats_login(value):
                yield Problem(
                    inside(module, node, value, found.start, found.end),
                    "this password is the same word as the login, which is easily guessed. If this is no demo, change "
                    "it, and keep the new one in an Airflow Connection or the environment",
                    severity="info",
                )
            elif found.is_secret:
                yield Problem(
                    inside(module, node, value, found.start, found.end),
                    "this secret stands in the text for everyone who can read the DAG or its logs. Keep it in an "
                    "Airflow Connection or the environment, hand it over from there, and change it",
                )


def _message(text: Named, severity: Severity) -> str:
    if severity == "info":
        return (
            f"`{text.name}` is the same word as the login, which is easily guessed. If this is no demo, change it, "
            "and keep the new one in an Airflow Connection or the environment"
        )
    if severity == "warning":
        return (
            f"`{text.name}` holds one of the passwords that attackers try first. If this is no demo, change it, and "
            "keep the new one in an Airflow Connection or the environment"
        )
    return (
        f"`{text.name}` holds a secret that everyone who can read the DAG can use. Keep it in an Airflow "
        "Connection or the environment, and change it"
    )


def _makes_connection(module: DagModule, node: ast.AST) -> bool:
    """Whether a secret stands where Connections are made: in a function that makes one, or a call of it."""
    makers = {call.function for call in module.calls() if call.airflow == "Connection"} if _makes(module) else set()
    if not makers:
        return False
    if module.function_at(node) in makers:
        return True
    names = {maker.name for maker in makers if maker is not None}
    above = (one.func for one in module.names.ancestors(node) if isinstance(one, ast.Call))
    return any(isinstance(function, ast.Name) and function.id in names for function in above)


def _makes(module: DagModule) -> bool:
    return "Connection(" in module.source.text


def _may_be_secret(name: str) -> bool:
    return is_secret_name(name) or name.lower() in HEADERS


def _is_compared_secret(text: Named) -> bool:
    """Whether what is compared is a secret, not a word of some language (`token == "end_of_line"`)."""
    return is_secret_name(text.name) and any(map(str.isdigit, text.value)) and any(map(str.isalpha, text.value))


def _severity(module: DagModule, text: Named) -> Severity | None:
    """How bad it is that the text stands there; None where it is no secret."""
    value = text.value
    if text.name.lower() in HEADERS:
        found = re.fullmatch(HEADER, value)
        return "error" if found is not None and not is_placeholder(found["secret"]) else None
    if known_secret(value) or password_in_url(value):
        return None  # other rules say more about these
    if text.call is not None:
        name = (module.qualified(text.call.func) or "").rpartition(".")[2]
        if name in REFERENCES or name in OTHERS:
            return None
    if not is_password_name(text.name) and _words().fullmatch(value):
        return None  # what is called so is another name: `token_transfers` and `block_number`
    weak = is_password_name(text.name) and is_weak_password(value) and words_of(value) != words_of(text.name)
    for scheme in ("Bearer ", "Basic ", "Token "):
        value = value.removeprefix(scheme)
    if not weak and (is_common_password(value) or not is_likely_secret(value, text.name)):
        return None
    if _repeats_login(module, text):
        return "info"
    return "warning" if weak else "error"


@cache
def _words() -> re.Pattern[str]:
    """Names in small letters, and texts that only say what is to stand there: `secretaccess`."""
    said = "access|api|demo|dummy|example|fake|id|key|my|sample|secret|test|the|token|value|your"
    return re.compile(rf"[a-z]{{2,}}(?:[_-][a-z]{{2,}})+|(?:{said})+\d*")


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
