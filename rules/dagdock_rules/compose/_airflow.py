"""The way from a Compose file to the Airflow in it; what Airflow is made of is loaded only where there is some."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dagdock.api import ComposeFile, Located, Project, Service, Span, Text, load_data, remembered

from ..secrets import is_common_password, passwords_in_urls
from ._model import outermost
from ._stores import EVERYWHERE

if TYPE_CHECKING:
    from ..airflow import Call, Deployment, Option, Part


def deployment_of(file: ComposeFile, project: Project) -> Deployment | None:
    """The Airflow in the model that a Compose file is a part of; None where there is none."""
    if not _may_hold_airflow(file):
        return None
    from ..airflow import deployment

    model = project.merged(outermost(file, project))
    return project.once(("airflow deployment", id(model)), lambda: deployment(model, project))


@cache
def _program() -> re.Pattern[str]:
    """A program of Airflow: the image that is built may be one, although nothing here says so."""
    return re.compile(r"\b(?:scheduler|webserver|api-server|dag-processor|triggerer|standalone)\b")


@remembered  # each rule about Airflow asks
def _may_hold_airflow(file: ComposeFile) -> bool:
    text = file.source.text
    if "airflow" in text.lower() or "astro-runtime" in text:
        return True
    return "build:" in text and _program().search(text) is not None


def is_own(place: Located, file: ComposeFile) -> bool:
    """Whether a place stands in that very file, and not in one that it is merged with."""
    return place.span.source is file.source


class Login(NamedTuple):
    """A password or key of an Airflow deployment that everybody knows."""

    place: Located
    kind: str
    """`login`, `key`, `database`, or `open` where none is asked for."""
    what: str
    is_open: bool
    """Whether the port that it opens is published."""


def default_logins(file: ComposeFile, project: Project) -> list[Login]:
    """The well-known passwords and keys in the Airflow of a Compose file."""
    airflow = deployment_of(file, project)
    if airflow is None:
        return []
    return project.once(("airflow logins", id(airflow)), lambda: list(_logins(airflow)))


def is_published(service: Service) -> bool:
    """Whether more than this machine reaches a port of it, as far as is known."""
    return any(port.host_ip is None or port.host_ip in EVERYWHERE for port in service.ports)


# Who may log in to the web server: the official image's, bitnami's, and what people call it.
_USER_PASSWORDS = (
    "_AIRFLOW_WWW_USER_PASSWORD",
    "AIRFLOW_WWW_USER_PASSWORD",
    "AIRFLOW_PASSWORD",
    "AIRFLOW_ADMIN_PASSWORD",
)
_KEYS = ("core.fernet_key", "webserver.secret_key", "api.secret_key", "api_auth.jwt_secret")


def _logins(airflow: Deployment) -> Iterator[Login]:
    is_open = any(is_published(part.service) for part in airflow.running("webserver", "api-server", "standalone"))
    for part in airflow.parts:
        for name in _USER_PASSWORDS:
            setting = part.service.variable(name)
            if setting and setting.value and _is_known(setting.resolved) and _makes_user(part, name):
                yield Login(setting.value, "login", name, is_open)
        if is_open and (option := _lets_all_in(part)):
            yield Login(option.place, "open", option.key, True)
        for call in part.calls or ():
            password = _password(call)
            if password is not None and _is_known(password):
                yield Login(password, "login", call.command, is_open)
        for option in filter(None, map(part.option, _KEYS)):
            facts = load_data("dagdock_rules", "airflow-logins")
            known = facts["fernet-keys"] if option.name == "core.fernet_key" else facts["secret-keys"]
            if option.setting and option.value and (option.value in known or _is_known(option.value)):
                yield Login(option.place, "key", option.key, True)
        yield from _of_database(part, airflow)


def _lets_all_in(part: Part) -> Option | None:
    """The option of SimpleAuthManager that makes everybody an administrator, where it is on."""
    option = part.option("core.simple_auth_manager_all_admins")
    if option is None or (option.value or "").lower() not in ("true", "1", "t") or uses_fab(part) is not False:
        return None
    manager = part.option("core.auth_manager")
    return option if manager is None or "SimpleAuthManager" in (manager.value or "") else None


def _makes_user(part: Part, name: str) -> bool:
    """Whether the container may make the user with the password in this variable.

    The official image does in its entry point, where `_AIRFLOW_WWW_USER_CREATE` says so; since Airflow 3.0 only
    FabAuthManager has such users.
    """
    if name == "_AIRFLOW_WWW_USER_PASSWORD" and not (_is_read(part, name) and uses_fab(part) is not False):
        return False
    setting = part.service.variable("_AIRFLOW_WWW_USER_CREATE")
    return setting is None or (setting.resolved or "true").lower() not in ("false", "0", "no")


def _is_read(part: Part, name: str) -> bool:
    """Whether the image's entry point reads a variable, or a command that stands in the file does."""
    if part.service.entrypoint is None:
        return True
    lines = [command.span.text for command in (part.service.entrypoint, part.service.command) if command]
    return any(name in line or re.search(r"(?<![\w.-])/entrypoint(?![\w-])", line) for line in lines)


def uses_fab(part: Part) -> bool | None:
    """Whether FabAuthManager lets people in, which Airflow 3.0 no longer takes by itself; None where that is open."""
    manager = part.option("core.auth_manager")
    if manager is not None:
        return None if manager.value is None else "fab" in manager.value.lower()
    if part.version is None or part.is_open:
        return None
    return not is_3 if (is_3 := part.version.at_least(3, 0)) is not None else None


def _of_database(part: Part, airflow: Deployment) -> Iterator[Login]:
    """The password of the metadata database: where its port is published or it is not in a URL, where it is set; else
    in the URL."""
    from ..airflow import SQL_CONN

    connection = part.option(*SQL_CONN)
    if connection is None:
        return
    database = airflow.model.services.get(connection.host or "")
    is_open = database is not None and is_published(database)
    value = connection.setting.value if connection.setting else None
    written = next(passwords_in_urls(value.filled.text or ""), None) if value else None
    if value and written and not is_open:
        if _is_known(written.password):
            yield Login(value.filled.piece(written.start, written.end), "database", connection.key, False)
        return
    for name in ("POSTGRES_PASSWORD", "MYSQL_PASSWORD", "MYSQL_ROOT_PASSWORD") if database else ():
        setting = database.variable(name) if database else None
        if setting and setting.value and _is_known(setting.resolved):
            yield Login(setting.value, "database", name, is_open)


def _is_known(password: str | None) -> bool:
    if not password:
        return False
    return is_common_password(password) or password in load_data("dagdock_rules", "airflow-logins")["passwords"]


def _password(call: Call) -> Text | None:
    """The password that a command makes a user with."""
    if call.command not in ("users create", "create_user", "users reset-password"):
        return None
    found = re.search(r"(?<!\S)(?:-p|--password)(?:[= ]|\\\s)\s*([\"']?)(?P<password>[^\s\"']+)\1", call.arguments)
    if found is None:
        return None
    text, span = call.arguments, call.arguments.span
    if span.text != text:
        return Text(found["password"], span)
    place = Span(span.source, span.start + found.start("password"), span.start + found.end("password"))
    return Text(found["password"], place)
