from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from posixpath import basename

from dagdock.api import (
    Bad,
    Fix,
    Problem,
    Problems,
    Project,
    Scalar,
    Service,
    ServiceCommand,
    Setting,
    Span,
    Text,
    Value,
    rule,
)

from ..secrets import is_secret_name
from ._airflow import default_logins
from ._secrets import gives_secret_away, written_text

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
    ],
    good=[
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n"
        "      POSTGRES_PASSWORD_FILE: /run/secrets/db\n",
        "services:\n  api:\n    image: api:1.4\n    environment:\n      - API_TOKEN\n      - API_KEY=<your key>\n"
        "      - TOKEN_URL=https://example.com/token\n      - REQUIRE_PASSWORD=true\n",
    ],
)
def secret_in_environment(service: Service, project: Project) -> Problems:
    """A password, token or key stands in the file itself.

    A Compose file is shared: everyone who can read the repository, now or ever, has the secret, and every copy of
    the file starts with the same one. Put it in `.env`, keep that file out of git, and write `${NAME:?}` here, which
    stops with a message where it is not set. Images that read `NAME_FILE` can take it from `secrets`.

    https://docs.docker.com/compose/how-tos/use-secrets/
    https://docs.docker.com/compose/how-tos/environment-variables/set-environment-variables/
    """
    told = {login.place.span for login in default_logins(service.file, project)}  # by a rule that knows more of Airflow
    for setting in service.environment:
        if (
            setting.value
            and setting.value.span not in told
            and gives_secret_away(setting.name, written_text(setting.value))
        ):
            what = "default" if setting.value.variables else "value"
            variable = _variable(setting, setting.value)
            remedy = f"write `${{{variable}:?}}` here" if variable else "name the variable here"
            yield Problem(
                setting.value,
                f"this {what} of `{setting.name}` is known to everyone who can read this file. Put one in `.env`, keep "
                f"that out of git, and {remedy}",
                fix=_from_outside(variable, setting.value) if variable else None,
            )
    commands = [service.command, service.entrypoint, service.healthcheck.test if service.healthcheck else None]
    for command in commands:
        for option, value in _options(command) if command else ():
            if value.span in told:
                continue
            yield Problem(
                value,
                f"the password behind `{option}` is known to everyone who can read this file, and it shows in the list "
                "of processes. Put it in `.env`, keep that out of git, and name the variable here",
            )


def _variable(setting: Setting, value: Value) -> str | None:
    """The variable to take it from: the one whose default it is (others may share it), else one named like the key."""
    if value.variables:
        return str(value.variables[0].name) if len(value.variables) == 1 else None
    return str(setting.name) if re.fullmatch(r"[A-Za-z_]\w*", setting.name, re.ASCII) else None


def _from_outside(variable: str, value: Value) -> Fix | None:
    if not isinstance(value.node, Scalar) or value.node.is_block:
        return None
    return Fix.replace(f"Take it from the variable `{variable}`", value, f"${{{variable}:?}}", "unsafe")


def _options(command: ServiceCommand) -> Iterator[tuple[str, Text]]:
    """The options of a command that hand over a secret, each with the secret."""
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
