"""Files that hold secrets: by their names, unless what lies in the build context shows that there are none in them."""

from __future__ import annotations

from functools import lru_cache

from dagdock.api import BuildContext, Project, Source

from ..secrets import is_likely_secret, is_placeholder, is_secret_name, is_setting, known_secret, password_in_url
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
# What such files are called where the programs look for them; the names alone say nothing.
IN_FOLDERS = (".aws/credentials",)
FOLDERS = frozenset((".aws", ".ssh", ".kube", ".gnupg"))
# Settings that count in folders below, where other names often belong to samples and tests.
SETTINGS_BELOW = (".env", ".env.local", ".env.prod", ".env.production", ".npmrc", ".pypirc")
# Folders of other people's files, and those below which keys and passwords are made to be shown.
OTHER_FOLDERS = frozenset(
    "node_modules venv site-packages third_party vendor test tests testing testdata e2e spec fixture fixtures example "
    "examples sample samples demo demos doc docs mock mocks dev develop development local template templates".split()
)
# How deep, and how many folders, to look into; deeper down people keep other people's files.
DEEP, MANY = 3, 500
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


def is_shown(name: str) -> bool:
    """Whether a file of that name is made to be shown, a sample or a public key."""
    return _matches(name.lower(), SHOWN)


@lru_cache(maxsize=1024)
def is_secret_file(name: str) -> bool:
    """Whether a file or folder of that name holds secrets."""
    lower = name.lower()
    return name in FOLDERS or (_matches(lower, (*SETTINGS, *KEYS, *OTHERS)) and not _matches(lower, SHOWN))


def is_secret_place(path: str) -> bool:
    """Whether a program looks for its secrets in the file of that path."""
    return f"/{path}".endswith(tuple(f"/{place}" for place in IN_FOLDERS))


def holds_no_credentials(source: Source | None) -> bool:
    """Whether what lies there for such a place surely is no secret: values to fill in, or those of a stand-in."""
    if source is None:
        return False
    pairs = (line.partition("=") for line in source.text.splitlines())
    return not any(is_secret_name(key.strip()) and is_likely_secret(value) for key, _, value in pairs)


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


def secrets_below(folder: str, context: BuildContext, project: Project) -> list[str]:
    """The files in the folders of a context that surely hold secrets and are sent to the build, by their content."""
    path = context.path(folder)
    found = project.once(("secret files below", path), lambda: _below(path, project))
    root = "" if context.folder == "." else f"{context.folder}/"
    return [name for each in found if not context.ignored(name := each[len(root) :])]


def _below(folder: str, project: Project) -> list[str]:
    facts = project.facts
    found: list[str] = []
    waiting = [(folder, 0)]
    for place, depth in waiting:
        start = "" if place == "." else f"{place}/"
        found += (start + name for name in facts.names(place) if _holds_secret(name, start + name, project))
        if depth < DEEP and len(waiting) < MANY:
            waiting += ((start + name, depth + 1) for name in facts.folders(place) if _is_own(name))
    return found


def _is_own(folder: str) -> bool:
    """Whether a folder is the project's own, and what lies there is in earnest."""
    return not folder.startswith(".") and folder.lower() not in OTHER_FOLDERS


def _holds_secret(name: str, path: str, project: Project) -> bool:
    if not is_secret_file(name) or project.facts.is_dir(path):
        return False
    source = project.text(path)
    if source is None:
        return False
    if known_secret(source.text):
        return True
    return name in SETTINGS_BELOW and not is_harmless(name, source) and not is_published(name, source)


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
