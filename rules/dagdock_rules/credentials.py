"""Secrets that a longer text hands over: in a command, a header, a connection string, an address, JSON or SQL.

The forms are the same in a Dockerfile, a Compose file and a DAG; what is worth a word there is up to each rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from .secrets import (
    is_common_password,
    is_identifier,
    is_likely_secret,
    is_password_name,
    is_placeholder,
    is_secret_name,
    is_setting,
    is_weak_password,
    known_secret,
)

# So many are told of one text.
MOST = 20
MOST_LOOKED_AT = 200
# Longer texts are not kept.
_SHORT = 2000
# A name, an attribute, a call or an item, with what follows it where it is not quoted; names in capitals.
_CODE = r"[A-Za-z_][\w.]*[\])(\[,].*|[a-z_]+(?:\.[a-z_]+)+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|\{.*"
# How far the other parts of a connection string may stand from its password.
_NEAR = 300
# Values in a command: up to a blank, a quote or what means something to a shell.
_VALUE = r"['\"]?(?P<secret>[^\s'\"$;|&<>()]+)"
_SAME_COMMAND = r"[^\n|;&]{0,300}?"  # bounded: texts may be of any length
_WORDS = ("pass", "Pass", "pwd", "secret", "Secret", "token", "Token", "key", "Key", "cred")
_CAPITALS = ("PASS", "PWD", "PSW", "PW=", "SECRET", "TOKEN", "KEY", "CRED", "AUTH", "PASSPHRASE", "PAT=")
_KEYS = ("assw", "oken", "ecret", "key", "Key", "KEY", "pwd", "Pwd", "PASSW", "TOKEN", "SECRET")
_TOKEN = r"(?P<secret>[A-Za-z0-9._~+/=-]{12,})"


class Form(NamedTuple):
    """A way to hand over a secret; the pattern is only tried on texts that hold one of its signs."""

    name: str
    signs: tuple[str, ...]
    pattern: str
    """`secret` is the secret in it, `name` what it is called."""


class Handed(NamedTuple):
    """A text where a secret is handed over, and its place."""

    form: str
    """`option`, `variable`, `login`, `header`, `json`, `setting`, `connection`, `address` or `sql`."""
    name: str
    """What it is called; empty where the form alone tells."""
    secret: str
    start: int
    end: int
    user: str = ""
    """Whose it is, and where, as far as a connection string says so."""
    host: str = ""

    @property
    def is_secret(self) -> bool:
        """Whether it is a secret that opens something, not the place of one, a setting or a word of everybody's."""
        text = self.secret
        if len(text) < 4 or text.startswith("-") or is_placeholder(text) or known_secret(text):
            return False
        if (self.name and not is_secret_name(self.name)) or self._is_of_code:
            return False
        if self.form != "header" and (not self.name or is_password_name(self.name)):
            return is_weak_password(text) or (not is_common_password(text) and not is_setting(text))
        # A token or a key was made by a machine; a word in its place says which.
        has_digit = any(map(str.isdigit, text))
        return has_digit and is_likely_secret(text, self.name) and not is_common_password(text)

    @property
    def _is_of_code(self) -> bool:
        """Whether it is a name that code, a usage text or a template puts in the place: `self.token,`, `DB_PASS`."""
        text = self.secret
        if self.form == "json" and re.fullmatch(r"[a-z]+(?:_[a-z]+)+", text):
            return True  # what a field is called
        if self.form == "option" and re.match(r"(?:id|env|src|source|type)=", text):
            return True  # `docker build --secret id=…`
        return bool(re.fullmatch(_CODE, text)) or "..." in text or is_identifier(text)

    def repeats_login(self, text: str) -> bool:
        """Whether it is the login over again, as demos have it; `text` is where it was found."""
        secret = re.escape(self.secret)
        before = text[max(self.start - _NEAR, 0) : self.start]
        login = rf"(?:login|user(?:name)?|role|(?<!\w)-u)['\"]?\s*[ =:]?\s*['\"]?{secret}(?!\w)"
        return before.endswith(f"{self.secret}:") or bool(
            re.search(login, f"{before} {text[self.end :][:_NEAR]}", re.I)
        )


