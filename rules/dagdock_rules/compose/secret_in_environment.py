from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from posixpath import basename
from typing import Literal, NamedTuple

from dagdock.api import (
    Bad,
    ComposeFile,
    Edit,
    Fix,
    Located,
    Problem,
    Problems,
    Project,
    Related,
    Scalar,
    Service,
    ServiceCommand,
    Setting,
    Span,
    Text,
    Value,
    rule,
)

from ..credentials import forms_in
from ..secrets import (
    is_common_password,
    is_password_name,
    is_random,
    is_secret_name,
    may_hold_known_secret,
    may_name_secret,
    words_of,
)
from ._airflow import default_logins
from ._handed import handed_in_command, handed_in_value, settings_in_config
from ._occasion import is_profile_of_tests, is_short_lived
from ._secrets import (
    BOTH_KEYS,
    and_in_lines,
    gives_secret_away,
    is_just_a_name,
    is_to_stay,
    is_worth_telling,
    names_in,
    sample_with,
    urls_with,
    where_to_put_it,
    written_text,
)
from ._stores import EVERYWHERE, store_of

# Options that take a password though their names do not say so, by the program.
SHORT = {
    "redis-cli": "-a",
    "mysql": "-p",
    "mysqladmin": "-p",
    "mysqldump": "-p",
    "mariadb": "-p",
    "mariadb-admin": "-p",
}
OPTIONS = ("--requirepass", "--masterauth", "--pass")
# How the variables begin whose passwords an image only takes while it makes its data.
ONLY_AT_FIRST = (
    "POSTGRES_", "MYSQL_", "MARIADB_", "MONGO_INITDB_", "RABBITMQ_DEFAULT_", "GF_SECURITY_ADMIN_", "INFLUXDB_INIT_",
    "DOCKER_INFLUXDB_INIT_", "MSSQL_SA_", "SA_PASSWORD", "ORACLE_",
)  # fmt: skip
# Words of a variable's name that tell of a login at another program.
_SERVERS = frozenset(
    "airflow amqp database db jdbc ldap mariadb mongo mongodb mysql pg postgres postgresql redis".split()
)


