"""Secrets in Compose files: what is written as a value there is used as it stands, `changeme` included.

Many passwords there are no secrets: those of examples, tests and databases that nobody else reaches. Who wrote
`POSTGRES_PASSWORD: postgres` knows that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from posixpath import dirname, join

from dagdock.api import ComposeFile, Project, Span, Value, remembered

from ..secrets import (
    is_common_password,
    is_filled_in,
    is_identifier,
    is_password_name,
    is_placeholder,
    is_random,
    is_secret_name,
    is_setting,
    known_secret,
    password_in_url,
    words_of,
)
from ._model import runs_in_swarm
from ._occasion import is_for_tests, is_for_trial, is_for_work, is_short_lived

# Placeholders that work as a password all the same, and with which such files are run every day.
_WORKS = r"change|insecure|(?<![a-z0-9])example"
# How stand-ins for a secret of somebody else begin.
_STAND_IN = r"(?:my|your|some|change|insert|enter|put|replace|test|dummy|fake|foo|xxx)"


# What to do with a new Fernet key of Airflow.
BOTH_KEYS = "with the new key, a comma and the old key as its value, Airflow still reads what it has stored"


def where_to_put_it(file: ComposeFile, project: Project) -> str:
    """Where a secret of a Compose file belongs, as what follows "put it"."""
    if runs_in_swarm(file):
        return "into the shell that deploys, for a stack reads no `.env`"
    path = join(dirname(project.path_of(file.source.whole) or ""), ".env")
    if project.facts.is_file(path) and project.facts.is_file(".git/index"):
        from ..project._ignored import ignored_by_git, is_in_git

        # A copy of a repository may have an index that says nothing.
        is_told = (project.facts.read(".git/index") or b"")[8:12] != b"\0\0\0\0"  # the number of its entries
        if is_in_git(path, project) if is_told else not ignored_by_git(path, project):
            return (
                "in a `.env.local` that git ignores, for `.env` is in git (`docker compose --env-file .env --env-file "
                ".env.local` reads both)"
            )
    return "in `.env`, keep that out of git"


def sample_with(variable: str, text: str, file: ComposeFile, project: Project) -> str:
    """The sample of a `.env` beside the file that sets a variable to the same text; empty where none does."""
    own = dirname(project.path_of(file.source.whole) or "")
    places = [(folder, name) for folder in dict.fromkeys((own, "")) for name in project.facts.names(folder or ".")]
    for folder, name in places:
        if "env" in name.lower() and re.search(r"example|sample|dist|template|default", name.lower()):
            content = (project.facts.read(join(folder, name)) or b"").decode("utf-8", "replace")
            setting = rf"^\s*(?:export\s+)?{re.escape(variable)}\s*=\s*[\"']?{re.escape(text)}[\"']?\s*$"
            if variable in content and re.search(setting, content, re.MULTILINE):
                return str(name)
    return ""


def written_text(value: Value) -> str:
    """A value with the defaults of its variables, not with what `.env` holds; `\\0` stands for what is not known."""
    return Value(value.node, {}, value.mapped).filled.text


def gives_secret_away(name: str, text: str) -> bool:
    """Whether a text under that name is a secret that stands in the file itself."""
    text = text.strip().strip("'\"")
    if known_secret(text):
        return True
    if not is_secret_name(name) or _is_of_user(name.lower()) or _names_files(name.lower()):
        return False
    if not text or "\0" in text or text.startswith(("{", "[")) or is_filled_in(text) or is_setting(text):
        return False
    if re.search(r"(?:passw(?:or)?d|credentials?)_(?:secret|key)$", name.lower()) and is_identifier(text):
        return False  # an entry of a secrets store
    if re.search(r"/[\w./-]+\.(?:pem|key|crt|p12|jks|json|txt)$", text):
        return False  # a file, in a folder that is filled in later
    if password_in_url(text):
        return False  # `credential-in-url` says more
    if _goes_out(name.lower()) and (is_common_password(text) or re.match(_STAND_IN, text.lower())):
        return False
    return is_common_password(text) or not is_placeholder(text) or bool(re.search(_WORKS, text.lower()))


def _goes_out(name: str) -> bool:
    """Whether it is shown to a server of somebody else, which decides what it is worth: a made-up one opens nothing."""
    return bool(
        re.search(r"(?:^|_)(?:oidc|oauth2?|sso|saml|smtp)_|_api_?key$|_client_(?:secret|key)$|^aws_secret_", name)
    )


def _is_of_user(name: str) -> bool:
    """Whether it is the half of a pair of keys that names the user."""
    return name.endswith("access_key_id") or (name.endswith("access_key") and "secret" not in name)


def _names_files(name: str) -> bool:
    """Whether it holds names of files (Confluent's images look for `KAFKA_SSL_KEY_CREDENTIALS` in a folder), or the
    password of a file of certificates that are public anyway."""
    return bool(re.search(r"_ssl_(?:key|keystore|truststore)_credentials$|truststore_password$", name))


def names_in(file: ComposeFile) -> set[str]:
    """What a password is when nobody thought about one: the name of a service, an image, a user or a database."""
    names: set[str] = set()
    for service in file.services.values():
        names.add(str(service.name).lower())
        if service.image_ref:
            names |= {service.image_ref.name.lower(), *re.split(r"[^a-z0-9]+", service.image_ref.name.lower())}
        for setting in service.environment:
            if setting.value and words_of(setting.name)[-1:] in (
                ["user"],
                ["username"],
                ["db"],
                ["database"],
                ["login"],
            ):
                names.add(written_text(setting.value).strip().lower())
    return names - {""}


def urls_with(file: ComposeFile, password: str, hosts: frozenset[str] = frozenset()) -> list[Span]:
    """Where a password stands in URLs of the file's variables: the other side of a login; at these hosts, or at any."""
    return [span for host, span in _in_urls(file).get(password, ()) if not hosts or host in hosts]


@remembered
def _in_urls(file: ComposeFile) -> dict[str, list[tuple[str, Span]]]:
    """The passwords in URLs of the file's variables and commands, each with its hosts and places."""
    found: dict[str, list[tuple[str, Span]]] = {}
    seen: set[int] = set()
    if "://" not in file.source.text:
        return found
    for text, place in _with_urls(file):
        for match in re.finditer(r"://[^\s/:@]*:([^\s/@]+)@([\w.-]*)", text):
            span = place(match.start(1), match.end(1))
            if span.source is file.source and span.text == match[1] and span.start not in seen:
                seen.add(span.start)
                found.setdefault(match[1], []).append((match[2], span))
    return found


def _with_urls(file: ComposeFile) -> Iterator[tuple[str, Callable[[int, int], Span]]]:
    """Texts that may hold URLs, each with what tells where a part of it stands."""
    for service in file.services.values():
        for setting in service.environment:
            if setting.value is not None and "://" in setting.value.raw and "@" in setting.value.raw:
                yield setting.value.filled.text, setting.value.filled.span
        for command in (service.entrypoint, service.command):
            for word in command.words if command else ():
                if "://" in word.mapped.text:
                    yield word.mapped.text, word.mapped.span


def and_in_lines(spans: list[Span]) -> str:
    """Further places of a secret, as what follows "here": ` and in lines 4 and 9`."""
    lines = sorted({span.line for span in spans})
    if not lines:
        return ""
    if len(lines) > 5:
        return f" and in {len(lines)} other lines (the first is {lines[0]})"
    named = f"{', '.join(map(str, lines[:-1]))} and {lines[-1]}" if lines[1:] else str(lines[0])
    return f" and in line{'s' if lines[1:] else ''} {named}"


def is_just_a_name(text: str, names: set[str]) -> bool:
    """Whether a password repeats such a name, or consists of two of them (`admin:admin`)."""
    lower = text.strip().lower()
    user, colon, password = lower.partition(":")
    if colon and password == f"{user}pw":
        return True  # the logins of Hyperledger Fabric's first steps
    return all(part in names or part in _OF_PROGRAMS for part in re.split(r"[:/]", lower))


# Names of users and programs that are their own passwords, as the programs' first steps have them.
_OF_PROGRAMS = frozenset(
    "airflow debezium elastic grafana guest minio minioadmin mongo mysql mariadb neo4j postgres rabbitmq root".split()
)


def is_worth_telling(
    text: str, name: str, names: set[str], file: ComposeFile, project: Project, *, is_default: bool
) -> bool:
    """Whether a password or key in that file is a secret to anybody, as far as the file shows what it is for.

    `name` is what it is called, `names` are the other ones of the file. `is_default` says that it stands in for a
    variable that nobody set: in a template to start from, that is how it gets into production.
    """
    if known_secret(text):
        return True
    if is_for_tests(file, project):
        return False
    if is_for_work(file, project):
        return is_random(text)
    if is_for_trial(file, project):
        is_word = is_just_a_name(text, names) or is_common_password(text)
        return _looks_real(text) or (is_default and not (is_word and is_password_name(name)))
    return is_default or not is_just_a_name(text, names)


def is_to_stay(file: ComposeFile, project: Project) -> bool:
    """Whether nothing tells of a file that it is for tests, work on the project or a trial."""
    return not (
        is_for_tests(file, project)
        or is_for_work(file, project)
        or is_for_trial(file, project)
        or is_short_lived(file, project)
    )


def _looks_real(text: str) -> bool:
    """Whether a password was made to be hard to guess, rather than to be read: `P@ssw0rd1!` was not."""
    letters = text.lower().translate(str.maketrans("0134578@$", "oieastbas"))
    if re.search(r"passw|secret|example|change|admin|demo|docker|labs?$|root|test|welcome", letters):
        return False
    if re.fullmatch(r"[A-Za-z]+\d{1,4}\W*", text):
        return False
    kinds = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
    return is_random(text) or (len(text) >= 8 and sum(any(map(kind, text)) for kind in kinds) >= 3)