# Connection strings: `host=db user=etl password=…`, `jdbc:…?user=etl&password=…`, `Server=db;Uid=etl;Pwd=…`.
CONNECTION = Form(
    "connection",
    ("assw", "ASSW", "wd=", "Wd=", "WD=", "wd =", "ccountKey", "ccessKey", "accountkey", "accesskey"),
    r"(?i)(?:^|(?<=[?&;\s'\"(=]))(?P<name>password|passwd|pwd|accountkey|sharedaccesskey)(?:=|\s+=\s+)"
    r"(?P<quote>\\?['\"]|\{(?!\{))?",
)
FORMS = (
    CONNECTION,
    # `--password x`, `--password=x`, `"--password", "x"`
    Form("option", _WORDS, r"(?<![\w-])--(?P<name>[a-z][\w-]*)(?:[= ]|['\"],\s*(?=['\"]))" + _VALUE),
    # `-Dspring.datasource.password=…`
    Form("option", ("-D",), r"(?<![\w-])-D(?P<name>[A-Za-z][\w.-]*)=" + _VALUE),
    Form(
        "variable",
        _CAPITALS,
        r"(?:^|[\s;&'\"(])(?:export\s+|set\s+|-e\s+|--env[= ])?(?P<name>[A-Z][A-Z0-9_]{2,})=" + _VALUE,
    ),
    Form(
        "login",
        ("curl",),
        rf"\bcurl\b{_SAME_COMMAND}\s(?:-\w*u|--user)[= ]?['\"]?[^\s:'\"$]+:(?P<secret>[^\s'\"$]+)",
    ),
    Form("login", ("http",), r"\bhttps?\s+(?:-a|--auth)[= ]['\"]?[^\s:'\"$]+:(?P<secret>[^\s'\"$]+)"),
    Form("login", ("sshpass",), r"\bsshpass\s+-p\s*" + _VALUE),
    Form("login", ("docker",), rf"\bdocker\s+login\b{_SAME_COMMAND}\s-p[= ]?" + _VALUE),
    Form(
        "login",
        ("mysql", "mariadb"),
        rf"\b(?:mysql|mariadb)(?:-?dump|-?admin)?\s{_SAME_COMMAND}(?<=\s)-p(?P<secret>[^\s'\"$-][^\s'\"$]*)",
    ),
    Form("login", ("mongo",), rf"\bmongo(?:sh|dump|restore|export|import)?\s{_SAME_COMMAND}\s-p[= ]" + _VALUE),
    Form("login", ("redis-cli", "valkey-cli"), rf"\b(?:redis|valkey)-cli\s{_SAME_COMMAND}(?<=\s)-a\s+" + _VALUE),
    Form("login", ("sqlcmd", "bcp"), rf"\b(?:sqlcmd|bcp)\s{_SAME_COMMAND}\s-P\s*" + _VALUE),
    Form("login", ("sqlplus",), r"\bsqlplus\s+(?:-\w+\s+)*\w+/" + r"(?P<secret>[^\s@/'\"$]+)@"),
    Form("login", ("ldap",), rf"\bldap(?:search|add|modify|delete|whoami)\s{_SAME_COMMAND}\s-w\s*" + _VALUE),
    Form("login", ("cqlsh", "rabbitmqadmin"), rf"\b(?:cqlsh|rabbitmqadmin)\s{_SAME_COMMAND}\s-p[= ]" + _VALUE),
    Form("login", ("rabbitmqctl",), r"\brabbitmqctl\s+(?:add_user|change_password)\s+[^\s'\"$]+\s+" + _VALUE),
    Form(
        "login", ("http-basic",), r"\b(?:poetry|composer)\s+config\s[^\n|;&]{0,200}?http-basic\.\S+\s+\S+\s+" + _VALUE
    ),
    Form(
        "login",
        ("twine", "az login", "airflow", "podman", "skopeo"),
        r"\b(?:twine\s+upload|az\s+login|airflow\s+users\s+create|podman\s+login|skopeo\s+login)\s"
        rf"{_SAME_COMMAND}(?<=\s)-p[= ]" + _VALUE,
    ),
    Form("login", ("lftp",), rf"\blftp\s{_SAME_COMMAND}(?<=\s)-u\s*[^\s,'\"$]+," + _VALUE),
    Form("login", ("machine",), r"\bmachine\s+\S+\s+login\s+\S+\s+password\s+" + _VALUE),
    Form("login", ("pypi-token",), r"\bpoetry\s+config\s[^\n|;&]{0,200}?pypi-token\.\S+\s+" + _VALUE),
    Form(
        "login", ("_auth",), r"\b(?:npm|pnpm|yarn)\s+(?:config\s+)?set\s[^\n|;&]{0,200}?:_auth(?:Token)?[= ]" + _VALUE
    ),
    Form(
        "login",
        ("htpasswd",),
        r"\bhtpasswd\s+-\w*b\w*\s+(?:-\w+\s+)*(?:[^\s'\"$]+\s+){1,2}?" + _VALUE + r"(?=\s*(?:$|[;&|>'\"]))",
    ),
    Form("login", ("mc ",), r"\bmc\s+(?:alias\s+set|config\s+host\s+add)\s+(?:[^\s'\"]+\s+){3}" + _VALUE),
    Form("login", ("storepass", "keypass"), r"(?<!\S)-(?:src|dest)?(?:store|key)pass\s+" + _VALUE),
    Form("login", ("pass:",), r"\s-pass(?:in|out)?\s+['\"]?pass:(?P<secret>[^\s'\"$]+)"),
    Form(
        "login",
        ("echo", "printf"),
        r"\b(?:echo|printf)\s+(?:-\w+\s+)*"
        + _VALUE
        + r"['\"]?\s*\|\s*(?:sudo\s+(?:-\w+\s+)*-S\b|kinit\b|[a-z][^\n|;&]{0,300}?--password-stdin)",
    ),
    Form(
        "header",
        ("uthorization",),
        r"\b[Aa]uthorization\\?['\"]?\s*[:=]\s*\\?['\"]?(?:Bearer|Basic|Token|ApiKey)\s+" + _TOKEN,
    ),
    Form("login", ("smbclient",), rf"\bsmbclient\s{_SAME_COMMAND}(?:-U\s*|--user[= ])['\"]?[^\s%'\"$]+%" + _VALUE),
    Form(
        "header", ("-TOKEN", "-Token"), r"(?<![\w-])(?P<name>[A-Z][\w-]*-(?:TOKEN|Token))['\"]?\s*:\s*['\"]?" + _TOKEN
    ),
    Form("header", ("X-", "x-"), r"\b(?P<name>[Xx]-[\w-]+)['\"]?\s*:\s*['\"]?" + _TOKEN),
    # An object as JSON: `{"user": "etl", "password": "…"}`
    Form("json", _KEYS, r"""\\?["'](?P<name>\w[\w-]*)\\?["']\s*:\s*\\?["'](?P<secret>[^"'\\\s]+)\\?["']"""),
    Form("connection", ("jdbc:oracle",), r"\bjdbc:oracle:\w+:[\w$#]+/(?P<secret>[^\s@/'\"$]+)@"),
    Form(
        "address",
        ("?", "&"),
        r"(?i)://[^\s'\"]{0,500}[?&](?P<name>[a-z_-]*(?:api_?-?key|token|secret))=(?P<secret>[^&#\s'\"]{8,})",
    ),
    # SQL that makes a user, or that reads from a bucket.
    Form(
        "sql", ("dentified", "DENTIFIED"), r"(?i)\bidentified\s+(?:with\s+\S+\s+)?by\s+['\"](?P<secret>[^'\"\n]+)['\"]"
    ),
    Form(
        "sql",
        ("assword", "ASSWORD"),
        r"(?i)\b(?:create|alter)\s+(?:user|role|login)\b[^;]{0,200}?\bpassword\s*=?\s*\\?'(?P<secret>[^'\\\n]+)\\?'",
    ),
    Form(
        "sql",
        ("ecret_", "ECRET_"),
        r"(?i)\b(?:aws_)?secret_(?:access_)?key\s*[= ]\s*['\"]?(?P<secret>[A-Za-z0-9/+=]{16,})",
    ),
)
_OTHER_PARTS = (
    r"(?i)(?:^|[?&;\s'\"(=])(?:user(?:name| ?id)?|uid|login|host(?:name|addr)?|server(?:name)?|data ?source"
    r"|addr(?:ess)?|database(?:name)?|dbname|initial catalog|endpoint|accountname|sharedaccesskeyname|driver|port)\s*="
)
_KEYS_OF_ACCOUNTS = {"accountkey": "AccountKey", "sharedaccesskey": "SharedAccessKey"}
_USER = r"(?i)(?:^|[?&;\s'\"(=])(?:user(?:name| ?id)?|uid|login)\s*=\s*\\?['\"]?(?P<value>[^;&\s'\"]+)"
_HOST = (
    r"(?i)(?:(?:^|[?&;\s'\"(=])(?:host(?:name|addr)?|server(?:name)?|data ?source)\s*=\s*(?:tcp:)?|://)"
    r"(?P<value>[\w.-]+)"
)
_SETTING = (
    r"(?m)^[ \t]*(?:export[ \t]+)?[\"']?(?P<name>[A-Za-z_][\w.-]*)[\"']?[ \t]*[=:][ \t]*[\"']?"
    r"(?P<secret>[^\s\"',]+)[\"']?[ \t]*,?[ \t\r]*$"
)
# `mysql --password shop` asks for the password; `shop` is a database.
_ASKS = r"\b(?:mysql|mariadb)[\w-]*\s[^\n|;&]*--password['\",]*\s+['\"]?$"
_URL = r"(?:\bjdbc:\w|[a-z]://)[^\s'\"]*$"