@rule(
    "DC401",
    severity="warning",
    since="0.1",
    security=7.0,
    fix="unsafe",
    lessons=["L24", "L29"],
    aliases=["compose-lint:CL-0020"],
    tags=["security"],
    bad=[
        Bad(
            "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: «hunter2»\n",
            fixed="services:\n  db:\n    image: postgres:16\n    environment:\n"
            "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}\n",
        ),
        Bad(
            "services:\n  api:\n    image: api:1.4\n    environment:\n      - API_TOKEN=«${API_TOKEN:-changeme}»\n",
            fixed="services:\n  api:\n    image: api:1.4\n    environment:\n      - API_TOKEN=${API_TOKEN:?}\n",
        ),
        Bad(
            "services:\n  api:\n    image: api:1.4\n    environment:\n      DB_PASSWORD: «${PG_PASSWORD:-changeme}»\n",
            fixed="services:\n  api:\n    image: api:1.4\n    environment:\n      DB_PASSWORD: ${PG_PASSWORD:?}\n",
        ),
        Bad("services:\n  cache:\n    image: redis:7\n    command: redis-server --requirepass «hunter2»\n"),
        Bad(
            "services:\n  dump:\n    image: postgres:16\n"
            "    command: sh -c 'PGPASSWORD=«k3Jd92-prod» pg_dump -h db shop > /dumps/shop.sql'\n"
        ),
    ],
    good=[
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n"
        "      POSTGRES_PASSWORD_FILE: /run/secrets/db\n",
        "services:\n  api:\n    image: api:1.4\n    environment:\n      - API_TOKEN\n      - API_KEY=<your key>\n"
        "      - TOKEN_URL=https://example.com/token\n      - REQUIRE_PASSWORD=true\n",
        "services:\n  dump:\n    image: postgres:16\n"
        "    command: sh -c 'PGPASSWORD=$$POSTGRES_PASSWORD pg_dump -h db shop > /dumps/shop.sql'\n",
        "services:\n  db:\n    image: postgres:16\n    profiles: [e2e-tests]\n    environment:\n"
        "      POSTGRES_PASSWORD: hunter2\n",
    ],
)
def secret_in_environment(file: ComposeFile, project: Project) -> Problems:
    """A password, token or key stands in the file itself.

    A Compose file is shared: everyone who can read the repository, now or ever, has the secret, and every copy of
    the file starts with the same one. Put it in `.env`, keep that file out of git, and write `${NAME:?}` here, which
    stops with a message where it is not set. Images that read `NAME_FILE` can take it from `secrets`. Commands, headers
    and JSON in the file, and the text of `configs`, are looked into as well.

    Each secret is told once a file. A password that is only a name (`postgres` for `postgres`) is a hint where no
    published port leads to it, and nothing is said of made-up ones in files for tests, development and examples.

    https://docs.docker.com/compose/how-tos/use-secrets/
    https://docs.docker.com/compose/how-tos/environment-variables/set-environment-variables/
    """
    home = where_to_put_it(file, project)
    clients: dict[str, list[Secret]] | None = None
    for text, places in secrets_in(file, project).items():
        first = places[0]
        is_minor = all(place.guessable for place in places) or ("PRIVATE KEY" in text and is_short_lived(file, project))
        if any(place.service and store_of(place.service) for place in places):
            clients = _clients(file) if clients is None else clients
            known = {place.place.span.start for place in places}
            places += [
                client
                for client in clients.get(text, ())
                if client.place.span.start not in known and client.place.span.source is file.source
            ]
        urls = urls_with(file, text, _hosts_of(first)) if first.kind == "value" else []
        same, others, unsaid = _shared_out(places, text)
        other_urls = [url for url in urls if others and _is_root_in(url) != _is_root(first)]
        is_all = not (places[1:] or urls or (first.value and first.value.variables))
        if first.guessable and is_all and len(file.services) > 1:
            continue  # who logs in takes it from somewhere else: a new one here alone would lock it out
        if first.variable:
            is_root = _is_root(first)
            own_urls = [url for url in urls if not others or _is_root_in(url) == is_root]
            spans = [*(place.place.span for place in same), *own_urls]
            also = and_in_lines(spans)
            shown = bool(also or others or unsaid)
            remedy = f"write `${{{first.variable}:?}}` here{also}{_other_side(first, shown=shown)}"
            if sample := sample_with(first.variable, text, file, project):
                remedy += f". `{sample}` has the same one: change it there, too"
        else:
            remedy, unsaid = "name the variable here", places[1:]
        if others:
            where = and_in_lines([*(place.place.span for place in others), *other_urls]).removeprefix(" and ")
            owners = [place for place in others if _is_own(place)] or others[:1]
            names = {place.variable or place.name for place in owners}
            if len(names) == 1:
                remedy += f", and one of its own, `${{{names.pop()}:?}}`, {where}"
            else:
                remedy += f", and for each of the other accounts one of its own {where}"
        more = and_in_lines([place.place.span for place in unsaid]).removeprefix(" and ")
        more = f". The same one stands {more}, too" if more else ""
        stays = first.service is not None and first.name.startswith(ONLY_AT_FIRST) and _keeps_data(first.service)
        if stays and not first.guessable and is_password_name(first.name) and first.kind == "value":
            more += ". Where its data exist already, the old one stays valid"
        if "PRIVATE KEY" in text:
            message = (
                "this private key is known to everyone who can read this file. Keep it in a file of its own that git "
                "ignores, and name that under `secrets` or `configs` (`file:`) instead of the text"
            )
        elif first.kind == "text":
            message = (
                f"this {_kind_of(first.name)} is known to everyone who can read this file. Put it {home}, and {remedy}"
            )
        elif first.kind == "option":
            message = (
                f"the password behind `{first.name}` is known to everyone who can read this file, and it shows in the "
                f"list of processes. Put it {home}, and {remedy}"
            )
        elif first.service and first.port:
            message = (
                f"this password is one of the first that attackers try, and `{first.service.name}` can be reached "
                f"through port {first.port} of this machine. Put one of your own {home}, and {remedy}"
            )
        elif first.service and first.guessable:
            kept = ", and it stays once the database is made" if stays else ""
            message = (
                f"this password of `{first.service.name}` is one of the first that attackers try{kept}. "
                f"Put one of your own {home}, and {remedy}"
            )
        else:
            what = "default" if first.value and first.value.variables else "value"
            message = (
                f"this {what} of `{first.name}` is known to everyone who can read this file. "
                f"Put one {home}, and {remedy}"
            )
        yield Problem(
            first.place,
            message + more,
            severity="info" if is_minor else None,
            related=[Related(place.place, f"the same one, as `{place.name}`") for place in places[1:]],
            fix=_from_outside(places, urls) if not others else None,
        )


