from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dagdock.api import (
    Alias,
    Bad,
    ComposeFile,
    Fix,
    Mapping,
    Node,
    Problem,
    Problems,
    Project,
    Related,
    Scalar,
    Sequence,
    Span,
    Value,
    rule,
)

from ..credentials import Form, forms_in, handed_over, may_hand_over
from ..secrets import is_example_host, is_filled_in, passwords_in_urls
from ._airflow import default_logins
from ._handed import is_given_away
from ._secrets import is_worth_telling, names_in, where_to_put_it
from .secret_in_environment import secrets_in

# In a container that is the service itself or its host, with a password that works.
LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal")
PLACES = ("services", "networks", "volumes", "secrets", "configs", "models")


@rule(
    "DC402",
    severity="warning",
    since="0.1",
    security=7.0,
    fix="unsafe",
    lessons=["L24", "L29"],
    aliases=["compose-lint:CL-0021"],
    tags=["security"],
    bad=[
        Bad(
            "services:\n  api:\n    image: api:1.4\n    environment:\n"
            "      DATABASE_URL: postgres://shop:«hunter2»@db:5432/shop\n",
            fixed="services:\n  api:\n    image: api:1.4\n    environment:\n"
            "      DATABASE_URL: postgres://shop:${DB_PASSWORD:?}@db:5432/shop\n",
        ),
        Bad(
            "services:\n  api:\n    image: api:1.4\n    environment:\n"
            "      DB: Server=sql.shop.internal;User Id=shop;Password=«k3Jd92-prod»;\n"
        ),
        Bad(
            "services:\n  api:\n    image: api:1.4\n    command: run --broker amqp://shop:${MQ_PASSWORD:-«s3cr3t»}@mq//\n"
        ),
    ],
    good=[
        "services:\n  api:\n    image: api:1.4\n    environment:\n"
        "      DATABASE_URL: postgres://shop:${DB_PASSWORD:?}@db:5432/shop\n",
        "services:\n  api:\n    image: api:1.4\n    environment:\n      - DATABASE_URL=postgres://<user>:<password>@db/shop\n",
        "services:\n  api:\n    image: api:1.4\n    environment:\n"
        "      DB: jdbc:postgresql://db/shop?user=shop&password=${DB_PASSWORD:?}\n",
    ],
)
def credential_in_url(file: ComposeFile, project: Project) -> Problems:
    """A URL or a connection string in the file holds a password.

    Everyone who can read the repository, now or ever, has it, and programs like to print such URLs to their logs.
    Put the password in `.env`, keep that file out of git, and let Compose fill it in: `//user:${DB_PASSWORD:?}@host`.

    Each password is told once a file, and not where `secret-in-environment` tells of the same one. Passwords that are
    only a name (`postgres:postgres@db`) are left alone, as are made-up ones in files for tests and examples.

    https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
    """
    if not ("@" in file.source.text or forms_in(file.source.text)):
        return
    told: dict[str, list[Related]] = {}
    problems: list[Problem] = []
    open_services = _open_services(file)
    names_of_file, home = names_in(file), where_to_put_it(file, project)
    for found in _passwords(file):
        names = {*names_of_file, found.user.lower()}
        is_default = any(variable.span.holds(found.span) for variable in found.value.variables)
        is_secret = is_worth_telling(found.secret, found.name, names, file, project, is_default=is_default)
        if not is_secret or found.host in open_services or found.host.isdigit():  # `…://shop.org:443@8080`
            continue
        if found.secret in told:
            told[found.secret].append(Related(found.span, "the same one"))
            continue
        told[found.secret] = []
        fix = _from_outside(found.value, found.span, found.host) if found.name == "password" else None
        remedy = f"write `{fix.edits[0].text}` in its place" if fix else "name the variable here"
        problems.append(
            Problem(
                found.span,
                f"{_described(found)} is known to everyone who can read this file. Put it {home}, and {remedy}",
                related=told[found.secret],
                fix=fix,
            )
        )
    if problems:
        known = {*secrets_in(file, project), *(login.place.span.text for login in default_logins(file, project))}
        yield from (problem for problem, password in zip(problems, told, strict=True) if password not in known)


def _described(found: Found) -> str:
    what = "password" if found.name == "password" else "secret"
    whose = f" of `{found.user}`" if found.user and "\0" not in found.user and not is_filled_in(found.user) else ""
    return f"the {what}{whose} in this {'URL' if '://' in found.value.raw else 'value'}"


class Found(NamedTuple):
    """A password or key in a URL or a connection string, and where it stands."""

    value: Value
    span: Span
    secret: str
    name: str
    """What it is called; `password` where only its place tells."""
    user: str
    host: str


def _passwords(file: ComposeFile) -> Iterator[Found]:
    """The passwords in the file's URLs and connection strings; without those of hosts that documentation names."""
    text = file.source.text
    forms = tuple([form for form in forms_in(text) if form.name in ("connection", "address")])
    for node in _scalars(file) if forms or ("://" in text and "@" in text) else ():
        for found in _in_value(Value(node, {}), forms):
            if "\0" not in found.secret and (not is_example_host(found.host) or found.host in LOCAL):
                yield found


def _in_value(value: Value, forms: tuple[Form, ...]) -> Iterator[Found]:
    text = value.node.value
    if "://" in text and "@" in text:
        filled = value.filled
        for found in passwords_in_urls(filled.text):
            yield Found(value, filled.span(found.start, found.end), found.password, "password", found.user, found.host)
    for handed in handed_over(value.filled.text, forms) if may_hand_over(text, forms) else ():
        if is_given_away(handed, value.filled.text):
            span = value.filled.span(handed.start, handed.end)
            yield Found(value, span, handed.secret, handed.name or "password", handed.user, handed.host)


def _open_services(file: ComposeFile) -> set[str]:
    """The names of databases that ask for no password."""
    return {
        str(service.name)
        for service in file.services.values()
        if (method := service.variable("POSTGRES_HOST_AUTH_METHOD")) and method.resolved == "trust"
    }


def _scalars(file: ComposeFile) -> Iterator[Scalar]:
    """Every text of the model that is written in this file; `x-` keys count where an alias uses them."""
    waiting: list[Node] = [entry.value for key in reversed(PLACES) if (entry := file.keys.get(key))]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Alias):
            waiting += [node.target] if node.target else []
        elif isinstance(node, Mapping):
            waiting += [entry.value for entry in reversed(node.entries)]
        elif isinstance(node, Sequence):
            waiting += reversed(node.items)
        elif isinstance(node, Scalar):
            yield node


def _from_outside(value: Value, span: Span, host: str) -> Fix | None:
    """A variable in its place, named after the host; none where it stands inside a variable's default already."""
    name = re.fullmatch(r"[A-Za-z][\w-]*", host, re.ASCII)
    if any(variable.span.holds(span) for variable in value.variables) or not name:
        return None
    variable = host.upper().replace("-", "_") + "_PASSWORD"
    return Fix.replace(f"Take it from the variable `{variable}`", span, f"${{{variable}:?}}", "unsafe")