@lru_cache(maxsize=8)  # each instruction and each variable asks about its whole file
def forms_in(text: str) -> tuple[Form, ...]:
    """The forms whose signs a text, such as a whole file, holds; the other ones need not be tried on its parts."""
    held = ((form, tuple([sign for sign in form.signs if sign in text])) for form in FORMS)
    return tuple([form._replace(signs=signs) for form, signs in held if signs])


def may_hand_over(text: str, forms: tuple[Form, ...]) -> bool:
    """Whether a text holds a sign of one of the forms: a look from afar."""
    for form in forms:
        for sign in form.signs:  # `any` takes three times as long, and this is asked for each text
            if sign in text:
                return True
    return False


def handed_over(text: str, forms: tuple[Form, ...] = FORMS) -> Iterator[Handed]:
    """Where a text hands over what may be a secret; whether it is one is asked of each. No place comes twice."""
    return _handed_over(text, forms) if len(text) > _SHORT else iter(_handed_over_before(text, forms))


@lru_cache(maxsize=2048)  # an editor asks about the same texts at every letter
def _handed_over_before(text: str, forms: tuple[Form, ...]) -> tuple[Handed, ...]:
    return tuple(_handed_over(text, forms))


def _handed_over(text: str, forms: tuple[Form, ...]) -> Iterator[Handed]:
    seen: set[tuple[int, int]] = set()
    for form in forms:
        if not may_hand_over(text, (form,)):
            continue
        for found in islice(
            _in_connections(text) if form.pattern == CONNECTION.pattern else _in_form(text, form), MOST_LOOKED_AT
        ):
            if (found.start, found.end) not in seen and len(seen) < MOST:
                seen.add((found.start, found.end))
                yield found