def _clients(file: ComposeFile) -> dict[str, list[Secret]]:
    """Where services log in to a database, by the password: a new one has to stand there, too."""
    found: dict[str, list[Secret]] = {}
    for text, secret in _all_secrets(file):
        if secret.service is None or secret.value is None or store_of(secret.service):
            continue
        words = re.split(r"[^a-z]+", secret.name.lower())
        if is_password_name(secret.name) and not _SERVERS.isdisjoint(words) and "www" not in words:
            found.setdefault(text, []).append(secret)
    return found


def _shared_out(places: list[Secret], text: str) -> tuple[list[Secret], list[Secret], list[Secret]]:
    """The other places by what belongs there: the first one's new password, that of another account, or what is not
    known."""
    first = places[0]
    has_both = len({_is_root(place) for place in places if place.service and store_of(place.service)}) > 1
    is_common, is_root = is_common_password(text), _is_root(first)
    same: list[Secret] = []
    others: list[Secret] = []
    unsaid: list[Secret] = []
    for place in places[1:]:
        is_other = (has_both and _is_root(place) != is_root) or (is_common and _is_other_program(place, first))
        if is_other and place.service and first.service:
            others.append(place)
        elif not (place.value and place.value.variables) or place.variable == first.variable:
            same.append(place)
        else:
            unsaid.append(place)
    return same, others, unsaid


def _is_other_program(one: Secret, other: Secret) -> bool:
    """Whether two variables have the same word for programs of their own: `admin` of Keycloak and of Grafana,
    `--admin-password=admin` beside the password of a database."""
    if one.name == other.name or one.service is None or other.service is None:
        return False
    if ("admin" in words_of(one.name)) != ("admin" in words_of(other.name)):
        return True
    return one.service.name != other.service.name and _is_own(one) and _is_own(other)


def _is_own(secret: Secret) -> bool:
    """Whether a variable sets the password of the very program that it is given to."""
    return secret.kind == "value" and ("admin" in words_of(secret.name) or secret.name.startswith(ONLY_AT_FIRST))


def _is_root(secret: Secret) -> bool:
    """Whether a password is that of a database's root, by its name or by the user beside it."""
    if "root" in words_of(secret.name):
        return True
    if secret.service is None or store_of(secret.service):
        return False
    settings = secret.service.environment
    users = [setting.resolved for setting in settings if words_of(setting.name)[-1:] in (["user"], ["username"])]
    return bool(users) and all(user == "root" for user in users)


def _is_root_in(password: Span) -> bool:
    """Whether a password in a URL stands behind `root:`."""
    return password.source.text.endswith("//root:", 0, password.start)


def _keeps_data(service: Service) -> bool:
    """Whether what its database holds outlives the container: a volume or a folder is mounted, not only scripts."""
    return any(not (mount.target or "").startswith("/docker-entrypoint-initdb.d") for mount in service.volumes)


def _hosts_of(secret: Secret) -> frozenset[str]:
    """The names of the database whose password it is; none where it is no database's."""
    service = secret.service
    if service is None or store_of(service) is None:
        return frozenset()
    names = [service.value("container_name"), service.value("hostname")]
    return frozenset([str(service.name), *(name.resolved for name in names if name and name.resolved)])


def _other_side(secret: Secret, *, shown: bool) -> str:
    """What else a new value asks for; `shown` says that the lines with the same one are named already."""
    if secret.kind != "value" or not secret.service:
        return ""
    image = secret.service.image.raw if secret.service.image else ""
    if secret.name.endswith("FERNET_KEY") and (secret.name.startswith("AIRFLOW__") or "airflow" in image):
        return f"; {BOTH_KEYS}"
    if re.search(r"fernet_key$|encrypt(?:ion)?_key$|^app_key$", secret.name.lower()):
        return "; what was stored with the old one is not readable with another"
    words = set(re.split(r"[^a-z]+", secret.name.lower()))
    if shown or not is_password_name(secret.name) or "admin" in words or {"mysql", "root"} <= words:
        return ""
    if store_of(secret.service):
        return "; whoever logs in needs the same one" if len(secret.service.file.services) > 1 else ""
    is_client = secret.name == "AIRFLOW_PASSWORD" or not words.isdisjoint(_SERVERS)
    return "; the server needs the same one" if is_client else ""


def _kind_of(name: str) -> str:
    return "password" if is_password_name(name) else "secret"


