from __future__ import annotations

import ast
import re
from itertools import chain

from dagdock.api import Bad, DagModule, Problem, Problems, Severity, rule

from ..secrets import (
    is_common_password,
    is_likely_secret,
    is_password_name,
    is_placeholder,
    is_secret_name,
    is_setting,
    is_weak_password,
    known_secret,
    password_in_url,
    words_of,
)
from ._secrets import Named, all_text, compared, inside, may_hold_secret, named, texts

# Where a command, a header or an address hands over a password; `secret` is the password, `name` what it is called.
# A pattern is only tried on texts that hold one of its signs.
QUOTED = r"['\"]?(?P<secret>[^\s'\"$;|&<>()]+)"
SAME_COMMAND = r"[^\n|;&]{0,300}?"  # bounded: texts may be of any length
WORDS = ("pass", "Pass", "pwd", "secret", "Secret", "token", "Token", "key", "Key", "cred")
CAPITALS = ("PASS", "PWD", "PSW", "PW=", "SECRET", "TOKEN", "KEY", "CRED", "AUTH", "PASSPHRASE", "PAT=")
KEY_SIGNS = ("assw", "oken", "ecret", "key", "Key", "KEY", "pwd", "PASSW", "TOKEN", "SECRET")
IN_TEXTS = (
    (WORDS, r"(?<![\w-])--(?P<name>[a-z][\w-]*)[= ]" + QUOTED),
    (CAPITALS, r"(?:^|[\s;&])(?:export\s+|set\s+|-e\s+|--env[= ])?(?P<name>[A-Z][A-Z0-9_]{2,})=" + QUOTED),
    (("curl",), rf"\bcurl\b{SAME_COMMAND}\s(?:-u|--user)[= ]?['\"]?[^\s:'\"$]+:(?P<secret>[^\s'\"$]+)"),
    (("sshpass",), r"\bsshpass\s+-p\s*" + QUOTED),
    (("docker",), rf"\bdocker\s+login\b{SAME_COMMAND}\s-p[= ]?" + QUOTED),
    (("mysql",), rf"\bmysql(?:dump|admin)?\s{SAME_COMMAND}(?<=\s)-p(?P<secret>[^\s'\"$-][^\s'\"$]*)"),
    (("mongo",), rf"\bmongo(?:sh|dump|restore|export|import)?\s{SAME_COMMAND}\s-p[= ]" + QUOTED),
    (("redis-cli",), rf"\bredis-cli\s{SAME_COMMAND}(?<=\s)-a\s+" + QUOTED),
    (("sqlcmd", "bcp"), rf"\b(?:sqlcmd|bcp)\s{SAME_COMMAND}\s-P\s*" + QUOTED),
    (("sqlplus",), r"\bsqlplus\s+(?:-\w+\s+)*\w+/" + r"(?P<secret>[^\s@/'\"$]+)@"),
    (("ldap",), rf"\bldap(?:search|add|modify|delete|whoami)\s{SAME_COMMAND}\s-w\s*" + QUOTED),
    (("pass:",), r"\s-pass(?:in|out)?\s+['\"]?pass:(?P<secret>[^\s'\"$]+)"),
    (
        ("echo", "printf"),
        r"\b(?:echo|printf)\s+(?:-\w+\s+)*" + QUOTED + r"['\"]?\s*\|\s*(?:sudo\s+(?:-\w+\s+)*-S\b|kinit\b)",
    ),
    (
        ("uthorization",),
        r"\b[Aa]uthorization['\"]?\s*:\s*['\"]?(?:Bearer|Basic|Token)\s+(?P<secret>[A-Za-z0-9._~+/=-]{12,})",
    ),
    (("X-", "x-"), r"\b(?P<name>[Xx]-[\w-]+)['\"]?\s*:\s*['\"]?(?P<secret>[A-Za-z0-9._~+/=-]{12,})"),
    # An object as JSON: `{"user": "etl", "password": "…"}`
    (
        KEY_SIGNS,
        r"""["'](?P<name>\w[\w-]*)["']\s*:\s*["'](?P<secret>[^"'\s]+)["']""",
    ),
    # Connection strings: `host=db user=etl password=…`, `jdbc:…?user=etl&password=…`, `SERVER=db;UID=etl;PWD=…`
    (
        ("assword=", "pwd=", "Pwd=", "PWD=", "PASSWORD="),
        r"(?i)(?:user|uid|login|host|server)\s*=[^\n]{0,300}?[?&;\s](?:password|pwd)\s*=\s*(?P<secret>[^\s;&'\"]+)",
    ),
    (
        ("assword=", "pwd=", "Pwd=", "PWD=", "PASSWORD="),
        r"(?i)[?&;\s](?:password|pwd)\s*=\s*(?P<secret>[^\s;&'\"]+)[^\n]{0,300}?[?&;\s](?:user|uid|login|host|server)\s*=",
    ),
    (
        ("://",),
        r"(?i)://[^\s'\"]{0,500}[?&](?P<name>[a-z_-]*(?:api_?-?key|token|secret|password))=(?P<secret>[^&#\s'\"]{8,})",
    ),
    # SQL that makes a user, or that reads from a bucket.
    (("dentified", "DENTIFIED"), r"(?i)\bidentified\s+(?:with\s+\S+\s+)?by\s+['\"](?P<secret>[^'\"]+)['\"]"),
    (
        ("assword", "ASSWORD"),
        r"(?i)\b(?:create|alter)\s+(?:user|role|login)\b[^;]{0,200}?\bpassword\s*=?\s*'(?P<secret>[^']+)'",
    ),
    (
        ("ecret_", "ECRET_"),
        r"(?i)\b(?:aws_)?secret_(?:access_)?key\s*[= ]\s*['\"]?(?P<secret>[A-Za-z0-9/+=]{16,})",
    ),
)
MAX_IN_TEXT = 20
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
            yield Problem(module.span(text.node), _message(text, severity), severity=severity)
    written_out = all_text(module)
    patterns = [(signs, pattern) for signs, pattern in IN_TEXTS if _holds_one(written_out, signs)]
    for value, node in texts(module) if patterns else ():
        if node in told or len(value) < 12:
            continue
        places: set[tuple[int, int]] = set()
        for signs, pattern in patterns:
            if not _holds_one(value, signs):
                continue
            for match in re.finditer(pattern, value):
                if len(places) >= MAX_IN_TEXT:
                    break
                if match.span("secret") not in places and _is_handed_over(match):
                    places.add(match.span("secret"))
                    yield Problem(
                        inside(module, node, value, *match.span("secret")),
                        "this secret stands in the text for everyone who can read the DAG or its logs. Keep it in an "
                        "Airflow Connection or the environment, hand it over from there, and change it",
                    )