def settings_in(text: str) -> Iterator[Handed]:
    """What may be secrets among the settings of a file: `db.password=…`, `password: …`, `token = "…"`."""
    for match in islice(re.finditer(_SETTING, text), MOST_LOOKED_AT):
        if is_secret_name(match["name"]):
            yield Handed("setting", match["name"], match["secret"], *match.span("secret"))


def _in_form(text: str, form: Form) -> Iterator[Handed]:
    for match in re.finditer(form.pattern, text):
        name = match.groupdict().get("name") or ""
        if name == "password" and re.search(_ASKS, text[max(match.start() - _NEAR, 0) : match.start("secret")]):
            continue
        yield Handed(form.name, name, match["secret"], *match.span("secret"))


def _in_connections(text: str) -> Iterator[Handed]:
    for match in islice(re.finditer(CONNECTION.pattern, text), MOST_LOOKED_AT):
        start, quote = match.end(), match["quote"]
        before, after = text[max(match.start() - _NEAR, 0) : match.start()], text[start : start + _NEAR]
        value = re.match(_ends(quote, before, after), after)
        if value is None or not value[0]:
            continue
        end = start + len(value[0].rstrip())
        if known_secret(text[match.start("name") : end]):
            continue  # it tells by itself, and is told as such
        others = text[end : end + _NEAR].partition("\n")[0]
        before = before.rpartition("\n")[2]
        if re.search(_OTHER_PARTS, before) or re.search(_OTHER_PARTS, others) or re.search(_URL, before):
            name = _KEYS_OF_ACCOUNTS.get(match["name"].lower(), "password")
            user, host = (re.search(pattern, f"{before} {others}") for pattern in (_USER, _HOST))
            names = [found["value"] if found else "" for found in (user, host)]
            yield Handed("connection", name, text[start:end], start, end, *names)


def _ends(quote: str | None, before: str, after: str) -> str:
    """What the password is made of: all up to what ends it in this kind of connection string."""
    if quote == "{":
        return r"[^}\n]*[^\w.}\n][^}\n]*"  # a mere name in braces is filled in later
    if quote:
        return r"[^'\"\\\n]+"
    if before.endswith(("?", "&")):
        return r"[^&#\s'\"]+"
    is_list = before.rstrip().endswith(";") or re.match(r"[^;\s'\"]*;", after)
    return r"[^;'\"\n\\]+" if is_list else r"[^\s;'\"\\]+"