class Secret(NamedTuple):
    """A secret at a place of the file."""

    service: Service | None
    """Whose it is; None in a config."""
    kind: Literal["value", "option", "text"]
    """Whether it is all of a variable's value, stands behind an option, or in some longer text."""
    name: str
    """The variable or the option that it is given with."""
    place: Located
    value: Value | None = None
    """What holds nothing but the secret."""
    variable: str | None = None
    """The variable that it could come from."""
    port: str = ""
    """The published port that it opens, where that is the reason to tell."""
    guessable: bool = False
    """Whether it is only a name, and no published port leads to what it opens."""


def secrets_in(file: ComposeFile, project: Project) -> dict[str, list[Secret]]:
    """The secrets that a file gives away, each with its places."""
    told: set[int] | None = None
    found: dict[str, list[Secret]] = {}
    seen: set[int] = set()
    names: set[str] | None = None
    for text, secret in _all_secrets(file):
        span = secret.place.span
        if told is None:  # by a rule that knows more of Airflow
            logins = [login.place.span for login in default_logins(file, project)]
            told = {place.start for place in logins if place.source is file.source}
        if span.source is not file.source or span.start in told or span.start in seen:
            continue
        seen.add(span.start)
        if _is_name_of_secret(text, secret) or _is_of_trial_server(secret) or _is_of_tests(text, secret):
            continue
        names = names_in(file) if names is None else names
        is_default = bool(secret.value and secret.value.variables)
        is_name = is_default and is_password_name(secret.name) and is_just_a_name(text, names)
        if is_name and "admin" not in words_of(secret.name) and is_to_stay(file, project):
            port = _opened_by(secret)
            found.setdefault(text, []).append(secret._replace(port=port, guessable=not port))
        elif is_worth_telling(text, secret.name, names, file, project, is_default=is_default):
            port = _opened_by(secret) if is_common_password(text) else ""
            found.setdefault(text, []).append(secret._replace(port=port))
        elif secret.kind == "text" or not is_just_a_name(text, names):
            continue
        elif not is_short_lived(file, project) and (port := _opened_by(secret)):
            found.setdefault(text, []).append(secret._replace(port=port))
        elif (
            secret.service and store_of(secret.service) and is_password_name(secret.name) and is_to_stay(file, project)
        ):
            found.setdefault(text, []).append(secret._replace(guessable=True))
    return found


def _is_name_of_secret(text: str, secret: Secret) -> bool:
    """Whether it is only what a secret of the file is called, which the program looks up."""
    return secret.service is not None and text in {
        str(name) for used in secret.service.secrets for name in (used.source, used.target) if name is not None
    }


def _is_of_trial_server(secret: Secret) -> bool:
    """Whether it opens a Vault or OpenBao in development mode, which keeps nothing and takes the token it is given."""
    if "vault" not in secret.name.lower() and "bao" not in secret.name.lower():
        return False
    return secret.service is not None and bool(
        re.search(r"dev-root-token-id|DEV_ROOT_TOKEN_ID", secret.service.file.source.text)
    )


def _is_of_tests(text: str, secret: Secret) -> bool:
    """Whether it is a made-up one of a service that only profiles for tests start."""
    profiles = secret.service.profiles if secret.service else []
    return bool(profiles) and all(map(is_profile_of_tests, profiles)) and not is_random(text)


def _all_secrets(file: ComposeFile) -> Iterator[tuple[str, Secret]]:
    """Every secret of a file, whether it is worth a word or not."""
    for service in file.services.values():
        yield from _secrets_of(service)
    for config in file.configs.values():
        if content := config.value("content"):
            for name, place in settings_in_config(content):
                yield str(place), Secret(None, "text", name, place)


def _secrets_of(service: Service) -> Iterator[tuple[str, Secret]]:
    file = service.file
    may_be_any = may_hold_known_secret(file.source.text)
    may_be_in_text = bool(forms_in(file.source.text))
    for setting in service.environment:
        value = setting.value
        if value is None or _is_unread(setting, service):
            continue
        if (may_be_any or is_secret_name(setting.name)) and gives_secret_away(
            setting.name, text := written_text(value)
        ):
            yield text.strip(), Secret(service, "value", str(setting.name), value, value, _variable(setting, value))
        elif may_be_in_text:
            for name, place in handed_in_value(value, file):
                yield str(place), Secret(service, "text", name, place)
    for command in (service.command, service.entrypoint, service.healthcheck.test if service.healthcheck else None):
        if command is None:
            continue
        for option, word in _options(command):
            yield str(word), Secret(service, "option", option, word)
        for name, place in handed_in_command(command, file) if may_be_in_text or may_be_any else ():
            yield str(place), Secret(service, "text", name, place)