def _message(text: Named, severity: Severity) -> str:
    if severity == "info":
        return (
            f"`{text.name}` is the login over again, for everyone who reads the DAG. Where more than a demo "
            "answers to it, change it, and keep it in the environment or a secrets backend"
        )
    if severity == "warning":
        return (
            f"`{text.name}` holds a password that everybody tries first, for everyone who reads the DAG. Change it, "
            "and keep the new one in an Airflow Connection or the environment"
        )
    return (
        f"`{text.name}` holds a secret that everyone who can read the DAG can use. Keep it in an Airflow "
        "Connection or the environment, and change it"
    )


def _holds_one(text: str, signs: tuple[str, ...]) -> bool:
    for sign in signs:  # noqa: SIM110 (`any` takes three times as long, and this is asked for each text)
        if sign in text:
            return True
    return False


def _may_be_secret(name: str) -> bool:
    return is_secret_name(name) or name.lower() in HEADERS


def _is_compared_secret(text: Named) -> bool:
    """Whether what is compared is a secret, not a word of some language (`token == "end_of_line"`)."""
    return is_secret_name(text.name) and any(map(str.isdigit, text.value)) and any(map(str.isalpha, text.value))


def _is_handed_over(match: re.Match[str]) -> bool:
    """Whether what a command, header or address hands over is a secret, not the place of one."""
    secret = match["secret"]
    if len(secret) < 4 or secret.startswith("-") or is_placeholder(secret) or known_secret(secret):
        return False
    name = match.groupdict().get("name")
    if name is not None and not is_secret_name(name):
        return False
    if name is None or is_password_name(name):
        return is_weak_password(secret) or (not is_common_password(secret) and not is_setting(secret))
    return is_likely_secret(secret, name) and not is_common_password(secret)


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
    weak = is_password_name(text.name) and is_weak_password(value) and words_of(value) != words_of(text.name)
    for scheme in ("Bearer ", "Basic ", "Token "):
        value = value.removeprefix(scheme)
    if not weak and (is_common_password(value) or not is_likely_secret(value, text.name)):
        return None
    if _repeats_login(module, text):
        return "info"
    return "warning" if weak else "error"


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
