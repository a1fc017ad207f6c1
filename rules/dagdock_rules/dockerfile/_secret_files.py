"""Files that hold secrets: by their names, unless what lies in the build context shows that there are none in them."""

from __future__ import annotations

from functools import lru_cache

from dagdock.api import Source

from ..secrets import is_placeholder, is_secret_name, is_setting, known_secret, password_in_url
from ._secret_names import PUBLISHED

# Settings, one to a line: their names tell.
SETTINGS = (".env", ".env.*", "*.env", ".npmrc", ".pypirc", ".my.cnf", "*.tfvars")
KEYS = (
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.ppk",
    "*privkey*.pem",
    "*private*.pem",
    "*-key.pem",
    "*_key.pem",
    "key.pem",
)
OTHERS = (
    ".netrc",
    ".git-credentials",
    "*.kdbx",
    ".htpasswd",
    ".pgpass",
    "kubeconfig",
    "credentials.json",
    "client_secret*.json",
    "service-account*.json",
    "service_account*.json",
    "serviceaccount*.json",
    ".vault-token",
)
FOLDERS = frozenset((".aws", ".ssh", ".kube", ".gnupg"))
# These look like secrets and are made to be shown.
SHOWN = (
    "*.example",
    "*.sample",
    "*.dist",
    "*.template",
    "*.tmpl",
    "*.tpl",
    "*.defaults",
    "*.default",
    "defaults.env",
    "*.pub",
    "public*.key",
    "*public*.key",
    "*example*",
    "*sample*",
    "*dummy*",
    "*-archive-keyring*",
    "*.gpg.key",
    "gpg*.key",
    "*apt*.key",
    "*repo*.key",
    "*signing*.key",
    "*release*.key",
    "*.list.key",
)


@lru_cache(maxsize=1024)
def is_secret_file(name: str) -> bool:
    """Whether a file or folder of that name holds secrets."""
    lower = name.lower()
    return name in FOLDERS or (_matches(lower, (*SETTINGS, *KEYS, *OTHERS)) and not _matches(lower, SHOWN))


def is_harmless(name: str, source: Source | None) -> bool:
    """Whether the file that lies there surely holds no secret: nothing at all, other settings, a public key."""
    if source is None:
        return False
    text = source.text
    if not text.strip():
        return True
    lower = name.lower()
    if _matches(lower, KEYS):
        return "-----BEGIN " in text and "PRIVATE KEY" not in text
    if not _matches(lower, SETTINGS) or known_secret(text) or password_in_url(text):
        return False
    return not any(_is_secret_line(line) for line in text.splitlines())


def is_published(name: str, source: Source | None) -> bool:
    """Whether the file is a `.env` with nothing but what a front end shows to all its visitors, and needs to build."""
    if source is None or not name.startswith(".env"):
        return False
    lines = [line.strip().removeprefix("export ") for line in source.text.splitlines()]
    names = [line.partition("=")[0].strip() for line in lines if line and not line.startswith("#")]
    return bool(names) and all(name.startswith(PUBLISHED) for name in names)


def _is_secret_line(line: str) -> bool:
    """`DB_PASSWORD=hunter2`, `//registry.example.com/:_authToken=…`; a value that is filled in later is none."""
    name, sign, value = line.strip().partition("=")
    if name.startswith(("#", ";")) or not sign:
        return False
    name = name.rpartition(":")[2].strip()
    value = value.strip().strip("\"'")
    secret = is_secret_name(name) or name.lower() in ("_auth", "_authtoken", "_password")
    return secret and not is_placeholder(value) and not is_setting(value)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fits(name, pattern) for pattern in patterns)


def fits(name: str, pattern: str) -> bool:
    """Whether a name is what a pattern with no other wildcard than `*` means; no expression has to be made of it."""
    first, *middle = pattern.split("*")
    if not middle:
        return name == pattern
    last = middle.pop()
    if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
        return False
    place, end = len(first), len(name) - len(last)
    for piece in middle:
        place = name.find(piece, place, end) + len(piece)
        if place < len(piece):
            return False
    return True