def _is_unread(setting: Setting, service: Service) -> bool:
    """Whether the image's program does not ask for the password: Redis takes it in its command only."""
    if setting.name == "POSTGRES_PASSWORD":
        method = service.variable("POSTGRES_HOST_AUTH_METHOD")
        return method is not None and method.resolved == "trust"
    if setting.name == "_AIRFLOW_WWW_USER_PASSWORD" and setting.value:
        return not is_random(written_text(setting.value))  # where it is read, `airflow-default-login` tells of it
    return setting.name == "REDIS_PASSWORD" and service.image_ref is not None and service.image_ref.familiar == "redis"


def _opened_by(secret: Secret) -> str:
    """The published port of a database or of an administrator's page that a password opens; empty where none is."""
    if secret.service is None or not is_password_name(secret.name):
        return ""
    store = store_of(secret.service)
    is_own = store is not None and any(part in secret.name.lower() for part in (store.name[:5].lower(), "mysql"))
    if not is_own and "admin" not in words_of(secret.name):
        return ""
    for port in secret.service.ports:
        if port.host_ip not in EVERYWHERE or port.published is None or port.target is None:
            continue
        if port.protocol == "udp" or port.target.first == 53:  # names are asked for there, nobody logs in
            continue
        if not is_own or (store and any(number in port.target for number in store.ports)):
            return str(port.published)
    return ""


def _variable(setting: Setting, value: Value) -> str | None:
    """The variable to take it from: the one whose default it is (others may share it), else one named like the key."""
    if value.variables:
        return str(value.variables[0].name) if len(value.variables) == 1 else None
    return str(setting.name) if re.fullmatch(r"[A-Za-z_]\w*", setting.name, re.ASCII) else None


def _from_outside(places: list[Secret], urls: list[Span]) -> Fix | None:
    """Take it from a variable wherever it stands: the first place's, where the others have none of their own."""
    first = places[0].variable
    edits = [Edit(url, f"${{{first}:?}}") for url in urls if first]
    for place in places:
        value = place.value
        if first is None or value is None or not isinstance(value.node, Scalar) or value.node.is_block:
            return None
        variable = place.variable if value.variables else first
        if variable is None:
            return None
        edits.append(Edit(value, f"${{{variable}:?}}"))
    return Fix(f"Take it from the variable `{first}`", edits, "unsafe")


def _options(command: ServiceCommand) -> Iterator[tuple[str, Text]]:
    """The options of a command that hand over a secret, each with the secret."""
    written = command.shell.text if command.shell else " ".join([word.raw for word in command.words])
    if not (may_name_secret(written) or any(name in written for name in (*SHORT, *OPTIONS))):
        return
    short = ""
    for word, following in pairwise([*_words(command), None]):
        if word is None:
            short = ""
            continue
        option, equals, value = word.partition("=")
        short = SHORT.get(basename(word), short)
        if short == "-p" and word.startswith("-p") and gives_secret_away("password", word[2:]):
            yield "-p", _part(word, 2)
        elif short == "-a" and word == "-a" and following and gives_secret_away("password", following):
            yield word, following
        elif option[:1] != "-" or not re.fullmatch(r"--?[A-Za-z][\w.-]*", option) or not _is_secret_option(option):
            continue
        elif equals and gives_secret_away("password", value):
            yield option, _part(word, len(option) + 1)
        elif short == "-p" and option == "--password" and not equals:
            continue  # `mysql --password shop` asks for it; `shop` is a database
        elif following and not equals and following[0] != "-" and gives_secret_away("password", following):
            yield option, following


def _is_secret_option(option: str) -> bool:
    return option in OPTIONS or is_secret_name(option.lstrip("-"))


def _words(command: ServiceCommand) -> Iterator[Text | None]:
    """The words of a command, of what its shell reads where there is one, without quotes; None between commands."""
    if command.shell is None:
        for word in command.words:
            yield Text(written_text(word), word.span)
        return
    for match in re.finditer(r"[^\s;&|<>]+|[;&|<>]+", command.shell.text):
        text = match.group()
        if text[0] in ";&|<>":
            yield None
            continue
        start = match.start() + len(text) - len(text.lstrip("'\""))
        yield command.shell.piece(start, start + len(text.strip("'\"")))


def _part(word: Text, start: int) -> Text:
    """The end of a word, at its place where the file has it letter by letter."""
    span = word.span
    exact = span.text == word
    return Text(word[start:], Span(span.source, span.start + start, span.end) if exact else span)
