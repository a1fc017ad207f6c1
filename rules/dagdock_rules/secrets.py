"""What looks like a secret: by its name, by its value, by its shape. Each rule combines the tests as it sees fit.

The words and shapes are data/secrets.toml. All tests lean towards silence: what is unknown, filled in later or made
up for documentation is no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from dagdock.api import load_data

MIN_RANDOM_LENGTH = 20
# What names of secrets are made of.
NAMING = ("pass", "pw", "psw", "secret", "token", "key", "cred", "auth", "_pat")
# Variables that every shell has: the folder it is in, and the one before.
_FOLDERS = ("PWD", "OLDPWD")
# Bits a character: above these, a text of that alphabet was hardly typed by a person.
MIN_BITS_HEX = 3.0
MIN_BITS_BASE64 = 4.5


class Token(NamedTuple):
    """A token that proves itself by its shape, and where it stands in the text."""

    kind: str
    start: int
    end: int


class UrlPassword(NamedTuple):
    """A literal password in a URL, and where it stands in the text."""

    start: int
    end: int
    user: str
    password: str
    host: str

    @property
    def is_local_default(self) -> bool:
        """Whether it opens nothing but a test set-up: password and user are one word, on this machine."""
        return self.user == self.password and is_example_host(self.host)


def is_secret_name(name: str, *, loose: bool = False) -> bool:
    """Whether a variable, argument or key of this name holds a secret.

    The words of the name decide (`DB_PASSWORD`, `client-secret`, `apiKey`), unless another one says that the value is
    only about a secret (`PASSWORD_FILE`, `SECRET_NAME`, `PUBLIC_KEY`). `loose` also takes any `key` and `auth` that
    the name ends with.
    """
    return _is_secret_name(name[:200], loose)


@cache
def _is_secret_name(name: str, loose: bool) -> bool:
    if name in _FOLDERS or not may_name_secret(name.replace("-", "_")):
        return False
    facts = _facts("names")
    # `PASSWORD2` is another password, `SHA2` and `S3` are names of their own.
    words = [word.rstrip("0123456789") if len(word) > 4 else word for word in words_of(name) if not word.isdigit()]
    joined = "_".join(words)
    if not words:
        return False
    if name.lower().replace("-", "_").endswith(tuple(facts["always"])):
        return True
    if name.lower().startswith("airflow__") and joined.endswith(tuple(f"{o}_secret" for o in facts["airflow-options"])):
        return False
    if any(word in facts["about"] for word in words) or joined.endswith(tuple(facts["harmless"])):
        return False
    if any(joined == end or joined.endswith("_" + end) for end in facts["about-last"]):
        return False
    if any(word in facts["words"] for word in words) or words[-1] in facts["last"]:
        return True
    if any(word.endswith(tuple(facts["endings"])) for word in words):
        return True
    if any(word == "key" and before in facts["key-of"] for before, word in pairwise(words)):
        return True
    return loose and words[-1] in facts["loose"]


def words_of(name: str) -> list[str]:
    """The words of a name in lower case: `AWS_SECRET-accessKey` is aws, secret, access, key."""
    return [word.lower() for word in _word().findall(name)]


def is_placeholder(value: str) -> bool:
    """Whether a value only stands where a secret is to come: empty, a variable, a template, `<token>`, `changeme`.

    The default of `${NAME:-value}` is judged in place of the whole.
    """
    text = value.strip().strip("\"'")
    if default := _default().fullmatch(text):
        return is_placeholder(default[1])
    if not text or is_filled_in(text):
        return True
    facts = _facts("values")
    lower = text.lower()
    if lower in facts["placeholders"] or any(part in lower for part in facts["placeholder-parts"]):
        return True
    words = "_".join(["", *_alphanumeric().findall(lower), ""])
    if any(f"_{part}_" in words for part in facts["placeholder-words"]):
        return True
    # xxxxx, *****, -----, 00000, "..."
    return (len(set(lower)) == 1 and not text.isalnum()) or bool(_crossed_out().fullmatch(lower))


def is_filled_in(text: str) -> bool:
    """Whether some part of the text is put in later: `$X`, `${X}`, `$(cmd)`, `{{ x }}`, `{x}`, `%s`, `%(x)s`, `<x>`."""
    return any(sign in text for sign in "$%{<[*`") and bool(_filled_in().search(text))


def is_common_password(value: str) -> bool:
    """Whether it is one of the passwords that everybody tries first: real, but no secret."""
    return value.strip().lower() in _facts("values")["common"]


def is_setting(value: str) -> bool:
    """Whether the value is of a kind that settings have and secrets do not.

    A boolean, a number with or without a unit, a date, a path, a URL without a password, a dotted module name, an ARN
    or another reference to a secrets store.
    """
    text = value.strip()
    if len(text) <= 1 or text.lower() in (
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "auto",
        "default",
        "disabled",
        "enabled",
    ):
        return True
    if any(known_secrets(text)):
        return False
    if _date().match(text):
        return True
    if _quantity().fullmatch(text):
        return not is_common_password(text)
    if "://" in text:
        return password_in_url(text) is None
    return bool(_path().match(text) or _reference().match(text) or _dotted().fullmatch(text))


def is_identifier(value: str) -> bool:
    """Whether the value is itself the name of a secret: `prod_db_password`, `airflow-api-key`, `API_TOKEN_2`."""
    text = value.strip()
    # Its end decides: `expiry_bot_api_key` names a key of a bot.
    end = "_".join([word for word in words_of(text) if not word.isdigit()][-2:])
    return bool(_identifier().fullmatch(text)) and is_secret_name(end) and not is_common_password(text)


def is_likely_secret(value: str, name: str = "") -> bool:
    """Whether a literal value under a secret's name is worth reporting in code, where most such values are names.

    At least eight characters, no blanks, none of the values above, and not the name itself.
    """
    text = value.strip()
    if any(known_secrets(text)):
        return True
    if len(text) < 8 or any(sign.isspace() for sign in text) or words_of(text) == words_of(name):
        return False
    return not (is_placeholder(text) or is_common_password(text) or is_setting(text) or is_identifier(text))


def is_weak_password(value: str) -> bool:
    """Whether a short or common text works as a password all the same: `admin`, `hunter2`, `airflow`.

    Words that stand for a password in examples (`password`, `secret`, `test`) are none.
    """
    text = value.strip()
    if text.lower() in _facts("values")["stand-ins"] or is_placeholder(text) or is_setting(text) or text != value:
        return False
    if is_common_password(text):
        return True
    varied = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return 5 <= len(text) < 8 and varied and not any(map(str.isspace, text))


def is_password_name(name: str) -> bool:
    """Whether a name that `is_secret_name` knows means a password, where a token or key may be anything."""
    words = words_of(name[:200])
    return bool(words) and (
        words[-1] in ("pass", "passwd", "password", "passphrase", "pw", "pwd", "psw")
        or words[-1].endswith(("password", "passwd"))
    )


def known_secret(value: str) -> str | None:
    """The kind of token (`GitHub token`, `private key`) that the text holds, by its shape alone."""
    return next((token.kind for token in known_secrets(value)), None)


def known_secrets(text: str) -> Iterator[Token]:
    """Every token of a well-known shape in the text, without those of documentation (`AKIAIOSFODNN7EXAMPLE`)."""
    if not may_hold_known_secret(text):
        return
    for fact in load_data("dagdock_rules", "secrets")["tokens"]:
        if any(start in text for start in fact["starts"]):
            for match in _token(fact["pattern"]).finditer(text):
                if not _is_made_up(fact["kind"], match.group()):
                    yield Token(fact["kind"], match.start(), match.end())


@lru_cache(maxsize=8)  # each instruction asks about its whole file
def may_hold_known_secret(text: str) -> bool:
    """Whether a text, such as a whole file, holds the beginning of any token of a well-known shape."""
    return any(start in text for start in _starts())


def may_name_secret(text: str) -> bool:
    """Whether a text, such as a whole file, holds a word that names of secrets are made of."""
    lower = text.lower()
    for word in NAMING:  # noqa: SIM110 (`any` takes three times as long, and this is asked for each name)
        if word in lower:
            return True
    return False


def is_fernet_key(value: str) -> bool:
    """Whether it has the shape of a Fernet key: 32 random bytes in URL-safe base64."""
    return bool(_fernet().fullmatch(value)) and entropy(value) > 4


def password_in_url(text: str) -> UrlPassword | None:
    """The first literal password in a URL (`scheme://user:password@host`) of the text."""
    return next(passwords_in_urls(text), None)


def passwords_in_urls(text: str) -> Iterator[UrlPassword]:
    """Every literal password in a URL; one that is filled in later, starred out or a placeholder is none."""
    if "://" not in text or "@" not in text:
        return
    for match in _url().finditer(text):
        user, password, host = match["user"], match["password"], match["host"]
        if not is_placeholder(password) and not is_filled_in(password):
            yield UrlPassword(match.start("password"), match.end("password"), user, password, host)


def without_secrets(text: str, name: str = "") -> str:
    """A text as a message may quote it: `…` stands for each token, password and value under a secret's name.

    Reports go where a file does not: into logs and comments. `name` says what the text is the value of.
    """
    if name and is_secret_name(name, loose=True) and not is_placeholder(text):
        return "…"
    places = [(token.start, token.end) for token in known_secrets(text)]
    places += [(found.start, found.end) for found in passwords_in_urls(text)]
    for match in _given().finditer(text) if may_name_secret(text) else ():
        if is_secret_name(match["name"] or match["option"], loose=True) and not is_placeholder(match["value"]):
            places.append(match.span("value"))
    shown, at = "", 0
    for start, end in sorted(places):
        shown += f"{text[at:start]}…" if start >= at else ""
        at = max(at, end)
    return shown + text[at:]


def is_example_host(host: str) -> bool:
    """Whether a host is this machine or one that documentation uses."""
    name = host.lower().partition(":")[0]
    return name in ("localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal") or bool(
        re.search(r"(^|\.)example(\.(com|org|net))?$|\.(test|invalid|localhost)$", name)
    )


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    if not value:
        return 0.0
    from math import log2

    shares = [value.count(sign) / len(value) for sign in set(value)]
    return -sum(share * log2(share) for share in shares)


def is_random(value: str) -> bool:
    """Whether a text looks drawn by a machine: long, of the alphabet of hex or base64, with little repetition.

    Only for the value of a secret's name: digests, commit hashes and table ids are as random.
    """
    if len(value) < MIN_RANDOM_LENGTH:
        return False
    if _hex().fullmatch(value):
        return entropy(value) > MIN_BITS_HEX
    return bool(_base64().fullmatch(value)) and entropy(value) > MIN_BITS_BASE64


def _is_made_up(kind: str, token: str) -> bool:
    """Whether a token was written for documentation or a test."""
    lower = token.lower()
    if any(part in lower for part in ("example", "xxxx", "your", "12345678", "abcdef0123", "0000000")):
        return True
    if kind == "JSON Web Token":
        return _is_public_jwt(token)
    return kind != "private key" and entropy(token[-20:]) < 2.5


def _is_public_jwt(token: str) -> bool:
    """Whether a JSON Web Token is the sample of every tutorial, or one that is meant for browsers."""
    from base64 import urlsafe_b64decode

    payload = token.split(".")[1]
    try:
        claims = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except ValueError:
        return True
    return any(claim in claims for claim in (b"John Doe", b"1234567890", b"supabase-demo", b'"anon"'))


def _facts(table: str) -> dict[str, Any]:
    facts: dict[str, Any] = load_data("dagdock_rules", "secrets")[table]
    return facts


@cache
def _starts() -> tuple[str, ...]:
    facts = load_data("dagdock_rules", "secrets")["tokens"]
    return tuple(dict.fromkeys(start for fact in facts for start in fact["starts"]))


@cache
def _token(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9A-Za-z]){pattern}(?![0-9A-Za-z])" if not pattern.startswith("-") else pattern)


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")


@cache
def _default() -> re.Pattern[str]:
    return re.compile(r"\$\{\w+:?-([^{}$]*)\}")


@cache
def _filled_in() -> re.Pattern[str]:
    return re.compile(
        r"\$\{|\$\(|\$[A-Za-z_]|\{\{|\{%|\{[A-Za-z_][\w.\[\]\"']*(?:![rsa])?(?::[^{}]*)?\}|\{\}|%s|%d(?![0-9a-fA-F])|%\(\w+\)|%[A-Z_]{2,}%"
        r"|<[^<>]+>|\*{3}|\[[A-Za-z_ -]+\]|`"
    )


@cache
def _crossed_out() -> re.Pattern[str]:
    return re.compile(r"x{3,}|0{4,}|\.{2,}|-+|_+|(?:x{2,}[-_.]?)+")


@cache
def _alphanumeric() -> re.Pattern[str]:
    return re.compile(r"[a-z0-9]+")


@cache
def _quantity() -> re.Pattern[str]:
    return re.compile(r"[+-]?\d{1,6}(?:\.\d+)?\s*(?:ms|[smhdw]|[kmgt]i?b?|%)?", re.IGNORECASE)


@cache
def _date() -> re.Pattern[str]:
    return re.compile(r"\d{4}-\d\d-\d\d(?:$|[T ]\d\d:\d\d)")


@cache
def _path() -> re.Pattern[str]:
    return re.compile(
        r"@?(?:~|\.{1,2})?/[\w.-]+(?:/|$|\.)|[A-Za-z]:\\|[\w-]+(?:/[\w.-]+)*\.(?:pem|key|crt|json|ya?ml|txt|env|cfg|ini)$"
    )


@cache
def _reference() -> re.Pattern[str]:
    return re.compile(
        r"arn:aws|(?:vault|secret|ssm|env|file|op|sm|aws|gcp|azure)[:/]|projects/|secrets?/|kv/", re.IGNORECASE
    )


@cache
def _dotted() -> re.Pattern[str]:
    return re.compile(r"[a-z_]\w*(?:\.[a-zA-Z_]\w*){2,}")


@cache
def _identifier() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z]+(?:[_-][A-Za-z]+)+(?:[_-]\d+)?")


@cache
def _given() -> re.Pattern[str]:
    """`NAME=value`, `name: value`, `--name value`, `"--name", "value"`."""
    given = r"""(?<![\w-])(?P<name>[A-Za-z_][\w.-]*)[=:]\s?|(?<![\w-])--(?P<option>[A-Za-z][\w-]*)["']?,?\s+"""
    return re.compile(rf"""(?:{given})(?P<value>"[^"]*"|'[^']*'|[^\s"'`;&|]+)""")


@cache
def _url() -> re.Pattern[str]:
    return re.compile(
        r"[A-Za-z][\w+.-]*://(?P<user>[^\s/?#@:\"'`]*):(?P<password>[^\s/?#@\"'`]+)@(?!sha\d+:)(?P<host>[\w.\[\]${}%<>*-]*)"
    )


@cache
def _fernet() -> re.Pattern[str]:
    return re.compile(r"[0-9A-Za-z_-]{43}=")


@cache
def _hex() -> re.Pattern[str]:
    return re.compile(r"[0-9a-fA-F]+")


@cache
def _base64() -> re.Pattern[str]:
    return re.compile(r"[0-9A-Za-z+/_-]+={0,2}")
